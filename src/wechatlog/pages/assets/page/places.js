/* --- Going to a message ----------------------------------------------------------------------- */

let current = null; // the number of the message that was gone to last

/* The chunks round the message that is gone to are laid out before they are seen, so that places can be measured. */
const layOutAround = (number) => {
  for (const old of log.querySelectorAll(".near")) old.classList.remove("near");
  const at = chunks.indexOf(chunkOf(number));
  for (const chunk of chunks.slice(Math.max(0, at - 1), at + 2)) {
    if (chunk.shown !== 0) open(chunk);
    chunk.place.classList.add("near");
  }
};

/* `toTop` puts the message under the tools, and with it its day where it is the first of it; otherwise it comes to the
 * middle. Twice, since chunks are opened and closed round the place that was reached. */
const show = (wanted, { focus = false, quietly = false, toTop = false } = {}) => {
  if (!(wanted >= 0 && wanted < data.count)) return;
  const number = filtered() ? nearestShown(wanted) ?? wanted : wanted;
  layOutAround(number);
  const row = rowOf(number);
  if (!row) return;
  for (const old of log.querySelectorAll(".now")) old.classList.remove("now");
  if (!quietly) {
    row.classList.add("now");
    current = number;
    if (query) for (const fold of row.querySelectorAll("details")) fold.open = true; // what was found may be in it
  }
  const reach = () => { if (toTop) scrollToTop(row); else row.scrollIntoView({ block: "center" }); };
  reach();
  openAround();
  reach();
  if (focus) focusRow(row);
  later();
};

const focusRow = (row) => {
  row.tabIndex = -1;
  row.focus({ preventScroll: true });
};

const scrollToTop = (row) => {
  const day = row.closest(".y");
  const isFirst = [...day.querySelectorAll(ROWS)].find((other) => other.offsetParent) === row;
  const away = () => (isFirst ? day : row).getBoundingClientRect().top - bar.offsetHeight - (isFirst ? 0 : 52);
  document.body.style.paddingBottom = "";
  scrollBy(0, away());
  if (away() > 1) { // the page ends too early: it gets room below, so that the last day can stand at the top too
    document.body.style.paddingBottom = `${Math.ceil(away())}px`;
    scrollBy(0, away());
  }
};

const ADDRESS = /^#([mh][\w.~-]+)$/;

const goToHash = () => {
  const found = ADDRESS.exec(location.hash.replace(/%7e/gi, "~"));
  const number = found ? numberOfAddress(found[1]) : null;
  if (number === null) return;
  open(chunkOf(number));
  if (filtered() && !passesRow(rowOf(number))) clearFilter();
  show(number, { focus: true });
};

const neighbour = (row, step) => { // the row that is shown before or after another
  let number = numberOf(row) + step;
  for (; number >= 0 && number < data.count; number += step) {
    const chunk = chunkOf(number);
    if (chunk.shown === 0) { number = step > 0 ? chunk.end - 1 : chunk.start; continue; }
    open(chunk);
    if (passesRow(rowOf(number))) return rowOf(number);
  }
  return null;
};

/* --- Days -------------------------------------------------------------------------------------- */

const days = data.days; // [ISO date, number of the first message, messages], in order of appearance
const picker = $("date");

const showDay = (number) => {
  if (!days.length || document.activeElement === picker) return;
  const day = lastBelow(days, number, (found) => found[1]);
  if (picker.value !== day[0]) picker.value = day[0];
  for (const part of strip) part.node.classList.toggle("here", part.from <= day[0] && day[0] <= part.to);
};

const goToDay = (date) => {
  const wanted = Date.parse(date);
  if (Number.isNaN(wanted) || !days.length) return;
  const away = (day) => Math.abs(Date.parse(day[0]) - wanted);
  show(days.reduce((best, day) => (away(day) < away(best) ? day : best))[1], { toTop: true });
};

/* How many messages there were when, as bars. Every column can be clicked in its whole height, an empty one leads to the
 * nearest day; by the keyboard the same places are reached through the date. */
const strip = [];
const DAY = 864e5;
const isoOf = (time) => new Date(time).toISOString().slice(0, 10);

const drawStrip = () => {
  if (days.length < 3) return;
  const sorted = [...days].sort((a, b) => (a[0] < b[0] ? -1 : 1));
  const first = Date.parse(sorted[0][0]);
  const span = Math.max(1, (Date.parse(sorted.at(-1)[0]) - first) / DAY + 1);
  const bins = Math.min(span, 120);
  for (let bin = 0; bin < bins; bin += 1) { // the days whose share of the span falls into the column
    const from = Math.ceil((bin * span) / bins);
    strip.push({ count: 0, from: isoOf(first + from * DAY), to: isoOf(first + (Math.ceil(((bin + 1) * span) / bins) - 1) * DAY), day: null });
  }
  for (const [day, , count] of sorted) {
    const part = strip[Math.floor(((Date.parse(day) - first) / DAY / span) * bins)];
    part.count += count;
    part.day ??= day;
  }
  const most = Math.max(...strip.map((part) => part.count));
  const svg = shape("svg", { viewBox: `0 0 ${bins} 44`, preserveAspectRatio: "none", "aria-hidden": "true" });
  strip.forEach((part, bin) => {
    part.node = shape("g", {});
    part.node.append(shape("rect", { class: "column", x: bin, y: 0, width: 1, height: 44 }));
    const high = Math.max(2, 44 * Math.sqrt(part.count / most));
    if (part.count) part.node.append(shape("rect", { class: "bar", x: bin + 0.1, y: 44 - high, width: 0.8, height: high }));
    const title = shape("title", {});
    title.textContent = `${part.from === part.to ? part.from : `${part.from} – ${part.to}`}: ${said(part.count)}`;
    part.node.append(title);
    part.node.addEventListener("click", () => goToDay(part.day ?? part.from));
    svg.append(part.node);
  });
  const ends = element("p");
  ends.setAttribute("aria-hidden", "true");
  for (const day of [sorted[0][0], sorted.at(-1)[0]]) ends.append(element("span", "", day));
  $("strip").append(svg, ends);
  $("strip").hidden = false;
};
