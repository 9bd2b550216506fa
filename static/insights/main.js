/** The page of questions: ask, watch the answer grow, open its sources, cancel, look back. */

import { rate } from "./rating.js";
import { at, opened, say, token, urls, words } from "./setup.js";
import * as source from "./source.js";
import { ask } from "./stream.js";

const form = at("ask");
let running = null;

function status(text) {
  at("status").textContent = text;
}

function trouble(text) {
  at("trouble").querySelector("span").textContent = text;
  at("trouble").hidden = !text;
}

function clear(question) {
  source.close();
  at("answer").hidden = false;
  at("asked").textContent = question;
  at("statements").replaceChildren();
  at("unknown").hidden = at("foot").hidden = true;
  trouble("");
}

function tell(citation) {
  const item = document.createElement("li");
  item.append(`${citation.afirmacao} `, source.button(citation));
  at("statements").append(item);
}

/** The whole answer, which is what counts whatever was shown while it grew. */
function show(question) {
  at("statements").replaceChildren();
  for (const citation of question.citacoes) tell(citation);
  at("unknown").hidden = question.citacoes.length > 0 || !question.resposta;
  at("unknown").textContent = question.resposta ?? "";
  const extracts = question.motor === words.extracts;
  const made = [
    say(words.base, { weeks: question.semanas.join(", ") }),
    extracts ? words.byExtracts : say(words.byModel, { engine: question.motor }),
  ];
  if (question.do_cache) made.push(words.cached);
  at("made").textContent = made.join(" ");
  at("foot").hidden = !question.resposta;
  at("rating").hidden = question.propria === false;
  rate(question);
}

function remember({ id }, text) {
  const link = Object.assign(document.createElement("a"), { href: `${urls.page}?pergunta=${id}`, textContent: text });
  const item = document.createElement("li");
  item.append(link);
  at("history").prepend(item);
  at("no-history").hidden = true;
}

function busy(controller) {
  running = controller;
  at("send").disabled = Boolean(controller);
  at("cancel").hidden = !controller;
  at("answer").setAttribute("aria-busy", String(Boolean(controller)));
}

async function put(text) {
  const controller = new AbortController();
  clear(text);
  busy(controller);
  status(words.asking);
  const handlers = {
    inicio: (data) => remember(data, text),
    afirmacao: (data) => (tell(data), status(words.checked)),
    recomeco: () => at("statements").replaceChildren(),
    fim: (data) => (show(data), status(words.done)),
    erro: (data) => (status(""), trouble(data.detail)),
    refused: (data) => (status(""), trouble(data.detail || words.lost)),
  };
  try {
    const body = { pergunta: text, semanas: Number(at("weeks").value) };
    const end = await ask(urls.ask, { body, token: token(), signal: controller.signal, handlers });
    if (end === "lost" || end === "session") {
      status("");
      trouble(words[end]);
    }
  } catch {
    at("statements").replaceChildren();
    status(words.cancelled);
  } finally {
    busy(null);
  }
}

form?.addEventListener("submit", (event) => {
  event.preventDefault();
  if (!running) put(at("question").value.trim());
});
at("question")?.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    form.requestSubmit();
  }
});
at("cancel")?.addEventListener("click", () => running?.abort());
at("again").addEventListener("click", () => !running && form && put(at("asked").textContent));
at("close").addEventListener("click", source.close);
for (const button of document.querySelectorAll("[data-suggestion]")) {
  button.addEventListener("click", () => {
    at("question").value = button.textContent;
    form.requestSubmit();
  });
}

if (opened) {
  clear(opened.pergunta);
  if (opened.resposta) show(opened);
  else status({ cancelada: words.cancelled, falhou: words.failed, pendente: words.pending }[opened.estado] ?? "");
}
