/**
 * The box to write in: Enter sends, Shift+Enter makes a line, @ # : and / complete.
 */
import { post } from "./api.js";
import { completing, grow, mentionable } from "./completion.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { unescapeText } from "./mrkdwn.js";
import { botAvatar } from "./people.js";
import { menu } from "./popover.js";
import { channelTitle, store } from "./store.js";
import { failed, tried } from "./toast.js";

/** Slack's text as one types it, for editing. */
export function decode(text) {
  return unescapeText(
    String(text || "")
      .replace(
        /<@([A-Z0-9]+)(?:\|[^>]*)?>/g,
        (whole, id) => `@${mentionable().find((entry) => entry.id === id)?.handle || id}`,
      )
      .replace(
        /<#([A-Z0-9]+)(?:\|([^>]*))?>/g,
        (whole, id, name) =>
          `#${name || store.state.channels.find((c) => c.id === id)?.name || id}`,
      )
      .replace(/<!(here|channel|everyone)(?:\|[^>]*)?>/g, "@$1")
      .replace(/<(?:https?|mailto):[^|>]+\|([^>]*)>/g, "$1")
      .replace(/<(https?:[^|>]+)>/g, "$1"),
  );
}

function insert(area, text) {
  area.focus();
  area.setRangeText(text, area.selectionStart, area.selectionEnd, "end");
  area.dispatchEvent(new Event("input"));
}

/** A button with the shortcuts that are there everywhere; nothing where there are none. */
function shortcutsButton() {
  const everywhere = (store.state.shortcuts || []).filter((one) => one.type === "global");
  if (!everywhere.length) return null;
  const run = (one) => () =>
    tried(() => post("shortcut", { as: store.as, callback_id: one.callback_id }));
  const entries = everywhere.map((one) => ({
    label: one.name,
    description: one.description,
    icon: botAvatar(20),
    data: { shortcut: one.callback_id },
    run: run(one),
  }));
  return h(
    "button",
    {
      type: "button",
      class: "tool",
      "aria-label": "Shortcuts",
      title: "Shortcuts",
      data: { tool: "shortcuts" },
      on: { click: (event) => menu(event.currentTarget, entries, "Shortcuts") },
    },
    icon("bolt", 18),
  );
}

const drafts = new Map();

/**
 * The composer of a channel or thread. `where`: {key, label, id, onText(text), onCommand(command,
 * text), onUp()}; when one of the first two throws, the text comes back.
 */
export function composer(where) {
  const area = h("textarea", {
    class: "composer-text",
    rows: 1,
    id: where.id,
    role: "combobox",
    placeholder: where.label,
    "aria-label": where.label,
    data: { testid: where.id },
    value: drafts.get(where.key) || "",
  });
  const sendButton = h(
    "button",
    {
      type: "button",
      class: "send",
      "aria-label": "Send",
      title: "Send (Enter)",
      disabled: !area.value.trim(),
      data: { testid: `${where.id}-send` },
      on: { click: () => send() },
    },
    icon("send", 18),
  );
  const tool = (name, label, text) =>
    h(
      "button",
      {
        type: "button",
        class: "tool",
        "aria-label": label,
        title: label,
        on: { click: () => insert(area, text) },
      },
      icon(name, 18),
    );
  const hint = h(
    "span",
    { class: "composer-hint" },
    h("kbd", {}, "Enter"),
    " to send, ",
    h("kbd", {}, "Shift Enter"),
    " for a new line",
  );
  const box = h(
    "div",
    { class: "composer" },
    area,
    h(
      "div",
      { class: "composer-bar" },
      tool("at", "Mention someone", "@"),
      tool("slash", "Slash command", "/"),
      where.id === "composer-main" && shortcutsButton(),
      hint,
      sendButton,
    ),
  );
  const send = async () => {
    const text = area.value.trim();
    if (!text) return;
    area.value = "";
    area.dispatchEvent(new Event("input"));
    const command = /^(\/[\w-]+)(?:\s+([\s\S]*))?$/.exec(text);
    const refused = await failed(() =>
      command ? where.onCommand(command[1], (command[2] || "").trim()) : where.onText(text),
    );
    if (refused && !area.value) {
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
  const area = h("textarea", {
    class: "composer-text",
    rows: 1,
    "aria-label": "Edit message",
    value: decode(text),
    data: { testid: "edit" },
  });
  const done = () => (area.value.trim() ? save(area.value.trim()) : cancel());
  const box = h(
    "div",
    { class: "composer editing" },
    area,
    h(
      "div",
      { class: "composer-bar" },
      h("span", { class: "composer-hint" }, "Escape to cancel"),
      h("button", { type: "button", class: "btn small", on: { click: cancel } }, "Cancel"),
      h(
        "button",
        {
          type: "button",
          class: "btn small primary",
          data: { testid: "edit-save" },
          on: { click: done },
        },
        "Save",
      ),
    ),
  );
  completing(area, box, {
    onEnter: done,
    onEscape: (event) => {
      event.stopPropagation();
      cancel();
    },
    isEdit: true,
  });
  requestAnimationFrame(() => grow(area));
  return box;
}

/** What the box of a channel says while it is empty. */
export function composerLabel(channel) {
  if (channel.is_im) return `Message ${channelTitle(channel)}`;
  return channel.is_member
    ? `Message #${channel.name}`
    : `Message #${channel.name} (you join it by writing)`;
}
