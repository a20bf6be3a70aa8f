/**
 * Completion in a text area: people, channels, emoji, commands and shortcuts.
 */
import { post } from "./api.js";
import { fill, h, uid } from "./dom.js";
import { emoji, findEmoji } from "./emoji.js";
import { icon } from "./icons.js";
import { avatar, botAvatar, nameOf } from "./people.js";
import { store } from "./store.js";
import { tried } from "./toast.js";

const ALL = ["here", "channel", "everyone"];

/** What one types after @ for somebody: one word, as the server reads it. */
function handle({ name, real_name: real }) {
  if (real && !/\s/.test(real)) return real;
  return /\s/.test(name) ? name.toLowerCase().replace(/\s+/g, "_") : name;
}

/** Everybody who can be mentioned: {id, handle, label, hint, node()}. */
export function mentionable() {
  const { people, bot } = store.state;
  const all = people.map((person) => ({
    id: person.id,
    handle: handle(person),
    label: nameOf(person),
    hint: person.name,
    node: () => avatar(person, 20),
  }));
  return [
    { id: bot.id, handle: handle(bot), label: bot.name, hint: "app", node: () => botAvatar(20) },
    ...all,
  ];
}

function people(part) {
  const found = mentionable().filter((one) =>
    [one.handle, one.label, one.hint].some((name) => name.toLowerCase().includes(part)),
  );
  const list = found.map((one) => ({
    insert: `@${one.handle} `,
    label: one.label,
    hint: one.hint,
    node: one.node(),
  }));
  return [
    ...list,
    ...ALL.filter((name) => name.startsWith(part)).map((name) => ({
      insert: `@${name} `,
      label: name,
      hint: "tell everyone here",
      node: icon("at", 18),
    })),
  ];
}

function rooms(part) {
  return store.state.channels
    .filter((c) => !c.is_im && c.name.includes(part))
    .map((c) => ({
      insert: `#${c.name} `,
      label: c.name,
      hint: "",
      node: icon(c.is_private ? "lock" : "hash", 16),
    }));
}

function commands(part) {
  const { commands: known, shortcuts = [] } = store.state;
  const typed = known
    .filter((c) => c.command.slice(1).startsWith(part))
    .map((c) => ({
      insert: `${c.command} `,
      label: `${c.command} ${c.usage_hint || ""}`.trim(),
      hint: c.description || "",
      node: icon("slash", 18),
    }));
  const run = (callback) => () =>
    tried(() => post("shortcut", { as: store.as, callback_id: callback, channel: store.channel }));
  return [
    ...typed,
    ...shortcuts
      .filter((one) => one.type === "global" && one.name.toLowerCase().includes(part))
      .map((one) => ({
        insert: "",
        label: one.name,
        hint: one.description || "",
        node: botAvatar(20),
        run: run(one.callback_id),
      })),
  ];
}

function faces(part) {
  return part.length < 2
    ? []
    : findEmoji(part, 8).map((name) => ({
        insert: `${emoji(name)} `,
        label: `:${name}:`,
        hint: "",
        node: h("span", { class: "emoji" }, emoji(name)),
      }));
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

/** Make a text area as tall as its text, up to a limit. */
export function grow(area) {
  area.style.height = "auto";
  area.style.height = `${Math.min(area.scrollHeight, 260)}px`;
}

/** Give a text area completion. `onEnter` and `onEscape` are called when no list is open. */
export function completing(area, box, { onEnter, onEscape, onUp, isEdit }) {
  const id = uid("complete");
  const list = h("div", {
    class: "complete",
    role: "listbox",
    id,
    "aria-label": "Suggestions",
    data: { testid: "complete" },
    hidden: true,
  });
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
    fill(
      list,
      found.items.map((item, n) =>
        h(
          "div",
          {
            class: "complete-item",
            role: "option",
            id: `${id}-${n}`,
            "aria-selected": String(n === at),
            data: { insert: item.insert.trim() },
            on: {
              mousedown: (event) => {
                event.preventDefault();
                take(n);
              },
            },
          },
          item.node,
          h("span", { class: "complete-label" }, item.label),
          h("span", { class: "complete-hint" }, item.hint),
        ),
      ),
    );
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
  const exact = () =>
    found.from === 0 &&
    area.value.startsWith("/") &&
    found.items.some((item) => item.insert.trim() === area.value);
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
