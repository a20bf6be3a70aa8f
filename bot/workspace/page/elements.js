/**
 * Interactive elements of blocks. Each keeps its value in `ctx.values` and, outside of input
 * blocks, tells the server at once.
 *
 * ctx: {env, values, act(action), surface}; slot: {blockId, input (bool), dispatch (bool),
 * labelId, describedBy}.
 */
import { h, ownImage, safeHref, uid } from "./dom.js";
import { fromWallClock, wallClock } from "./dates.js";
import { icon } from "./icons.js";
import { plainText, textObject } from "./mrkdwn.js";
import { confirmFirst, menu } from "./popover.js";
import { SELECTS } from "./selects.js";

/** Remember what an element holds now, as `state.values` will say it. */
function keep(ctx, slot, element, value) {
  const block = (ctx.values[slot.blockId] ||= {});
  block[element.action_id] = { type: element.type, ...value };
}

/** What was kept for an element, if the view was drawn before. */
function kept(ctx, slot, element) {
  const found = ctx.values[slot.blockId]?.[element.action_id];
  return found?.type === element.type ? found : null;
}

/** Send an action; `node` shows that it is under way, and a warning if it was not answered. */
async function send(ctx, slot, element, value, node) {
  if (!(await confirmFirst(element.confirm, ctx.env))) return false;
  node.pending = (node.pending || 0) + 1;
  node.classList.add("busy");
  node.setAttribute("aria-busy", "true");
  node.parentElement?.querySelectorAll(":scope > .act-failed").forEach((old) => old.remove());
  try {
    await ctx.act({
      block_id: slot.blockId,
      action_id: element.action_id,
      type: element.type,
      ...value,
    });
  } catch (error) {
    node.after(
      h(
        "span",
        { class: "act-failed", role: "alert", title: error.message },
        icon("warn", 16),
        h("span", {}, "That did not get through. Try again."),
      ),
    );
  } finally {
    node.pending -= 1;
    if (!node.pending) {
      node.classList.remove("busy");
      node.removeAttribute("aria-busy");
    }
  }
  return true;
}

/** Keep a value and, where the element acts at once, send it. */
function choose(ctx, slot, element, value, node) {
  keep(ctx, slot, element, value);
  if (!slot.input || slot.dispatch) send(ctx, slot, element, value, node);
}

function marks(slot, element) {
  return {
    "aria-labelledby": slot.labelId,
    "aria-describedby": slot.describedBy,
    data: { actionId: element.action_id, element: element.type },
  };
}

function hiddenFor(element, ctx) {
  const ids = element.visible_to_user_ids;
  return Array.isArray(ids) && ids.length > 0 && !ids.includes(ctx.env.me);
}

function button(element, ctx, slot) {
  if (hiddenFor(element, ctx)) return null;
  const style = ["primary", "danger"].includes(element.style) ? ` ${element.style}` : "";
  const href = element.url ? safeHref(element.url) : null;
  const value = element.value === undefined ? {} : { value: element.value };
  const node = h(
    href ? "a" : "button",
    {
      type: href ? null : "button",
      class: `btn${style}`,
      href,
      target: href ? "_blank" : null,
      rel: href ? "noopener noreferrer" : null,
      "aria-label": element.accessibility_label,
      data: { actionId: element.action_id, element: "button" },
      on: { click: () => send(ctx, slot, element, value, node) },
    },
    h("span", { class: "spinner", "aria-hidden": "true" }),
    h("span", {}, plainText(element.text)),
    href && icon("globe", 14),
  );
  return node;
}

const ICONS = {
  trash: "trash",
  edit: "pencil",
  pencil: "pencil",
  check: "check",
  close: "close",
  search: "search",
  info: "info",
};

function iconButton(element, ctx, slot) {
  if (hiddenFor(element, ctx)) return null;
  const label = plainText(element.text) || element.icon;
  const node = h(
    "button",
    {
      type: "button",
      class: "icon-btn",
      title: label,
      "aria-label": element.accessibility_label || label,
      data: { actionId: element.action_id, element: "icon_button" },
      on: {
        click: () =>
          send(
            ctx,
            slot,
            element,
            element.value === undefined ? {} : { value: element.value },
            node,
          ),
      },
    },
    icon(ICONS[element.icon] || "more", 16),
  );
  return node;
}

function feedback(element, ctx, slot) {
  const group = h("span", {
    class: "feedback",
    role: "group",
    "aria-label": "Feedback",
    data: { actionId: element.action_id, element: element.type },
  });
  const one = (object, name, sign) => {
    if (!object) return null;
    const node = h(
      "button",
      {
        type: "button",
        class: "icon-btn",
        title: plainText(object.text),
        "aria-pressed": "false",
        "aria-label": object.accessibility_label || plainText(object.text),
        data: { value: object.value, feedback: name },
        on: {
          click: () => {
            group
              .querySelectorAll("button")
              .forEach((b) => b.setAttribute("aria-pressed", String(b === node)));
            send(ctx, slot, element, { value: object.value }, node);
          },
        },
      },
      icon(sign, 16),
    );
    return node;
  };
  group.append(
    ...[
      one(element.positive_button, "positive", "up"),
      one(element.negative_button, "negative", "thumbdown"),
    ].filter(Boolean),
  );
  return group;
}

function overflow(element, ctx, slot) {
  const entries = () =>
    (element.options || []).map((option) => ({
      label: plainText(option.text),
      description: plainText(option.description),
      data: { value: option.value },
      run: () => {
        const href = option.url ? safeHref(option.url) : null;
        if (href) window.open(href, "_blank", "noopener");
        send(ctx, slot, element, { selected_option: option }, node);
      },
    }));
  const node = h(
    "button",
    {
      type: "button",
      class: "btn overflow",
      "aria-haspopup": "menu",
      "aria-expanded": "false",
      "aria-label": "More actions",
      data: { actionId: element.action_id, element: "overflow" },
      on: { click: () => menu(node, entries(), "More actions") },
    },
    icon("more", 18),
  );
  return node;
}

function optionLabel(option, id, ctx) {
  return h(
    "span",
    { class: "choice-text", id },
    textObject(option.text, ctx.env),
    option.description && h("small", {}, textObject(option.description, ctx.env)),
  );
}

function checkboxes(element, ctx, slot) {
  const before = kept(ctx, slot, element)?.selected_options ?? element.initial_options ?? [];
  const chosen = new Set(before.map((option) => option.value));
  const value = () => ({
    selected_options: element.options.filter((option) => chosen.has(option.value)),
  });
  keep(ctx, slot, element, value());
  const group = h("div", { class: "choices", role: "group", ...marks(slot, element) });
  for (const option of element.options || []) {
    const change = (event) => {
      if (event.target.checked) chosen.add(option.value);
      else chosen.delete(option.value);
      choose(ctx, slot, element, value(), group);
    };
    group.append(
      h(
        "label",
        { class: "choice" },
        h("input", {
          type: "checkbox",
          checked: chosen.has(option.value),
          data: { value: option.value },
          on: { change },
        }),
        optionLabel(option, null, ctx),
      ),
    );
  }
  return group;
}

function radios(element, ctx, slot) {
  let chosen = (kept(ctx, slot, element) ?? { selected_option: element.initial_option ?? null })
    .selected_option;
  keep(ctx, slot, element, { selected_option: chosen ?? null });
  const name = uid("radio");
  const group = h("div", { class: "choices", role: "radiogroup", ...marks(slot, element) });
  for (const option of element.options || []) {
    const change = () => {
      chosen = option;
      choose(ctx, slot, element, { selected_option: chosen }, group);
    };
    group.append(
      h(
        "label",
        { class: "choice" },
        h("input", {
          type: "radio",
          name,
          checked: chosen?.value === option.value,
          data: { value: option.value },
          on: { change },
        }),
        optionLabel(option, null, ctx),
      ),
    );
  }
  return group;
}

const TEXT_TYPES = {
  plain_text_input: "text",
  email_text_input: "email",
  url_text_input: "url",
  number_input: "text",
};

/** Text, number, address and mail inputs. */
function textInput(element, ctx, slot) {
  const start = kept(ctx, slot, element)?.value ?? element.initial_value ?? "";
  keep(ctx, slot, element, { value: start === "" ? null : String(start) });
  const config = element.dispatch_action_config?.trigger_actions_on || ["on_enter_pressed"];
  const current = () => ({ value: node.value === "" ? null : node.value });
  const onInput = () => {
    keep(ctx, slot, element, current());
    if (slot.dispatch && config.includes("on_character_entered"))
      send(ctx, slot, element, current(), node);
  };
  const onKey = (event) => {
    if (event.key !== "Enter" || element.multiline || event.isComposing) return;
    if (slot.dispatch && config.includes("on_enter_pressed")) {
      event.preventDefault();
      event.stopPropagation();
      send(ctx, slot, element, current(), node);
    }
  };
  const node = h(element.multiline ? "textarea" : "input", {
    class: "field",
    type: element.multiline ? null : TEXT_TYPES[element.type],
    value: String(start),
    rows: element.multiline ? 4 : null,
    inputmode:
      element.type === "number_input" ? (element.is_decimal_allowed ? "decimal" : "numeric") : null,
    placeholder: plainText(element.placeholder),
    maxlength: element.max_length,
    autocomplete: "off",
    autofocus: element.focus_on_load,
    ...marks(slot, element),
    on: { input: onInput, keydown: onKey },
  });
  return node;
}

/** Date, time and instant pickers; an instant is meant in the person's own zone. */
function picker(type, key, initial, out, into) {
  return (element, ctx, slot) => {
    const before = kept(ctx, slot, element);
    const start = before ? before[key] : (element[initial] ?? null);
    keep(ctx, slot, element, { [key]: start });
    const change = () =>
      choose(ctx, slot, element, { [key]: node.value ? into(node.value, ctx) : null }, node);
    const node = h("input", {
      class: "field field-date",
      type,
      value: start === null ? "" : out(start, ctx),
      title: plainText(element.placeholder),
      ...marks(slot, element),
      on: { change },
    });
    if (!slot.labelId) node.setAttribute("aria-label", plainText(element.placeholder) || type);
    return node;
  };
}

const same = (value) => value;
const datetime = picker(
  "datetime-local",
  "selected_date_time",
  "initial_date_time",
  (seconds, ctx) => wallClock(seconds, ctx.env.zone),
  (wall, ctx) => fromWallClock(wall, ctx.env.zone),
);

function datetimeWithZone(element, ctx, slot) {
  const wrap = h("span", { class: "with-zone" });
  wrap.append(datetime(element, ctx, slot), h("small", {}, ctx.env.zone));
  return wrap;
}

function picture(element) {
  const url = element.image_url || element.slack_file?.url;
  const own = ownImage(url);
  if (own)
    return h("img", { class: "thumb", src: own, alt: element.alt_text || "", loading: "lazy" });
  return h(
    "span",
    {
      class: "thumb thumb-away",
      role: "img",
      "aria-label": element.alt_text || "image",
      title: element.alt_text,
    },
    icon("image", 18),
  );
}

const MAKERS = {
  button,
  icon_button: iconButton,
  feedback_buttons: feedback,
  overflow,
  checkboxes,
  radio_buttons: radios,
  plain_text_input: textInput,
  email_text_input: textInput,
  url_text_input: textInput,
  number_input: textInput,
  datepicker: picker("date", "selected_date", "initial_date", same, same),
  timepicker: picker("time", "selected_time", "initial_time", same, same),
  datetimepicker: datetimeWithZone,
  image: picture,
};

/** An element as DOM; one that this page does not know is named in a grey box. */
export function element(object, ctx, slot) {
  const make = MAKERS[object?.type];
  if (make) return make(object, ctx, slot);
  const select = SELECTS[object?.type];
  if (select) return select(object, ctx, slot, { keep, kept, choose, marks });
  return h(
    "span",
    { class: "unknown", data: { unknown: object?.type } },
    `Element “${object?.type}” is not shown here`,
  );
}
