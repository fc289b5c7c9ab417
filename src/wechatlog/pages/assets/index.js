/* The tools of the index: order and filter. Takes the list as the writer left it, which is complete without them. */
const $ = (id) => document.getElementById(id);
const list = $("chats");
const items = [...list.children].map((node, number) => ({
  node,
  number,
  text: node.textContent.toLowerCase(),
  title: node.querySelector("b").textContent,
  messages: Number(node.dataset.messages),
  size: Number(node.dataset.size),
  last: node.dataset.last,
}));
const buttons = [...document.querySelectorAll("[data-by]")];
const names = new Intl.Collator(document.documentElement.lang || undefined, { numeric: true });
const ORDERS = { // which way is tried first
  title: { first: 1, compare: (a, b) => names.compare(a.title, b.title) },
  messages: { first: -1, compare: (a, b) => a.messages - b.messages },
  last: { first: -1, compare: (a, b) => (a.last < b.last ? -1 : Number(a.last > b.last)) },
  size: { first: -1, compare: (a, b) => a.size - b.size },
};

const order = (button) => { // a second click turns it round, a third gives the order of the folder back
  const { first, compare } = ORDERS[button.dataset.by];
  const way = { "": first, [first]: -first, [-first]: 0 }[button.dataset.way ?? ""];
  for (const other of buttons) {
    delete other.dataset.way;
    other.setAttribute("aria-pressed", String(other === button && way !== 0));
  }
  if (way) button.dataset.way = way;
  const sorted = [...items].sort((a, b) => way * compare(a, b) || a.number - b.number);
  list.append(...sorted.map((item) => item.node));
};

const filter = () => {
  const wanted = $("find").value.trim().toLowerCase();
  let shown = 0;
  for (const item of items) {
    item.node.hidden = !item.text.includes(wanted);
    shown += !item.node.hidden;
  }
  $("count").textContent = wanted ? `${shown} / ${items.length}` : "";
  $("nothing").hidden = shown > 0;
};

for (const button of buttons) button.addEventListener("click", () => order(button));
$("find").addEventListener("input", filter);
addEventListener("keydown", (event) => {
  if (event.key === "/" && event.target !== $("find")) {
    event.preventDefault();
    $("find").focus();
  } else if (event.key === "Escape") {
    $("find").value = "";
    filter();
  }
});
document.querySelector(".sift").hidden = items.length < 2;
