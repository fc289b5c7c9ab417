/* --- Search ------------------------------------------------------------------------------------
 * Of a closed chunk the markup is searched as it is, for what is wanted with anything between its letters that is not
 * read; only of a message in whose markup it is found the text is made, as the page shows it, and searched. */

const MOST_MARKS = 2000; // ranges highlighted at a time
const SLICE = 50; // milliseconds of work before the page may breathe
const FURNITURE = /<time[^>]*>[^<]*<\/time>|<small>[^<]*<\/small>|<[^>]*>/g;
const BETWEEN = `(?:${FURNITURE.source})*`;
const RUN = /<div class="[go]/; // what stands behind the last message of a run
const ENTITY = /&(?:lt|gt|amp|#34|#39);/g;
const SIGNS = { "&lt;": "<", "&gt;": ">", "&amp;": "&", "&#34;": '"', "&#39;": "'" };
const CODES = { "<": "&lt;", ">": "&gt;", "&": "&amp;", '"': "&#34;", "'": "&#39;" };
const decoded = (text) => (text.includes("&") ? text.replace(ENTITY, (entity) => SIGNS[entity]) : text);
const literal = (text) => text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");

/* An emoji is found in every spelling: the code in any language, the old slash code, and the picture are one. */
const spellings = new Map(); // a spelling -> all those of the same emoji
const learnEmoji = () => {
  for (const forms of EMOJI) {
    const all = forms.map(folded);
    for (const form of all) if (!spellings.has(form)) spellings.set(form, all);
  }
};
let anyEmoji = null;
const patternOf = (wanted, spell, between, flags) => {
  if (!spellings.size) learnEmoji();
  anyEmoji ??= new RegExp(`(${[...spellings.keys()].sort((a, b) => b.length - a.length).map(literal).join("|")})\ufe0f?`);
  const parts = wanted.split(anyEmoji).map((part, index) => {
    if (index % 2 === 0) return spell(part);
    return `(?:${spellings.get(part).map(spell).join("|")})\ufe0f?`;
  });
  return new RegExp(parts.filter((part) => part).join(between), flags);
};
const IN_MARKUP = { ...CODES, " ": "[ \u2005\u00a0\u3000]", i: "[i\u0130]", "\u0307": "\u0307?" }; // what `folded` makes of them
const inMarkupOf = (part) => [...part].map((sign) => IN_MARKUP[sign] ?? literal(sign)).join(BETWEEN);

const holds = (pattern, text) => text.search(pattern) >= 0; // from the beginning, wherever the pattern was last

const textOf = (row) => { // of a row that is an element: its text nodes, without what FURNITURE leaves out
  const walker = document.createTreeWalker(row, NodeFilter.SHOW_TEXT, (node) =>
    (node.parentElement.closest("time, small") ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT));
  const nodes = [];
  let text = "";
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    nodes.push([node, text.length]);
    text += node.data;
  }
  return { nodes, text };
};

const find = $("find");
const counter = $("count");
let query = "";
let pattern = null; // of the query in plain text
let inMarkup = null; // of the query in the markup of a chunk: finds all of it, and sometimes more
let run = 0; // a search that is not the newest gives up
let total = 0;
let searching = false;
let stale = true; // the highlights are to be made again

const read = (markup) => { // the text of a message, from what stands behind the beginning of its tag
  const text = markup.slice(markup.indexOf(">") + 1).split(RUN, 1)[0];
  return folded(decoded(text.replace(FURNITURE, "")));
};

const searchChunk = (chunk) => {
  chunk.hits = [];
  if (!chunk.script) {
    rowsOf(chunk).forEach((row, index) => {
      if (passesRow(row) && holds(pattern, folded(textOf(row).text))) chunk.hits.push(chunk.start + index);
    });
    return;
  }
  const markup = chunk.script.textContent;
  if (!holds(inMarkup, markup)) return;
  const [, ...rows] = markup.split('<div id="');
  rows.forEach((row, index) => {
    if (holds(inMarkup, row) && holds(pattern, read(row))) chunk.hits.push(chunk.start + index);
  });
  if (!filtered() || !chunk.hits.length) return;
  const shown = new Set();
  eachRow(markup, chunk.start, (number, sender, kind) => { if (passes(sender, kind)) shown.add(number); });
  chunk.hits = chunk.hits.filter((number) => shown.has(number));
};

const channel = new MessageChannel(); // a timer would wait for some milliseconds each time
const resting = [];
channel.port1.onmessage = () => resting.shift()();
const pause = () => new Promise((done) => { resting.push(done); channel.port2.postMessage(0); });

const search = async (go) => {
  const mine = (run += 1);
  if (!query) current = null; // a new search begins at what is on the screen
  query = folded(find.value);
  total = 0;
  for (const chunk of chunks) chunk.hits = [];
  stale = true;
  find.parentElement.classList.toggle("some", query !== "");
  if (!query) { searching = false; current = null; report(); mark(); return; }
  pattern = patternOf(query, literal, "", "g");
  inMarkup = patternOf(query, inMarkupOf, BETWEEN, "iu");
  searching = true;
  report();
  const origin = current ?? numberAtTop();
  const first = chunks.indexOf(chunkOf(origin));
  let gone = !go;
  let began = performance.now();
  for (let step = 0; step < chunks.length; step += 1) { // from what is on the screen to the end, then from the beginning
    const chunk = chunks[(first + step) % chunks.length];
    searchChunk(chunk);
    total += chunk.hits.length;
    if (!gone && chunk.hits.length) {
      const hit = step ? chunk.hits[0] : chunk.hits.find((number) => number >= origin);
      if (hit !== undefined) { gone = true; show(hit); }
    }
    if (performance.now() - began > SLICE) {
      report();
      await pause();
      if (mine !== run) return;
      began = performance.now();
    }
  }
  searching = false;
  if (!gone && total) show(chunks.find((chunk) => chunk.hits.length).hits[0]);
  stale = true;
  report();
  mark();
};

const report = () => { // "3 / 41"
  $("previous").disabled = $("next").disabled = !total;
  if (!query) { counter.textContent = ""; return; }
  const more = searching ? "…" : "";
  if (!total) { counter.textContent = more || words.none_found; return; }
  const here = current === null ? null : chunkOf(current);
  let place = here ? here.hits.indexOf(current) + 1 : 0;
  if (place) for (const chunk of chunks) { if (chunk === here) break; place += chunk.hits.length; }
  counter.textContent = `${place ? `${place} / ` : ""}${total}${more}`;
};

const step = (forward) => {
  if (!total) return;
  const from = current ?? numberAtTop() - (forward ? 1 : 0);
  const ordered = forward ? chunks : [...chunks].reverse();
  const beyond = (number) => (forward ? number > from : number < from);
  const pick = (hits, fits) => (forward ? hits.find(fits) : hits.findLast(fits));
  let target;
  for (const chunk of ordered) {
    target = pick(chunk.hits, beyond);
    if (target !== undefined) break;
  }
  if (target === undefined) target = pick(ordered.find((chunk) => chunk.hits.length).hits, () => true); // round
  show(target);
  stale = true;
  report();
  mark();
};

const mark = () => { // highlights what is found in the open chunks near the window
  if (!stale) return;
  stale = false;
  for (const row of log.querySelectorAll(".hit")) row.classList.remove("hit");
  const ranges = { hit: [], current: [] };
  let left = MOST_MARKS;
  for (const chunk of query ? chunks : []) {
    if (!chunk.open || !chunk.hits.length) continue;
    const box = chunk.place.getBoundingClientRect();
    if (box.bottom < -3 * innerHeight || box.top > 4 * innerHeight) continue;
    for (const number of chunk.hits) {
      const row = rowOf(number);
      if (!row || left <= 0) continue;
      if (!CSS.highlights) { row.classList.add("hit"); continue; }
      const found = rangesIn(row, left);
      left -= found.length;
      ranges[number === current ? "current" : "hit"].push(...found);
    }
  }
  if (!CSS.highlights) return;
  for (const [name, list] of Object.entries(ranges)) CSS.highlights.set(name, new Highlight(...list));
};

const rangesIn = (row, most) => {
  const { nodes, text } = textOf(row);
  const lower = folded(text);
  if (lower.length !== text.length) return []; // a letter that changes its length in lower case: no places to tell
  const locate = (position, end) => {
    let index = nodes.length - 1;
    while (index > 0 && (end ? nodes[index][1] >= position : nodes[index][1] > position)) index -= 1;
    return [nodes[index][0], position - nodes[index][1]];
  };
  const found = [];
  for (const match of lower.matchAll(pattern)) {
    if (found.length >= most) break;
    const range = document.createRange();
    range.setStart(...locate(match.index, false));
    range.setEnd(...locate(match.index + match[0].length, true));
    found.push(range);
  }
  return found;
};
