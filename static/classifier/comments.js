/** The list of comments: its count, asked for once the list is there, and the selection. */

const counter = document.querySelector("[data-count]");
if (counter) {
  fetch(counter.dataset.count, { headers: { Accept: "application/json" } })
    .then((response) => (response.ok ? response.json() : Promise.reject(response)))
    .then(({ sentence }) => (counter.textContent = sentence))
    .catch(() => counter.remove());
}

const all = document.querySelector("#tick-all");
const ticks = [...document.querySelectorAll('[name="chosen"]')];
const bulk = document.querySelector(".bulk");
let last = null;

function show() {
  const count = ticks.filter((tick) => tick.checked).length;
  const words = bulk.querySelector(".ticked");
  const { none, one, many } = words.dataset;
  words.textContent = count === 0 ? none : count === 1 ? one : many.replace("{n}", count);
  bulk.hidden = count === 0;
  all.checked = count === ticks.length;
  all.indeterminate = count > 0 && count < ticks.length;
}

if (bulk && all) {
  all.addEventListener("change", () => {
    for (const tick of ticks) tick.checked = all.checked;
    show();
  });
  ticks.forEach((tick, index) =>
    tick.addEventListener("click", (event) => {
      if (event.shiftKey && last !== null) {
        const [from, to] = [Math.min(last, index), Math.max(last, index)];
        for (const between of ticks.slice(from, to + 1)) between.checked = tick.checked;
      }
      last = index;
      show();
    }),
  );
  show();
}

// A second press of the button would find that the first has changed everything.
document.querySelector("#selection")?.addEventListener("submit", (event) => {
  for (const button of event.target.querySelectorAll("button")) setTimeout(() => (button.disabled = true));
});
