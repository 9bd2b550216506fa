"use strict";

/* Draws the five charts from the numbers of the page: `drawCharts.draw(canvas, chart)` gives a Chart of Chart.js. Colours are
   the page's own tokens, and each category has a pattern of its own beside its colour. */
const drawCharts = (() => {
  const CATEGORIES = ["praise", "criticism", "suggestion", "question", "spam"];
  const NO_COLUMN = -1;
  const number = new Intl.NumberFormat(document.documentElement.lang);

  /* A token as the browser resolves it, by whatever way the style sheet defines it. */
  function token(name) {
    const probe = document.createElement("span");
    probe.hidden = true;
    document.body.append(probe);
    probe.style.color = `var(--${name})`;
    const color = getComputedStyle(probe).color;
    probe.remove();
    return color;
  }

  const MARKS = {
    praise: () => {},
    criticism: (pen) => { pen.moveTo(-2, 10); pen.lineTo(10, -2); pen.moveTo(-2, 2); pen.lineTo(2, -2); pen.moveTo(6, 10); pen.lineTo(10, 6); },
    suggestion: (pen) => { pen.moveTo(0, 2); pen.lineTo(8, 2); },
    question: (pen) => { pen.moveTo(2, 0); pen.lineTo(2, 8); },
    spam: (pen) => { pen.moveTo(0, 0); pen.lineTo(8, 8); pen.moveTo(8, 0); pen.lineTo(0, 8); },
  };

  function fill(key) {
    const tile = document.createElement("canvas");
    tile.width = tile.height = 8;
    const pen = tile.getContext("2d");
    pen.fillStyle = token(key);
    pen.fillRect(0, 0, 8, 8);
    pen.strokeStyle = "rgb(255 255 255 / 55%)";
    pen.lineWidth = 1.5;
    pen.beginPath();
    MARKS[key](pen);
    pen.stroke();
    return pen.createPattern(tile, "repeat");
  }

  function theme() {
    return {
      ink: token("ink"),
      soft: token("ink-soft"),
      line: token("line"),
      surface: token("surface"),
      accent: token("accent"),
      fills: Object.fromEntries(CATEGORIES.map((key) => [key, fill(key)])),
      colors: Object.fromEntries(CATEGORIES.map((key) => [key, token(key)])),
    };
  }

  const column = (chart, place) => chart.rows.map((row) => row.cells[place].value);
  const labels = (chart) => chart.rows.map((row) => row.short);

  /* The value at the end of each bar, as the table writes it. */
  const valuesAtEnds = {
    id: "valuesAtEnds",
    afterDatasetsDraw(drawn, _args, options) {
      const { ctx } = drawn;
      ctx.save();
      ctx.font = `${options.weight || 400} 12px ${Chart.defaults.font.family}`;
      ctx.fillStyle = options.color;
      ctx.textBaseline = "middle";
      ctx.textAlign = "left";
      drawn.getDatasetMeta(options.dataset).data.forEach((bar, index) => {
        ctx.fillText(options.texts[index], bar.x + 6, bar.y);
      });
      ctx.restore();
    },
  };

  function axis(colors, more = {}) {
    return {
      beginAtZero: true,
      border: { display: false },
      grid: { color: colors.line },
      ticks: { color: colors.soft, precision: 0, maxRotation: 0, autoSkipPadding: 12 },
      ...more,
    };
  }

  function names(colors, more = {}) {
    return axis(colors, { grid: { display: false }, ticks: { color: colors.ink, maxRotation: 0, autoSkipPadding: 12 }, ...more });
  }

  /* Every row has its name, cut where the picture is narrow; the table and the tip have it whole. */
  function labelled(colors, chart, more = {}) {
    const cut = (label, room) => (label.length > room ? `${label.slice(0, room - 1)}…` : label);
    const ticks = {
      color: colors.ink,
      autoSkip: false,
      callback(_value, index) { return cut(chart.rows[index].short, this.chart.width < 400 ? 14 : 40); },
    };
    return names(colors, { ticks, ...more });
  }

  function bars(chart, colors, place, more) {
    return {
      label: chart.columns[place].label,
      data: column(chart, place),
      place,
      borderRadius: 3,
      ...more,
    };
  }

  const legend = (colors) => ({
    position: "bottom",
    labels: { color: colors.ink, boxWidth: 12, boxHeight: 12, padding: 8 },
  });

  /* Two bars a category: this span's in its colour, the week before as a mere outline. */
  function paired(chart, colors, before, max) {
    const keys = chart.rows.map((row) => row.key);
    return {
      type: "bar",
      data: {
        labels: labels(chart),
        datasets: [
          bars(chart, colors, 0, { backgroundColor: keys.map((key) => colors.fills[key]) }),
          bars(chart, colors, before, {
            backgroundColor: "transparent",
            borderColor: keys.map((key) => colors.colors[key]),
            borderWidth: 1.5,
            barPercentage: 0.55,
          }),
        ],
      },
      options: {
        indexAxis: "y",
        layout: { padding: { right: 56 } },
        scales: {
          x: axis(colors, { max, suggestedMax: 10, ticks: { color: colors.soft, maxTicksLimit: 6, callback: (value) => `${number.format(value)}%` } }),
          y: labelled(colors, chart),
        },
        plugins: {
          legend: {
            ...legend(colors),
            labels: {
              color: colors.ink,
              boxWidth: 14,
              boxHeight: 10,
              generateLabels: (drawn) => drawn.data.datasets.map((set, index) => ({
                text: set.label,
                fontColor: colors.ink,
                fillStyle: index ? "transparent" : colors.soft,
                strokeStyle: colors.soft,
                lineWidth: 1.5,
                hidden: !drawn.isDatasetVisible(index),
                datasetIndex: index,
              })),
            },
          },
          valuesAtEnds: { dataset: 0, color: colors.ink, weight: 600, texts: chart.rows.map((row) => row.cells[0].text) },
        },
      },
      plugins: [valuesAtEnds],
    };
  }

  function stacked(chart, colors) {
    return chart.columns.flatMap((each, place) => each.key
      ? [bars(chart, colors, place, { backgroundColor: colors.fills[each.key], stack: "now", borderWidth: 1, borderColor: colors.surface, borderSkipped: false, borderRadius: 2 })]
      : []);
  }

  const KINDS = {
    shares: (chart, colors) => paired(chart, colors, 2),
    confidence: (chart, colors) => paired(chart, colors, 1, 100),
    days(chart, colors) {
      const before = chart.columns.length - 1;
      return {
        type: "bar",
        data: {
          labels: labels(chart),
          datasets: [
            {
              type: "line",
              label: chart.columns[before].label,
              data: column(chart, before),
              place: before,
              borderColor: colors.ink,
              backgroundColor: colors.surface,
              borderDash: [5, 4],
              borderWidth: 1.5,
              pointRadius: 3,
              pointStyle: "rectRot",
            },
            ...stacked(chart, colors),
          ],
        },
        options: {
          scales: { x: names(colors, { stacked: true }), y: axis(colors, { stacked: true }) },
          plugins: { legend: legend(colors) },
        },
      };
    },
    tags(chart, colors) {
      const total = chart.columns.length - 2;
      const sets = stacked(chart, colors);
      return {
        type: "bar",
        data: { labels: labels(chart), datasets: sets },
        options: {
          indexAxis: "y",
          layout: { padding: { right: 40 } },
          scales: {
            x: axis(colors, { stacked: true }),
            y: labelled(colors, chart, { stacked: true }),
          },
          plugins: {
            legend: legend(colors),
            valuesAtEnds: { dataset: sets.length - 1, color: colors.ink, weight: 600, texts: chart.rows.map((row) => row.cells[total].text) },
          },
        },
        plugins: [valuesAtEnds],
      };
    },
    hours: (chart, colors) => ({
      type: "bar",
      data: { labels: labels(chart), datasets: [bars(chart, colors, 0, { backgroundColor: colors.accent })] },
      options: {
        scales: { x: names(colors), y: axis(colors) },
        plugins: { legend: { display: false } },
      },
    }),
  };

  function linkAt(chart, drawn, event) {
    const [hit] = drawn.getElementsAtEventForMode(event, "nearest", { intersect: true }, false);
    if (!hit) return null;
    const { place } = drawn.data.datasets[hit.datasetIndex];
    return chart.rows[hit.index].cells[place ?? NO_COLUMN]?.link ?? null;
  }

  function tooltip(chart, colors) {
    return {
      backgroundColor: colors.ink,
      titleColor: colors.surface,
      bodyColor: colors.surface,
      callbacks: {
        title: ([item]) => chart.rows[item.dataIndex].label,
        label: (item) => ` ${item.dataset.label}: ${chart.rows[item.dataIndex].cells[item.dataset.place].text}`,
      },
    };
  }

  function configured(chart) {
    const colors = theme();
    const config = KINDS[chart.name](chart, colors);
    Object.assign(config.options, {
      animation: false,
      maintainAspectRatio: false,
      interaction: { mode: "nearest", intersect: true },
      onHover: (event, _hits, drawn) => { event.native.target.style.cursor = linkAt(chart, drawn, event) ? "pointer" : "default"; },
      onClick: (event, _hits, drawn) => {
        const link = linkAt(chart, drawn, event);
        if (link) window.location.assign(link);
      },
    });
    config.options.plugins.tooltip = tooltip(chart, colors);
    return config;
  }

  Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
  Chart.defaults.locale = document.documentElement.lang;

  return {
    draw: (canvas, chart) => new Chart(canvas, configured(chart)),

    /* The same picture with other numbers or other colours, in place. */
    redraw(drawn, chart) {
      const config = configured(chart);
      const hidden = drawn.data.datasets.map((_set, index) => !drawn.isDatasetVisible(index));
      drawn.data = config.data;
      drawn.options = config.options;
      hidden.forEach((is, index) => drawn.setDatasetVisibility(index, !is));
      drawn.update("none");
    },
  };
})();
