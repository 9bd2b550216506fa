/** What the page was given by the server, and the small things that every module of the queue needs. */

export const { urls, words, curator } = JSON.parse(document.getElementById("review-setup").textContent);

export const at = (id) => document.getElementById(id);

/** The sentence with its %(names)s filled in. */
export function say(sentence, values = {}) {
  return sentence.replace(/%\((\w+)\)s/g, (_whole, name) => values[name]);
}

const locale = document.documentElement.lang || "pt-br";
const percentage = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 0 });

export const number = (value) => value.toLocaleString(locale);
export const percent = (share) => percentage.format(share);

/** A random UUID; `crypto.randomUUID` is there on https and localhost only. */
export function uuid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

/** The categories as the page's buttons name them: value, name for style sheets, label, key. */
export const categories = [...document.querySelectorAll(".review-category")].map((button, place) => ({
  value: button.dataset.category,
  name: button.dataset.name,
  label: button.dataset.label,
  key: String(place + 1),
  button,
}));

export const categoryOf = (value) => categories.find((category) => category.value === value);
export const labelOf = (value) => categoryOf(value)?.label ?? value;
