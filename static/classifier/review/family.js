/** The look-alikes beside the card, and one verdict for those that are marked. */

import { post } from "./server.js";
import { at, categoryOf, labelOf, percent, say, words } from "./setup.js";

const PAUSE_MS = 120;
const STEP = 0.01;
const LIKENESS = "review-likeness";

const box = at("family");
const list = at("alike");
const slider = at("likeness");
const template = at("alike-item");
const toggle = at("family-toggle");

let card = null;
let found = [];
let left = new Set();
let open = false;
let timer = 0;

slider.value = localStorage.getItem(LIKENESS) ?? slider.value;

/** Shows the look-alikes of the card once it has stayed for a moment: who is quick asks for none. */
export function showFamily(shown, sitting) {
  if (shown?.id === card?.id) return;
  clearTimeout(timer);
  card = shown ?? null;
  found = [];
  left = new Set();
  close();
  box.hidden = !card;
  list.replaceChildren();
  if (card) timer = setTimeout(() => fetchFor(card, sitting), PAUSE_MS);
}

async function fetchFor(wanted, sitting) {
  const answer = await post("look_alikes", { sessao: sitting }, { key: wanted.id }).catch(() => null);
  if (card !== wanted) return;
  found = answer?.parecidos ?? [];
  draw();
}

const threshold = () => Number(slider.value);
const isIn = (each) => each.livre && each.semelhanca >= threshold() && !left.has(each.id);

/** The look-alikes that get the card's verdict too; none while the family is not open. */
export const chosen = () => (open ? found.filter(isIn) : []);

export const isOpen = () => open;

export function toggleFamily() {
  if (open) close();
  else if (card && !card.cego && found.some((each) => each.livre)) {
    open = true;
    draw();
    if (matchMedia("(max-width: 900px)").matches) box.scrollIntoView({ block: "start" });
  }
}

export function close() {
  open = false;
  draw();
}

/** One step more or less of likeness. */
export function nudge(direction) {
  slider.value = threshold() + direction * STEP;
  keep();
}

function keep() {
  localStorage.setItem(LIKENESS, slider.value);
  draw();
}

slider.addEventListener("input", keep);

function draw() {
  toggle.setAttribute("aria-pressed", String(open));
  toggle.hidden = !found.some((each) => each.livre);
  box.classList.toggle("is-open", open);
  at("likeness-box").hidden = !open;
  at("likeness-shown").textContent = percent(threshold());
  at("family-count").textContent = open ? say(words.alikeChosen, { n: chosen().length }) : nearCount();
  const shown = open ? found : found.slice(0, 8);
  list.replaceChildren(...shown.map(item));
  if (card && !found.length) {
    const text = card.cego ? words.alikeLater : words.noAlike;
    list.append(Object.assign(document.createElement("li"), { className: "review-hint", textContent: text }));
  }
}

/** How many may be decided at once as it stands: what `f` would mark. */
function nearCount() {
  const near = found.filter(isIn).length;
  return near ? say(words.alikeNear, { n: near, likeness: percent(threshold()) }) : "";
}

function item(each) {
  const entry = template.content.firstElementChild.cloneNode(true);
  const tick = entry.querySelector("input");
  tick.hidden = !open;
  tick.disabled = !each.livre || each.semelhanca < threshold();
  tick.checked = isIn(each);
  tick.addEventListener("change", () => {
    if (tick.checked) left.delete(each.id);
    else left.add(each.id);
    at("family-count").textContent = say(words.alikeChosen, { n: chosen().length });
    entry.classList.toggle("is-in", isIn(each));
  });
  entry.classList.toggle("is-in", open && isIn(each));
  entry.classList.toggle("is-out", open && !isIn(each));
  entry.querySelector(".alike-likeness").textContent = percent(each.semelhanca);
  entry.querySelector(".alike-text").textContent = each.texto;
  showState(entry, each);
  return entry;
}

function showState(entry, each) {
  const chip = entry.querySelector(".chip");
  const category = categoryOf(each.categoria);
  chip.hidden = !category;
  if (category) {
    chip.classList.add(`chip-${category.name}`);
    chip.textContent = labelOf(category.value);
  }
  const who = each.com
    ? say(words.heldBy, { who: each.com })
    : each.revisado
      ? say(words.decidedBy, { who: each.decidido_por || "—" })
      : category
        ? words.undecided
        : "";
  entry.querySelector(".alike-who").textContent = who;
}

