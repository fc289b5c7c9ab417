/* --- Chunks -----------------------------------------------------------------------------------
 * A chunk has the number of its first message, its element, its text (in a script; null for one that always is an element), its
 * rows while it is open, the height that it had last, and, while a filter is on, how many of its messages are shown. */

const MOST_HEIGHT = 8e6; // browsers lay out some 17 to 33 million pixels; a longer page gets lower placeholders
const ROWS = ".g > div, .o > div";
const chunks = [];
let guess = 9000; // pixels of a chunk that was never seen
let scale = 1; // how much lower placeholders are than what they stand for

const collect = () => {
  for (const node of log.querySelectorAll(":scope > .c, :scope > script")) {
    let place = node;
    if (node.localName === "script") {
      place = element("div", "c");
      node.before(place);
    }
    const start = Number(node.dataset.n);
    const chunk = { start, end: data.count, place, script: place === node ? null : node, open: place === node, rows: null, height: 0, shown: null, hits: [] };
    place.chunk = chunk;
    chunks.push(chunk);
    if (chunk.open) dress(place);
  }
  chunks.forEach((chunk, index) => { if (index) chunks[index - 1].end = chunk.start; });
};

const size = (chunk) => {
  const all = chunk.end - chunk.start;
  const part = chunk.shown === null ? 1 : chunk.shown / all;
  return Math.round((chunk.shown === null && chunk.height || guess * Math.min(1, all / 150)) * part * scale);
};

const setHeights = () => {
  const seen = chunks.filter((chunk) => chunk.open && chunk.end - chunk.start === 150 && chunk.place.offsetHeight > 100);
  if (seen.length && !filtered()) guess = seen.reduce((sum, chunk) => sum + chunk.place.offsetHeight, 0) / seen.length;
  scale = 1;
  const total = chunks.reduce((sum, chunk) => sum + size(chunk), 0);
  if (total > MOST_HEIGHT) scale = MOST_HEIGHT / total;
  for (const chunk of chunks) if (!chunk.open) chunk.place.style.height = `${size(chunk)}px`;
};

const open = (chunk) => {
  if (chunk.open) return;
  chunk.open = true;
  chunk.place.innerHTML = chunk.script.textContent;
  chunk.place.style.height = "";
  applyFilter(chunk);
  dress(chunk.place);
  stale = true;
};

const close = (chunk) => {
  if (!chunk.open || !chunk.script) return;
  const { place } = chunk;
  if (place.contains(document.activeElement) || place.contains(getSelection().anchorNode)) return;
  if (chunk.shown === null) chunk.height = place.offsetHeight;
  chunk.open = false;
  chunk.rows = null;
  place.textContent = "";
  place.style.height = `${size(chunk)}px`;
  stale = true;
};

const rootOf = (chunk) => { // the elements of a chunk, whether it is open or not; nothing in a template is loaded
  if (chunk.open) return chunk.place;
  const template = document.createElement("template");
  template.innerHTML = chunk.script.textContent;
  return template.content;
};

const rowsOf = (chunk) => (chunk.rows ??= [...chunk.place.querySelectorAll(ROWS)]);
const chunkOf = (number) => lastBelow(chunks, number, (chunk) => chunk.start);
const rowOf = (number) => { // null while its chunk is closed
  const chunk = chunkOf(number);
  return chunk?.open ? rowsOf(chunk)[number - chunk.start] ?? null : null;
};
const numberOf = (row) => {
  const { chunk } = row.closest(".c");
  return chunk.start + rowsOf(chunk).indexOf(row);
};
const firstBelow = (y) => firstTrue(chunks.length, (index) => chunks[index].place.getBoundingClientRect().bottom > y);

/* The number of the message of an address, wherever it is: in a closed chunk its row is looked for in the text, and the
 * rows before it are counted. Nothing but rows has an id in a chunk. */
const numberOfAddress = (address) => {
  const row = document.getElementById(address);
  if (row?.matches(ROWS)) return numberOf(row);
  for (const chunk of chunks) {
    const text = chunk.open ? "" : chunk.script.textContent;
    const at = text.indexOf(`<div id="${address}"`);
    if (at >= 0) return chunk.start + text.slice(0, at).split('<div id="').length - 1;
  }
  return null;
};

const eachRow = (html, start, visit) => { // number, sender (null for a notice), kind, what stands behind "<div "
  let sender = null;
  let number = start;
  for (const piece of html.split("<div ")) {
    if (piece.startsWith('id="')) {
      const kind = / data-k="(\w+)"/.exec(piece.slice(0, piece.indexOf(">")));
      visit(number, sender, kind ? kind[1] : "text", piece);
      number += 1;
    } else if (piece.startsWith('class="g')) sender = Number(/ p(\d+)/.exec(piece)[1]);
    else if (piece.startsWith('class="o"')) sender = null;
  }
};

const senderOf = (row) => {
  const found = / p(\d+)/.exec(row.parentElement.className);
  return found ? Number(found[1]) : null;
};

/* What the reader looks at stays where it is while chunks above it change their heights. Browsers do that themselves
 * where they can; a reader who has been carried into a closed chunk is left at the same share of its height. */
const anchors = CSS.supports("overflow-anchor", "auto");
const top = () => bar.getBoundingClientRect().bottom + 12;

const openAround = () => {
  if (!chunks.length) return;
  const room = innerHeight;
  const here = chunks[firstBelow(top())];
  if (!here.open) {
    const box = here.place.getBoundingClientRect();
    const share = Math.min(1, Math.max(0, (top() - box.top) / (box.height || 1)));
    open(here);
    const now = here.place.getBoundingClientRect();
    if (share > 0) scrollBy(0, now.top + share * now.height - top());
  }
  const row = anchors ? null : rowAtTop();
  const before = row ? row.getBoundingClientRect().top : 0;
  for (let index = firstBelow(-room), used = 0; index < chunks.length && used < 60; index += 1) {
    if (chunks[index].place.getBoundingClientRect().top > 2 * room) break;
    if (!chunks[index].open && chunks[index].shown !== 0) { open(chunks[index]); used += 1; }
  }
  for (const chunk of chunks) {
    if (!chunk.open || !chunk.script) continue;
    const box = chunk.place.getBoundingClientRect();
    if (box.bottom < -3 * room || box.top > 4 * room) close(chunk);
  }
  if (row && row.isConnected) scrollBy(0, row.getBoundingClientRect().top - before);
};

const rowAtTop = () => {
  const line = top();
  for (let index = firstBelow(line); index < chunks.length; index += 1) {
    if (!chunks[index].open) return null;
    const rows = rowsOf(chunks[index]).filter((row) => row.offsetParent);
    const row = rows[firstTrue(rows.length, (place) => rows[place].getBoundingClientRect().bottom > line)];
    if (row && row.getBoundingClientRect().bottom > line) return row;
  }
  return null;
};

const numberAtTop = () => {
  const row = rowAtTop();
  if (row) return numberOf(row);
  return chunks.length ? chunks[firstBelow(top())].start : 0;
};

const numberInView = () => { // the message that was gone to last, if it is still there to be seen
  const box = current === null ? null : rowOf(current)?.getBoundingClientRect();
  return box && box.height && box.top >= 0 && box.bottom <= innerHeight ? current : numberAtTop();
};

let waiting = false;
const later = () => {
  if (waiting) return;
  waiting = true;
  requestAnimationFrame(() => { waiting = false; update(); });
};

let printing = false;
const update = () => {
  if (printing) return;
  openAround();
  showDay(numberAtTop());
  mark();
};
