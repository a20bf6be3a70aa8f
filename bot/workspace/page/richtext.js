/**
 * `rich_text` blocks as DOM: sections, lists, quotes, preformatted text and their inline elements.
 */
import { append, h, link } from "./dom.js";
import { emoji } from "./emoji.js";
import { broadcastChip, channelChip, codeBlock, dateNode, userChip } from "./mrkdwn.js";

const STYLE_TAGS = [
  ["code", "code"],
  ["bold", "strong"],
  ["italic", "em"],
  ["strike", "s"],
  ["underline", "u"],
  ["highlight", "mark"],
];

function styled(node, style = {}) {
  let out = node;
  for (const [key, tag] of STYLE_TAGS) if (style[key]) out = h(tag, {}, out);
  return out;
}

function withBreaks(text) {
  const span = h("span");
  String(text ?? "")
    .split("\n")
    .forEach((line, n) => append(span, [n ? h("br") : null, line]));
  return span;
}

function swatch(value) {
  const known = /^#[0-9a-f]{3,8}$/i.test(value);
  return h(
    "span",
    { class: "swatch-text" },
    known && h("span", { class: "swatch", style: { background: value } }),
    value,
  );
}

const INLINE = {
  text: (e) => withBreaks(e.text),
  link: (e) => link(e.url, e.text || e.url),
  user: (e, env) => userChip(e.user_id, env),
  channel: (e, env) => channelChip(e.channel_id, env),
  usergroup: (e) => broadcastChip(e.usergroup_id),
  team: (e) => broadcastChip(e.team_id),
  broadcast: (e) => broadcastChip(e.range),
  emoji: (e) => h("span", { class: "emoji", title: `:${e.name}:` }, emoji(e.name) || `:${e.name}:`),
  date: (e, env) =>
    dateNode(e.timestamp, e.format || "{date_short} {time}", e.fallback || "", e.url, env),
  color: (e) => swatch(String(e.value ?? "")),
};

function inline(elements, env) {
  return (elements || []).map((element) => {
    const make = INLINE[element.type];
    return make
      ? styled(make(element, env), element.style)
      : h("span", { class: "unknown-inline" }, `[${element.type}]`);
  });
}

function list(element, env) {
  const ordered = element.style === "ordered";
  const items = (element.elements || []).map((item) => h("li", {}, inline(item.elements, env)));
  const node = h(
    ordered ? "ol" : "ul",
    {
      class: `rich-list indent-${Math.min(8, element.indent || 0)}${element.border ? " bordered" : ""}`,
      start: ordered && element.offset ? element.offset + 1 : null,
    },
    items,
  );
  node.style.setProperty("--indent", String(element.indent || 0));
  return node;
}

function preText(elements) {
  return (elements || []).map((e) => e.text ?? e.url ?? "").join("");
}

const SECTIONS = {
  rich_text_section: (e, env) => h("div", { class: "rich-section" }, inline(e.elements, env)),
  rich_text_list: list,
  rich_text_quote: (e, env) => h("blockquote", {}, inline(e.elements, env)),
  rich_text_preformatted: (e) => codeBlock(preText(e.elements)),
};

/** A `rich_text` object as one element. */
export function richText(block, env) {
  const parts = (block?.elements || []).map((element) => {
    const make = SECTIONS[element.type];
    return make ? make(element, env) : h("span", { class: "unknown-inline" }, `[${element.type}]`);
  });
  return h("div", { class: "rich-text" }, parts);
}

/** The words of a `rich_text` object, for sorting and labels. */
export function richPlain(block) {
  const words = (part) =>
    part.text ?? part.name ?? part.fallback ?? (part.elements || []).map(words).join("");
  return (block?.elements || []).map(words).join(" ");
}
