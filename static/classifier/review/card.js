/** Draws the card that is on: the text, why it is here, and what the machine proposes, unless it is blind. */

import { at, categories, percent } from "./setup.js";
import { showTags } from "./tags.js";

const parts = Object.fromEntries(["card", "reasons", "text", "meta", "detail"].map((id) => [id, at(id)]));

function item(text) {
  return Object.assign(document.createElement("li"), { textContent: text });
}

export function showCard(card) {
  parts.card.hidden = !card;
  if (!card) return;
  parts.card.classList.toggle("is-blind", card.cego);
  parts.card.dataset.comment = card.id;
  parts.reasons.replaceChildren(...card.motivos.map(item));
  parts.text.textContent = card.texto;
  const long = card.texto.length > 400;
  parts.text.classList.toggle("is-long", long);
  parts.text.tabIndex = long ? 0 : -1; // it scrolls then, by the keyboard too
  parts.meta.textContent = [card.idade, card.origem, card.autor, card.proposta?.motor].filter(Boolean).join(" · ");
  parts.meta.title = card.momento;
  parts.detail.hidden = card.cego;
  parts.detail.href = card.url || "#";
  showProposal(card.proposta);
  showTags(card.tags ?? card.proposta?.tags ?? null);
}

function showProposal(proposal) {
  at("accept").hidden = !proposal?.categoria;
  const shares = proposal?.probabilidades ?? null;
  for (const { value, button } of categories) {
    const proposed = proposal?.categoria === value;
    const share = shares?.[value] ?? (proposed ? proposal.confianca : null);
    button.classList.toggle("is-proposed", proposed);
    button.querySelector(".review-proposed").hidden = !proposed;
    button.querySelector(".review-share").textContent = share === null ? "" : percent(share);
    const meter = button.querySelector("meter");
    meter.hidden = share === null;
    meter.value = share ?? 0;
  }
}

/** The tags that a verdict on the card carries: null where the curator has not touched them. */
export const tagsOf = (card) => card.tags ?? null;

