/** What the queue is asked for; kept for the sitting. */

import { at } from "./setup.js";

const PLACE = "review-filters";
const NAMES = ["categoria", "tag", "motor", "desde", "ate", "texto"];

const form = at("filters");
const opener = at("open-filters");

/** The filters that are on, as the server takes them. */
export function filters() {
  return JSON.parse(sessionStorage.getItem(PLACE) ?? "{}");
}

function keep() {
  const on = NAMES.map((name) => [name, form.elements[name].value.trim()]).filter(([, value]) => value);
  sessionStorage.setItem(PLACE, JSON.stringify(Object.fromEntries(on)));
  show();
}

function show() {
  const on = filters();
  NAMES.forEach((name) => (form.elements[name].value = on[name] ?? ""));
  const count = Object.keys(on).length;
  at("filter-count").textContent = count ? ` (${count})` : "";
}

function toggle(open) {
  form.hidden = !open;
  opener.setAttribute("aria-expanded", String(open));
  if (open) form.elements.categoria.focus();
}

export function watchFilters(onChange) {
  show();
  opener.addEventListener("click", () => toggle(form.hidden));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    keep();
    toggle(false);
    onChange();
  });
  form.addEventListener("reset", () => {
    sessionStorage.removeItem(PLACE);
    setTimeout(() => (show(), toggle(false), onChange()));
  });
}
