/**
 * `table` and `data_table` blocks. A data table can be sorted by any column and has pages.
 */
import { fill, h } from "./dom.js";
import { icon } from "./icons.js";
import { mrkdwn } from "./mrkdwn.js";
import { richPlain, richText } from "./richtext.js";

function cellText(cell) {
  if (cell?.type === "rich_text") return richPlain(cell);
  return String(cell?.text ?? cell?.value ?? "");
}

function cellNode(cell, env) {
  if (cell?.type === "rich_text") return richText(cell, env);
  if (cell?.type === "mrkdwn") return mrkdwn(cell.text, env);
  return cellText(cell);
}

function scroller(table, label) {
  return h(
    "div",
    { class: "table-scroll", tabindex: "0", role: "group", "aria-label": label },
    table,
  );
}

/** A `table` block; its first row is the head. */
export function table(block, env) {
  const settings = block.column_settings || [];
  const look = (i) =>
    `align-${settings[i]?.align || "left"}${settings[i]?.is_wrapped ? " wrapped" : ""}`;
  const [head, ...body] = block.rows || [];
  const row = (cells, tag) =>
    h(
      "tr",
      {},
      (cells || []).map((cell, i) =>
        h(tag, { class: look(i), scope: tag === "th" ? "col" : null }, cellNode(cell, env)),
      ),
    );
  return scroller(
    h(
      "table",
      { class: "grid", data: { table: "table" } },
      h("thead", {}, row(head, "th")),
      h(
        "tbody",
        {},
        body.map((cells) => row(cells, "td")),
      ),
    ),
    "Table",
  );
}

function sortValue(cell) {
  const number = Number(cell?.value ?? cellText(cell).replace(/[^\d.eE+-]/g, ""));
  return cell?.type === "raw_number" ? number : cellText(cell).toLowerCase();
}

function sorted(rows, by, up) {
  if (by === null) return rows;
  const numeric = rows.every((row) => row[by]?.type === "raw_number");
  const compare = (a, b) =>
    numeric ? sortValue(a[by]) - sortValue(b[by]) : cellText(a[by]).localeCompare(cellText(b[by]));
  return [...rows].sort((a, b) => (up ? compare(a, b) : compare(b, a)));
}

function pager(state, pages, draw) {
  if (pages < 2) return null;
  const step = (by, label, name) =>
    h(
      "button",
      {
        type: "button",
        class: "icon-btn",
        "aria-label": label,
        disabled: by < 0 ? state.page === 0 : state.page >= pages - 1,
        on: {
          click: () => {
            state.page += by;
            draw();
          },
        },
      },
      icon(name, 16),
    );
  return h(
    "div",
    { class: "pager" },
    step(-1, "Page before", "back"),
    h("span", {}, `${state.page + 1} of ${pages}`),
    step(1, "Next page", "right"),
  );
}

function headCell(cell, i, state, draw) {
  const on = state.by === i;
  const click = () => {
    [state.by, state.up, state.page] = on && !state.up ? [null, true, 0] : [i, !on, 0];
    draw();
  };
  return h(
    "th",
    { scope: "col", "aria-sort": on ? (state.up ? "ascending" : "descending") : "none" },
    h(
      "button",
      { type: "button", class: on ? "sort on" : "sort", on: { click } },
      cellText(cell),
      icon(on ? (state.up ? "down" : "sort") : "sort", 12),
    ),
  );
}

/** A `data_table` block: the first row is the head, then pages of `page_size` rows. */
export function dataTable(block, env) {
  const [head = [], ...rows] = block.rows || [];
  const size = block.page_size || 5;
  const lead = block.row_header_column_index ?? 0;
  const state = { page: 0, by: null, up: true };
  const root = h("figure", { class: "data-table", data: { table: "data_table" } });
  const numeric = head.map(
    (_, i) => rows.length > 0 && rows.every((row) => row[i]?.type === "raw_number"),
  );
  const draw = () => {
    const shown = sorted(rows, state.by, state.up).slice(
      state.page * size,
      (state.page + 1) * size,
    );
    const line = (row) =>
      h(
        "tr",
        {},
        row.map((cell, i) =>
          h(
            i === lead ? "th" : "td",
            {
              scope: i === lead ? "row" : null,
              class: numeric[i] ? "align-right" : null,
            },
            cellNode(cell, env),
          ),
        ),
      );
    const body = h(
      "table",
      { class: "grid" },
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          head.map((cell, i) => headCell(cell, i, state, draw)),
        ),
      ),
      h("tbody", {}, shown.map(line)),
    );
    fill(
      root,
      h("figcaption", {}, block.caption || ""),
      scroller(body, block.caption || "Table"),
      h(
        "div",
        { class: "table-foot" },
        h("span", {}, `${rows.length} ${rows.length === 1 ? "row" : "rows"}`),
        pager(state, Math.ceil(rows.length / size), draw),
      ),
    );
  };
  draw();
  return root;
}
