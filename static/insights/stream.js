/** Server-sent events of a POST: `EventSource` can only GET. */

/** Gives each event as {name, data}; comments, which only keep the connection alive, are passed over. */
async function* events(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const blocks = (rest + value).split("\n\n");
    rest = blocks.pop();
    for (const block of blocks) {
      const fields = block.split("\n").map((line) => /^(event|data): (.*)$/.exec(line));
      const found = Object.fromEntries(fields.filter(Boolean).map(([, name, text]) => [name, text]));
      if (found.event) yield { name: found.event, data: JSON.parse(found.data) };
    }
  }
}

/** Posts, and hands each event to its handler. Ends with the name of the last event, or with "refused", "session" or
    "lost" where there was no such; a refusal's problem goes to `handlers.refused`. Rejects with AbortError. */
export async function ask(url, { body, token, signal, handlers }) {
  let response;
  try {
    response = await fetch(url, {
      method: "POST",
      headers: { Accept: "text/event-stream", "Content-Type": "application/json", "X-CSRFToken": token },
      body: JSON.stringify(body),
      redirect: "manual",
      signal,
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    return "lost";
  }
  if (response.status === 401 || response.type === "opaqueredirect") return "session";
  if (!response.ok) {
    handlers.refused(await response.json().catch(() => ({ detail: "" })));
    return "refused";
  }
  let last = "lost";
  try {
    for await (const { name, data } of events(response.body)) {
      handlers[name]?.(data);
      if (name === "fim" || name === "erro") last = name;
    }
  } catch (error) {
    if (error.name === "AbortError") throw error;
  }
  return last;
}
