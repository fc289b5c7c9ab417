/* --- The panel: lists of pictures, links and files, and the figures ------------------------------- */

const panel = $("panel");
const PORTION = 60; // entries of a list that are made at a time
let tab = "pictures";
let fromChunk = 0; // where the list goes on: chunks are looked through from the last to the first
let month = "";
let listing = 0; // a list that is not the newest gives up

const LISTS = {
  pictures: { selector: "figure.image > :is(img, video), a.remote.image, .card.film", mark: /<figure class="image">|<a class="remote image"|class="card film"/ },
  links: { selector: "a.card:not(.file, .film), p a[target], summary a[target]", mark: /target="_blank"/ },
  files: { selector: ".card.file", mark: /class="card file"/ },
};

const tile = ({ node, row, number }) => {
  const item = element("li", "tile");
  const button = element("button");
  button.type = "button";
  if (node.localName === "img") {
    const image = element("img");
    image.loading = "lazy";
    image.alt = node.alt;
    image.src = node.getAttribute("src");
    image.addEventListener("error", () => absent(image));
    button.append(image);
    button.addEventListener("click", () => view(number, "image", node.getAttribute("src")));
  } else {
    const moves = node.matches("video, .film");
    button.className = moves ? "icon film" : "icon picture";
    button.setAttribute("aria-label", moves ? words.video : words.image);
    button.addEventListener("click", () => jump(row.id));
  }
  const when = row.querySelector(":scope > time")?.dateTime.slice(5, 10);
  item.append(button, place(row, [when, nameOf(row)].filter(Boolean).join(" · ")));
  return item;
};

const place = (row, text) => { // the way to the message
  const link = element("a", "place", text || words.go);
  link.href = `#${row.id}`;
  link.title = words.go;
  link.setAttribute("aria-label", `${words.go}: ${captionOf(row)}`);
  return link;
};

const entry = ({ node, row }) => {
  const item = element("li", "entry");
  const card = node.matches(".card");
  const title = card ? node.querySelector("b").textContent : node.textContent;
  const line = card ? node.querySelector("span:not(.thumb)")?.textContent : node.hostname;
  const link = element("a", "title", title);
  link.href = `#${row.id}`;
  item.append(link);
  const thumb = node.querySelector(".thumb > img");
  if (thumb) item.prepend(thumb.cloneNode());
  if (line && line !== title) item.append(element("span", "", line));
  item.append(element("small", "", captionOf(row)));
  const address = node.getAttribute("href");
  if (address) {
    const out = element("a", "icon out");
    out.href = address;
    out.target = "_blank";
    out.rel = "noopener noreferrer";
    out.title = words.open;
    out.setAttribute("aria-label", `${words.open}: ${title}`);
    item.append(out);
  }
  return item;
};

const nearEnd = new IntersectionObserver((seen) => { if (seen.at(-1).isIntersecting && !$("more").hidden) addPortion(); });

const addPortion = async () => {
  const mine = (listing += 1);
  const { selector, mark: marks } = LISTS[tab];
  const list = $("list");
  let made = 0;
  let began = performance.now();
  for (; fromChunk >= 0 && made < PORTION; fromChunk -= 1) {
    const chunk = chunks[fromChunk];
    if (chunk.shown === 0 || !(chunk.open || marks.test(chunk.script.textContent))) continue;
    for (const found of gather(chunk, selector).reverse()) {
      if (chosen.size && !chosen.has(senderOf(found.row))) continue;
      const when = found.row.querySelector(":scope > time")?.dateTime.slice(0, 7) ?? "";
      if (!list.lastElementChild || when !== month) {
        if (when) list.append(element("h3", "", when));
        list.append(element("ul", tab === "pictures" ? "tiles" : "entries"));
        month = when;
      }
      list.lastElementChild.append(tab === "pictures" ? tile(found) : entry(found));
      made += 1;
    }
    if (performance.now() - began > SLICE) {
      await pause();
      if (mine !== listing) return;
      began = performance.now();
    }
  }
  $("more").hidden = fromChunk < 0;
  nearEnd.unobserve($("more")); // asked anew whether it is in sight, and the list goes on if it is
  nearEnd.observe($("more"));
  $("nothing").hidden = fromChunk >= 0 || list.childElementCount > 0;
};

const refreshList = () => {
  if (panel.hidden) return;
  const list = $("list");
  listing += 1;
  list.textContent = "";
  list.setAttribute("aria-labelledby", `tab-${tab}`);
  list.scrollTop = 0;
  $("more").hidden = $("nothing").hidden = true;
  month = "";
  fromChunk = chunks.length - 1;
  if (tab === "figures") drawFigures(list); else addPortion();
};

const choose = (name) => {
  tab = name;
  for (const button of panel.querySelectorAll('[role="tab"]')) {
    const selected = button.id === `tab-${name}`;
    button.setAttribute("aria-selected", String(selected));
    button.tabIndex = selected ? 0 : -1;
  }
  refreshList();
};

const closePanel = () => {
  if (panel.hidden) return;
  const inside = panel.contains(document.activeElement);
  panel.hidden = true;
  listing += 1;
  $("list").textContent = "";
  $("lists").setAttribute("aria-expanded", "false");
  if (inside) $("lists").focus();
};

const openPanel = () => {
  panel.hidden = false;
  $("lists").setAttribute("aria-expanded", "true");
  choose(tab);
  $(`tab-${tab}`).focus();
};

const jump = (address) => {
  if (location.hash === `#${address}`) goToHash(); else location.hash = address; // no change of the hash, no event
};

const wirePanel = () => {
  $("lists").addEventListener("click", () => { if (panel.hidden) openPanel(); else closePanel(); });
  $("close").addEventListener("click", closePanel);
  $("more").addEventListener("click", addPortion);
  const tabs = [...panel.querySelectorAll('[role="tab"]')];
  for (const button of tabs) {
    button.addEventListener("click", () => { choose(button.id.slice(4)); button.focus(); });
    button.addEventListener("keydown", (event) => {
      const way = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!way) return;
      const next = tabs[(tabs.indexOf(button) + way + tabs.length) % tabs.length];
      choose(next.id.slice(4));
      next.focus();
    });
  }
  panel.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="#"]');
    if (!link) return;
    event.preventDefault();
    if (matchMedia("(max-width: 900px)").matches) closePanel();
    jump(link.getAttribute("href").slice(1));
  });
};

/* --- Figures ------------------------------------------------------------------------------------- */

const section = (list, title) => {
  const node = element("section");
  node.append(element("h3", "", title));
  list.append(node);
  return node;
};

const bars = (list, title, rows, most = 12) => { // [label, number, what is done on a click, element before the label]
  if (!rows.length) return;
  const node = section(list, title);
  const ul = element("ul", "bars");
  const largest = Math.max(...rows.map((row) => row[1]));
  const add = (part) => {
    for (const [label, number, act, sign] of part) {
      const li = element("li");
      const name = act ? element("button", "", label) : element("b", "", label);
      if (act) { name.type = "button"; name.addEventListener("click", act); }
      if (sign) li.append(sign);
      const track = element("i");
      track.style.setProperty("--share", number / largest);
      li.append(name, element("span", "", said(number)), track);
      li.classList.toggle("signed", Boolean(sign));
      ul.append(li);
    }
  };
  add(rows.slice(0, most));
  node.append(ul);
  if (rows.length > most) {
    const more = element("button", "wide", `${words.all} (${said(rows.length)})`);
    more.type = "button";
    more.addEventListener("click", () => { add(rows.slice(most)); more.remove(); });
    node.append(more);
  }
};

const drawWeek = (list) => {
  const most = Math.max(...data.hours.flat());
  if (!most) return;
  const node = section(list, words.week);
  const svg = shape("svg", { viewBox: "-2.6 -1.3 26.6 8.4", role: "img", "aria-label": words.week, class: "week" });
  const label = (x, y, text) => {
    const place = shape("text", { x, y });
    place.textContent = text;
    svg.append(place);
  };
  for (let hour = 0; hour < 24; hour += 6) label(hour, -0.4, `${String(hour).padStart(2, "0")}:00`);
  data.hours.forEach((hours, day) => {
    label(-2.6, day + 0.75, words.weekdays[day]);
    hours.forEach((number, hour) => {
      const rect = shape("rect", { x: hour + 0.06, y: day + 0.06, width: 0.88, height: 0.88, rx: 0.2 });
      if (number) {
        rect.setAttribute("class", "on");
        rect.setAttribute("fill-opacity", (0.16 + 0.84 * Math.sqrt(number / most)).toFixed(2));
      }
      const title = shape("title", {});
      title.textContent = `${words.weekdays[day]} ${String(hour).padStart(2, "0")}:00: ${said(number)}`;
      rect.append(title);
      svg.append(rect);
    });
  });
  node.append(svg);
};

const drawFigures = (list) => {
  const totals = element("dl", "totals");
  const total = (name, value, act) => {
    const box = element("div");
    const shown = element("dd");
    if (act) {
      const button = element("button", "", value);
      button.type = "button";
      button.addEventListener("click", act);
      shown.append(button);
    } else shown.textContent = value;
    box.append(element("dt", "", name), shown);
    totals.append(box);
  };
  total(words.log, said(data.count));
  total(words.people, said(data.people.length + data.more));
  if (days.length) {
    total(words.active_days, said(days.length));
    total(words.per_day, said(Math.round((10 * data.count) / days.length) / 10));
    const busiest = days.reduce((best, day) => (day[2] > best[2] ? day : best));
    total(words.busiest, `${busiest[0]} (${said(busiest[2])})`, () => leadTo(() => goToDay(busiest[0])));
  }
  list.append(totals);
  bars(list, words.people, data.people.map((person) => [person.name, person.count, null, circle(person)]));
  drawWeek(list);
  const months = new Map();
  for (const [day, , count] of [...days].sort((a, b) => (a[0] < b[0] ? -1 : 1))) {
    const key = day.slice(0, 7);
    months.set(key, { count: (months.get(key)?.count ?? 0) + count, day: months.get(key)?.day ?? day });
  }
  if (months.size > 1) bars(list, words.months, [...months].map(([key, found]) => [key, found.count, () => leadTo(() => goToDay(found.day))]), 36);
  bars(list, words.kinds, data.kinds.map(([, label, count]) => [label, count]));
};

const leadTo = (act) => {
  if (matchMedia("(max-width: 900px)").matches) closePanel();
  act();
};
