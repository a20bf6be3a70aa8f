/**
 * Blocks as DOM: one maker per block type. A block that this page does not know is named in a
 * grey box.
 */
import { fill, h, link, ownImage, uid } from "./dom.js";
import { chart } from "./charts.js";
import { element } from "./elements.js";
import { icon } from "./icons.js";
import { markdown } from "./markdown.js";
import { plainText, textObject } from "./mrkdwn.js";
import { richText } from "./richtext.js";
import { dataTable, table } from "./tables.js";

function slotOf(block) {
  return { blockId: block.block_id, input: false, dispatch: true };
}

function section(block, ctx) {
  const main = h(
    "div",
    { class: "section-main" },
    block.text && textObject(block.text, ctx.env),
    block.fields &&
      h(
        "div",
        { class: "section-fields" },
        block.fields.map((field) =>
          h("div", { class: "section-field" }, textObject(field, ctx.env)),
        ),
      ),
  );
  const extra =
    block.accessory &&
    h("div", { class: "accessory" }, element(block.accessory, ctx, slotOf(block)));
  return h("div", { class: "block-section" }, main, extra);
}

function header(block) {
  return h("h3", { class: "block-header" }, plainText(block.text));
}

function context(block, ctx) {
  return h(
    "div",
    { class: "block-context" },
    (block.elements || []).map((part) =>
      part.type === "image"
        ? element(part, ctx, slotOf(block))
        : h("span", { class: "context-text" }, textObject(part, ctx.env)),
    ),
  );
}

function row(list, block, ctx) {
  const made = (list || []).map((part) => element(part, ctx, slotOf(block))).filter(Boolean);
  return h(
    "div",
    { class: "block-actions" },
    made.map((node) => h("span", { class: "act" }, node)),
  );
}

function actions(block, ctx) {
  return row(block.elements, block, ctx);
}

function image(block) {
  const url = block.image_url || block.slack_file?.url || block.slack_file?.url_private;
  const own = ownImage(url);
  const shown = own
    ? h("img", { src: own, alt: block.alt_text || "", loading: "lazy" })
    : h(
        "div",
        { class: "image-away" },
        icon("image", 20),
        h("span", {}, block.alt_text || "Picture"),
        url && link(url, "Open the picture"),
      );
  return h(
    "figure",
    { class: "block-image" },
    block.title && h("figcaption", {}, plainText(block.title)),
    shown,
  );
}

function errorNode(id, text) {
  return h("div", { class: "input-error", id, role: "alert" }, text && icon("warn", 14), text);
}

/** An input block; its error line can be set through `node.setError(text)`. */
function input(block, ctx) {
  const labelId = uid("label");
  const hintId = uid("hint");
  const errorId = uid("error");
  const slot = {
    blockId: block.block_id,
    input: true,
    dispatch: block.dispatch_action === true,
    labelId,
    describedBy: `${hintId} ${errorId}`,
  };
  const control = element(block.element, ctx, slot);
  const error = errorNode(errorId, "");
  const node = h(
    "div",
    { class: "block-input" },
    h(
      "div",
      { class: "input-label", id: labelId },
      plainText(block.label),
      block.optional && h("span", { class: "optional" }, " (optional)"),
    ),
    control,
    block.hint && h("div", { class: "input-hint", id: hintId }, plainText(block.hint)),
    error,
  );
  node.setError = (text) => {
    fill(error, text && icon("warn", 14), text);
    node.classList.toggle("invalid", Boolean(text));
    const target = node.querySelector("input, textarea, button");
    if (text) target?.setAttribute("aria-invalid", "true");
    else target?.removeAttribute("aria-invalid");
  };
  return node;
}

function hero(object) {
  return (
    object && h("div", { class: "card-hero" }, image({ ...object, image_url: object.image_url }))
  );
}

function card(block, ctx) {
  const title = plainText(block.title);
  return h(
    "article",
    { class: "block-card", "aria-label": title || null },
    hero(block.hero_image),
    h(
      "div",
      { class: "card-top" },
      block.icon && element({ type: "image", ...block.icon }, ctx, slotOf(block)),
      block.slack_icon && h("span", { class: "thumb thumb-away" }, icon("info", 18)),
      h(
        "div",
        { class: "card-titles" },
        block.title && h("div", { class: "card-title" }, textObject(block.title, ctx.env)),
        block.subtitle && h("div", { class: "card-subtitle" }, textObject(block.subtitle, ctx.env)),
      ),
    ),
    block.body && h("div", { class: "card-body" }, textObject(block.body, ctx.env)),
    block.subtext && h("div", { class: "card-subtext" }, textObject(block.subtext, ctx.env)),
    block.actions && row(block.actions, block, ctx),
  );
}

function carousel(block, ctx) {
  const strip = h(
    "div",
    { class: "carousel-strip", tabindex: "0", role: "group", "aria-label": "Cards" },
    (block.elements || []).map((one) => withMarks(one, card(one, ctx))),
  );
  const move = (by, label, name) =>
    h(
      "button",
      {
        type: "button",
        class: "icon-btn carousel-move",
        "aria-label": label,
        on: { click: () => strip.scrollBy({ left: by * 270, behavior: "smooth" }) },
      },
      icon(name, 16),
    );
  return h(
    "div",
    { class: "block-carousel" },
    strip,
    (block.elements || []).length > 1 &&
      h("div", { class: "carousel-bar" }, move(-1, "Back", "back"), move(1, "Further", "right")),
  );
}

function container(block, ctx) {
  const title = block.rich_text_title
    ? richText(block.rich_text_title, ctx.env)
    : textObject(block.title, ctx.env);
  const sign = block.icon && element({ type: "image", ...block.icon }, ctx, slotOf(block));
  const top = h(
    "div",
    { class: "container-titles" },
    title && h("div", { class: "container-title" }, title),
    block.subtitle &&
      h("div", { class: "container-subtitle" }, textObject(block.subtitle, ctx.env)),
  );
  const inside = h("div", { class: "container-body" }, blocks(block.child_blocks, ctx));
  const width = ["narrow", "standard", "wide", "full"].includes(block.width)
    ? block.width
    : "standard";
  const look = `block-container width-${width}${block.has_header_divider ? " ruled" : ""}`;
  if (!block.is_collapsible)
    return h("section", { class: look }, h("div", { class: "container-head" }, sign, top), inside);
  return h(
    "details",
    { class: look, open: !block.default_collapsed },
    h("summary", { class: "container-head" }, icon("right", 16), sign, top),
    inside,
  );
}

const LEVELS = { default: "info", info: "info", warning: "warn", error: "warn", success: "check" };

function alert(block, ctx) {
  const level = LEVELS[block.level] ? block.level : "default";
  return h(
    "div",
    { class: `block-alert level-${level}`, role: level === "error" ? "alert" : "note" },
    icon(LEVELS[level], 18),
    textObject(block.text, ctx.env),
  );
}

const STATES = { pending: "clock", in_progress: null, complete: "check", error: "warn" };
const STATE_WORDS = {
  pending: "waiting",
  in_progress: "in progress",
  complete: "done",
  error: "failed",
};

function maybeRich(value, ctx) {
  return value && (typeof value === "string" ? markdown(value, ctx.env) : richText(value, ctx.env));
}

function taskCard(block, ctx) {
  const status = block.status in STATES ? block.status : "pending";
  const sign = STATES[status]
    ? icon(STATES[status], 16)
    : h("span", { class: "spinner on", "aria-hidden": "true" });
  const head = [
    h(
      "span",
      { class: `task-sign task-${status}`, role: "img", "aria-label": STATE_WORDS[status] },
      sign,
    ),
    h("span", { class: "task-title" }, plainText(block.title)),
  ];
  const sources = (block.sources || []).map((source) =>
    h("li", {}, link(source.url, source.text || source.url)),
  );
  const inside = [
    maybeRich(block.details, ctx),
    maybeRich(block.output, ctx),
    sources.length ? h("ul", { class: "task-sources" }, sources) : null,
  ].filter(Boolean);
  if (!inside.length) return h("div", { class: "task" }, h("div", { class: "task-head" }, head));
  return h(
    "details",
    { class: "task", open: status === "in_progress" || status === "error" },
    h("summary", { class: "task-head" }, head, icon("right", 14)),
    h("div", { class: "task-body" }, inside),
  );
}

function plan(block, ctx) {
  const tasks = block.tasks || [];
  const done = tasks.filter((one) => one.status === "complete").length;
  return h(
    "details",
    { class: "block-plan", open: true },
    h(
      "summary",
      { class: "plan-head" },
      icon("right", 16),
      h("span", { class: "plan-title" }, plainText(block.title)),
      h("span", { class: "plan-count" }, `${done} of ${tasks.length}`),
    ),
    h(
      "div",
      { class: "plan-tasks" },
      tasks.map((one) => withMarks({ type: "task_card", ...one }, taskCard(one, ctx))),
    ),
  );
}

function file(block) {
  return h(
    "div",
    { class: "block-file" },
    icon("file", 22),
    h("span", {}, block.title || block.external_id || "File"),
  );
}

function video(block, ctx) {
  return h(
    "div",
    { class: "block-file" },
    icon("image", 22),
    h(
      "span",
      {},
      textObject(block.title, ctx.env),
      " ",
      block.title_url && link(block.title_url, "Open the video"),
    ),
  );
}

const MAKERS = {
  section,
  header,
  context,
  actions,
  image,
  input,
  card,
  carousel,
  container,
  alert,
  plan,
  file,
  video,
  divider: () => h("hr", { class: "block-divider" }),
  markdown: (block, ctx) => markdown(block.text, ctx.env),
  rich_text: (block, ctx) => richText(block, ctx.env),
  table: (block, ctx) => table(block, ctx.env),
  data_table: (block, ctx) => dataTable(block, ctx.env),
  data_visualization: (block) => chart(block),
  task_card: taskCard,
  context_actions: actions,
};

function withMarks(block, node) {
  node.classList.add("block");
  if (block.type) node.dataset.block = block.type;
  if (block.block_id) node.dataset.blockId = block.block_id;
  return node;
}

function unknown(block, why) {
  return h(
    "div",
    { class: "unknown", data: { unknown: block?.type } },
    why || `Block “${block?.type ?? "without type"}” is not shown here`,
  );
}

/** One block as DOM; what cannot be drawn says so and leaves its neighbours alone. */
function oneBlock(block, ctx) {
  const make = Object.hasOwn(MAKERS, block?.type ?? "") ? MAKERS[block.type] : null;
  if (!make) return withMarks(block || {}, unknown(block));
  try {
    return withMarks(block, make(block, ctx));
  } catch (error) {
    console.error("block", block.type, error);
    return withMarks(block, unknown(block, `Block “${block.type}” could not be drawn`));
  }
}

/** A list of blocks; a block without an id gets one from its place. */
export function blocks(list, ctx) {
  return (list || []).map((block, n) =>
    oneBlock(block?.block_id ? block : { ...block, block_id: `b${n}` }, ctx),
  );
}
