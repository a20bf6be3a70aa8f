/**
 * The local workspace's page: starts, keeps what is shown in step with the server, and routes.
 */
import { get, listen, post } from "./api.js";
import { buildPane, drawStatus, loadPane } from "./channel.js";
import { writeDatesIn } from "./dates.js";
import { fill } from "./dom.js";
import { icon } from "./icons.js";
import { avatar, botAvatar } from "./people.js";
import { closePopover, pickList } from "./popover.js";
import { drawRail, drawTopbar } from "./rail.js";
import {
  channelNow,
  channelTitle,
  isBotChannel,
  me,
  setPerson,
  setStatus,
  store,
} from "./store.js";
import { buildThread, drawThreadStatus, loadThread } from "./thread.js";
import { toast, tried } from "./toast.js";
import { dropViews, loadViews } from "./views.js";

const $ = (id) => document.getElementById(id);
let stop = () => {};

/** Run `work` now, and once more if it was asked for while it ran. */
function inStep(work) {
  let running = false;
  let again = false;
  return async () => {
    if (running) {
      again = true;
      return;
    }
    running = true;
    try {
      do {
        again = false;
        await tried(work);
      } while (again);
    } finally {
      running = false;
    }
  };
}

const refresh = {
  state: inStep(async () => {
    store.state = await get("state", { as: store.as || undefined });
    rail();
  }),
  pane: inStep(() => loadPane()),
  thread: inStep(loadThread),
  views: inStep(loadViews),
};

function rail() {
  drawRail($("rail"), { open: (id) => openChannel(id), choose });
  const unread = store.state.channels.reduce((sum, channel) => sum + (channel.unread || 0), 0);
  document.title = `${unread ? `(${unread}) ` : ""}${channelTitle(channelNow()) || store.state.team.name} · ${store.state.team.name}`;
}

function topbar() {
  drawTopbar($("topbar"), { back, jump, theme: flipTheme });
}

function pane(name) {
  $("workspace").dataset.pane = name;
}

function address() {
  const hash = `#${store.channel}${store.threadTs ? `/${store.threadTs}` : ""}`;
  if (location.hash !== hash) history.pushState(null, "", hash);
}

function openChannel(id, { thread = null, tab = "messages", opened = false } = {}) {
  const moved = id !== store.channel || tab !== store.tab;
  if (moved && channelNow() && !channelNow().is_im) store.beside = store.channel;
  Object.assign(store, { channel: id, threadTs: thread, tab });
  closePopover();
  rail();
  if (moved || !$("pane").childElementCount) buildPane($("pane"), { onThread, openTab });
  buildThread($("thread"), () => openChannel(store.channel, { tab: store.tab }));
  pane(thread ? "thread" : "channel");
  address();
  drawStatus();
  drawThreadStatus();
  if (moved && isBotChannel(channelNow()) && tab === "messages")
    tried(() => post("home/open", { as: store.as, tab }));
  tried(() => loadPane(opened)).then(() => refresh.state());
  refresh.thread();
}

function onThread(ts) {
  openChannel(store.channel, { thread: ts, tab: store.tab });
}

function openTab(tab) {
  openChannel(store.channel, { tab, opened: tab === "home" });
}

function back() {
  if (store.threadTs) openChannel(store.channel, { tab: store.tab });
  else pane("rail");
}

function jump(anchor) {
  const items = store.state.channels.map((channel) => ({
    key: channel.id,
    label: channelTitle(channel),
    value: channel.id,
    node: () =>
      isBotChannel(channel)
        ? botAvatar(20)
        : channel.is_im
          ? avatar(
              store.state.people.find((p) => p.id === channel.im_user),
              20,
            )
          : icon(channel.is_private ? "lock" : "hash", 18),
  }));
  pickList(anchor, {
    groups: [{ label: null, items }],
    label: "places",
    onPick: (item) => openChannel(item.value),
  });
}

function flipTheme() {
  const dark = document.documentElement.dataset.theme === "dark";
  setTheme(dark ? "light" : "dark");
  localStorage.setItem("workspace.theme", dark ? "light" : "dark");
}

function setTheme(theme) {
  document.documentElement.dataset.theme = theme;
  if (store.state) topbar();
}

function followTheme() {
  const wish = matchMedia("(prefers-color-scheme: dark)");
  wish.addEventListener("change", () => {
    if (!localStorage.getItem("workspace.theme")) setTheme(wish.matches ? "dark" : "light");
  });
}

function banner(text) {
  const node = $("banner");
  node.hidden = !text;
  fill(node, text);
}

function here(event) {
  return event.channel === store.channel;
}

function onMessage(event) {
  if (here(event)) refresh.pane();
  if (
    event.type === "message" &&
    event.thread_ts &&
    event.thread_ts === store.awaited &&
    event.ts !== event.thread_ts
  )
    showAnswer(event);
  if (
    here(event) &&
    store.threadTs &&
    (!event.ts || [event.thread_ts, event.ts].includes(store.threadTs))
  )
    refresh.thread();
  refresh.state();
}

/** The app's answer to what was just asked in its direct messages opens beside it. */
function showAnswer(event) {
  store.awaited = null;
  const writing = document.getElementById("composer-main")?.value;
  if (here(event) && !store.threadTs && !writing && store.tab === "messages")
    onThread(event.thread_ts);
}

const STATUS_SECONDS = 120;

const HANDLERS = {
  message: onMessage,
  update: onMessage,
  delete: onMessage,
  ephemeral: onMessage,
  view_open: () => refresh.views(),
  view_update: () => refresh.views(),
  view_close: () => refresh.views(),
  state: () => refresh.state(),
  home: () => {
    if (store.tab === "home") refresh.pane();
  },
  status: (event) => {
    const working = event.session === "processing" ? "is working…" : "";
    setStatus(event.channel, event.thread_ts, event.status || working);
    if (event.thread_ts && here(event)) refresh.pane();
    if (event.status)
      setTimeout(
        () => {
          refresh.pane();
          refresh.thread();
        },
        (STATUS_SECONDS + 1) * 1000,
      );
    drawStatus();
    drawThreadStatus();
  },
};

function all() {
  return Promise.all([refresh.state(), refresh.pane(), refresh.thread(), refresh.views()]);
}

function connect() {
  stop();
  stop = listen(store.as, {
    onEvent: (event) => HANDLERS[event.type]?.(event),
    onLost: () => banner("Connection lost. Trying again…"),
    onOpen: () => {
      banner("");
      all();
    },
  });
}

async function choose(id) {
  setPerson(id);
  store.statuses.clear();
  dropViews();
  await start();
}

function route() {
  const [id, thread] = location.hash.slice(1).split("/");
  const known = store.state.channels.find((channel) => channel.id === id);
  return known ? { id, thread: thread || null } : null;
}

function firstChannel() {
  const { channels } = store.state;
  return (
    channels.find((c) => c.id === store.channel) ||
    channels.find((c) => !c.is_im && c.is_member) ||
    channels[0]
  );
}

/** Load everything for the person who is looking. */
async function start() {
  store.state = await get("state", { as: store.as || undefined });
  if (!store.state.people.some((person) => person.id === store.as)) {
    setPerson(store.state.me?.id || store.state.me || store.state.people[0].id);
    store.state = await get("state", { as: store.as });
  }
  writeDatesIn(me()?.locale);
  topbar();
  connect();
  const to = route();
  fill($("pane"));
  const id = to?.id || firstChannel()?.id;
  store.channel = null;
  if (id) openChannel(id, { thread: to?.thread || null });
  else buildPane($("pane"), { onThread, openTab });
}

/** A link to a message of this workspace opens it here. */
function onClick(event) {
  const anchor = event.target.closest?.("a[href]");
  if (!anchor) return;
  const url = new URL(anchor.href);
  const found = /\/archives\/([CGD][A-Z0-9]+)(?:\/p(\d+)(\d{6}))?/.exec(url.pathname);
  const own = url.origin === location.origin || ["127.0.0.1", "localhost"].includes(url.hostname);
  if (!found || !own || !store.state.channels.some((c) => c.id === found[1])) return;
  event.preventDefault();
  openChannel(found[1], {
    thread: url.searchParams.get("thread_ts") || (found[2] ? `${found[2]}.${found[3]}` : null),
  });
}

function onKey(event) {
  if (
    event.key.toLowerCase() !== "k" ||
    !(event.ctrlKey || event.metaKey) ||
    document.querySelector("dialog[open]")
  )
    return;
  event.preventDefault();
  jump($("topbar").querySelector(".jump"));
}

addEventListener("hashchange", () => {
  const to = store.state && route();
  if (to && (to.id !== store.channel || to.thread !== store.threadTs))
    openChannel(to.id, { thread: to.thread });
});
document.addEventListener("click", onClick);
document.addEventListener("keydown", onKey);
followTheme();
const asked = new URLSearchParams(location.search).get("as");
if (asked) setPerson(asked);
start().catch((error) => {
  banner(error.message);
  toast(error.message);
});
