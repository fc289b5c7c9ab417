/* The tools of the page: chunks that come and go, search, days, people, pictures, light and dark.
 *
 * Takes the messages as the writer left them: the first chunks as elements, the others as text in script elements that
 * the browser does not look into. That text is the writer's own, with everything of the chat escaped, and it is the only
 * thing that ever becomes markup here; what is made of names and counts goes through textContent.
 */
(() => {
  "use strict";
  const $ = (id) => document.getElementById(id);
  const data = JSON.parse($("data").textContent);
  const words = data.words;
  const log = $("log");
  const bar = $("bar");
  const MOST_HEIGHT = 8e6; // browsers lay out some 17 to 33 million pixels; a longer page gets lower placeholders
  const MOST_MARKS = 2000; // ranges highlighted at a time
  const SLICE = 50; // milliseconds of searching before the page may breathe

  /* --- Chunks ---------------------------------------------------------------------------------
   * A chunk has the number of its first message, its element, its text (null for one that always is an element), the
   * height that it had last, and, while a filter is on, how many of its messages are shown. */

  const chunks = [];
  let guess = 9000; // pixels of a chunk that was never seen
  let scale = 1; // how much lower placeholders are than what they stand for

  const collect = () => {
    for (const node of log.querySelectorAll(".c, script")) {
      let place = node;
      if (node.localName === "script") {
        place = document.createElement("div");
        place.className = "c";
        node.before(place);
      }
      const start = Number(node.dataset.n);
      chunks.push({ start, end: data.count, place, script: place === node ? null : node, open: place === node, height: 0, shown: null, hits: [] });
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
    if (seen.length && !chosen.size) guess = seen.reduce((sum, chunk) => sum + chunk.place.offsetHeight, 0) / seen.length;
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
    if (loadAll) loadIn(chunk.place);
    stale = true;
  };

  const close = (chunk) => {
    if (!chunk.open || !chunk.script) return;
    const { place } = chunk;
    if (place.contains(document.activeElement) || place.contains(getSelection().anchorNode)) return;
    if (chunk.shown === null) chunk.height = place.offsetHeight;
    chunk.open = false;
    place.textContent = "";
    place.style.height = `${size(chunk)}px`;
    stale = true;
  };

  const chunkOf = (number) => {
    let low = 0;
    let high = chunks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (chunks[middle].start <= number) low = middle; else high = middle - 1;
    }
    return chunks[low];
  };

  const firstBelow = (y) => { // the index of the first chunk whose end is below a height of the window
    let low = 0;
    let high = chunks.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (chunks[middle].place.getBoundingClientRect().bottom > y) high = middle; else low = middle + 1;
    }
    return low;
  };

  const top = () => bar.getBoundingClientRect().bottom + 12;

  /* What the reader looks at stays where it is while chunks above it change their heights. Browsers do that themselves
   * where they can; a reader who has been carried into a closed chunk is left at the same share of its height. */
  const anchors = CSS.supports("overflow-anchor", "auto");

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

  const rowsOf = (chunk) => [...chunk.place.querySelectorAll('[id^="m"]')];

  const rowAtTop = () => {
    const line = top();
    for (let index = firstBelow(line); index < chunks.length; index += 1) {
      if (!chunks[index].open) return null;
      const rows = rowsOf(chunks[index]).filter((row) => row.offsetParent);
      let low = 0;
      let high = rows.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (rows[middle].getBoundingClientRect().bottom > line) high = middle; else low = middle + 1;
      }
      if (low < rows.length) return rows[low];
    }
    return null;
  };

  const numberAtTop = () => {
    const row = rowAtTop();
    if (row) return Number(row.id.slice(1));
    return chunks.length ? chunks[firstBelow(top())].start : 0;
  };

  const numberInView = () => { // the message that was gone to last, if it is still there to be seen
    const box = current === null ? null : $(`m${current}`)?.getBoundingClientRect();
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

  /* --- Going to a message --------------------------------------------------------------------- */

  let current = null; // the number of the message that was gone to last

  const show = (wanted, focus, quietly) => {
    if (!(wanted >= 0 && wanted < data.count)) return;
    const number = chosen.size ? nearestShown(wanted) ?? wanted : wanted;
    open(chunkOf(number));
    const row = $(`m${number}`);
    if (!row) return;
    for (const old of log.querySelectorAll(".now")) old.classList.remove("now");
    if (!quietly) {
      row.classList.add("now");
      current = number;
      if (query) for (const fold of row.querySelectorAll("details")) fold.open = true; // what was found may be in it
    }
    // Twice: what is above takes its real height only when it has been near the window once.
    row.scrollIntoView({ block: "center" });
    openAround();
    row.scrollIntoView({ block: "center" });
    if (focus) { row.tabIndex = -1; row.focus({ preventScroll: true }); }
    later();
  };

  const goToHash = () => {
    const found = /^#m(\d+)$/.exec(location.hash);
    if (found) show(Number(found[1]), true);
  };

  /* --- Days ----------------------------------------------------------------------------------- */

  const days = data.days; // [ISO date, number of the first message, messages], in order of appearance
  const picker = $("date");

  const dayOf = (number) => {
    let low = 0;
    let high = days.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (days[middle][1] <= number) low = middle; else high = middle - 1;
    }
    return days[low];
  };

  const showDay = (number) => {
    if (!days.length || document.activeElement === picker) return;
    const day = dayOf(number);
    if (picker.value !== day[0]) picker.value = day[0];
    for (const part of strip) part.node.classList.toggle("here", part.from <= day[0] && day[0] <= part.to);
  };

  const goToDay = (date) => {
    const wanted = Date.parse(date);
    if (Number.isNaN(wanted) || !days.length) return;
    const away = (day) => Math.abs(Date.parse(day[0]) - wanted);
    show(days.reduce((best, day) => (away(day) < away(best) ? day : best))[1], false);
  };

  let strip = [];
  const drawStrip = () => { // how many messages there were when, as bars; the same places can be reached by the date
    if (days.length < 3) return;
    const sorted = [...days].sort((a, b) => (a[0] < b[0] ? -1 : 1));
    const first = Date.parse(sorted[0][0]);
    const span = Math.max(1, (Date.parse(sorted.at(-1)[0]) - first) / 864e5 + 1);
    const bins = Math.min(span, 120);
    for (const [day, , count] of sorted) {
      const bin = Math.floor(((Date.parse(day) - first) / 864e5 / span) * bins);
      const last = strip.at(-1);
      if (last && last.bin === bin) { last.count += count; last.to = day; } else strip.push({ bin, count, from: day, to: day });
    }
    const most = Math.max(...strip.map((part) => part.count));
    const svg = make("svg", { viewBox: `0 0 ${bins} 44`, preserveAspectRatio: "none", "aria-hidden": "true" });
    for (const part of strip) {
      const high = Math.max(2, 44 * Math.sqrt(part.count / most));
      part.node = make("rect", { x: part.bin + 0.1, y: 44 - high, width: 0.8, height: high });
      const title = make("title", {});
      title.textContent = `${part.from === part.to ? part.from : `${part.from} – ${part.to}`}: ${part.count}`;
      part.node.append(title);
      part.node.addEventListener("click", () => goToDay(part.from));
      svg.append(part.node);
    }
    const ends = document.createElement("p");
    ends.setAttribute("aria-hidden", "true");
    for (const day of [sorted[0][0], sorted.at(-1)[0]]) ends.append(element("span", "", day));
    $("strip").append(svg, ends);
    $("strip").hidden = false;
  };

  const make = (name, attributes) => {
    const node = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    return node;
  };

  const element = (name, className, text) => {
    const node = document.createElement(name);
    if (className) node.className = className;
    node.textContent = text;
    return node;
  };

  /* --- The text of closed chunks ---------------------------------------------------------------
   * Tags, times, names and day headings are taken out; what is left are the tags that begin a run or a message, and
   * behind these the text of the message, as the page shows it but for the entities. Everything that is compared is
   * folded: lower case, and the blank that ends a mention as an ordinary one. */

  const FURNITURE = /<b data-i="[^"]*">[^<]*<\/b>|<time[^>]*>[^<]*<\/time>|<small>[^<]*<\/small>|<(?!div id="m|div class="[go])[^>]*>/g;
  const ENTITY = /&(?:lt|gt|amp|quot|#34|#39);/g;
  const SIGNS = { "&lt;": "<", "&gt;": ">", "&amp;": "&", "&quot;": '"', "&#34;": '"', "&#39;": "'" };
  const CODES = { "<": "&lt;", ">": "&gt;", "&": "&amp;", '"': "&#34;", "'": "&#39;" };

  const folded = (text) => text.toLowerCase().replace(/[\u2005\u00a0\u3000]/g, " ");
  const decoded = (text) => (text.includes("&") ? text.replace(ENTITY, (entity) => SIGNS[entity]) : text);
  const encoded = (text) => text.replace(/[<>&"']/g, (sign) => CODES[sign]);

  const eachRow = (html, visit) => { // number, sender (null for a notice), what stands behind the tag
    let sender = null;
    for (const piece of html.split("<div ")) {
      if (piece.startsWith('id="m')) visit(parseInt(piece.slice(5), 10), sender, piece);
      else if (piece.startsWith('class="g')) sender = Number(/ p(\d+)/.exec(piece)[1]);
      else if (piece.startsWith('class="o"')) sender = null;
    }
  };

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

  const senderOf = (row) => {
    const found = / p(\d+)/.exec(row.parentElement.className);
    return found ? Number(found[1]) : null;
  };

  /* --- Search --------------------------------------------------------------------------------- */

  const find = $("find");
  const counter = $("count");
  let query = "";
  let run = 0; // a search that is not the newest gives up
  let total = 0;
  let searching = false;
  let stale = true; // the highlights are to be made again

  const searchChunk = (chunk) => {
    chunk.hits = [];
    if (chunk.script) {
      const text = folded(chunk.script.textContent.replace(FURNITURE, ""));
      if (!text.includes(encoded(query))) return;
      eachRow(text, (number, sender, piece) => {
        if (passes(sender) && decoded(piece.slice(piece.indexOf(">") + 1)).includes(query)) chunk.hits.push(number);
      });
    } else {
      for (const row of rowsOf(chunk)) {
        if (passes(senderOf(row)) && folded(textOf(row).text).includes(query)) chunk.hits.push(Number(row.id.slice(1)));
      }
    }
  };

  const channel = new MessageChannel(); // a timer would wait for some milliseconds each time
  const pause = () => new Promise((done) => { channel.port1.onmessage = done; channel.port2.postMessage(0); });

  const search = async (go) => {
    const mine = (run += 1);
    if (!query) current = null; // a new search begins at what is on the screen
    query = folded(find.value);
    total = 0;
    for (const chunk of chunks) chunk.hits = [];
    stale = true;
    find.parentElement.classList.toggle("some", query !== "");
    if (!query) { searching = false; current = null; report(); mark(); return; }
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
        if (hit !== undefined) { gone = true; show(hit, false); }
      }
      if (performance.now() - began > SLICE) {
        report();
        await pause();
        if (mine !== run) return;
        began = performance.now();
      }
    }
    searching = false;
    if (!gone && total) show(chunks.find((chunk) => chunk.hits.length).hits[0], false);
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
    show(target, false);
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
        const row = $(`m${number}`);
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
    const found = [];
    const locate = (position, end) => {
      let index = nodes.length - 1;
      while (index > 0 && (end ? nodes[index][1] >= position : nodes[index][1] > position)) index -= 1;
      return [nodes[index][0], position - nodes[index][1]];
    };
    for (let at = lower.indexOf(query); at >= 0 && found.length < most; at = lower.indexOf(query, at + query.length)) {
      const range = document.createRange();
      range.setStart(...locate(at, false));
      range.setEnd(...locate(at + query.length, true));
      found.push(range);
    }
    return found;
  };

  /* --- People --------------------------------------------------------------------------------- */

  const chosen = new Set();
  const passes = (sender) => !chosen.size || chosen.has(sender);

  const applyFilter = (chunk) => {
    for (const day of chunk.place.children) {
      let any = false;
      for (const part of day.children) {
        if (part.localName === "h2") continue;
        const found = / p(\d+)/.exec(part.className);
        part.hidden = !passes(found ? Number(found[1]) : null);
        any ||= !part.hidden;
      }
      day.hidden = !any;
    }
  };

  const filter = () => {
    const keep = numberInView();
    for (const chunk of chunks) {
      chunk.shown = null;
      if (chosen.size && chunk.script) {
        let shown = 0;
        eachRow(chunk.script.textContent, (number, sender) => { shown += passes(sender); });
        chunk.shown = shown;
      }
      if (chunk.open) applyFilter(chunk);
    }
    $("chosen").textContent = chosen.size || "";
    setHeights();
    show(keep, false, true);
    search(false);
  };

  const numbersShown = (chunk) => {
    if (chunk.shown === 0) return [];
    open(chunk);
    const numbers = rowsOf(chunk).filter((row) => passes(senderOf(row))).map((row) => Number(row.id.slice(1)));
    if (!numbers.length) close(chunk);
    return numbers;
  };

  const nearestShown = (number) => { // the first message from a number on that passes the filter, or else the last before it
    const start = chunks.indexOf(chunkOf(number));
    for (const chunk of chunks.slice(start)) {
      const found = numbersShown(chunk).find((other) => other >= number);
      if (found !== undefined) return found;
    }
    for (const chunk of chunks.slice(0, start + 1).reverse()) {
      const found = numbersShown(chunk).at(-1);
      if (found !== undefined) return found;
    }
    return null;
  };

  const listPeople = () => {
    for (const [number, name, count, colour] of data.people) {
      const label = document.createElement("label");
      const box = document.createElement("input");
      box.type = "checkbox";
      box.value = number;
      box.addEventListener("change", () => {
        if (box.checked) chosen.add(number); else chosen.delete(number);
        filter();
      });
      label.append(box, element("b", `c${colour}`, name), element("small", "", count.toLocaleString("en")));
      $("names").append(label);
    }
    if (data.more) $("names").append(element("p", "", `+ ${data.more} ${words.and_more}`));
    $("everyone").addEventListener("click", () => {
      chosen.clear();
      for (const box of $("names").querySelectorAll("input")) box.checked = false;
      filter();
    });
  };

  /* --- Pictures ------------------------------------------------------------------------------- */

  let loadAll = false;

  const load = (link) => {
    const image = document.createElement("img");
    image.referrerPolicy = "no-referrer";
    image.alt = link.querySelector("b").textContent;
    image.src = link.href;
    const figure = document.createElement("figure");
    figure.className = link.className.replace("remote ", "");
    figure.append(image);
    link.replaceWith(figure);
  };

  const loadIn = (place) => { for (const link of place.querySelectorAll("a.remote")) load(link); };

  const absent = (image) => { // a picture that is not where the archive says
    const note = element("p", "absent image", `${image.alt} `);
    note.append(element("small", "", `${words.missing}: ${decodeURI(image.getAttribute("src")).slice(0, 200)}`));
    image.closest("figure").replaceWith(note);
  };

  /* --- Light and dark ------------------------------------------------------------------------- */

  const KEY = "wechatlog-theme";
  const root = document.documentElement;
  const remember = (theme) => { try { localStorage.setItem(KEY, theme); } catch { /* kept until the page is closed */ } };
  const remembered = () => { try { return localStorage.getItem(KEY); } catch { return null; } };

  const toggleTheme = () => {
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    remember(root.dataset.theme);
  };

  /* --- Paper ---------------------------------------------------------------------------------- */

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

  /* --- Wiring --------------------------------------------------------------------------------- */

  const wire = () => {
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
    picker.addEventListener("change", () => goToDay(picker.value));
    $("theme").addEventListener("click", toggleTheme);
    $("load").addEventListener("click", () => { loadAll = true; $("load").hidden = true; loadIn(log); });
    addEventListener("keydown", (event) => {
      if (event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey && !/^(input|textarea|select)$/i.test(event.target.localName)) {
        event.preventDefault();
        find.focus();
        find.select();
      } else if (event.key === "Escape" && $("who").open) {
        $("who").open = false;
        $("who").querySelector("summary").focus();
      }
    });
    addEventListener("click", (event) => {
      if (!$("who").contains(event.target)) $("who").open = false;
      const link = event.target.closest("a");
      if (link && link.matches(".remote") && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
        event.preventDefault();
        load(link);
      } else if (link && /^#m\d+$/.test(link.getAttribute("href")) && link.hash === location.hash) {
        goToHash(); // no change of the hash, no event
      }
      const row = event.target.localName === "time" && event.target.closest('[id^="m"]');
      if (row) location.hash = row.id;
    });
    log.addEventListener("mouseover", (event) => {
      if (event.target.localName === "time" && !event.target.title) event.target.title = event.target.dateTime.replace("T", " ");
    });
    log.addEventListener("error", (event) => { if (event.target.localName === "img") absent(event.target); }, true);
    addEventListener("hashchange", goToHash);
    addEventListener("scroll", later, { passive: true });
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
    drawStrip();
    listPeople();
    setHeights();
    wire();
    goToHash();
    update();
  };

  begin();
})();
