/**
 * Slack's mrkdwn as DOM: emphasis, code, quotes, links, mentions and dates.
 * `env` tells names and the reader's zone: {people, channels, bot, me, zone}.
 */
import { append, h, link, uid } from "./dom.js";
import { formatDate } from "./dates.js";
import { withEmoji } from "./emoji.js";

/** Code of so many characters, as an ID, is not broken at the end of a line. */
const WHOLE = 20;

/** Text with Slack's three entities turned back into characters. */
export function unescapeText(text) {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}

/** A chip for a person, as `@name`; one's own name is lit. */
export function userChip(id, env, label) {
  const person = env.people.find((p) => p.id === id);
  const name =
    person?.real_name || person?.name || (env.bot?.id === id ? env.bot.name : label || id);
  return h(
    "span",
    { class: id === env.me ? "mention mention-me" : "mention", data: { user: id } },
    `@${name}`,
  );
}

/** A chip for a channel; where its name is not known the id, or a lock, is all that shows. */
export function channelChip(id, env, label) {
  const channel = env.channels.find((c) => c.id === id);
  const name = channel?.name || label;
  const text = name ? `#${name}` : "private channel";
  if (!channel) return h("span", { class: "mention" }, text);
  return h("a", { class: "mention", href: `#${id}`, data: { channel: id } }, text);
}

/** A chip for @here, @channel, @everyone or a user group. */
export function broadcastChip(name) {
  return h("span", { class: "mention mention-all" }, `@${name}`);
}

/** A date in the reader's zone; an unreadable one shows its fallback. */
export function dateNode(seconds, format, fallback, url, env) {
  const text = formatDate(Number(seconds), format, env.zone) ?? fallback;
  const time = h("time", { class: "date", title: fallback }, text || fallback);
  return url ? link(url, time) : time;
}

/** What stands between `<` and `>`: a mention, a date or a link; null when it is none of these. */
export function special(inner, env) {
  const [target, ...rest] = inner.split("|");
  const label = rest.length ? unescapeText(rest.join("|")) : null;
  if (/^@[UWB][A-Z0-9]+$/.test(target)) return userChip(target.slice(1), env, label);
  if (/^#[CGD][A-Z0-9]+$/.test(target)) return channelChip(target.slice(1), env, label);
  if (/^!(here|channel|everyone)$/.test(target)) return broadcastChip(target.slice(1));
  if (/^!subteam\^/.test(target))
    return broadcastChip((label || target.split("^")[1]).replace(/^@/, ""));
  if (target.startsWith("!date^")) {
    const [, seconds, format, url] = target.split("^");
    return dateNode(
      seconds,
      unescapeText(format || ""),
      label || "",
      url ? unescapeText(url) : null,
      env,
    );
  }
  if (/^(https?:\/\/|mailto:)/i.test(target)) {
    const url = unescapeText(target);
    return link(url, withEmoji(label || url.replace(/^mailto:/, "")));
  }
  return null;
}

const STYLES = { "*": "strong", _: "em", "~": "s" };
const WORD = /[\p{L}\p{N}]/u;

function closing(text, from, mark) {
  for (let i = text.indexOf(mark, from); i !== -1; i = text.indexOf(mark, i + 1)) {
    if (text.slice(from, i).includes("\n")) return -1;
    const after = text[i + 1];
    if (i > from && !/\s/.test(text[i - 1]) && (!after || !(WORD.test(after) || after === mark)))
      return i;
  }
  return -1;
}

/** Emphasis that opens at `i`, as [node, position behind it], or null. */
function emphasis(text, i, env) {
  const tag = STYLES[text[i]];
  const before = text[i - 1];
  if (!tag || (before && WORD.test(before)) || !text[i + 1] || /\s/.test(text[i + 1])) return null;
  const end = closing(text, i + 1, text[i]);
  return end === -1 ? null : [h(tag, {}, inline(text.slice(i + 1, end), env)), end + 1];
}

function code(text, i) {
  const end = text.indexOf("`", i + 1);
  if (end <= i + 1 || text.slice(i, end).includes("\n")) return null;
  const inside = unescapeText(text.slice(i + 1, end));
  return [h("code", inside.length > WHOLE ? {} : { class: "whole" }, inside), end + 1];
}

function angle(text, i, env) {
  const end = text.indexOf(">", i);
  const node = end === -1 ? null : special(text.slice(i + 1, end), env);
  return node ? [node, end + 1] : null;
}

function bareLink(text, i) {
  const found = /^https?:\/\/[^\s<>|]+[^\s<>|.,;:!?'")\]*_~]/.exec(text.slice(i));
  if (!found || (i > 0 && WORD.test(text[i - 1]))) return null;
  return [link(unescapeText(found[0])), i + found[0].length];
}

/** Inline mrkdwn as a list of nodes; line ends become breaks. */
function inline(text, env) {
  const out = [];
  let plain = "";
  const flush = () => {
    unescapeText(withEmoji(plain))
      .split("\n")
      .forEach((line, n) => {
        if (n) out.push(h("br"));
        if (line) out.push(document.createTextNode(line));
      });
    plain = "";
  };
  for (let i = 0; i < text.length;) {
    const found =
      text[i] === "<"
        ? angle(text, i, env)
        : text[i] === "`"
          ? code(text, i)
          : STYLES[text[i]]
            ? emphasis(text, i, env)
            : text[i] === "h" && !env.verbatim
              ? bareLink(text, i)
              : null;
    if (found) {
      flush();
      out.push(found[0]);
      i = found[1];
    } else {
      plain += text[i];
      i += 1;
    }
  }
  flush();
  return out;
}

const QUOTE = /^(?:>|&gt;) ?/;

function lines(text, env) {
  const out = [];
  let group = null;
  for (const line of text.split("\n")) {
    const quoted = QUOTE.test(line);
    if (!group || group.quoted !== quoted) out.push((group = { quoted, lines: [] }));
    group.lines.push(quoted ? line.replace(QUOTE, "") : line);
  }
  return out.map((g) => h(g.quoted ? "blockquote" : "span", {}, inline(g.lines.join("\n"), env)));
}

/** A whole mrkdwn text as one element. */
export function mrkdwn(text, env) {
  const root = h("div", { class: "mrkdwn" });
  String(text ?? "")
    .split("```")
    .forEach((piece, n, all) => {
      if (n % 2 && n < all.length - 1) {
        root.append(codeBlock(unescapeText(piece.replace(/^\n|\n$/g, ""))));
      } else if (piece) {
        const rest = n % 2 ? `\`\`\`${piece}` : n ? piece.replace(/^\n/, "") : piece;
        append(root, lines(n < all.length - 2 ? rest.replace(/\n$/, "") : rest, env));
      }
    });
  return root;
}

/** Preformatted text that can be scrolled by keyboard. */
export function codeBlock(text) {
  return h("pre", { tabindex: "0", id: uid("code") }, h("code", {}, text));
}

/** A text object (`plain_text` or `mrkdwn`) as an element. */
export function textObject(object, env) {
  if (!object) return null;
  if (typeof object === "string") return h("span", {}, object);
  // As in Slack, `verbatim` leaves bare addresses as they are.
  if (object.type === "mrkdwn") return mrkdwn(object.text, { ...env, verbatim: object.verbatim });
  const text = object.emoji === false ? String(object.text ?? "") : withEmoji(object.text ?? "");
  return h("span", { class: "plain" }, text);
}

/** A text object as a string, for labels. */
export function plainText(object) {
  if (!object) return "";
  return withEmoji(typeof object === "string" ? object : (object.text ?? ""));
}
