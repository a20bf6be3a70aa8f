/**
 * The middle pane: a channel or direct message with its messages and composer, or the app's tabs.
 */
import { get, post } from "./api.js";
import { append, fill, h } from "./dom.js";
import { drawHome } from "./home.js";
import { icon } from "./icons.js";
import { mrkdwn } from "./mrkdwn.js";
import { composer, composerLabel } from "./composer.js";
import { drawMessages, editLast, statusLine, stickToEnd } from "./messages.js";
import { avatar, botAvatar } from "./people.js";
import { channelNow, channelTitle, env, isBotChannel, statusOf, store } from "./store.js";
import { tried } from "./toast.js";

let parts = null;
let listed = [];

function tabs(open) {
  const one = (tab, label, name) =>
    h(
      "button",
      {
        type: "button",
        role: "tab",
        id: `tab-${tab}`,
        "aria-selected": String(store.tab === tab),
        data: { tab },
        on: { click: () => open(tab) },
      },
      icon(name, 16),
      label,
    );
  return h(
    "div",
    { class: "tabs", role: "tablist", "aria-label": "Houston" },
    one("messages", "Messages", "reply"),
    one("home", "Home", "home"),
  );
}

function head(channel, openTab) {
  const sign = isBotChannel(channel)
    ? botAvatar(24)
    : channel.is_im
      ? avatar(
          store.state.people.find((p) => p.id === channel.im_user),
          24,
        )
      : icon(channel.is_private ? "lock" : "hash", 20);
  return h(
    "header",
    { class: "pane-head" },
    h(
      "div",
      { class: "pane-title" },
      sign,
      h("h1", {}, channelTitle(channel)),
      isBotChannel(channel) && h("span", { class: "app-badge" }, "APP"),
      channel.topic && h("span", { class: "topic" }, mrkdwn(channel.topic, env())),
    ),
    isBotChannel(channel) && tabs(openTab),
  );
}

/** Send a text as this person. */
function sendText(channel, text, thread) {
  const beside = isBotChannel(channelNow()) && store.beside ? { viewing: store.beside } : {};
  const where = thread ? { thread_ts: thread } : {};
  return post("post", { as: store.as, channel, text, ...where, ...beside });
}

/** The composer of a channel or one of its threads. */
export function channelComposer(channel, thread, list, messages) {
  return composer({
    key: `${store.as}/${channel.id}/${thread || ""}`,
    id: thread ? "composer-thread" : "composer-main",
    label: thread ? "Reply…" : composerLabel(channel),
    onText: async (text) => {
      const sent = await sendText(channel.id, text, thread);
      if (isBotChannel(channel) && !thread) store.awaited = sent.ts;
    },
    onCommand: (command, text) =>
      post("command", {
        as: store.as,
        channel: channel.id,
        command,
        text,
        ...(thread ? { thread_ts: thread } : {}),
      }),
    onUp: (event) => {
      event.preventDefault();
      editLast(list, messages(), channel.id);
    },
  });
}

/** Build the pane for the open channel. `actions`: {onThread(ts), openTab(tab)}. */
export function buildPane(root, actions) {
  const channel = channelNow();
  listed = [];
  if (!channel) {
    parts = null;
    fill(
      root,
      h(
        "div",
        { class: "empty" },
        h("h2", {}, "Nothing is open"),
        h("p", {}, "Choose a channel on the left."),
      ),
    );
    return;
  }
  const list = stickToEnd(
    h("div", {
      class: "messages",
      role: "log",
      "aria-label": `Messages in ${channelTitle(channel)}`,
      tabindex: "0",
      data: { testid: "messages" },
    }),
  );
  const status = h("div", {
    class: "status",
    role: "status",
    "aria-live": "polite",
    data: { testid: "status" },
  });
  const home = h("div", {
    class: "home-pane",
    role: "tabpanel",
    data: { testid: "home" },
    "aria-labelledby": "tab-home",
  });
  const isHome = isBotChannel(channel) && store.tab === "home";
  const pinned = h("div", { class: "pinned-prompts", data: { testid: "prompts" } });
  parts = {
    list,
    pinned,
    status,
    home: isHome ? home : null,
    channel: channel.id,
    onThread: actions.onThread,
    fresh: true,
  };
  fill(root, head(channel, actions.openTab));
  if (isHome) append(root, [home]);
  else
    append(root, [
      list,
      h(
        "div",
        { class: "pane-foot" },
        pinned,
        channelComposer(channel, null, list, () => listed),
        status,
      ),
    ]);
  if (!isHome && matchMedia("(min-width: 701px)").matches)
    root.querySelector(".composer-text").focus();
}

/** What the app offers to say in its direct messages; `brief` leaves the words out. */
function promptButtons(channel, brief) {
  const list = isBotChannel(channel) ? store.state.prompts || [] : [];
  const say = (prompt) =>
    tried(async () => {
      store.awaited = (await sendText(channel.id, prompt.message)).ts;
    });
  return list.map((prompt) =>
    h(
      "button",
      {
        type: "button",
        class: "prompt",
        title: prompt.message,
        data: { prompt: prompt.title },
        on: { click: () => say(prompt) },
      },
      h("strong", {}, prompt.title),
      !brief && h("span", {}, prompt.message),
    ),
  );
}

function prompts(channel) {
  const hello = isBotChannel(channel)
    ? [
        botAvatar(56),
        h("h2", {}, channelTitle(channel)),
        h(
          "p",
          {},
          "Say what should be watched, and when. A plan comes back; nothing runs before you confirm it.",
        ),
      ]
    : [
        h("h2", {}, channel.is_im ? channelTitle(channel) : `#${channel.name}`),
        h("p", {}, "This is the very beginning. Nobody has written here yet."),
      ];
  return h(
    "div",
    { class: "empty", data: { testid: "empty" } },
    hello,
    h("div", { class: "prompts" }, promptButtons(channel, false)),
  );
}

/** Fetch and draw what the pane shows. `opened`: the app's Home was opened by a click. */
export async function loadPane(opened = false) {
  const mine = parts;
  if (!mine) return;
  if (mine.home) {
    await drawHome(mine.home, opened);
    return;
  }
  const { messages } = await get("messages", { as: store.as, channel: mine.channel });
  if (mine !== parts) return;
  listed = messages;
  if (messages.length)
    drawMessages(mine.list, messages, mine.channel, { onThread: mine.onThread, jump: mine.fresh });
  else fill(mine.list, prompts(channelNow()));
  fill(mine.pinned, messages.length ? promptButtons(channelNow(), true) : []);
  mine.fresh = false;
}

/** Show what the app is doing in the open channel. */
export function drawStatus() {
  if (parts) showStatus(parts.status, parts.channel, "");
}

/** Fill a status place with what the app is doing in a channel or thread. */
export function showStatus(node, channel, thread) {
  const text = statusOf(channel, thread);
  fill(node, text && statusLine(text, channel, thread));
}
