"use strict";
const records = [...document.querySelectorAll("article")], threads = [...document.querySelectorAll(".thread")], texts = new Map();
const plain = text => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
const textOf = record => { if (!texts.has(record)) texts.set(record, plain(record.textContent)); return texts.get(record); };
const input = document.getElementById("words"), hits = document.getElementById("hits"), replies = () => document.querySelectorAll(".thread details");
function search() {
  const words = plain(input.value).split(/\s+/).filter(Boolean);
  let found = 0;
  for (const record of records) { const is = words.every(word => textOf(record).includes(word)); record.hidden = !is; found += is; }
  for (const thread of threads) {
    thread.hidden = ![...thread.querySelectorAll("article")].some(record => !record.hidden);
    for (const details of thread.querySelectorAll("details")) details.hidden = ![...details.querySelectorAll("article")].some(record => !record.hidden);
    if (words.length) for (const details of thread.querySelectorAll("details")) details.open = true;
  }
  hits.textContent = words.length ? `${found.toLocaleString("en")} of ${records.length.toLocaleString("en")} records hold ${words.length === 1 ? "this word" : "all these words"}.` : "";
}
let waiting;
input.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(search, 150); });
document.getElementById("fold").addEventListener("click", () => replies().forEach(details => { details.open = false; }));
document.getElementById("unfold").addEventListener("click", () => replies().forEach(details => { details.open = true; }));
addEventListener("hashchange", () => { const at = document.getElementById(location.hash.slice(1)); const details = at && at.closest("details"); if (details) { details.open = true; at.scrollIntoView(); } });
document.querySelector(".tools").hidden = false;
