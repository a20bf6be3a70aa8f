/**
 * The demo site to watch, and the workspace's own misbehaviour, by switches.
 */
import { get, post } from "./api.js";
import { append, fill, h, link, uid } from "./dom.js";
import { icon } from "./icons.js";
import { store } from "./store.js";
import { tried } from "./toast.js";

const WORDS = {
  healthy: "Answers at once.",
  slow: "Answers, but takes its time.",
  down: "Answers with an error.",
  certificate_expiring: "Healthy, but its certificate is about to expire.",
};

function modeButton(mode, on) {
  return h(
    "button",
    {
      type: "button",
      role: "radio",
      "aria-checked": String(on),
      class: `mode mode-${mode}`,
      data: { demo: mode },
      on: { click: () => tried(() => post("demo", { mode })) },
    },
    h("span", { class: "mode-dot", "aria-hidden": "true" }),
    mode.replaceAll("_", " "),
  );
}

/** The panel in the rail. */
export function demoPanel() {
  const { demo, misbehave } = store.state;
  if (!demo && !misbehave) return null;
  const modes = (demo?.modes || ["healthy", "slow", "down"]).map((mode) =>
    typeof mode === "string" ? mode : mode.name,
  );
  return h(
    "section",
    { class: "demo", "aria-label": "Demo site", data: { testid: "demo", mode: demo?.mode } },
    h("h2", {}, icon("globe", 16), "Demo site"),
    demo &&
      h(
        "p",
        {},
        `A small site for ${store.state.bot.name} to watch. Switch it and see what is reported.`,
      ),
    demo?.url && h("div", { class: "demo-url" }, link(demo.url)),
    demo &&
      h(
        "div",
        { class: "modes", role: "radiogroup", "aria-label": "State of the demo site" },
        modes.map((mode) => modeButton(mode, mode === demo.mode)),
      ),
    demo && h("p", { class: "demo-now", "aria-live": "polite" }, WORDS[demo.mode] || ""),
    h(
      "button",
      { type: "button", class: "rail-link", data: { testid: "tools" }, on: { click: openTools } },
      icon("sliders", 16),
      "Faults and log",
    ),
  );
}

const FAULTS = [
  {
    kind: "redeliver",
    words: "Deliver the next event twice",
    one: { count: 1 },
    none: { count: 0 },
  },
  {
    kind: "drop_acks",
    words: "Lose the app's next acknowledgement",
    one: { count: 1 },
    none: { count: 0 },
  },
  {
    kind: "invalid_blocks",
    words: "Refuse the next message that has blocks",
    one: { count: 1 },
    none: { count: 0 },
  },
  {
    kind: "stream_dies",
    words: "Give a streaming message up after 3 s",
    one: { seconds: 3 },
    none: { on: false },
  },
  {
    kind: "delay",
    words: "Deliver events 5 s late",
    one: { seconds: 5 },
    none: { on: false },
  },
  { kind: "reorder", words: "Deliver events out of order", one: { on: true }, none: { on: false } },
  {
    kind: "smart_quotes",
    words: "Turn quotes into typographic ones",
    one: { on: true },
    none: { on: false },
  },
];
const ONCE = [
  {
    kind: "rate_limit",
    words: "Next post: wait 5 s",
    body: { method: "chat.postMessage", count: 1, retry_after: 5 },
  },
  {
    kind: "timeout_after_accept",
    words: "Next post: done, but the answer is lost",
    body: { method: "chat.postMessage", count: 1 },
  },
  {
    kind: "unknown_method",
    words: "No streaming here",
    body: { method: "chat.startStream" },
  },
  { kind: "none", words: "All faults off", body: {} },
];

function misbehave(kind, body) {
  return tried(() => post("misbehave", { kind, ...body }));
}

function faultRow(fault) {
  const on = Boolean(store.state.misbehave[fault.kind]);
  const change = (event) => misbehave(fault.kind, event.target.checked ? fault.one : fault.none);
  return h(
    "label",
    { class: "choice" },
    h("input", { type: "checkbox", checked: on, data: { fault: fault.kind }, on: { change } }),
    h("span", { class: "choice-text" }, fault.words),
  );
}

function faults(close) {
  if (!store.state.misbehave) return null;
  const once = (fault) => async () => {
    await misbehave(fault.kind, fault.body);
    if (fault.kind === "none") close();
  };
  return [
    h(
      "p",
      {},
      "Slack and networks are not always well. Switch a fault on and see that the app copes.",
    ),
    h(
      "div",
      { class: "choices" },
      FAULTS.filter((fault) => fault.kind in store.state.misbehave).map(faultRow),
    ),
    h(
      "div",
      { class: "block-actions faults" },
      ONCE.map((fault) =>
        h(
          "button",
          {
            type: "button",
            class: "btn small",
            data: { fault: fault.kind },
            on: { click: once(fault) },
          },
          fault.words,
        ),
      ),
    ),
  ];
}

function logLine(entry) {
  const when = Number.isFinite(entry.at)
    ? new Date(entry.at * 1000).toLocaleTimeString("en-GB")
    : "";
  const where = Object.entries(entry.args || {})
    .map(([key, value]) => `${key}=${value}`)
    .join(" ");
  const what = [
    entry.method,
    entry.name,
    entry.retry_attempt ? `retry ${entry.retry_attempt}` : "",
    where,
  ]
    .filter(Boolean)
    .join("  ");
  return h(
    "tr",
    { class: entry.ok === false ? "failed" : null },
    h("td", {}, when),
    h("td", {}, entry.kind === "envelope" ? "→" : "←"),
    h("td", {}, what),
    h("td", {}, entry.ok === false ? entry.error : "ok"),
    h("td", {}, entry.ms === undefined ? "" : `${entry.ms} ms`),
  );
}

async function openTools() {
  const titleId = uid("tools");
  const rows = h("tbody");
  const dialog = h("dialog", {
    class: "modal tools-dialog",
    "aria-labelledby": titleId,
    data: { testid: "tools-dialog" },
  });
  const close = () => {
    dialog.close();
    dialog.remove();
  };
  const load = async () => {
    const log = await tried(() => get("log"));
    const entries = Array.isArray(log) ? log : log?.entries || log?.log || [];
    fill(rows, entries.slice(-200).reverse().map(logLine));
    if (!entries.length) rows.append(h("tr", {}, h("td", {}, "Nothing yet.")));
  };
  append(dialog, [
    h(
      "header",
      { class: "modal-head" },
      h("h2", { id: titleId }, "Faults and log"),
      h(
        "button",
        { type: "button", class: "icon-btn", "aria-label": "Close", on: { click: close } },
        icon("close", 20),
      ),
    ),
    h(
      "div",
      { class: "modal-body" },
      faults(close),
      h(
        "div",
        { class: "log-head" },
        h("h3", {}, "Calls (←) and deliveries (→)"),
        h("button", { type: "button", class: "btn small", on: { click: load } }, "Load again"),
      ),
      h(
        "div",
        { class: "table-scroll log", tabindex: "0", role: "group", "aria-label": "Log" },
        h("table", {}, rows),
      ),
    ),
  ]);
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    close();
  });
  document.body.append(dialog);
  dialog.showModal();
  await load();
}
