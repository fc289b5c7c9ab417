/* --- Pictures: loaded when somebody wants them, and enlarged ------------------------------------- */

let loadAll = false;

const load = (link) => {
  const image = document.createElement("img");
  image.referrerPolicy = "no-referrer";
  image.alt = link.querySelector("b").textContent;
  image.src = link.href;
  const figure = element("figure", link.className.replace("remote ", ""));
  figure.append(image);
  link.replaceWith(figure);
  makeButton(figure);
  return figure;
};

const loadThumb = (place) => { // of the card of a link
  const image = document.createElement("img");
  image.referrerPolicy = "no-referrer";
  image.alt = "";
  image.src = place.dataset.u;
  place.removeAttribute("data-u");
  place.append(image);
};

const loadIn = (place) => {
  for (const link of place.querySelectorAll("a.remote")) load(link);
  for (const thumb of place.querySelectorAll("[data-u]")) loadThumb(thumb);
};

const absent = (image) => { // a picture that is not where the archive says
  if (image.closest(".card, .tile")) { image.remove(); return; }
  const note = element("p", "absent image", `${image.alt} `);
  note.append(element("small", "", `${words.missing}: ${decodeURI(image.getAttribute("src")).slice(0, 200)}`));
  image.closest("figure").replaceWith(note);
};

const makeButton = (figure) => {
  figure.tabIndex = 0;
  figure.setAttribute("role", "button");
  figure.setAttribute("aria-label", `${words.enlarge}: ${figure.firstChild.alt}`);
};

const dress = (place) => { // what the writer's markup needs the script for
  if (loadAll) loadIn(place);
  for (const image of place.querySelectorAll("figure > img")) makeButton(image.parentElement);
};

/* The viewer goes from picture to picture of the whole chat, those in closed chunks too; stickers among stickers. */
const viewer = $("viewer");
const large = document.createElement("img");
const PICTURES = { image: "figure.image > img", sticker: "figure.sticker > img" };
const MARKS = { image: /<figure class="image"><img /g, sticker: /<figure class="sticker"><img /g };
let shownAt = null; // kind, index of the chunk, index among its pictures

const gather = (chunk, selector) => { // the elements in the rows of a chunk, each with its row and the number of its message
  const found = [];
  const rows = chunk.open ? rowsOf(chunk) : rootOf(chunk).querySelectorAll(ROWS);
  rows.forEach((row, index) => {
    for (const node of row.querySelectorAll(selector)) found.push({ node, row, number: chunk.start + index });
  });
  return found;
};

const countPictures = (chunk, kind) =>
  (chunk.open ? chunk.place.querySelectorAll(PICTURES[kind]).length : (chunk.script.textContent.match(MARKS[kind]) ?? []).length);

const picturesOf = (chunk, kind) => (countPictures(chunk, kind) ? gather(chunk, PICTURES[kind]) : []);

const nameOf = (row) => row.parentElement.querySelector(":scope > b")?.textContent ?? "";
const captionOf = (row) => {
  const time = row.querySelector(":scope > time")?.dateTime.replace("T", " ").slice(0, 16) ?? "";
  return [nameOf(row), time].filter(Boolean).join(" · ");
};

const fill = ({ node, row }) => {
  large.classList.remove("full");
  large.src = node.getAttribute("src");
  large.alt = node.alt;
  let before = 0;
  let all = 0;
  chunks.forEach((chunk, index) => {
    const count = countPictures(chunk, shownAt.kind);
    if (index < shownAt.chunk) before += count;
    all += count;
  });
  const place = before + shownAt.index + 1;
  $("caption").textContent = [captionOf(row), `${said(place)} / ${said(all)}`].filter(Boolean).join(" · ");
  $("where").href = `#${row.id}`;
  $("earlier").disabled = place === 1;
  $("later").disabled = place === all;
};

const view = (number, kind, src) => {
  const chunk = chunkOf(number);
  const found = picturesOf(chunk, kind);
  const index = found.findIndex((picture) => picture.number === number && picture.node.getAttribute("src") === src);
  if (index < 0) return;
  shownAt = { kind, chunk: chunks.indexOf(chunk), index };
  viewer.prepend(large);
  if (!viewer.open) viewer.showModal();
  $("shut").focus();
  fill(found[index]);
};

const turn = (forward) => {
  const { kind } = shownAt;
  let { chunk, index } = shownAt;
  let found = picturesOf(chunks[chunk], kind);
  index += forward ? 1 : -1;
  while (!found[index]) {
    chunk += forward ? 1 : -1;
    if (!chunks[chunk]) return;
    found = picturesOf(chunks[chunk], kind);
    index = forward ? 0 : found.length - 1;
  }
  shownAt = { kind, chunk, index };
  fill(found[index]);
};

const enlarge = (figure) => {
  const kind = figure.classList.contains("sticker") ? "sticker" : "image";
  view(numberOf(figure.closest(ROWS)), kind, figure.firstChild.getAttribute("src"));
};

const wireViewer = () => {
  log.addEventListener("click", (event) => {
    const figure = event.target.closest('figure[role="button"]');
    if (figure) enlarge(figure);
  });
  log.addEventListener("keydown", (event) => {
    if (event.target.matches('figure[role="button"]') && (event.key === "Enter" || event.key === " ")) {
      event.preventDefault();
      enlarge(event.target);
    }
  });
  viewer.addEventListener("keydown", (event) => {
    if (event.key === "ArrowLeft") turn(false);
    if (event.key === "ArrowRight") turn(true);
  });
  viewer.addEventListener("click", (event) => {
    if (event.target === large) large.classList.toggle("full");
    else if (!event.target.closest("button, a, p")) viewer.close();
  });
  let from = null; // where a finger was put down
  viewer.addEventListener("touchstart", (event) => { from = event.touches.length === 1 ? event.touches[0].clientX : null; }, { passive: true });
  viewer.addEventListener("touchend", (event) => {
    const way = from === null ? 0 : event.changedTouches[0].clientX - from;
    if (Math.abs(way) > 60 && !large.classList.contains("full")) turn(way < 0);
  });
  viewer.addEventListener("close", () => { if (!viewer.open) large.remove(); }); // told late: it may be open again
  $("earlier").addEventListener("click", () => turn(false));
  $("later").addEventListener("click", () => turn(true));
  $("shut").addEventListener("click", () => viewer.close());
  $("where").addEventListener("click", () => { viewer.close(); if (matchMedia("(max-width: 900px)").matches) closePanel(); });
  log.addEventListener("error", (event) => { if (event.target.localName === "img") absent(event.target); }, true);
};
