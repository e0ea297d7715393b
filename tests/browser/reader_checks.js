// What tests/browser/test_reader_page.py asks of a page: run in it, each gives plain data.
globalThis.structure = () => ({
  levels: [...document.querySelectorAll("h1,h2,h3,h4")].map(each => Number(each.tagName[1])),
  landmarks: ["header", "nav", "main", "footer", "[role=search]"].every(each => document.querySelector(each)),
  unnamed: [...document.querySelectorAll("img:not([alt]), input:not([id])")].length,
  ids: [...document.querySelectorAll("[id]")].map(each => each.id),
  labelled: [...document.querySelectorAll("[aria-labelledby]")].every(each => document.getElementById(each.getAttribute("aria-labelledby"))),
  wide: document.documentElement.scrollWidth <= document.documentElement.clientWidth,
});
globalThis.poor = () => {
  const part = v => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  const light = ([r, g, b]) => 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
  const parse = text => { const all = text.match(/[\d.]+/g).map(Number); return {rgb: all.slice(0, 3), a: all.length > 3 ? all[3] : 1}; };
  const ground = node => { for (; node; node = node.parentElement) { const c = parse(getComputedStyle(node).backgroundColor); if (c.a > 0) return c.rgb; } return [255, 255, 255]; };
  const found = [];
  for (const node of document.querySelectorAll("body *")) {
    if (![...node.childNodes].some(each => each.nodeType === 3 && each.textContent.trim())) continue;
    const a = light(parse(getComputedStyle(node).color).rgb), b = light(ground(node));
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) found.push(`${node.tagName} ${ratio.toFixed(2)}`);
  }
  return found;
};
globalThis.seen = () => [...document.querySelectorAll("article")].filter(each => each.checkVisibility()).map(each => each.id);
