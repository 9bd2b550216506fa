/** Short messages that come and go: toast("Desfeito", {kind: "good", action: {label: "Refazer", run}}). */

const SECONDS = { plain: 6, good: 6, danger: 15 };

function container() {
  let found = document.querySelector(".toasts");
  if (!found) {
    found = document.createElement("div");
    found.className = "toasts";
    found.setAttribute("role", "status");
    document.body.append(found);
  }
  return found;
}

/** Shows the text until it has been read or its action is taken; returns a function that takes it away. */
export function toast(text, { kind = "plain", action = null } = {}) {
  const box = document.createElement("div");
  box.className = `toast toast-${kind}`;
  box.append(Object.assign(document.createElement("span"), { textContent: text }));
  const away = () => box.remove();
  let timer = setTimeout(away, SECONDS[kind] * 1000);
  box.addEventListener("pointerenter", () => clearTimeout(timer));
  box.addEventListener("pointerleave", () => (timer = setTimeout(away, 2000)));
  if (action) {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: action.label });
    button.addEventListener("click", () => (away(), action.run()));
    box.append(button);
  }
  container().append(box);
  return away;
}
