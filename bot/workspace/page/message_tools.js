/**
 * What can be done with a message: react, reply, edit, delete, shortcuts.
 */
import { post } from "./api.js";
import { decode, editBox } from "./composer.js";
import { fill, h } from "./dom.js";
import { emoji, findEmoji } from "./emoji.js";
import { icon } from "./icons.js";
import { botAvatar, nameOf } from "./people.js";
import { ask, closePopover, menu, popover } from "./popover.js";
import { store } from "./store.js";
import { tried } from "./toast.js";

function react(message, channel, name, remove) {
  return tried(() => post("react", { as: store.as, channel, ts: message.ts, name, remove }));
}

/** The reactions under a message; a click adds or takes back one\'s own. */
export function reactions(message, channel) {
  if (!message.reactions?.length) return null;
  const names = (ids) =>
    ids
      .map((id) =>
        nameOf(
          store.state.people.find((p) => p.id === id) ||
            (id === store.state.bot.id ? store.state.bot : null),
        ),
      )
      .join(", ");
  return h(
    "div",
    { class: "reactions" },
    message.reactions.map((one) => {
      const users = one.users || [];
      const mine = users.includes(store.as);
      return h(
        "button",
        {
          type: "button",
          class: mine ? "reaction mine" : "reaction",
          "aria-pressed": String(mine),
          title: `${names(users)} · :${one.name}:`,
          "aria-label": `${one.name}, ${one.count ?? users.length}`,
          data: { reaction: one.name },
          on: { click: () => react(message, channel, one.name, mine) },
        },
        h("span", { class: "emoji" }, emoji(one.name) || `:${one.name}:`),
        h("span", {}, one.count ?? users.length),
      );
    }),
  );
}

function pickReaction(anchor, message, channel) {
  const grid = h("div", { class: "emoji-grid", role: "group", "aria-label": "Emoji" });
  const search = h("input", {
    type: "search",
    class: "pick-search",
    placeholder: "Search emoji",
    "aria-label": "Search emoji",
  });
  const choose = (name) => {
    closePopover(true);
    react(message, channel, name, false);
  };
  const common = [
    "+1",
    "white_check_mark",
    "eyes",
    "tada",
    "heart",
    "rocket",
    "fire",
    "raised_hands",
    "thinking_face",
    "warning",
    "x",
    "satellite",
  ];
  const draw = () => {
    const names = search.value.trim()
      ? findEmoji(search.value.trim(), 48)
      : [...common, ...findEmoji("", 60).filter((n) => !common.includes(n))].slice(0, 56);
    fill(
      grid,
      names.map((name) =>
        h(
          "button",
          {
            type: "button",
            class: "emoji-btn",
            title: `:${name}:`,
            "aria-label": name,
            data: { emoji: name },
            on: { click: () => choose(name) },
          },
          emoji(name),
        ),
      ),
    );
  };
  search.addEventListener("input", draw);
  search.addEventListener("keydown", (event) => {
    if (event.key === "Enter") grid.querySelector("button")?.click();
  });
  draw();
  if (popover(anchor, h("div", { class: "emoji-pick" }, search, grid))) search.focus();
}

async function remove(message, channel) {
  const yes = await ask({
    title: "Delete message",
    body: "Do you want to delete this message? This cannot be undone.",
    yes: "Delete",
    no: "Cancel",
    danger: true,
  });
  if (yes) await tried(() => post("delete", { as: store.as, channel, ts: message.ts }));
}

/** Turn a message into an editor; Enter saves, Escape leaves. */
export function startEdit(node, message, channel) {
  const body = node.querySelector(".message-body");
  const before = [...body.childNodes];
  const back = () => fill(body, before);
  const save = async (text) => {
    if (text === decode(message.text)) return back();
    const saved = await tried(() => post("edit", { as: store.as, channel, ts: message.ts, text }));
    if (saved) back();
    return null;
  };
  fill(body, editBox(message.text, save, back));
  body.querySelector("textarea").focus();
}

/** The buttons that show when a message is pointed at. */
export function tools(message, channel, options, node) {
  const mine = message.user === store.as && !message.bot;
  const tool = (name, label, run) => {
    const button = h(
      "button",
      {
        type: "button",
        class: "tool",
        title: label,
        "aria-label": label,
        data: { tool: name },
        on: { click: () => run(button) },
      },
      icon(
        { react: "smile", thread: "reply", edit: "pencil", delete: "trash", more: "more" }[name],
        18,
      ),
    );
    return button;
  };
  const shortcuts = (store.state.shortcuts || []).filter((one) => one.type === "message");
  if (message.ephemeral || message.subtype === "tombstone") return null;
  return h(
    "div",
    { class: "tools", role: "toolbar", "aria-label": "Message actions" },
    tool("react", "Add reaction", (button) => pickReaction(button, message, channel)),
    options.onThread &&
      tool("thread", "Reply in thread", () => options.onThread(message.thread_ts || message.ts)),
    mine && tool("edit", "Edit message", () => startEdit(node, message, channel)),
    mine && tool("delete", "Delete message", () => remove(message, channel)),
    shortcuts.length > 0 &&
      tool("more", "More actions", (button) =>
        menu(
          button,
          shortcuts.map((one) => shortcutEntry(one, message, channel)),
          "More actions",
        ),
      ),
  );
}

function shortcutEntry(one, message, channel) {
  const run = () =>
    tried(() =>
      post("shortcut", {
        as: store.as,
        callback_id: one.callback_id,
        channel,
        message_ts: message.ts,
      }),
    );
  return {
    label: one.name,
    description: one.description,
    icon: botAvatar(20),
    data: { shortcut: one.callback_id },
    run,
  };
}
