/** The tags of the card: shown, and edited with completion from the vocabulary. */

import { toast } from "../../alumusic/toast.js";
import { at, say, words } from "./setup.js";

const MOST = 5;
const SHOWN = 8;
const FORM = /^(feat|fix|perf|ui|doc|test|sec|api)_[a-z0-9]+(_[a-z0-9]+)*$/;

const list = at("tags");
const editor = at("tag-editor");
const input = at("tag-input");
const options = at("tag-options");

let vocabulary = [];
let current = null;
let onEdit = () => {};
let marked = -1;

export function useVocabulary(names) {
  vocabulary = names;
  at("tag-names").replaceChildren(...names.map((value) => Object.assign(document.createElement("option"), { value })));
  if (!editor.hidden) suggest();
}

/** tags: null where they are hidden, since the card is blind. */
export function showTags(tags) {
  current = tags;
  const shown = (tags ?? []).map((name) => Object.assign(document.createElement("code"), { className: "tag", textContent: name }));
  if (!shown.length) {
    const text = tags === null ? words.hiddenTags : words.noTags;
    shown.push(Object.assign(document.createElement("span"), { className: "review-hint", textContent: text }));
  }
  list.replaceChildren(...shown.map((part) => (part.className === "tag" ? withRemove(part) : wrapped(part))));
}

function wrapped(...children) {
  const entry = document.createElement("li");
  entry.append(...children);
  return entry;
}

function withRemove(chip) {
  if (editor.hidden) return wrapped(chip);
  const name = chip.textContent;
  const button = Object.assign(document.createElement("button"), { type: "button", className: "review-remove", textContent: "×" });
  button.setAttribute("aria-label", say(words.removeTag, { tag: name }));
  button.addEventListener("click", () => change(current.filter((each) => each !== name)));
  return wrapped(chip, button);
}

/** Opens the editor; every change is told by `edited`, which gets the tags. */
export function editTags(edited) {
  onEdit = edited;
  editor.hidden = false;
  input.value = "";
  showTags(current);
  suggest();
  input.focus();
}

export function closeTags() {
  if (editor.hidden) return;
  editor.hidden = true;
  options.hidden = true;
  if (editor.contains(document.activeElement)) document.activeElement.blur();
  showTags(current);
}

function change(tags) {
  current = [...new Set(tags)].sort();
  onEdit(current);
  showTags(current);
  input.value = "";
  suggest();
  input.focus();
}

function add(name) {
  if (!FORM.test(name)) return toast(words.badTag, { kind: "danger" });
  if ((current ?? []).length >= MOST && !current.includes(name)) return toast(words.tooManyTags, { kind: "danger" });
  return change([...(current ?? []), name]);
}

/** Names that begin with what was typed come first, then those that hold it. */
function found() {
  const typed = input.value.trim().toLowerCase();
  if (!typed) return [];
  const free = vocabulary.filter((name) => !(current ?? []).includes(name) && name.includes(typed));
  const rank = (name) => (name.startsWith(typed) ? 0 : name.split("_")[1]?.startsWith(typed) ? 1 : 2);
  return free.sort((a, b) => rank(a) - rank(b) || a.localeCompare(b)).slice(0, SHOWN);
}

function suggest() {
  const names = found();
  marked = names.length ? 0 : -1;
  options.replaceChildren(
    ...names.map((name, place) => {
      const option = Object.assign(document.createElement("li"), { id: `tag-option-${place}`, textContent: name });
      option.setAttribute("role", "option");
      option.addEventListener("pointerdown", (event) => (event.preventDefault(), add(name)));
      return option;
    }),
  );
  mark(marked);
}

function mark(place) {
  marked = place;
  const all = [...options.children];
  all.forEach((option, each) => option.setAttribute("aria-selected", String(each === place)));
  options.hidden = all.length === 0;
  input.setAttribute("aria-expanded", String(all.length > 0));
  if (all[place]) input.setAttribute("aria-activedescendant", all[place].id);
  else input.removeAttribute("aria-activedescendant");
}

input.addEventListener("input", suggest);
input.addEventListener("keydown", (event) => {
  const count = options.children.length;
  const chosen = options.children[marked]?.textContent ?? input.value.trim().toLowerCase();
  const acts = {
    ArrowDown: () => count && mark((marked + 1) % count),
    ArrowUp: () => count && mark((marked + count - 1) % count),
    Enter: () => (chosen ? add(chosen) : closeTags()),
    Tab: () => chosen && add(chosen),
    Escape: closeTags,
    Backspace: () => current?.length && change(current.slice(0, -1)),
  };
  if (event.isComposing || !(event.key in acts)) return;
  if (event.key === "Backspace" && input.value) return;
  if (event.key === "Tab" && !input.value) return closeTags();
  event.preventDefault();
  event.stopPropagation();
  acts[event.key]();
});
