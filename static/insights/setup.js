/** What the page was given by the server, and the small things that its modules share. */

const setup = JSON.parse(document.getElementById("insights-setup").textContent);

export const { urls, words } = setup;
export const opened = setup.open;

export const at = (id) => document.getElementById(id);

/** The sentence with its %(names)s filled in. */
export function say(sentence, values = {}) {
  return sentence.replace(/%\((\w+)\)s/g, (_whole, name) => values[name]);
}

export const token = () => document.querySelector("#ask input[name=csrfmiddlewaretoken]")?.value ?? "";
