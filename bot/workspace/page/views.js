/**
 * Dialogs: the stack of views that the app opened for this person. The top one is shown.
 */
import { get, post } from "./api.js";
import { blocks } from "./blocks.js";
import { append, fill, h, uid } from "./dom.js";
import { icon } from "./icons.js";
import { plainText } from "./mrkdwn.js";
import { botAvatar } from "./people.js";
import { closePopover } from "./popover.js";
import { env, store } from "./store.js";

/** What a dialog asks for; buttons and menus in one that is only read are not begun with. */
const FIRST = [".block-input input", ".block-input textarea", ".block-input .select"].join();
const values = new Map();
let dialog = null;
let shown = "";

/** Fetch the stack and show its top. */
export async function loadViews() {
  const { views } = await get("views", { as: store.as });
  const ids = new Set(views.map((entry) => entry.id));
  for (const id of values.keys()) if (!ids.has(id)) values.delete(id);
  show(views);
}

/** Forget all dialogs, as when another person is chosen. */
export function dropViews() {
  values.clear();
  show([]);
}

function show(views) {
  const top = views.at(-1);
  const key = top ? JSON.stringify([top.id, top.view, top.errors, store.as]) : "";
  if (key === shown) return;
  shown = key;
  closePopover();
  if (!top) {
    dialog?.close();
    dialog?.remove();
    dialog = null;
    return;
  }
  const same = dialog?.dataset.viewId === top.id;
  if (!dialog) {
    dialog = h("dialog", { class: "modal", tabindex: "-1" });
    document.body.append(dialog);
  }
  draw(top, views.length, same);
}

function draw({ id, view, errors }, depth, same) {
  const scroll = same ? dialog.querySelector(".modal-body")?.scrollTop : 0;
  const focused = same ? whereFocus() : null;
  const ctx = {
    env: env(),
    values: values.get(id) || {},
    surface: "modal",
    act: (action) => act(id, ctx, action),
    suggest: (wish) => post("suggest", { as: store.as, view_id: id, ...wish }),
  };
  values.set(id, ctx.values);
  keepOnly(ctx.values, view.blocks);
  const titleId = uid("title");
  dialog.dataset.viewId = id;
  dialog.dataset.callbackId = view.callback_id || "";
  dialog.setAttribute("aria-labelledby", titleId);
  const close = () => closeView(id);
  dialog.oncancel = (event) => {
    event.preventDefault();
    close();
  };
  const body = h(
    "div",
    { class: "modal-body" },
    h("div", { class: "modal-error", role: "alert", hidden: true }),
    blocks(view.blocks, ctx),
  );
  const form = h("form", {
    class: "modal-form",
    novalidate: true,
    on: {
      submit: (event) => {
        event.preventDefault();
        submit(id, view, ctx);
      },
    },
  });
  append(form, [
    h(
      "header",
      { class: "modal-head" },
      botAvatar(28),
      h("h2", { id: titleId }, plainText(view.title)),
      depth > 1 && h("span", { class: "modal-depth" }, `${depth} of 3`),
      h(
        "button",
        {
          type: "button",
          class: "icon-btn",
          "aria-label": "Close",
          data: { testid: "view-x" },
          on: { click: close },
        },
        icon("close", 20),
      ),
    ),
    body,
    h(
      "footer",
      { class: "dialog-actions" },
      h(
        "button",
        { type: "button", class: "btn", data: { testid: "view-close" }, on: { click: close } },
        depth > 1 && !view.close ? "Back" : plainText(view.close) || "Cancel",
      ),
      view.submit &&
        h(
          "button",
          { type: "submit", class: "btn primary", data: { testid: "view-submit" } },
          h("span", { class: "spinner", "aria-hidden": "true" }),
          h("span", {}, plainText(view.submit)),
        ),
    ),
  ]);
  fill(dialog, form);
  if (!dialog.open) dialog.showModal();
  body.scrollTop = scroll || 0;
  if (errors) showErrors(errors);
  const first = dialog.querySelector("[autofocus]") || body.querySelector(FIRST);
  const again = focused && body.querySelector(focused.selector);
  (again || first || form.querySelector("[type=submit]") || dialog).focus();
  if (again && focused.caret !== null) again.setSelectionRange?.(focused.caret, focused.caret);
}

/** Where the cursor is in the dialog, to put it back after drawing anew. */
function whereFocus() {
  const node = document.activeElement;
  const action = node?.closest?.("[data-action-id]")?.dataset.actionId;
  const block = node?.closest?.("[data-block-id]")?.dataset.blockId;
  if (!action || !block) return null;
  const caret = typeof node.selectionStart === "number" ? node.selectionStart : null;
  return {
    caret,
    selector: `[data-block-id="${CSS.escape(block)}"] [data-action-id="${CSS.escape(action)}"]`,
  };
}

/** Values of elements that the view no longer has are forgotten. */
function keepOnly(kept, list) {
  const ids = new Set((list || []).map((block, n) => block.block_id || `b${n}`));
  for (const id of Object.keys(kept)) if (!ids.has(id)) delete kept[id];
}

function act(id, ctx, action) {
  return post("action", { as: store.as, view_id: id, action, state: { values: ctx.values } });
}

async function closeView(id) {
  try {
    await post("view/close", { as: store.as, view_id: id });
  } catch (error) {
    formError(error.message);
    return;
  }
  await loadViews();
}

function inputBlocks(list) {
  return (list || [])
    .map((block, n) => ({ ...block, block_id: block.block_id || `b${n}` }))
    .filter((block) => block.type === "input");
}

function isEmpty(value) {
  const held = Object.entries(value || {})
    .filter(([key]) => key !== "type")
    .map(([, v]) => v);
  return held.every(
    (v) => v === null || v === undefined || v === "" || (Array.isArray(v) && !v.length),
  );
}

/** The complaint about one input before it is sent, or null. */
function complaint(block, held) {
  const { type, min_length: least, min_value: low, max_value: high } = block.element;
  if (isEmpty(held)) return block.optional ? null : "Please complete this required field.";
  const value = held.value;
  if (typeof value !== "string") return null;
  if (least && value.length < least) return `Please enter at least ${least} characters.`;
  if (type === "email_text_input" && !/^\S+@\S+\.\S+$/.test(value))
    return "Please enter a valid email address.";
  if (type === "url_text_input" && !/^[a-z][a-z0-9+.-]*:\/\/\S+$/i.test(value))
    return "Please enter a valid URL.";
  if (type !== "number_input") return null;
  if (!/^-?\d+(\.\d+)?$/.test(value) || (!block.element.is_decimal_allowed && value.includes(".")))
    return "Please enter a valid number.";
  if (low !== undefined && Number(value) < Number(low)) return `Please enter ${low} or more.`;
  return high !== undefined && Number(value) > Number(high)
    ? `Please enter ${high} or less.`
    : null;
}

function ownErrors(view, ctx) {
  const found = {};
  for (const block of inputBlocks(view.blocks)) {
    const text = complaint(block, ctx.values[block.block_id]?.[block.element.action_id]);
    if (text) found[block.block_id] = text;
  }
  return found;
}

function showErrors(errors) {
  let first = null;
  const homeless = [];
  for (const node of dialog.querySelectorAll(".block-input")) node.setError("");
  for (const [blockId, text] of Object.entries(errors)) {
    const node = [...dialog.querySelectorAll(".block-input")].find(
      (one) => one.dataset.blockId === blockId,
    );
    if (!node) homeless.push(text);
    else node.setError(text);
    first ||= node;
  }
  formError(homeless.join(" "));
  first?.querySelector("input, textarea, button")?.focus();
}

function formError(text) {
  const box = dialog?.querySelector(".modal-error");
  if (!box) return;
  fill(box, text && icon("warn", 16), text);
  box.hidden = !text;
}

async function submit(id, view, ctx) {
  const wrong = ownErrors(view, ctx);
  showErrors(wrong);
  if (Object.keys(wrong).length) return;
  const button = dialog.querySelector("[data-testid=view-submit]");
  button?.classList.add("busy");
  try {
    const { result, errors } = await post("view/submit", {
      as: store.as,
      view_id: id,
      state: { values: ctx.values },
    });
    if (result === "errors") showErrors(errors || {});
    else await loadViews();
  } catch (error) {
    formError(
      error.code === "offline" ? error.message : `The app did not take this. ${error.message}`,
    );
  } finally {
    button?.classList.remove("busy");
  }
}
