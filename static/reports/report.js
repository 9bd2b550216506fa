"use strict";

/* Keeps the report fresh without a flash: every minute it asks for the page again, and where the ETag is another it takes
   over the numbers, the tables and the sentences, and leaves everything else as the reader has it. */
(() => {
  const EVERY = 60_000;
  const PRINT = window.matchMedia("print");
  const DARK = window.matchMedia("(prefers-color-scheme: dark)");
  const root = document.getElementById("report");
  const state = document.getElementById("state");
  const updated = document.getElementById("updated");
  const time = new Intl.DateTimeFormat(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", timeZone: updated.dataset.zone });
  let drawn = new Map();
  let charts = new Map();
  let etag = null;
  let fresh = new Date();

  const dataOf = (page) => JSON.parse(page.getElementById("report-data").textContent);
  const section = (name) => root.querySelector(`[data-chart="${name}"]`);

  function take(data) {
    charts = new Map(data.map((chart) => [chart.name, chart]));
  }

  function drawAll() {
    for (const [name, chart] of charts) {
      const place = section(name);
      drawn.set(name, drawCharts.draw(place.querySelector("canvas"), chart));
      place.querySelector(".downloads").hidden = false;
      place.querySelector(".numbers").open = false;
    }
    root.classList.add("drawn");
  }

  function redrawAll() {
    for (const [name, chart] of charts) drawCharts.redraw(drawn.get(name), chart);
  }

  function update(page) {
    const before = [...charts.keys()].join();
    take(dataOf(page));
    for (const part of root.querySelectorAll("[data-live]:not([data-keep])")) {
      const next = page.querySelector(`[data-live="${part.dataset.live}"]`);
      if (next && next.innerHTML !== part.innerHTML) part.innerHTML = next.innerHTML;
    }
    if ([...charts.keys()].join() === before) {
      redrawAll();
      return;
    }
    for (const chart of drawn.values()) chart.destroy();
    drawn = new Map();
    root.querySelector(".charts").innerHTML = page.querySelector(".charts").innerHTML;
    drawAll();
  }

  function succeeded() {
    fresh = new Date();
    updated.textContent = updated.dataset.text.replace("{time}", time.format(fresh));
  }

  function tell(message) {
    state.textContent = message;
    state.hidden = !message;
  }

  async function refresh() {
    try {
      const response = await fetch(window.location.href, { cache: "no-cache", signal: AbortSignal.timeout(30_000) });
      if (!response.ok) throw new Error(String(response.status));
      const next = response.headers.get("ETag");
      if (next === null || next !== etag) {
        update(new DOMParser().parseFromString(await response.text(), "text/html"));
        etag = next;
      }
      succeeded();
      tell("");
    } catch {
      tell(root.dataset.unreachable.replace("{time}", time.format(fresh)));
    }
  }

  function save(name, blob, ending) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = `${name}.${ending}`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1_000);
  }

  /* On the page's own ground: a picture without one is unreadable where it is pasted. */
  function png(canvas, then) {
    const copy = document.createElement("canvas");
    copy.width = canvas.width;
    copy.height = canvas.height;
    const pen = copy.getContext("2d");
    pen.fillStyle = getComputedStyle(canvas.closest(".chart")).backgroundColor;
    pen.fillRect(0, 0, copy.width, copy.height);
    pen.drawImage(canvas, 0, 0);
    copy.toBlob(then, "image/png");
  }

  /* As spreadsheets in Portuguese read it: semicolons, decimal commas, a byte order mark. */
  function csv(table) {
    const lines = [...table.rows].map((row) => [...row.cells]
      .map((cell) => `"${cell.textContent.trim().replaceAll('"', '""')}"`).join(";"));
    return new Blob([`\ufeff${lines.join("\r\n")}\r\n`], { type: "text/csv;charset=utf-8" });
  }

  root.addEventListener("click", (event) => {
    const kind = event.target.closest("[data-download]")?.dataset.download;
    if (!kind) return;
    const place = event.target.closest(".chart");
    const name = place.dataset.chart;
    if (kind === "png") png(place.querySelector("canvas"), (blob) => save(name, blob, "png"));
    else save(name, csv(place.querySelector("table")), "csv");
  });

  take(dataOf(document));
  drawAll();
  succeeded();
  DARK.addEventListener("change", redrawAll);
  PRINT.addEventListener("change", () => {
    for (const chart of drawn.values()) chart.resize();
    redrawAll();
  });
  setInterval(() => { if (!document.hidden) refresh(); }, EVERY);
  document.addEventListener("visibilitychange", () => { if (!document.hidden && new Date() - fresh >= EVERY) refresh(); });
})();
