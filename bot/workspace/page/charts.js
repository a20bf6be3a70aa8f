/**
 * `data_visualization` blocks as SVG: line, area, bar and pie, with axes, legend and a table
 * of the figures for screen readers.
 */
import { h, svg } from "./dom.js";

const WIDE = 620;
const NARROW = 260;
const H = 240;
const PAD = { top: 12, right: 14, bottom: 30, left: 50 };

/** Round steps that cover `low` to `high`: [first, last, step]. */
function scale(low, high) {
  const from = Math.min(0, low);
  const to = high <= from ? from + 1 : high;
  const rough = (to - from) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((n) => n * power).find((n) => n >= rough - power * 1e-9);
  return [Math.floor(from / step) * step, Math.ceil(to / step) * step, step];
}

/** A figure short enough for an axis. */
function short(value) {
  const size = Math.abs(value);
  if (size >= 1e9) return `${+(value / 1e9).toFixed(1)}B`;
  if (size >= 1e6) return `${+(value / 1e6).toFixed(1)}M`;
  if (size >= 1e4) return `${+(value / 1e3).toFixed(1)}k`;
  return String(+value.toPrecision(4));
}

function color(n) {
  return `var(--series-${(n % 8) + 1})`;
}

function readSeries(chart) {
  const categories = (
    chart.axis_config?.categories ||
    chart.series?.[0]?.data?.map((p) => p.label) ||
    []
  ).map(String);
  const series = (chart.series || []).map((one) => {
    const byLabel = new Map(
      (one.data || []).map((point) => [String(point.label), Number(point.value)]),
    );
    return {
      name: String(one.name ?? ""),
      values: categories.map((c) => (byLabel.has(c) ? byLabel.get(c) : null)),
    };
  });
  return { categories, series };
}

function frame(categories, range, slotX, W) {
  const [low, high, step] = range;
  const y = (value) => PAD.top + (H - PAD.top - PAD.bottom) * (1 - (value - low) / (high - low));
  const lines = [];
  for (let v = low; v <= high + step / 1e6; v += step) {
    lines.push(
      svg("line", {
        x1: PAD.left,
        x2: W - PAD.right,
        y1: y(v),
        y2: y(v),
        class: Math.abs(v) < step / 1e6 ? "axis" : "grid-line",
      }),
    );
    lines.push(
      svg(
        "text",
        { x: PAD.left - 8, y: y(v) + 4, class: "tick", "text-anchor": "end" },
        short(+v.toPrecision(12)),
      ),
    );
  }
  const longest = Math.max(1, ...categories.map((c) => c.length));
  const room = Math.max(1, Math.floor((W - PAD.left - PAD.right) / (longest * 6.2 + 10)));
  const every = Math.ceil(categories.length / room);
  const labels = categories.map((name, i) =>
    i % every
      ? null
      : svg(
          "text",
          { x: slotX(i), y: H - PAD.bottom + 18, class: "tick", "text-anchor": "middle" },
          name,
        ),
  );
  return { y, nodes: [...lines, ...labels.filter(Boolean)] };
}

function segments(values) {
  const out = [];
  let run = [];
  values.forEach((value, i) => {
    if (value === null || !Number.isFinite(value)) {
      if (run.length) out.push(run);
      run = [];
    } else run.push([i, value]);
  });
  if (run.length) out.push(run);
  return out;
}

function dot(x, y, n, title) {
  return svg(
    "circle",
    { cx: x, cy: y, r: 3, class: "dot", fill: color(n) },
    svg("title", {}, title),
  );
}

function lineMarks(series, categories, slotX, y, filled) {
  return series.flatMap((one, n) =>
    segments(one.values).flatMap((run) => {
      const path = run
        .map(([i, v], k) => `${k ? "L" : "M"}${slotX(i).toFixed(1)} ${y(v).toFixed(1)}`)
        .join("");
      const area = `${path}L${slotX(run.at(-1)[0]).toFixed(1)} ${y(0).toFixed(1)}L${slotX(run[0][0]).toFixed(1)} ${y(0).toFixed(1)}Z`;
      return [
        filled ? svg("path", { d: area, fill: color(n), class: "area" }) : null,
        svg("path", { d: path, stroke: color(n), class: "line" }),
        ...run.map(([i, v]) => dot(slotX(i), y(v), n, `${one.name}, ${categories[i]}: ${v}`)),
      ];
    }),
  );
}

function barMarks(series, categories, slotX, y, width) {
  const each = Math.min(44, (width * 0.72) / Math.max(1, series.length));
  return series.flatMap((one, n) =>
    one.values.map((v, i) => {
      if (v === null || !Number.isFinite(v)) return null;
      const x = slotX(i) - (each * series.length) / 2 + each * n;
      const top = Math.min(y(v), y(0));
      return svg(
        "rect",
        {
          x: x + 1,
          y: top,
          width: Math.max(1, each - 2),
          height: Math.max(1, Math.abs(y(v) - y(0))),
          rx: 3,
          fill: color(n),
          class: "bar",
        },
        svg("title", {}, `${one.name}, ${categories[i]}: ${v}`),
      );
    }),
  );
}

function axes(chart, W) {
  const { categories, series } = readSeries(chart);
  const numbers = series
    .flatMap((one) => one.values)
    .filter((v) => Number.isFinite(v) && v !== null);
  const range = scale(Math.min(0, ...numbers), Math.max(0, ...numbers));
  const inner = W - PAD.left - PAD.right;
  const width = inner / Math.max(1, categories.length);
  const slotX = (i) => PAD.left + width * (i + 0.5);
  const { y, nodes } = frame(categories, range, slotX, W);
  const marks =
    chart.type === "bar"
      ? barMarks(series, categories, slotX, y, width)
      : lineMarks(series, categories, slotX, y, chart.type === "area");
  const drawing = svg(
    "svg",
    { viewBox: `0 0 ${W} ${H}`, class: "chart-svg", "aria-hidden": "true" },
    nodes,
    marks.filter(Boolean),
  );
  const names = series.map((one) => one.name);
  return {
    drawing,
    names,
    head: ["", ...names],
    rows: categories.map((c, i) => [c, ...series.map((one) => one.values[i] ?? "–")]),
  };
}

function slice(from, to, n, title) {
  const [r, c] = [96, 110];
  const at = (turn, radius) =>
    [c + radius * Math.sin(turn * 2 * Math.PI), c - radius * Math.cos(turn * 2 * Math.PI)]
      .map((v) => v.toFixed(2))
      .join(" ");
  const big = to - from > 0.5 ? 1 : 0;
  const end = to - from > 0.9999 ? to - 0.0001 : to;
  const d = `M${at(from, r)}A${r} ${r} 0 ${big} 1 ${at(end, r)}L${at(end, 54)}A54 54 0 ${big} 0 ${at(from, 54)}Z`;
  return svg("path", { d, fill: color(n), class: "slice" }, svg("title", {}, title));
}

function pie(chart) {
  const parts = (chart.segments || []).map((s) => ({
    label: String(s.label),
    value: Math.max(0, Number(s.value) || 0),
  }));
  const total = parts.reduce((sum, part) => sum + part.value, 0) || 1;
  let turn = 0;
  const slices = parts.map((part, n) => {
    const from = turn;
    turn += part.value / total;
    return slice(from, turn, n, `${part.label}: ${part.value}`);
  });
  const drawing = svg(
    "svg",
    { viewBox: "0 0 220 220", class: "chart-svg pie-svg", "aria-hidden": "true" },
    slices,
    svg("text", { x: 110, y: 114, class: "pie-total", "text-anchor": "middle" }, short(total)),
    svg("text", { x: 110, y: 130, class: "tick", "text-anchor": "middle" }, "total"),
  );
  const share = (part) => `${part.label} · ${Math.round((part.value / total) * 100)} %`;
  return {
    drawing,
    names: parts.map(share),
    head: ["", "value"],
    rows: parts.map((part) => [part.label, part.value]),
  };
}

function legend(names) {
  return h(
    "ul",
    { class: "legend" },
    names.map((name, n) => h("li", {}, h("span", { class: `key key-${(n % 8) + 1}` }), name)),
  );
}

function figures(block, made) {
  return h(
    "table",
    { class: "sr-only" },
    h("caption", {}, block.title || "Chart"),
    h(
      "thead",
      {},
      h(
        "tr",
        {},
        made.head.map((c) => h("th", { scope: "col" }, c)),
      ),
    ),
    h(
      "tbody",
      {},
      made.rows.map((row) =>
        h(
          "tr",
          {},
          row.map((c, i) => h(i ? "td" : "th", {}, c)),
        ),
      ),
    ),
  );
}

/** Draw again when the room changes, so that letters keep their size. */
function fitted(spec, first) {
  const box = h("div", { class: "chart-box" }, first.drawing);
  let drawn = WIDE;
  new ResizeObserver(([entry]) => {
    const room = Math.round(Math.max(NARROW, Math.min(WIDE, entry.contentRect.width)));
    if (!entry.contentRect.width || room === drawn) return;
    drawn = room;
    box.replaceChildren(axes(spec, room).drawing);
    box.dispatchEvent(new Event("drawn", { bubbles: true }));
  }).observe(box);
  return box;
}

/** A chart block as a figure. */
export function chart(block) {
  const spec = block.chart || {};
  const isPie = spec.type === "pie";
  const made = isPie ? pie(spec) : axes(spec, WIDE);
  const { x_label: x, y_label: y } = spec.axis_config || {};
  const named = isPie || made.names.length > 1 || (made.names[0] && made.names[0] !== block.title);
  return h(
    "figure",
    { class: "chart", data: { chart: spec.type } },
    block.title && h("figcaption", {}, block.title),
    y && h("div", { class: "axis-name axis-y" }, y),
    isPie ? made.drawing : fitted(spec, made),
    x && h("div", { class: "axis-name axis-x" }, x),
    named && legend(made.names),
    figures(block, made),
  );
}
