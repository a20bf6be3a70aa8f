/**
 * Messages: one message, a list of them with day lines, and what can be done with each.
 */
import { post } from "./api.js";
import { blocks } from "./blocks.js";
import { fill, h, link, ownImage } from "./dom.js";
import { clock, dayKey, dividerDay, fullMoment } from "./dates.js";
import { icon } from "./icons.js";
import { mrkdwn } from "./mrkdwn.js";
import { avatar, botAvatar, nameOf } from "./people.js";
import { env, store } from "./store.js";
import { toast, tried } from "./toast.js";
import { reactions, startEdit, tools } from "./message_tools.js";

const values = new Map();

function author(message) {
  const person = store.state.people.find((one) => one.id === message.user);
  if (message.user === "USLACKBOT")
    return {
      name: "Local workspace",
      face: h(
        "span",
        { class: "avatar avatar-house", style: { "--size": "36px" } },
        icon("info", 20),
      ),
    };
  if (message.bot) return { name: message.name || store.state.bot.name, face: botAvatar(36) };
  return {
    name: nameOf(person) === "Someone" ? message.name || "Someone" : nameOf(person),
    face: avatar(person || { id: message.user, name: message.name }, 36),
  };
}

function contextOf(message, channel) {
  const key = `${store.as}/${channel}/${message.ts}`;
  if (!values.has(key)) values.set(key, {});
  const ctx = { env: env(), values: values.get(key), surface: "message" };
  ctx.act = (action) =>
    post("action", {
      as: store.as,
      channel,
      message_ts: message.ts,
      action,
      state: { values: ctx.values },
    });
  ctx.suggest = (wish) =>
    post("suggest", { as: store.as, channel, message_ts: message.ts, ...wish });
  return ctx;
}

function fileNode(file) {
  const url = file.url_private_download || file.url_private || file.permalink || file.url;
  const own = url && ownImage(url);
  const name = file.title || file.name || "File";
  if (own && /^image\/(png|jpe?g|gif|webp|svg)/.test(file.mimetype || "")) {
    return h(
      "figure",
      { class: "block-image" },
      h("figcaption", {}, name),
      h(
        "a",
        { href: own, target: "_blank", rel: "noopener" },
        h("img", { src: own, alt: name, loading: "lazy" }),
      ),
    );
  }
  const size = file.size
    ? `${file.size < 1024 ? `${file.size} B` : `${Math.round(file.size / 102.4) / 10} KB`}`
    : "";
  return h(
    "div",
    { class: "block-file", data: { file: file.id } },
    icon("file", 24),
    h(
      "span",
      { class: "file-words" },
      own || url ? link(own || url, name) : name,
      h("small", {}, [file.filetype || file.mimetype || "", size].filter(Boolean).join(" · ")),
    ),
  );
}

/** "Houston is thinking…" with a button that stops it. */
export function statusLine(text, channel, thread) {
  const name = store.state.bot.name;
  const stop = () =>
    tried(() => post("session/stop", { as: store.as, channel, thread_ts: thread }));
  return h(
    "span",
    { class: "status-line" },
    h("span", { class: "dots", "aria-hidden": "true" }, h("i"), h("i"), h("i")),
    h("span", {}, text.startsWith(name) ? text : `${name} ${text}`),
    thread &&
      h(
        "button",
        { type: "button", class: "stop", data: { tool: "stop" }, on: { click: stop } },
        "Stop",
      ),
  );
}

function replyLine(message, options) {
  if (!message.reply_count || !options.onThread) return null;
  const zone = env().zone;
  const last = message.latest_reply
    ? ` ${dividerDay(Number(message.latest_reply), zone)} at ${clock(Number(message.latest_reply), zone)}`
    : "";
  return h(
    "button",
    {
      type: "button",
      class: "reply-line",
      data: { testid: "replies" },
      on: { click: () => options.onThread(message.ts) },
    },
    h("strong", {}, `${message.reply_count} ${message.reply_count === 1 ? "reply" : "replies"}`),
    last && h("span", {}, `Last reply${last}`),
    icon("right", 14),
  );
}

function bodyOf(message, channel) {
  const typed =
    !message.bot &&
    message.blocks?.every((block) => block.type === "rich_text" && block.block_id === "typed");
  const drawn =
    message.blocks?.length && !typed
      ? blocks(message.blocks, contextOf(message, channel))
      : [message.text && mrkdwn(message.text, env())];
  const mark = message.edited ? h("span", { class: "edited" }, "(edited)") : null;
  const stream = STREAMS[message.stream];
  const note = stream && h("div", { class: `stream stream-${message.stream}` }, stream);
  return h("div", { class: "message-body" }, drawn, note, mark, (message.files || []).map(fileNode));
}

/** One message. `options`: {onThread(ts)?, follows: whether it joins the one before}. */
function messageNode(message, channel, options) {
  const who = author(message);
  const zone = env().zone;
  const seconds = Number(message.ts);
  const time = h(
    "time",
    {
      class: "message-time",
      title: fullMoment(seconds, zone),
      datetime: new Date(seconds * 1000).toISOString(),
    },
    clock(seconds, zone),
  );
  const system = SYSTEM.has(message.subtype);
  const look = `message${system ? " system" : ""}${options.follows ? " follows" : ""}${message.ephemeral ? " ephemeral" : ""}`;
  const node = h("article", {
    class: look,
    "aria-label": `${who.name}, ${clock(seconds, zone)}`,
    tabindex: "-1",
    data: { ts: message.ts, user: message.user, ephemeral: message.ephemeral ? "true" : null },
  });
  const head = h(
    "div",
    { class: "message-head" },
    h("span", { class: "message-name" }, who.name),
    message.bot && h("span", { class: "app-badge" }, "APP"),
    time,
  );
  fill(
    node,
    message.ephemeral && h("div", { class: "only-you" }, icon("eye", 14), "Only visible to you"),
    h("div", { class: "gutter" }, options.follows ? time.cloneNode(true) : who.face),
    h(
      "div",
      { class: "message-main" },
      options.follows ? h("span", { class: "sr-only" }, who.name) : head,
      bodyOf(message, channel),
      reactions(message, channel),
      replyLine(message, options),
      message.status &&
        options.onThread &&
        h(
          "div",
          { class: "status", role: "status" },
          statusLine(message.status, channel, message.ts),
        ),
    ),
    tools(message, channel, options, node),
  );
  return node;
}

/** What stands below a message that is streamed, or was broken off. */
const STREAMS = {
  in_progress: "Still writing…",
  errored: "Something went wrong. This message was not finished.",
  stopped: "Stopped",
};

const SYSTEM = new Set(["channel_join", "channel_leave", "tombstone"]);

function joins(before, message, zone) {
  return (
    Boolean(before) &&
    before.user === message.user &&
    before.bot === message.bot &&
    (before.name || "") === (message.name || "") &&
    !before.ephemeral &&
    !message.ephemeral &&
    before.subtype === message.subtype &&
    !before.reply_count &&
    Number(message.ts) - Number(before.ts) < 300 &&
    dayKey(Number(before.ts), zone) === dayKey(Number(message.ts), zone)
  );
}

/**
 * Draw a list of messages into `root`, keeping the nodes of messages that did not change (an
 * open menu or a half-written edit survives). Stays at the bottom if it was there.
 */
export function drawMessages(root, messages, channel, options = {}) {
  const zone = env().zone;
  const atEnd = root.scrollHeight - root.scrollTop - root.clientHeight < 60;
  const old = new Map(
    [...root.querySelectorAll(":scope > .message")].map((node) => [node.dataset.ts, node]),
  );
  const nodes = [];
  let day = null;
  messages.forEach((message, n) => {
    const key = dayKey(Number(message.ts), zone);
    if (key !== day && !options.plain)
      nodes.push(
        h(
          "div",
          { class: "day", role: "separator" },
          h("span", {}, dividerDay(Number(message.ts), zone)),
        ),
      );
    const follows = key === day && !options.plain && joins(messages[n - 1], message, zone);
    day = key;
    const sign = JSON.stringify([store.as, zone, follows, message]);
    const kept = old.get(message.ts);
    const node =
      kept?.sign === sign ? kept : messageNode(message, channel, { ...options, follows });
    node.sign = sign;
    nodes.push(node);
    if (options.afterFirst && n === 0) nodes.push(options.afterFirst(messages.length - 1));
  });
  keepInPlace(root, nodes);
  if (atEnd || options.jump) root.scrollTop = root.scrollHeight;
}

/** Keep a list at its end while what is in it grows: charts, pictures, a taller composer. */
export function stickToEnd(root) {
  let atEnd = true;
  const settle = () => {
    if (atEnd) root.scrollTop = root.scrollHeight;
  };
  root.addEventListener(
    "scroll",
    () => {
      atEnd = root.scrollHeight - root.scrollTop - root.clientHeight < 60;
    },
    { passive: true },
  );
  root.addEventListener("load", settle, true);
  root.addEventListener("drawn", settle);
  new ResizeObserver(settle).observe(root);
  return root;
}

/** Make the children of `root` these nodes, moving none that is already in its place. */
function keepInPlace(root, nodes) {
  const wanted = new Set(nodes);
  for (const child of [...root.children]) if (!wanted.has(child)) child.remove();
  nodes.forEach((node, n) => {
    if (root.children[n] !== node) root.insertBefore(node, root.children[n] || null);
  });
}

/** Open the last message of this person for editing (arrow up in an empty box). */
export function editLast(root, messages, channel) {
  const last = [...messages]
    .reverse()
    .find((message) => message.user === store.as && !message.bot && !message.ephemeral);
  const node =
    last && [...root.querySelectorAll(".message")].find((one) => one.dataset.ts === last.ts);
  if (node) startEdit(node, last, channel);
  else toast("You have no message here to edit.");
}
