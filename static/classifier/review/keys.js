/** Keys and buttons: both lead to the same acts. */

import { categories } from "./setup.js";
import * as family from "./family.js";

const TYPED = "input:not([type=checkbox], [type=range]), textarea, select, [contenteditable]";

/** acts: judge(category), accept, skip, undo, tags, note, guide, keys, family, refill. */
export function watchKeys(acts) {
  for (const { value, button } of categories) button.addEventListener("click", () => acts.judge(value));
  document.querySelectorAll("[data-do]").forEach((button) => {
    button.addEventListener("click", () => acts[button.dataset.do]());
  });
  document.addEventListener("keydown", (event) => {
    if (event.repeat || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (document.querySelector("dialog[open]") || event.target.closest(TYPED)) return;
    const act = actOf(event, acts);
    if (!act) return;
    event.preventDefault();
    act();
  });
}

function actOf(event, acts) {
  const category = categories.find(({ key }) => key === event.key);
  if (category) return () => acts.judge(category.value);
  if (event.key === "Enter") return event.target.closest("a, button, summary") ? null : acts.accept;
  if (family.isOpen()) {
    if (event.key === "Escape") return family.close;
    if (event.key === "-" || event.key === "−") return () => family.nudge(-1);
    if (event.key === "+" || event.key === "=") return () => family.nudge(1);
  }
  return {
    s: acts.skip, u: acts.undo, t: acts.tags, n: acts.note, g: acts.guide, f: acts.family, "?": acts.keys,
  }[event.key.toLowerCase()];
}
