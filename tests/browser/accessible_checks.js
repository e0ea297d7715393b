// What tests/browser/test_accessible.py asks of every page: run in it, gives a list of what is wrong.
globalThis.wrong = () => {
  const found = [], all = what => [...document.querySelectorAll(what)];
  const seen = node => node.checkVisibility();
  const name = node => (node.getAttribute("aria-label") || (node.getAttribute("aria-labelledby") || "").split(" ").filter(Boolean)
    .map(id => document.getElementById(id)?.textContent || "").join(" ") || [...(node.labels || [])].map(each => each.textContent).join(" ") ||
    node.textContent || node.alt || node.title || "").trim();
  const is = node => node.outerHTML.slice(0, 90);
  if (!document.documentElement.lang) found.push("the page has no language");
  if (!document.title.trim()) found.push("the page has no title");
  if (all("main").length !== 1) found.push(`${all("main").length} main landmarks`);
  const levels = all("h1,h2,h3,h4,h5,h6").filter(seen).map(each => Number(each.tagName[1]));
  if (levels[0] !== 1 || levels.filter(each => each === 1).length !== 1) found.push(`headings begin ${levels.slice(0, 3)}`);
  levels.forEach((each, n) => { if (n && each - levels[n - 1] > 1) found.push(`heading ${n + 1} jumps from ${levels[n - 1]} to ${each}`); });
  all("img").filter(each => !each.hasAttribute("alt")).forEach(each => found.push(`no alt: ${is(each)}`));
  all("input:not([type=hidden]),select,textarea,button,a[href],summary").filter(seen).filter(each => !name(each)).forEach(each => found.push(`no name: ${is(each)}`));
  all("table").forEach(each => { if (!each.querySelector("th")) found.push(`no table headers: ${is(each)}`); });
  all("th").filter(each => !each.scope).forEach(each => found.push(`a header without scope: ${is(each)}`));
  all("[tabindex]").filter(each => each.tabIndex > 0).forEach(each => found.push(`tab order is forced: ${is(each)}`));
  all("[aria-labelledby],[aria-describedby]").forEach(each => ["aria-labelledby", "aria-describedby"].forEach(kind =>
    (each.getAttribute(kind) || "").split(" ").filter(id => id && !document.getElementById(id)).forEach(id => found.push(`${kind} names nothing: ${id}`))));
  const ids = all("[id]").map(each => each.id);
  if (new Set(ids).size !== ids.length) found.push("an id stands twice");
  if (document.documentElement.scrollWidth > document.documentElement.clientWidth) found.push("it has to be scrolled sideways");
  all("*").forEach(each => { const style = getComputedStyle(each);
    if (/[1-9]/.test(style.transitionDuration + style.animationDuration)) found.push(`it moves: ${is(each)}`); });
  return [...new Set(found)];
};
globalThis.unfocused = node => { const style = getComputedStyle(node);
  return style.outlineStyle === "none" || parseFloat(style.outlineWidth) < 1 ? node.outerHTML.slice(0, 90) : ""; };
