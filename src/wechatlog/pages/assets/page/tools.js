/* --- Copying: who wrote what and when -------------------------------------------------------------
 * Whole messages are copied as `[2026-05-01 09:30:00] name: text`, which `wechatlog` reads too; a part of one as it is. */

const BLOCKS = new Set("P DIV BLOCKQUOTE FIGURE DETAILS SUMMARY".split(" "));

const plain = (node) => { // the text of elements, a line for each block
  let text = "";
  const add = (part) => {
    for (const child of part.childNodes) {
      if (child.nodeType === Node.TEXT_NODE) text += child.data;
      if (child.nodeType !== Node.ELEMENT_NODE || child.localName === "time") continue;
      const block = BLOCKS.has(child.nodeName) || part.matches?.(".card, .remote, summary");
      if (block && text && !text.endsWith("\n")) text += "\n";
      if (child.localName === "img") text += child.alt && `[${child.alt}]`; else add(child);
      if (block && text && !text.endsWith("\n")) text += "\n";
    }
  };
  add(node);
  return text.trim();
};

const line = (row, text) => {
  const time = row.querySelector(":scope > time")?.dateTime.slice(0, 19).replace("T", " ");
  const name = nameOf(row);
  return [time && `[${time}]`, name ? `${name}: ${text}` : text].filter(Boolean).join(" ");
};

const partOf = (row, range) => { // what of a row is selected
  const part = document.createRange();
  part.selectNodeContents(row);
  if (range.compareBoundaryPoints(Range.START_TO_START, part) > 0) part.setStart(range.startContainer, range.startOffset);
  if (range.compareBoundaryPoints(Range.END_TO_END, part) < 0) part.setEnd(range.endContainer, range.endOffset);
  return plain(part.cloneContents());
};

const holdsAll = (range, row) => { // whether a whole row is selected
  const whole = document.createRange();
  whole.selectNodeContents(row);
  return range.compareBoundaryPoints(Range.START_TO_START, whole) <= 0 && range.compareBoundaryPoints(Range.END_TO_END, whole) >= 0;
};

const copied = (range) => { // the lines, and whether they are worth their times and names
  const lines = [];
  let whole = false;
  const touched = chunks.filter((chunk) => range.intersectsNode(chunk.place));
  for (const chunk of touched) {
    const rows = chunk.open ? rowsOf(chunk) : rootOf(chunk).querySelectorAll(ROWS);
    for (const row of rows) {
      if (!passesRow(row) || (chunk.open && !range.intersectsNode(row))) continue;
      const text = chunk.open ? partOf(row, range) : plain(row);
      if (text) lines.push(line(row, text));
      whole ||= chunk.open && holdsAll(range, row);
    }
  }
  return { lines, whole: whole || lines.length > 1 };
};

const onCopy = (event) => {
  const selection = getSelection();
  if (selection.isCollapsed || document.activeElement.matches("input")) return;
  const range = selection.getRangeAt(0);
  const { lines, whole } = range.intersectsNode(log) ? copied(range) : { whole: false };
  if (!whole) return;
  event.preventDefault();
  event.clipboardData.setData("text/plain", `${lines.join("\n")}\n`);
};

/* --- Light and dark ------------------------------------------------------------------------------- */

const KEY = "wechatlog-theme";
const root = document.documentElement;
const remember = (theme) => { try { localStorage.setItem(KEY, theme); } catch { /* kept until the page is closed */ } };
const remembered = () => { try { return localStorage.getItem(KEY); } catch { return null; } };

const toggleTheme = () => {
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
  remember(root.dataset.theme);
};

/* --- Paper ------------------------------------------------------------------------------------------ */

addEventListener("beforeprint", () => {
  printing = true;
  log.classList.add("all");
  for (const chunk of chunks) open(chunk);
  for (const fold of log.querySelectorAll("details:not([open])")) { fold.open = true; fold.dataset.printed = ""; }
});
addEventListener("afterprint", () => {
  printing = false;
  for (const fold of log.querySelectorAll("[data-printed]")) { fold.open = false; delete fold.dataset.printed; }
  log.classList.remove("all");
  later();
});

/* --- Wiring ----------------------------------------------------------------------------------------- */

const wireSearch = () => {
  let timer = 0;
  const soon = () => { clearTimeout(timer); timer = setTimeout(() => search(true), 160); };
  find.addEventListener("input", (event) => { if (!event.isComposing) soon(); });
  find.addEventListener("compositionend", soon);
  find.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Enter") {
      event.preventDefault();
      if (folded(find.value) === query) step(!event.shiftKey); else { clearTimeout(timer); search(true); }
    } else if (event.key === "Escape") {
      find.value = "";
      clearTimeout(timer);
      search(false);
    }
  });
  $("next").addEventListener("click", () => step(true));
  $("previous").addEventListener("click", () => step(false));
};

const onKey = (event) => { // `/` searches, j and k go from a message that was gone to to its neighbours, Escape closes
  const typing = event.target.closest?.("input, textarea, select, dialog");
  const bare = !event.ctrlKey && !event.metaKey && !event.altKey;
  const row = event.target.matches?.(ROWS) ? event.target : null;
  if (event.key === "/" && bare && !typing) {
    event.preventDefault();
    find.focus();
    find.select();
  } else if ((event.key === "j" || event.key === "k") && bare && !typing) {
    const from = row ?? rowAtTop();
    const to = from && (row ? neighbour(from, event.key === "j" ? 1 : -1) : from);
    if (to) show(numberOf(to), { focus: true });
  } else if (event.key === "Enter" && row) {
    copyAddress(row);
  } else if (event.key === "Escape" && $("who").open) {
    $("who").open = false;
    $("who").querySelector("summary").focus();
  } else if (event.key === "Escape" && !typing) closePanel();
};

const copyAddress = (row) => {
  history.replaceState(null, "", `#${row.id}`);
  show(numberOf(row), { focus: true });
  navigator.clipboard?.writeText(location.href).then(() => toast(words.copied), () => {});
};

const onClick = (event) => {
  if (!$("who").contains(event.target)) $("who").open = false;
  const link = event.target.closest("a");
  if (link && link.matches(".remote") && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    load(link).focus();
  } else if (link && ADDRESS.test(link.getAttribute("href")) && link.hash === location.hash) {
    goToHash(); // no change of the hash, no event
  }
  const row = event.target.localName === "time" && event.target.closest(ROWS);
  if (row && event.target.parentElement === row) copyAddress(row);
};

const wire = () => {
  wireSearch();
  wireViewer();
  wirePanel();
  picker.addEventListener("change", () => goToDay(picker.value));
  $("theme").addEventListener("click", toggleTheme);
  $("load").addEventListener("click", () => { loadAll = true; $("load").hidden = true; loadIn(log); refreshList(); });
  addEventListener("keydown", onKey);
  addEventListener("click", onClick);
  document.addEventListener("copy", onCopy);
  log.addEventListener("mouseover", (event) => {
    if (event.target.localName === "time" && !event.target.title) event.target.title = event.target.dateTime.replace("T", " ");
  });
  addEventListener("hashchange", goToHash);
  addEventListener("scroll", later, { passive: true });
  new ResizeObserver(later).observe(log); // chunks take their real heights when they come near
  addEventListener("resize", () => { for (const chunk of chunks) chunk.height = 0; setHeights(); later(); });
};

const begin = () => {
  const theme = remembered();
  if (theme === "dark" || theme === "light") root.dataset.theme = theme;
  $("facts").textContent = data.facts;
  if (data.huge) $("facts").after(element("p", "note", words.huge));
  collect();
  bar.hidden = false;
  document.body.classList.add("ready");
  if (days.length) {
    const sorted = days.map((day) => day[0]).sort();
    picker.min = sorted[0];
    picker.max = sorted.at(-1);
  } else picker.hidden = true;
  $("load").hidden = !data.remote;
  placeFaces();
  drawStrip();
  listPeople();
  setHeights();
  wire();
  goToHash();
  update();
};

begin();
