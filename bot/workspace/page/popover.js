/**
 * Things that float: menus, pick lists and confirm dialogs. One popover is open at a time.
 */
import { append, fill, h, uid } from "./dom.js";
import { icon } from "./icons.js";
import { plainText, textObject } from "./mrkdwn.js";

let open = null;

/** Close the popover that is open, if any; focus goes back to what opened it if asked. */
export function closePopover(refocus = false) {
  if (!open) return;
  const { node, anchor, off } = open;
  open = null;
  off();
  node.remove();
  anchor.setAttribute("aria-expanded", "false");
  if (refocus && anchor.isConnected) anchor.focus();
}

function place(node, anchor) {
  const box = anchor.getBoundingClientRect();
  const { offsetWidth: w, offsetHeight: t } = node;
  const below = box.bottom + 4 + t <= innerHeight || box.top < t + 8;
  const top = below ? Math.min(box.bottom + 4, innerHeight - t - 8) : box.top - t - 4;
  const left = Math.max(8, Math.min(box.left, innerWidth - w - 8));
  node.style.top = `${Math.max(8, top)}px`;
  node.style.left = `${left}px`;
}

/** Show `content` next to `anchor`; a second call for the same anchor closes it. */
export function popover(anchor, content, className = "") {
  const same = open?.anchor === anchor;
  closePopover();
  if (same) return null;
  const node = h("div", { class: `popover ${className}`, data: { testid: "popover" } }, content);
  (anchor.closest("dialog") || document.body).append(node);
  anchor.setAttribute("aria-expanded", "true");
  const outside = (event) => {
    if (!node.contains(event.target) && !anchor.contains(event.target)) closePopover();
  };
  const key = (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    closePopover(true);
  };
  const away = () => closePopover();
  document.addEventListener("pointerdown", outside, true);
  document.addEventListener("keydown", key, true);
  addEventListener("resize", away);
  const off = () => {
    document.removeEventListener("pointerdown", outside, true);
    document.removeEventListener("keydown", key, true);
    removeEventListener("resize", away);
  };
  open = { node, anchor, off };
  place(node, anchor);
  return node;
}

/** Move focus among `items` with the arrow keys, Home and End. */
function roving(event, items) {
  const at = items.indexOf(document.activeElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
  if (to === undefined || !items.length) return;
  event.preventDefault();
  items[(to + items.length) % items.length].focus();
}

/**
 * A menu of `{label, description, danger, icon, data, run}` under `anchor`.
 * An entry without `run` is a separator.
 */
export function menu(anchor, entries, label) {
  const items = entries.map((entry) =>
    entry.run ? menuItem(entry) : h("hr", { role: "separator" }),
  );
  const buttons = items.filter((item) => item.tagName === "BUTTON");
  const list = h(
    "div",
    {
      class: "menu",
      role: "menu",
      "aria-label": label,
      on: { keydown: (e) => roving(e, buttons) },
    },
    items,
  );
  if (popover(anchor, list)) buttons[0]?.focus();
}

function menuItem(entry) {
  return h(
    "button",
    {
      type: "button",
      role: "menuitem",
      class: entry.danger ? "menu-item danger" : "menu-item",
      data: entry.data || {},
      on: {
        click: () => {
          closePopover(true);
          entry.run();
        },
      },
    },
    entry.icon && h("span", { class: "menu-icon" }, entry.icon),
    h(
      "span",
      { class: "menu-text" },
      h("span", {}, entry.label),
      entry.description && h("small", {}, entry.description),
    ),
  );
}

/**
 * A list to pick from, with a search box when it is long.
 * `groups`: [{label, items: [{key, label, description, node, selected}]}]; `multi` keeps it open;
 * `search(text)`, if given, resolves to the groups for what was typed.
 */
export function pickList(anchor, { groups, label, multi, onPick, search: ask }) {
  const total = ask ? Infinity : groups.reduce((sum, group) => sum + group.items.length, 0);
  let found = groups;
  const id = uid("list");
  const list = h("div", {
    class: "pick-list",
    role: "listbox",
    id,
    "aria-label": label,
    "aria-multiselectable": multi ? "true" : null,
  });
  const search = h("input", {
    class: "pick-search",
    type: "search",
    placeholder: "Search",
    "aria-label": `Search ${label}`,
    "aria-controls": id,
    autocomplete: "off",
    hidden: total <= 7,
  });
  const pick = (item) => {
    onPick(item);
    if (multi) draw();
    else closePopover(true);
  };
  const draw = () => {
    const focused = document.activeElement?.dataset?.key;
    fill(
      list,
      found.map((group) => pickGroup(group, ask ? "" : search.value, pick)),
    );
    if (!list.childElementCount) list.append(h("p", { class: "pick-none" }, "No results"));
    if (focused)
      [...list.querySelectorAll("[role=option]")].find((o) => o.dataset.key === focused)?.focus();
  };
  const onKey = (event) => {
    const options = [...list.querySelectorAll("[role=option]")];
    if (event.key === "Enter" && event.target === search && options[0]) {
      event.preventDefault();
      options[0].click();
    } else if (event.key === "Tab") closePopover(true);
    else roving(event, options);
  };
  const look = async () => {
    const text = search.value;
    const answer = ask ? await ask(text) : found;
    if (text !== search.value) return;
    found = answer;
    draw();
  };
  search.addEventListener("input", look);
  draw();
  look();
  const box = h("div", { class: "pick", on: { keydown: onKey } }, search, list);
  if (!popover(anchor, box)) return;
  (search.hidden
    ? list.querySelector("[aria-selected=true]") || list.querySelector("[role=option]")
    : search
  )?.focus();
}

function pickGroup(group, wanted, pick) {
  const match = group.items.filter((item) =>
    item.label.toLowerCase().includes(wanted.trim().toLowerCase()),
  );
  if (!match.length) return null;
  return h(
    "div",
    { role: "group", "aria-label": group.label },
    group.label && h("div", { class: "pick-group" }, group.label),
    match.map((item) =>
      h(
        "div",
        {
          role: "option",
          tabindex: "-1",
          class: "pick-item",
          data: { key: item.key },
          "aria-selected": String(Boolean(item.selected?.())),
          on: {
            click: () => pick(item),
            keydown: (e) => {
              if (e.key === "Enter" || e.key === " ") {
                e.preventDefault();
                pick(item);
              }
            },
          },
        },
        item.node?.(),
        h(
          "span",
          { class: "menu-text" },
          h("span", {}, item.label),
          item.description && h("small", {}, item.description),
        ),
        item.selected?.() && icon("check", 16),
      ),
    ),
  );
}

/** A small modal dialog that resolves to true or false. */
export function ask({ title, body, yes, no, danger }) {
  return new Promise((resolve) => {
    const titleId = uid("confirm");
    const dialog = h("dialog", {
      class: "confirm",
      "aria-labelledby": titleId,
      data: { testid: "confirm" },
    });
    const done = (answer) => {
      dialog.close();
      dialog.remove();
      resolve(answer);
    };
    dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      done(false);
    });
    append(dialog, [
      h("h2", { id: titleId }, title),
      h("div", { class: "confirm-body" }, body),
      h(
        "div",
        { class: "dialog-actions" },
        h(
          "button",
          {
            type: "button",
            class: "btn",
            data: { testid: "confirm-no" },
            on: { click: () => done(false) },
          },
          no,
        ),
        h(
          "button",
          {
            type: "button",
            class: danger ? "btn danger" : "btn primary",
            data: { testid: "confirm-yes" },
            on: { click: () => done(true) },
          },
          yes,
        ),
      ),
    ]);
    document.body.append(dialog);
    dialog.showModal();
    dialog.querySelector("[data-testid=confirm-yes]").focus();
  });
}

/** The confirm object of an element; resolves to true at once when there is none. */
export function confirmFirst(confirm, env) {
  if (!confirm) return Promise.resolve(true);
  return ask({
    title: plainText(confirm.title) || "Are you sure?",
    body: textObject(confirm.text, env),
    yes: plainText(confirm.confirm) || "Yes",
    no: plainText(confirm.deny) || "Cancel",
    danger: confirm.style === "danger",
  });
}
