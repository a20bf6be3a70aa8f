/**
 * The left rail: who you are, channels, direct messages, apps and the demo site.
 */
import { post } from "./api.js";
import { append, fill, h } from "./dom.js";
import { demoPanel } from "./demo.js";
import { icon } from "./icons.js";
import { avatar, botAvatar, nameOf } from "./people.js";
import { menu } from "./popover.js";
import { channelTitle, isBotChannel, me, store } from "./store.js";
import { clock } from "./dates.js";

function row(channel, sign, open) {
  const on = store.channel === channel.id;
  const unread = !on && channel.unread > 0;
  return h(
    "a",
    {
      class: `rail-row${on ? " on" : ""}${unread ? " unread" : ""}`,
      href: `#${channel.id}`,
      "aria-current": on ? "page" : null,
      data: { channel: channel.id },
      on: {
        click: (event) => {
          event.preventDefault();
          open(channel.id);
        },
      },
    },
    sign,
    h("span", { class: "rail-name" }, channelTitle(channel)),
    unread &&
      h("span", { class: "badge", "aria-label": `${channel.unread} unread` }, channel.unread),
  );
}

function group(title, rows, open = true) {
  if (!rows.length) return null;
  return h(
    "details",
    { class: "rail-group", open },
    h("summary", {}, icon("down", 14), title),
    rows,
  );
}

function role(person) {
  return [person.is_admin && "administrator", person.is_guest && "guest", person.tz]
    .filter(Boolean)
    .join(" · ");
}

/** The button that tells who is looking and lets one become somebody else. */
function personSwitch(choose) {
  const person = me();
  const now = clock(Date.now() / 1000, person?.tz || "UTC");
  const node = h(
    "button",
    {
      type: "button",
      class: "who",
      "aria-haspopup": "menu",
      "aria-expanded": "false",
      "aria-label": `You are ${nameOf(person)}. Be somebody else`,
      data: { testid: "who" },
      on: {
        click: () =>
          menu(
            node,
            store.state.people.map((one) => ({
              label: nameOf(one) + (one.id === store.as ? " (you)" : ""),
              description: role(one),
              icon: avatar(one, 28),
              data: { person: one.id },
              run: () => choose(one.id),
            })),
            "Who you are",
          ),
      },
    },
    avatar(person, 34),
    h(
      "span",
      { class: "who-words" },
      h("strong", {}, nameOf(person)),
      h("small", {}, `${now} · ${person?.tz || "UTC"}`),
    ),
    icon("down", 16),
  );
  return node;
}

const LANGUAGES = {
  "en-US": "English",
  "de-DE": "Deutsch",
  "es-ES": "Español",
  "ja-JP": "日本語",
  "zh-CN": "中文",
};

/** The button that tells and sets which language this person has set in Slack. */
function languageSwitch() {
  const person = me();
  const locale = person?.locale || "en-US";
  const node = h(
    "button",
    {
      type: "button",
      class: "tongue",
      title: "The language that is set in Slack",
      "aria-haspopup": "menu",
      "aria-expanded": "false",
      "aria-label": `${nameOf(person)} has set ${LANGUAGES[locale] || locale}. Set another language`,
      data: { testid: "language" },
      on: {
        click: () =>
          menu(
            node,
            Object.entries(LANGUAGES).map(([key, name]) => ({
              label: name + (key === locale ? " (set)" : ""),
              data: { locale: key },
              run: async () => {
                await post("admin", { op: "person", user: person.id, locale: key });
                location.reload();
              },
            })),
            "Language",
          ),
      },
    },
    icon("globe", 18),
    locale.slice(0, 2).toUpperCase(),
  );
  return node;
}

/** Draw the rail, if anything in it changed. `actions`: {open(channel), choose(person)}. */
export function drawRail(root, { open, choose }) {
  const sign = JSON.stringify([
    store.as,
    store.channel,
    store.state,
    Math.floor(Date.now() / 60000),
  ]);
  if (root.sign === sign) return;
  root.sign = sign;
  const focused = root.contains(document.activeElement)
    ? { ...document.activeElement.dataset }
    : null;
  const { channels, team } = store.state;
  const before = new Map(
    [...root.querySelectorAll("details")].map((node) => [
      node.firstElementChild.textContent,
      node.open,
    ]),
  );
  const rooms = channels
    .filter((c) => !c.is_im && c.is_member)
    .map((c) => row(c, icon(c.is_private ? "lock" : "hash", 18), open));
  const others = channels
    .filter((c) => !c.is_im && !c.is_member)
    .map((c) => row(c, icon("hash", 18), open));
  const directs = channels
    .filter((c) => c.is_im && !isBotChannel(c))
    .map((c) =>
      row(
        c,
        avatar(
          store.state.people.find((p) => p.id === c.im_user) || { id: c.id, name: c.name },
          20,
        ),
        open,
      ),
    );
  const apps = channels.filter(isBotChannel).map((c) => row(c, botAvatar(20), open));
  const scroll = root.querySelector(".rail-scroll")?.scrollTop || 0;
  fill(
    root,
    h("div", { class: "rail-head" }, h("strong", { class: "team" }, team.name)),
    h(
      "div",
      { class: "rail-scroll" },
      group("Channels", rooms),
      group("Channels you are not in", others, false),
      group("Direct messages", directs),
      group("Apps", apps),
      demoPanel(),
    ),
    h("div", { class: "rail-foot" }, personSwitch(choose), languageSwitch()),
  );
  root.querySelectorAll("details").forEach((node) => {
    node.open = before.get(node.firstElementChild.textContent) ?? node.open;
  });
  root.querySelector(".rail-scroll").scrollTop = scroll;
  const key = focused && Object.keys(focused)[0];
  if (key)
    [...root.querySelectorAll("a, button")]
      .find((node) => node.dataset[key] === focused[key])
      ?.focus();
}

/** The bar above everything: the way back on small screens, the name, jumping and the theme. */
export function drawTopbar(root, { back, jump, theme }) {
  const dark = document.documentElement.dataset.theme === "dark";
  fill(root);
  append(root, [
    h(
      "button",
      {
        type: "button",
        class: "tool back",
        "aria-label": "Back",
        data: { testid: "back" },
        on: { click: back },
      },
      icon("back", 20),
    ),
    h(
      "button",
      {
        type: "button",
        class: "jump",
        "aria-haspopup": "dialog",
        "aria-expanded": "false",
        data: { testid: "jump" },
        on: { click: (e) => jump(e.currentTarget) },
      },
      icon("search", 16),
      h("span", {}, `Jump to… ${store.state.team.name}`),
      h("kbd", {}, "Ctrl K"),
    ),
    h(
      "button",
      {
        type: "button",
        class: "tool",
        "aria-label": dark ? "Light colours" : "Dark colours",
        title: dark ? "Light colours" : "Dark colours",
        data: { testid: "theme" },
        on: { click: theme },
      },
      icon(dark ? "sun" : "moon", 18),
    ),
  ]);
}
