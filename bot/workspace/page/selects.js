/**
 * Select menus: static, people, channels and conversations, for one value or several.
 * The button opens a list with search; `tools` are the keeping functions of elements.js.
 */
import { fill, h } from "./dom.js";
import { avatar } from "./people.js";
import { icon } from "./icons.js";
import { plainText } from "./mrkdwn.js";
import { pickList } from "./popover.js";

function staticGroups(element) {
  const entry = (option) => ({
    key: option.value,
    label: plainText(option.text),
    description: plainText(option.description),
    value: option,
  });
  if (element.option_groups) {
    return element.option_groups.map((group) => ({
      label: plainText(group.label),
      items: group.options.map(entry),
    }));
  }
  return [{ label: null, items: (element.options || []).map(entry) }];
}

function peopleGroups(element, env) {
  return [
    {
      label: null,
      items: env.people.map((person) => ({
        key: person.id,
        label: person.real_name || person.name,
        description: null,
        value: person.id,
        node: () => avatar(person, 20),
      })),
    },
  ];
}

function channelGroups(element, env) {
  const rooms = env.channels.filter((channel) => !channel.is_im && channel.is_member);
  return [
    {
      label: null,
      items: rooms.map((channel) => ({
        key: channel.id,
        label: channel.name,
        value: channel.id,
        node: () => icon(channel.is_private ? "lock" : "hash", 16),
      })),
    },
  ];
}

function conversationGroups(element, env) {
  const directs = env.channels
    .filter((channel) => channel.is_im)
    .map((channel) => {
      const person = env.people.find((p) => p.id === channel.im_user);
      return {
        key: channel.id,
        label: person?.real_name || channel.name || env.bot.name,
        value: channel.id,
      };
    });
  return [...channelGroups(element, env), { label: "Direct messages", items: directs }];
}

const KINDS = {
  static: {
    groups: staticGroups,
    one: "selected_option",
    many: "selected_options",
    first: "initial_option",
    firstMany: "initial_options",
  },
  users: {
    groups: peopleGroups,
    one: "selected_user",
    many: "selected_users",
    first: "initial_user",
    firstMany: "initial_users",
  },
  channels: {
    groups: channelGroups,
    one: "selected_channel",
    many: "selected_channels",
    first: "initial_channel",
    firstMany: "initial_channels",
  },
  conversations: {
    groups: conversationGroups,
    one: "selected_conversation",
    many: "selected_conversations",
    first: "initial_conversation",
    firstMany: "initial_conversations",
  },
};

function keyOf(value) {
  return typeof value === "object" && value ? value.value : value;
}

/** The trigger of a select; `label()` tells what it shows, `openList()` opens the list. */
function trigger(element, ctx, slot, tools, openList) {
  const text = h("span", { class: "select-text" });
  const node = h(
    "button",
    {
      type: "button",
      class: "select",
      role: "combobox",
      "aria-haspopup": "listbox",
      "aria-expanded": "false",
      ...tools.marks(slot, element),
      on: { click: () => openList(node) },
    },
    text,
    icon("down", 16),
  );
  if (!slot.labelId) node.setAttribute("aria-label", plainText(element.placeholder) || "Choose");
  return { node, text };
}

function single(kind) {
  return (element, ctx, slot, tools) => {
    const groups = kind.groups(element, ctx.env);
    const before = tools.kept(ctx, slot, element);
    let chosen = (before ? before[kind.one] : element[kind.first]) ?? null;
    tools.keep(ctx, slot, element, { [kind.one]: chosen });
    const all = groups.flatMap((group) => group.items);
    const show = () => {
      const item = all.find((one) => one.key === keyOf(chosen));
      fill(
        text,
        item?.label ??
          (chosen ? String(keyOf(chosen)) : plainText(element.placeholder) || "Select an item"),
      );
      node.classList.toggle("unset", !chosen);
    };
    const openList = (anchor) =>
      pickList(anchor, {
        label: plainText(element.placeholder) || "options",
        groups: groups.map((g) => ({
          ...g,
          items: g.items.map((i) => ({ ...i, selected: () => i.key === keyOf(chosen) })),
        })),
        onPick: (item) => {
          chosen = item.value;
          show();
          tools.choose(ctx, slot, element, { [kind.one]: chosen }, node);
        },
      });
    const { node, text } = trigger(element, ctx, slot, tools, openList);
    show();
    return node;
  };
}

function multi(kind) {
  return (element, ctx, slot, tools) => {
    const groups = kind.groups(element, ctx.env);
    const before = tools.kept(ctx, slot, element);
    let chosen = [...((before ? before[kind.many] : element[kind.firstMany]) ?? [])];
    tools.keep(ctx, slot, element, { [kind.many]: chosen });
    const all = groups.flatMap((group) => group.items);
    const show = () => {
      const names = chosen.map(
        (value) => all.find((one) => one.key === keyOf(value))?.label ?? String(keyOf(value)),
      );
      fill(
        text,
        names.length
          ? names.map((name) => h("span", { class: "pill" }, name))
          : plainText(element.placeholder) || "Select items",
      );
      node.classList.toggle("unset", !names.length);
    };
    const has = (key) => chosen.some((value) => keyOf(value) === key);
    const openList = (anchor) =>
      pickList(anchor, {
        multi: true,
        label: plainText(element.placeholder) || "options",
        groups: groups.map((g) => ({
          ...g,
          items: g.items.map((i) => ({ ...i, selected: () => has(i.key) })),
        })),
        onPick: (item) => {
          const full = element.max_selected_items && chosen.length >= element.max_selected_items;
          if (has(item.key)) chosen = chosen.filter((value) => keyOf(value) !== item.key);
          else if (!full) chosen = [...chosen, item.value];
          show();
          tools.choose(ctx, slot, element, { [kind.many]: chosen }, node);
        },
      });
    const { node, text } = trigger(element, ctx, slot, tools, openList);
    show();
    return node;
  };
}

/** What the app suggests for a text, once enough of it was typed. */
async function suggested(element, ctx, slot, text) {
  if (text.length < (element.min_query_length ?? 3)) return [];
  const answer = await ctx
    .suggest({ block_id: slot.blockId, action_id: element.action_id, value: text })
    .catch(() => ({}));
  return staticGroups({ options: answer.options, option_groups: answer.option_groups });
}

function external(element, ctx, slot, tools) {
  let chosen = (
    tools.kept(ctx, slot, element) ?? { selected_option: element.initial_option ?? null }
  ).selected_option;
  tools.keep(ctx, slot, element, { selected_option: chosen });
  const show = () => {
    fill(
      text,
      chosen ? plainText(chosen.text) : plainText(element.placeholder) || "Type to search",
    );
    node.classList.toggle("unset", !chosen);
  };
  const openList = (anchor) =>
    pickList(anchor, {
      label: plainText(element.placeholder) || "options",
      groups: [],
      search: (typed) => suggested(element, ctx, slot, typed.trim()),
      onPick: (item) => {
        chosen = item.value;
        show();
        tools.choose(ctx, slot, element, { selected_option: chosen }, node);
      },
    });
  const { node, text } = trigger(element, ctx, slot, tools, openList);
  show();
  return node;
}

/** Makers by element type. */
export const SELECTS = Object.fromEntries(
  Object.entries(KINDS).flatMap(([name, kind]) => [
    [`${name}_select`, single(kind)],
    [`multi_${name}_select`, multi(kind)],
  ]),
);
SELECTS.external_select = external;
