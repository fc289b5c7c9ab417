/* --- People and kinds: which messages are shown ------------------------------------------------- */

const chosen = new Set(); // numbers of people
const chosenKinds = new Set();
const filtered = () => chosen.size + chosenKinds.size > 0;
const passes = (sender, kind) => (!chosen.size || chosen.has(sender)) && (!chosenKinds.size || chosenKinds.has(kind));
const passesRow = (row) => passes(senderOf(row), row.dataset.k ?? "text");

const applyFilter = (chunk) => {
  for (const day of chunk.place.children) {
    let anyRun = false;
    for (const part of day.children) {
      if (part.localName === "h2") continue;
      let any = false;
      for (const row of part.children) {
        if (row.localName !== "div") continue;
        row.hidden = !passesRow(row);
        any ||= !row.hidden;
      }
      part.hidden = !any;
      anyRun ||= any;
    }
    day.hidden = !anyRun;
  }
};

const filter = () => {
  const keep = numberInView();
  for (const chunk of chunks) {
    chunk.shown = null;
    if (filtered() && chunk.script) {
      let shown = 0;
      eachRow(chunk.script.textContent, chunk.start, (number, sender, kind) => { shown += passes(sender, kind); });
      chunk.shown = shown;
    }
    if (chunk.open) applyFilter(chunk);
  }
  $("chosen").textContent = chosen.size + chosenKinds.size || "";
  $("everyone").disabled = !filtered();
  setHeights();
  show(keep, { quietly: true });
  search(false);
  refreshList();
};

const clearFilter = () => {
  chosen.clear();
  chosenKinds.clear();
  for (const box of $("who").querySelectorAll("input:checked")) box.checked = false;
  filter();
};

const numbersShown = (chunk) => {
  if (chunk.shown === 0) return [];
  open(chunk);
  const numbers = rowsOf(chunk).flatMap((row, index) => (passesRow(row) ? [chunk.start + index] : []));
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

const choice = (set, value, ...shown) => {
  const label = element("label");
  const box = element("input");
  box.type = "checkbox";
  box.value = value;
  box.addEventListener("change", () => {
    if (box.checked) set.add(value); else set.delete(value);
    filter();
  });
  label.append(box, ...shown);
  return label;
};

const listPeople = () => {
  for (const person of data.people) {
    const name = element("b", `c${person.colour}`, person.name);
    $("names").append(choice(chosen, person.number, circle(person), name, element("small", "", said(person.count))));
  }
  if (data.more) $("names").append(element("p", "", `+ ${said(data.more)} ${words.and_more}`));
  for (const [kind, label, count] of data.kinds) {
    $("kinds").append(choice(chosenKinds, kind, element("span", "", label), element("small", "", said(count))));
  }
  $("kinds").previousElementSibling.hidden = $("kinds").hidden = data.kinds.length < 2;
  $("person").hidden = data.people.length < 8;
  $("person").addEventListener("input", () => {
    const wanted = folded($("person").value.trim());
    for (const label of $("names").querySelectorAll("label")) label.hidden = !folded(label.querySelector("b").textContent).includes(wanted);
  });
  $("everyone").addEventListener("click", clearFilter);
};

/* The picture of a person, where the chat has one, stands above the circle with the letter; a rule of the style sheet puts
 * it at every message of theirs, so that it is in the page once. */
const FACE = /^(?:data:image\/(?:png|jpeg|gif|webp|avif|bmp);base64,[A-Za-z0-9+\/=]+|[\w.~%\/-]+)$/;
const hasFace = (person) => FACE.test(person.face ?? "");
const placeFaces = () => {
  const sheet = document.styleSheets[0];
  for (const person of data.people.filter(hasFace)) {
    sheet.insertRule(`.wechatlog .p${person.number} > b::after { background-image: url("${person.face}") }`, sheet.cssRules.length);
  }
};

const circle = (person) => {
  const node = element("span", `circle c${person.colour}`, person.initial);
  node.setAttribute("aria-hidden", "true");
  if (hasFace(person)) {
    const face = element("i");
    face.style.backgroundImage = `url("${person.face}")`;
    node.append(face);
  }
  return node;
};
