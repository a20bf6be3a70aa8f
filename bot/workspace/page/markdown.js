/**
 * Standard markdown (the `markdown` block) as DOM: headings, lists, tables, code, quotes, rules.
 */
import { append, h, link } from "./dom.js";
import { withEmoji } from "./emoji.js";
import { codeBlock, special, unescapeText } from "./mrkdwn.js";

const PAIRS = [
  ["**", "strong"],
  ["__", "strong"],
  ["~~", "s"],
  ["*", "em"],
  ["_", "em"],
];
const WORD = /[\p{L}\p{N}]/u;

function paired(text, i, env) {
  for (const [mark, tag] of PAIRS) {
    if (!text.startsWith(mark, i) || /\s/.test(text[i + mark.length] || " ")) continue;
    if (mark[0] === "_" && i > 0 && WORD.test(text[i - 1])) continue;
    let end = text.indexOf(mark, i + mark.length + 1);
    while (mark.length === 1 && end !== -1 && text[end + 1] === mark)
      end = text.indexOf(mark, end + 2);
    if (end === -1 || /\s/.test(text[end - 1])) continue;
    return [h(tag, {}, inline(text.slice(i + mark.length, end), env)), end + mark.length];
  }
  return null;
}

function bracket(text, i, env) {
  const found = /^!?\[([^\]]*)\]\((\S+?)(?:\s+"[^"]*")?\)/.exec(text.slice(i));
  if (!found) return null;
  return [link(unescapeText(found[2]), inline(found[1], env)), i + found[0].length];
}

function code(text, i) {
  const ticks = /^`+/.exec(text.slice(i))[0];
  const end = text.indexOf(ticks, i + ticks.length);
  if (end === -1) return null;
  return [
    h("code", {}, unescapeText(text.slice(i + ticks.length, end).trim())),
    end + ticks.length,
  ];
}

function angle(text, i, env) {
  const end = text.indexOf(">", i);
  const node = end === -1 ? null : special(text.slice(i + 1, end), env);
  return node ? [node, end + 1] : null;
}

function bare(text, i) {
  const found = /^https?:\/\/[^\s<>]+[^\s<>.,;:!?'")\]*_~|]/.exec(text.slice(i));
  return found ? [link(unescapeText(found[0])), i + found[0].length] : null;
}

function token(text, i, env) {
  const c = text[i];
  if (c === "\\" && /[!-/:-@[-`{-~]/.test(text[i + 1] || "")) return [text[i + 1], i + 2];
  if (c === "`") return code(text, i);
  if (c === "<") return angle(text, i, env);
  if (c === "[" || (c === "!" && text[i + 1] === "[")) return bracket(text, i, env);
  if (c === "*" || c === "_" || c === "~") return paired(text, i, env);
  return c === "h" ? bare(text, i) : null;
}

/** Inline markdown as a list of nodes and strings. */
function inline(text, env) {
  const out = [];
  let plain = "";
  const flush = () => {
    unescapeText(withEmoji(plain))
      .split("\n")
      .forEach((line, n) => out.push(n ? h("br") : "", line));
    plain = "";
  };
  for (let i = 0; i < text.length;) {
    const found = token(text, i, env);
    if (!found) {
      plain += text[i];
      i += 1;
      continue;
    }
    flush();
    out.push(found[0]);
    i = found[1];
  }
  flush();
  return out;
}

const FENCE = /^\s*(```|~~~)/;
const ITEM = /^(\s*)([-*+]|\d+[.)])\s+(.*)$/;
const RULE = /^\s*([-*_])(\s*\1){2,}\s*$/;
const HEAD = /^(#{1,6})\s+(.*?)\s*#*$/;
const ALIGN = /^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$/;

function cells(line) {
  return line
    .trim()
    .replace(/^\||\|$/g, "")
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim().replaceAll("\\|", "|"));
}

function takeTable(rows, at, env) {
  const head = cells(rows[at]);
  const aligns = cells(rows[at + 1]).map((c) =>
    c.endsWith(":") ? (c.startsWith(":") ? "center" : "right") : "left",
  );
  const body = [];
  let i = at + 2;
  for (; i < rows.length && rows[i].includes("|") && rows[i].trim(); i += 1)
    body.push(cells(rows[i]));
  const row = (tag, values) =>
    h(
      "tr",
      {},
      head.map((_, n) =>
        h(tag, { class: `align-${aligns[n] || "left"}` }, inline(values[n] || "", env)),
      ),
    );
  const table = h(
    "table",
    { class: "grid" },
    h("thead", {}, row("th", head)),
    h(
      "tbody",
      {},
      body.map((r) => row("td", r)),
    ),
  );
  return [
    h("div", { class: "table-scroll", tabindex: "0", role: "group", "aria-label": "Table" }, table),
    i,
  ];
}

function takeFence(rows, at) {
  const mark = FENCE.exec(rows[at])[1];
  let end = at + 1;
  while (end < rows.length && !rows[end].trim().startsWith(mark)) end += 1;
  return [codeBlock(unescapeText(rows.slice(at + 1, end).join("\n"))), end + 1];
}

function listItem(text, env) {
  const task = /^\[([ xX])\]\s+(.*)$/s.exec(text);
  if (!task) return h("li", {}, inline(text, env));
  const done = task[1] !== " ";
  return h(
    "li",
    { class: "task" },
    h("input", {
      type: "checkbox",
      disabled: true,
      checked: done,
      "aria-label": done ? "done" : "open",
    }),
    " ",
    inline(task[2], env),
  );
}

function takeList(rows, at, env) {
  const stack = [];
  let root = null;
  let i = at;
  for (; i < rows.length; i += 1) {
    const found = ITEM.exec(rows[i]);
    if (!found) break;
    const indent = found[1].replaceAll("\t", "    ").length;
    const ordered = /\d/.test(found[2]);
    while (stack.length > 1 && indent < stack.at(-1).indent) stack.pop();
    if (!stack.length || indent > stack.at(-1).indent + 1) {
      const list = h(
        ordered ? "ol" : "ul",
        ordered && parseInt(found[2], 10) !== 1 ? { start: parseInt(found[2], 10) } : {},
      );
      if (stack.length) (stack.at(-1).list.lastElementChild || stack.at(-1).list).append(list);
      else root = list;
      stack.push({ indent, list });
    }
    let text = found[3];
    while (
      i + 1 < rows.length &&
      rows[i + 1].trim() &&
      /^\s{2,}/.test(rows[i + 1]) &&
      !ITEM.test(rows[i + 1])
    ) {
      i += 1;
      text += ` ${rows[i].trim()}`;
    }
    stack.at(-1).list.append(listItem(text, env));
  }
  return [root, i];
}

function takeQuote(rows, at, env) {
  let end = at;
  while (end < rows.length && /^\s*>/.test(rows[end])) end += 1;
  const inner = rows.slice(at, end).map((row) => row.replace(/^\s*> ?/, ""));
  return [append(h("blockquote"), blocks(inner, env)), end];
}

function startsBlock(rows, i) {
  const row = rows[i];
  return (
    FENCE.test(row) ||
    HEAD.test(row) ||
    RULE.test(row) ||
    ITEM.test(row) ||
    /^\s*>/.test(row) ||
    (row.includes("|") && ALIGN.test(rows[i + 1] || ""))
  );
}

function takeOne(rows, i, env) {
  const row = rows[i];
  const head = HEAD.exec(row);
  if (FENCE.test(row)) return takeFence(rows, i);
  if (head)
    return [h("h4", { class: `md-head md-h${head[1].length}` }, inline(head[2], env)), i + 1];
  if (RULE.test(row)) return [h("hr"), i + 1];
  if (ITEM.test(row)) return takeList(rows, i, env);
  if (/^\s*>/.test(row)) return takeQuote(rows, i, env);
  if (row.includes("|") && ALIGN.test(rows[i + 1] || "")) return takeTable(rows, i, env);
  let end = i + 1;
  while (end < rows.length && rows[end].trim() && !startsBlock(rows, end)) end += 1;
  return [h("p", {}, inline(rows.slice(i, end).join("\n"), env)), end];
}

function blocks(rows, env) {
  const out = [];
  for (let i = 0; i < rows.length;) {
    if (!rows[i].trim()) {
      i += 1;
      continue;
    }
    const [node, next] = takeOne(rows, i, env);
    out.push(node);
    i = next;
  }
  return out;
}

/** A markdown text as one element. */
export function markdown(text, env) {
  return append(h("div", { class: "markdown" }), blocks(String(text ?? "").split("\n"), env));
}
