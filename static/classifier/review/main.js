/** The review queue: puts its parts together. What a curator does shows at once and is sent behind their back. */

import { toast } from "../../alumusic/toast.js";
import { showCard, tagsOf } from "./card.js";
import { Deck } from "./deck.js";
import * as family from "./family.js";
import { filters, watchFilters } from "./filters.js";
import { watchKeys } from "./keys.js";
import { Outbox } from "./outbox.js";
import { askProgress, count } from "./progress.js";
import { learnWords, post } from "./server.js";
import { at, labelOf, say, uuid, words } from "./setup.js";
import { openSitting } from "./sitting.js";
import { showFault, showStatus, watchBanner } from "./status.js";
import { closeTags, editTags, useVocabulary } from "./tags.js";

// Nobody reads a comment in so short a time: a key that comes sooner was pressed twice, and is not a verdict.
const BLINK_MS = 180;
const RENEW_MS = 60_000;
const IDLE_MS = 10 * RENEW_MS;

const sitting = await openSitting();
const note = at("note-text");

let shownAt = 0;
let undoing = false;
let active = Date.now();

const outbox = new Outbox({ onDone, onRefused, onState: showStatus });
const deck = new Deck({ sitting, busy: () => outbox.comments, filters, onChange: show });

function show() {
  const card = deck.first;
  const waiting = !card && !deck.ended && !deck.fault;
  if (at("card").dataset.comment !== String(card?.id)) {
    closeTags();
    closeNote();
    shownAt = performance.now();
  }
  at("loading").hidden = !waiting;
  at("empty").hidden = Boolean(card) || waiting;
  at("undo-alone").hidden = Boolean(card);
  showCard(card);
  family.showFamily(card, sitting);
  if (!card) at("card").dataset.comment = "";
  if (!outbox.fault) showFault(deck.fault);
}

/** The card on which an act falls; none where it came too soon after the last, or while a step is being taken back. */
function taken() {
  const card = deck.first;
  if (!card || undoing || performance.now() - shownAt < BLINK_MS) return null;
  return card;
}

function judge(categoria) {
  const card = taken();
  if (!card) return;
  const alike = family.chosen();
  const body = {
    sessao: sitting, passo: uuid(), comentario: card.id, versao: card.versao, categoria, observacao: note.value.trim(),
    parecidos: alike.map((each) => ({ comentario: each.id, versao: each.versao })),
  };
  if (tagsOf(card)) body.tags_funcionalidades = tagsOf(card);
  outbox.add("judge", body, { texto: card.texto });
  deck.cards = deck.cards.filter((each) => !alike.some((other) => other.id === each.id));
  deck.take();
  show();
}

function accept() {
  const proposed = deck.first?.proposta?.categoria;
  if (proposed) judge(proposed);
  else if (taken()) toast(words.chooseFirst);
}

function skip() {
  const card = taken();
  if (!card) return;
  outbox.add("skip", { sessao: sitting, passo: uuid(), comentario: card.id });
  deck.take();
  show();
}

function undo() {
  if (undoing) return;
  undoing = true;
  at("review").classList.add("is-undoing");
  outbox.add("undo", { sessao: sitting, passo: uuid() });
}

function onDone(entry, answer) {
  if (entry.call === "undo") return onUndone(answer);
  if (entry.call !== "judge") return undefined;
  count(answer.decididos, sitting, filters());
  if (answer.decididos > 1) {
    const told = { n: answer.decididos, category: labelOf(answer.decisao) };
    toast(say(words.decidedMany, told), { kind: "good", action: { label: at("undo-alone").textContent.trim().split(/\s/)[0], run: undo } });
  }
  tellLeftOut(answer.fora);
  if (answer.cego) {
    const sentence = answer.maquina === answer.decisao ? words.revealAgree : words.revealDiffer;
    toast(say(sentence, { category: labelOf(answer.maquina) }));
  }
  return undefined;
}

function onUndone(answer) {
  ready();
  if (answer.cartao) deck.putBack(answer.cartao);
  count(-answer.decididos, sitting, filters());
  const many = answer.decididos > 1;
  toast(many ? say(words.undoneMany, { n: answer.decididos }) : words.undone, { kind: "good" });
  tellLeftOut(answer.fora);
}

function ready() {
  undoing = false;
  at("review").classList.remove("is-undoing");
}

function tellLeftOut(left) {
  if (!left.length) return;
  const reasons = [...new Set(left.map((each) => each.motivo))].slice(0, 3).join("; ");
  toast(say(words.leftOut, { what: `${left.length} (${reasons})` }), { kind: "danger" });
}

function onRefused(entry, fault) {
  if (entry.call === "undo") ready();
  const now = fault.body.agora;
  if (!now) {
    toast(say(words.notTaken, { why: fault.detail }), { kind: "danger" });
    return;
  }
  const mine = entry.body.categoria;
  if (now.categoria === mine) {
    toast(`${fault.detail} ${words.same}`);
    return;
  }
  const insist = () => outbox.add("judge", { ...entry.body, passo: uuid(), versao: now.versao, parecidos: [] });
  toast(`${fault.detail} ${say(words.yours, { category: labelOf(mine) })}`, {
    kind: "danger",
    action: { label: say(words.insist, { category: labelOf(mine) }), run: insist },
  });
}

function openNote() {
  if (!deck.first) return;
  at("note").hidden = false;
  note.focus();
}

function closeNote() {
  at("note").hidden = true;
  note.value = "";
}

note.addEventListener("keydown", (event) => {
  if (event.key === "Escape" || (event.key === "Enter" && (event.ctrlKey || event.metaKey))) {
    event.preventDefault();
    note.blur();
  }
});

function tags() {
  const card = deck.first;
  if (card) editTags((names) => (card.tags = names));
}

function guide() {
  const proposed = deck.first?.proposta?.categoria;
  at("guide").querySelectorAll("details").forEach((each) => (each.open = !proposed || each.dataset.category === proposed));
  at("guide").showModal();
}

async function refill() {
  deck.ended = false;
  deck.fault = null;
  show();
  await deck.fill();
  show();
}

function retry() {
  showFault(null);
  outbox.wake();
  refill();
}

async function renew() {
  if (Date.now() - active > IDLE_MS || document.hidden) return;
  const held = await post("renew", { sessao: sitting }).catch(() => null);
  if (!held) return;
  const lost = deck.cards.filter((card) => !held.comentarios.includes(card.id)).map((card) => card.id);
  if (lost.includes(deck.first?.id)) toast(words.passedOn, { kind: "danger" });
  deck.drop(lost);
  deck.fill();
}

function watchPresence() {
  setInterval(renew, RENEW_MS);
  for (const sign of ["keydown", "pointerdown"]) {
    document.addEventListener(sign, () => {
      const away = Date.now() - active > IDLE_MS;
      active = Date.now();
      if (away) renew();
    });
  }
  addEventListener("pagehide", () => post("leave", { sessao: sitting }, { keepalive: true }).catch(() => {}));
  addEventListener("pageshow", (event) => event.persisted && location.reload());
  addEventListener("beforeunload", (event) => {
    if (outbox.entries.length) event.preventDefault();
  });
}

watchKeys({
  judge, accept, skip, undo, tags, guide, refill, note: openNote, family: family.toggleFamily,
  keys: () => at("keys").showModal(),
});
watchFilters(() => {
  askProgress(sitting, filters());
  deck.clear();
});
watchBanner(retry);
watchPresence();

undoing = outbox.entries.some((entry) => entry.call === "undo");
await outbox.run();
await refill();
askProgress(sitting, filters());
learnWords().then(useVocabulary, () => {});
