/* What the parts of the page share. All parts stand in one function, in the order that `pages/environment.py` names.
 *
 * The page takes the messages as the writer left them: the first chunks as elements, the others as text in script
 * elements that the browser does not look into. That text is the writer's own, with everything of the chat escaped, and it
 * is the only thing that ever becomes markup here; what is made of names and counts goes through textContent.
 */
const $ = (id) => document.getElementById(id);
const data = JSON.parse($("data").textContent);
const words = data.words;
const log = $("log");
const bar = $("bar");

const element = (name, className, text) => {
  const node = document.createElement(name);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
};

const shape = (name, attributes) => {
  const node = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  return node;
};

const said = (number) => number.toLocaleString("en");
const folded = (text) => text.toLowerCase().replace(/[\u2005\u00a0\u3000]/g, " "); // for comparing; a mention ends with an odd blank

const lastBelow = (items, number, start) => { // the last of sorted items that starts no later than a number
  let low = 0;
  let high = items.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (start(items[middle]) <= number) low = middle; else high = middle - 1;
  }
  return items[low];
};

const firstTrue = (count, holds) => { // the first index for which something holds that holds for all later ones; or the last
  let low = 0;
  let high = count - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(middle)) high = middle; else low = middle + 1;
  }
  return low;
};

const toast = (text) => {
  const node = $("toast");
  node.textContent = text;
  node.getAnimations().forEach((animation) => animation.cancel());
  node.animate([{ opacity: 1 }, { opacity: 1, offset: 0.8 }, { opacity: 0 }], 2400);
};
