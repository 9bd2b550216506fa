/** Asks how far the engine is, until it is done. */

const SECONDS = 2;
const card = document.querySelector("[data-progress]");
const bar = card.querySelector("progress");

async function ask() {
  const response = await fetch(card.dataset.progress, { headers: { Accept: "application/json" } }).catch(() => null);
  if (response?.ok) {
    const { total, done } = await response.json();
    bar.value = done;
    card.querySelector("[data-done]").textContent = done.toLocaleString(document.documentElement.lang);
    card.querySelector("[data-when-done]").hidden = done < total;
  }
  if (bar.value < bar.max) setTimeout(ask, SECONDS * 1000);
}

if (bar && bar.value < bar.max) setTimeout(ask, SECONDS * 1000);
