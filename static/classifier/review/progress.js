/** How far it is: what is left, done today, the pace and the agreement with the machine. */

import { post } from "./server.js";
import { at, number, percent, say, words } from "./setup.js";

const EVERY_MS = 20_000;

let known = null;
let asked = 0;

export async function askProgress(sitting, filters) {
  asked = Date.now();
  known = await post("progress", { sessao: sitting, filtros: filters }).catch(() => known);
  draw();
}

/** Counts on from what the server said, and asks it again now and then. */
export function count(decided, sitting, filters) {
  if (known) {
    known.hoje = Math.max(0, known.hoje + decided);
    if (!known.ou_mais) known.faltam = Math.max(0, known.faltam - decided);
    draw();
  }
  const several = Math.abs(decided) > 1; // of a family some may be outside the filter
  if (several || Date.now() - asked > EVERY_MS) askProgress(sitting, filters);
}

function draw() {
  if (!known) return;
  const told = [
    say(known.ou_mais ? words.leftMore : words.left, { n: number(known.faltam) }),
    say(words.today, { n: number(known.hoje) }),
  ];
  if (known.ritmo) told.push(say(words.pace, { n: number(known.ritmo) }));
  if (known.acordo !== null) told.push(say(words.agreement, { n: percent(known.acordo) }));
  at("progress").replaceChildren(
    ...told.map((text) => Object.assign(document.createElement("span"), { textContent: text })),
  );
}
