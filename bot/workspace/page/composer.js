/**
 * The box to write in: Enter sends, Shift+Enter makes a line, @ # : and / complete.
 */
import { post } from "./api.js";
import { fill, h, uid } from "./dom.js";
import { emoji, findEmoji } from "./emoji.js";
import { icon } from "./icons.js";
import { unescapeText } from "./mrkdwn.js";
import { avatar, botAvatar, nameOf } from "./people.js";
import { channelTitle, store } from "./store.js";
import { tried } from "./toast.js";

const ALL = ["here", "channel", "everyone"];

/** What one types after @ for somebody: one word, as the server reads it. */
function handle({ name, real_name: real }) {
  if (real && !/\s/.test(real)) return real;
  return /\s/.test(name) ? name.toLowerCase().replace(/\s+/g, "_") : name;
}

function mentionable() {
  const { people, bot } = store.state;
  const all = people.map((person) => ({ id: person.id, handle: handle(person), label: nameOf(person), hint: person.name, node: () => avatar(person, 20) }));
  return [{ id: bot.id, handle: handle(bot), label: bot.name, hint: "app", node: () => botAvatar(20) }, ...all];
}

/** Slack's text as one types it, for editing. */
export function decode(text) {
  return unescapeText(String(text || "")
    .replace(/<@([A-Z0-9]+)(?:\|[^>]*)?>/g, (whole, id) => `@${mentionable().find((entry) => entry.id === id)?.handle || id}`)
    .replace(/<#([A-Z0-9]+)(?:\|([^>]*))?>/g, (whole, id, name) => `#${name || store.state.channels.find((c) => c.id === id)?.name || id}`)
    .replace(/<!(here|channel|everyone)(?:\|[^>]*)?>/g, "@$1")
    .replace(/<(?:https?|mailto):[^|>]+\|([^>]*)>/g, "$1")
    .replace(/<(https?:[^|>]+)>/g, "$1"));
}

function people(part) {
  const found = mentionable().filter((one) => [one.handle, one.label, one.hint].some((name) => name.toLowerCase().includes(part)));
  const list = found.map((one) => ({ insert: `@${one.handle} `, label: one.label, hint: one.hint, node: one.node() }));
  return [...list, ...ALL.filter((name) => name.startsWith(part)).map((name) => ({ insert: `@${name} `, label: name, hint: "tell everyone here", node: icon("at", 18) }))];
}

function rooms(part) {
  return store.state.channels.filter((c) => !c.is_im && c.name.includes(part)).map((c) => ({
    insert: `#${c.name} `, label: c.name, hint: "", node: icon(c.is_private ? "lock" : "hash", 16),
  }));
}

function commands(part) {
  const { commands: known, shortcuts = [] } = store.state;
  const typed = known.filter((c) => c.command.slice(1).startsWith(part)).map((c) => ({
    insert: `${c.command} `, label: `${c.command} ${c.usage_hint || ""}`.trim(), hint: c.description || "", node: icon("slash", 18),
  }));
  const run = (callback) => () => tried(() => post("shortcut", { as: store.as, callback_id: callback, channel: store.channel }));
  return [...typed, ...shortcuts.filter((one) => one.type === "global" && one.name.toLowerCase().includes(part)).map((one) => ({
    insert: "", label: one.name, hint: one.description || "", node: botAvatar(20), run: run(one.callback_id),
  }))];
}

function faces(part) {
  return part.length < 2 ? [] : findEmoji(part, 8).map((name) => ({ insert: `${emoji(name)} `, label: `:${name}:`, hint: "", node: h("span", { class: "emoji" }, emoji(name)) }));
}

/** What can complete the word before the cursor: {from, items}. */
function suggestions(text, cursor, isEdit) {
  const before = text.slice(0, cursor);
  const command = !isEdit && /^\/([\w-]*)$/.exec(before);
  if (command) return { from: 0, items: commands(command[1].toLowerCase()) };
  const word = /(^|[\s(])([@#:])([\p{L}\p{N}._+-]*)$/u.exec(before);
  if (!word) return { from: 0, items: [] };
  const part = word[3].toLowerCase();
  const items = { "@": people, "#": rooms, ":": faces }[word[2]](part);
  return { from: cursor - word[3].length - 1, items: items.slice(0, 8) };
}

function grow(area) {
  area.style.height = "auto";
  area.style.height = `${Math.min(area.scrollHeight, 260)}px`;
}

/** Give a text area completion. `onEnter` and `onEscape` are called when no list is open. */
function completing(area, box, { onEnter, onEscape, onUp, isEdit }) {
  const id = uid("complete");
  const list = h("div", { class: "complete", role: "listbox", id, "aria-label": "Suggestions", data: { testid: "complete" }, hidden: true });
  let found = { from: 0, items: [] };
  let at = 0;
  box.append(list);
  const close = () => {
    found = { from: 0, items: [] };
    list.hidden = true;
    area.setAttribute("aria-expanded", "false");
    area.removeAttribute("aria-activedescendant");
  };
  const draw = () => {
    if (!found.items.length) return close();
    list.hidden = false;
    area.setAttribute("aria-expanded", "true");
    area.setAttribute("aria-activedescendant", `${id}-${at}`);
    fill(list, found.items.map((item, n) => h("div", {
      class: "complete-item", role: "option", id: `${id}-${n}`, "aria-selected": String(n === at), data: { insert: item.insert.trim() },
      on: { mousedown: (event) => { event.preventDefault(); take(n); } },
    }, item.node, h("span", { class: "complete-label" }, item.label), h("span", { class: "complete-hint" }, item.hint))));
    return list.children[at]?.scrollIntoView({ block: "nearest" });
  };
  const look = () => {
    found = suggestions(area.value, area.selectionStart, isEdit);
    at = 0;
    draw();
    grow(area);
  };
  const take = (n) => {
    const item = found.items[n];
    area.setRangeText(item.insert, found.from, area.selectionStart, "end");
    close();
    item.run?.();
    area.dispatchEvent(new Event("input"));
  };
  const onList = (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) at = (at + step + found.items.length) % found.items.length;
    if (step) draw();
    else if (event.key === "Tab" || (event.key === "Enter" && !exact())) take(at);
    else if (event.key === "Escape") close();
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  };
  const exact = () => found.from === 0 && area.value.startsWith("/") && found.items.some((item) => item.insert.trim() === area.value);
  area.addEventListener("input", look);
  area.addEventListener("blur", close);
  area.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (found.items.length && onList(event)) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      close();
      onEnter();
    } else if (event.key === "Escape") onEscape?.(event);
    else if (event.key === "ArrowUp" && !area.value) onUp?.(event);
  });
  area.setAttribute("aria-autocomplete", "list");
  area.setAttribute("aria-controls", id);
  area.setAttribute("aria-expanded", "false");
}

function insert(area, text) {
  area.focus();
  area.setRangeText(text, area.selectionStart, area.selectionEnd, "end");
  area.dispatchEvent(new Event("input"));
}

const drafts = new Map();

/**
 * The composer of a channel or thread. `where`: {key, label, id, onText(text), onCommand(command,
 * text), onUp()}; the first two resolve to null if the server refused, and the text is kept.
 */
export function composer(where) {
  const area = h("textarea", {
    class: "composer-text", rows: 1, id: where.id, role: "combobox", placeholder: where.label, "aria-label": where.label, data: { testid: where.id },
    value: drafts.get(where.key) || "",
  });
  const sendButton = h("button", { type: "button", class: "send", "aria-label": "Send", title: "Send (Enter)", disabled: !area.value.trim(), data: { testid: `${where.id}-send` }, on: { click: () => send() } }, icon("send", 18));
  const tool = (name, label, text) => h("button", { type: "button", class: "tool", "aria-label": label, title: label, on: { click: () => insert(area, text) } }, icon(name, 18));
  const hint = h("span", { class: "composer-hint" }, h("kbd", {}, "Enter"), " to send, ", h("kbd", {}, "Shift Enter"), " for a new line");
  const box = h("div", { class: "composer" }, area, h("div", { class: "composer-bar" }, tool("at", "Mention someone", "@"), tool("slash", "Slash command", "/"), hint, sendButton));
  const send = async () => {
    const text = area.value.trim();
    if (!text) return;
    area.value = "";
    area.dispatchEvent(new Event("input"));
    const command = /^(\/[\w-]+)(?:\s+([\s\S]*))?$/.exec(text);
    const sent = await tried(() => (command ? where.onCommand(command[1], (command[2] || "").trim()) : where.onText(text)));
    if (sent === null && !area.value) {
      area.value = text;
      area.dispatchEvent(new Event("input"));
    }
  };
  area.addEventListener("input", () => {
    drafts.set(where.key, area.value);
    sendButton.disabled = !area.value.trim();
  });
  completing(area, box, { onEnter: send, onUp: where.onUp, onEscape: () => area.blur() });
  requestAnimationFrame(() => grow(area));
  return box;
}

/** A box that edits a text; `save(text)` and `cancel()` end it. */
export function editBox(text, save, cancel) {
  const area = h("textarea", { class: "composer-text", rows: 1, "aria-label": "Edit message", value: decode(text), data: { testid: "edit" } });
  const done = () => (area.value.trim() ? save(area.value.trim()) : cancel());
  const box = h("div", { class: "composer editing" }, area, h("div", { class: "composer-bar" }, h("span", { class: "composer-hint" }, "Escape to cancel"),
    h("button", { type: "button", class: "btn small", on: { click: cancel } }, "Cancel"),
    h("button", { type: "button", class: "btn small primary", data: { testid: "edit-save" }, on: { click: done } }, "Save")));
  completing(area, box, { onEnter: done, onEscape: (event) => { event.stopPropagation(); cancel(); }, isEdit: true });
  requestAnimationFrame(() => grow(area));
  return box;
}

/** What the box of a channel says while it is empty. */
export function composerLabel(channel) {
  if (channel.is_im) return `Message ${channelTitle(channel)}`;
  return channel.is_member ? `Message #${channel.name}` : `Message #${channel.name} (you join it by writing)`;
}
