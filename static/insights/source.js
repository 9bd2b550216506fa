/** The summary beside the answer, with the quoted words marked. */

import { at, say, urls, words } from "./setup.js";

const known = new Map();
let opener = null;

async function summary(week) {
  if (!known.has(week)) {
    const response = await fetch(urls.summary.replace("/0/", `/${week}/`), { headers: { Accept: "application/json" } });
    if (!response.ok) throw new Error(String(response.status));
    known.set(week, await response.json());
  }
  return known.get(week);
}

/** A paragraph; the first place of the quote in it stands in a <mark>. */
function paragraph(text, quote) {
  const element = document.createElement("p");
  const place = quote ? text.indexOf(quote) : -1;
  if (place < 0) {
    element.textContent = text;
    return element;
  }
  const mark = Object.assign(document.createElement("mark"), { textContent: quote });
  element.append(text.slice(0, place), mark, text.slice(place + quote.length));
  return element;
}

function theme({ nome, contagem, url }) {
  const item = document.createElement("li");
  const name = Object.assign(document.createElement(url ? "a" : "span"), { textContent: nome });
  if (url) name.href = url;
  const count = Object.assign(document.createElement("span"), { className: "quiet", textContent: ` ${contagem}` });
  item.append(name, count);
  return item;
}

export async function open({ semana, trecho }, button) {
  opener = button;
  const box = at("source");
  let found;
  try {
    found = await summary(semana);
  } catch {
    found = { titulo: words.noSource, texto: trecho, temas: [] };
  }
  at("source-title").textContent = found.titulo;
  at("source-text").replaceChildren(...found.texto.split("\n\n").map((text) => paragraph(text, trecho)));
  at("themes-title").textContent = found.temas.length ? words.themes : "";
  at("themes").replaceChildren(...found.temas.map(theme));
  box.hidden = false;
  box.focus({ preventScroll: true });
  (box.querySelector("mark") ?? box).scrollIntoView({ block: "nearest" });
}

export function close() {
  at("source").hidden = true;
  opener?.focus();
  opener = null;
}

/** The button that opens a citation. */
export function button(citation) {
  const element = document.createElement("button");
  element.type = "button";
  element.className = "insights-cite";
  element.textContent = say(words.source, { week: citation.semana });
  element.title = citation.trecho;
  element.addEventListener("click", () => open(citation, element));
  return element;
}
