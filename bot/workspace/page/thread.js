/**
 * The thread panel on the right.
 */
import { get } from "./api.js";
import { append, fill, h } from "./dom.js";
import { channelComposer, showStatus } from "./channel.js";
import { icon } from "./icons.js";
import { drawMessages, stickToEnd } from "./messages.js";
import { channelNow, channelTitle, setStatus, store } from "./store.js";

let parts = null;
let listed = [];

function rule(count) {
  return h(
    "div",
    { class: "reply-rule" },
    h("span", {}, count === 1 ? "1 reply" : `${count} replies`),
  );
}

/** Build the panel for the open thread, or close it. */
export function buildThread(root, close) {
  const channel = channelNow();
  const ts = store.threadTs;
  root.hidden = !ts || !channel;
  listed = [];
  if (root.hidden) {
    parts = null;
    fill(root);
    return;
  }
  const list = stickToEnd(
    h("div", {
      class: "messages",
      role: "log",
      "aria-label": "Replies",
      tabindex: "0",
      data: { testid: "thread-messages" },
    }),
  );
  const status = h("div", {
    class: "status",
    role: "status",
    "aria-live": "polite",
    data: { testid: "thread-status" },
  });
  parts = { list, status, channel: channel.id, ts, fresh: true };
  fill(root);
  append(root, [
    h(
      "header",
      { class: "pane-head" },
      h(
        "div",
        { class: "pane-title" },
        h("h2", {}, "Thread"),
        h("span", { class: "topic" }, channel.is_im ? channelTitle(channel) : `#${channel.name}`),
      ),
      h(
        "button",
        {
          type: "button",
          class: "tool",
          "aria-label": "Close the thread",
          data: { testid: "thread-close" },
          on: { click: close },
        },
        icon("close", 20),
      ),
    ),
    list,
    h(
      "div",
      { class: "pane-foot" },
      channelComposer(channel, ts, list, () => listed),
      status,
    ),
  ]);
  root.querySelector(".composer-text").focus();
}

/** Fetch and draw the open thread. */
export async function loadThread() {
  const mine = parts;
  if (!mine) return;
  const { messages } = await get("messages", {
    as: store.as,
    channel: mine.channel,
    thread: mine.ts,
  });
  if (mine !== parts) return;
  listed = messages;
  setStatus(mine.channel, mine.ts, messages[0]?.status || "");
  drawThreadStatus();
  if (!messages.length) fill(mine.list, h("p", { class: "empty" }, "This message is gone."));
  else
    drawMessages(mine.list, messages, mine.channel, {
      plain: true,
      jump: mine.fresh,
      afterFirst: (count) => (count ? rule(count) : h("div", { class: "reply-rule bare" })),
    });
  mine.fresh = false;
}

/** Show what the app is doing in the open thread. */
export function drawThreadStatus() {
  if (parts) showStatus(parts.status, parts.channel, parts.ts);
}
