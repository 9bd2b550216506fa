/** Thumbs, and why. */

import { at, token, urls, words } from "./setup.js";

const NOBODY = "00000000-0000-0000-0000-000000000000";
const thumbs = [...document.querySelectorAll("[data-vote]")];
let question = null;

function show(vote) {
  for (const thumb of thumbs) thumb.setAttribute("aria-pressed", String(thumb.dataset.vote === vote));
  at("note-row").hidden = !vote;
}

/** The form for this question, as it was rated last. */
export function rate({ id, voto, observacao }) {
  question = id;
  show(voto);
  at("note").value = observacao;
  at("rated").textContent = "";
}

async function send(change) {
  at("rated").textContent = "";
  try {
    const response = await fetch(urls.rate.replace(NOBODY, question), {
      method: "POST",
      headers: { Accept: "application/json", "Content-Type": "application/json", "X-CSRFToken": token() },
      body: JSON.stringify(change),
    });
    if (!response.ok) throw new Error(String(response.status));
    const { voto } = await response.json();
    show(voto);
    at("rated").textContent = voto ? words.thanks : "";
  } catch {
    at("rated").textContent = words.notNoted;
  }
}

for (const thumb of thumbs) {
  thumb.addEventListener("click", () =>
    send({ voto: thumb.getAttribute("aria-pressed") === "true" ? null : thumb.dataset.vote }),
  );
}
at("rating").addEventListener("submit", (event) => {
  event.preventDefault();
  send({ observacao: at("note").value });
});
