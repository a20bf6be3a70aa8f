/**
 * Line icons, drawn on a 20 × 20 grid, so that the page needs no font and no picture.
 */
import { svg } from "./dom.js";

const PATHS = {
  hash: ["M8 3 6.5 17", "M13.5 3 12 17", "M3.5 7.5h13.5", "M3 12.5h13.5"],
  lock: ["M5 9.5h10v7H5z", "M7 9.5V7a3 3 0 0 1 6 0v2.5"],
  reply: ["M4 4.5h12v9H9.5L6 16.5v-3H4z"],
  smile: [
    "M10 17.5a7.5 7.5 0 1 0 0-15 7.5 7.5 0 0 0 0 15z",
    "M7 12c.8 1.2 1.8 1.8 3 1.8s2.2-.6 3-1.8",
    "M7.5 7.8v.5",
    "M12.5 7.8v.5",
  ],
  pencil: ["m4 16 1-3.5L13.5 4l2.5 2.5L7.5 15z", "M12 5.5 14.5 8"],
  trash: ["M4 6h12", "M8 6V4h4v2", "M5.5 6l.8 10.5h7.4L14.5 6", "M8.5 9v4.5", "M11.5 9v4.5"],
  close: ["M5 5l10 10", "M15 5 5 15"],
  back: ["M12 4.5 6.5 10l5.5 5.5"],
  down: ["M5.5 8 10 12.5 14.5 8"],
  right: ["M8 5.5 12.5 10 8 14.5"],
  send: ["M3.5 4 17 10 3.5 16l2-6z", "M5.5 10H11"],
  more: ["M10 5v.1", "M10 10v.1", "M10 15v.1"],
  check: ["m4.5 10.5 3.5 3.5 7.5-8"],
  search: ["M9 14.5a5.5 5.5 0 1 0 0-11 5.5 5.5 0 0 0 0 11z", "m13 13 4 4"],
  sun: [
    "M10 13.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7z",
    "M10 2v2M10 16v2M2 10h2M16 10h2M4.5 4.5l1.3 1.3M14.2 14.2l1.3 1.3M15.5 4.5l-1.3 1.3M5.8 14.2l-1.3 1.3",
  ],
  moon: ["M16.5 12A7 7 0 0 1 8 3.5a7 7 0 1 0 8.5 8.5z"],
  eye: [
    "M2.5 10S5 5 10 5s7.5 5 7.5 5-2.5 5-7.5 5-7.5-5-7.5-5z",
    "M10 12a2 2 0 1 0 0-4 2 2 0 0 0 0 4z",
  ],
  at: [
    "M10 13a3 3 0 1 0 0-6 3 3 0 0 0 0 6z",
    "M13 7v4.5c0 2 3.5 2 3.5-1.5A6.5 6.5 0 1 0 13.5 15.5",
  ],
  bolt: ["M11 2.5 4.5 11.5H10L9 17.5l6.5-9H10z"],
  slash: ["M12.5 3.5l-5 13"],
  file: ["M5 2.5h6.5L15.5 6.5v11H5z", "M11.5 2.5v4h4"],
  image: ["M3 4h14v12H3z", "m3 13.5 4-4 3.5 3.5 2.5-2.5 4 4", "M12.5 7.5v.1"],
  globe: [
    "M10 17.5a7.5 7.5 0 1 0 0-15 7.5 7.5 0 0 0 0 15z",
    "M2.5 10h15",
    "M10 2.5c-5 5-5 10 0 15 5-5 5-10 0-15z",
  ],
  warn: ["M10 3 2.5 16.5h15z", "M10 8v4", "M10 14v.2"],
  info: ["M10 17.5a7.5 7.5 0 1 0 0-15 7.5 7.5 0 0 0 0 15z", "M10 9v5", "M10 6.2v.2"],
  up: ["M5 17.5V9.5", "M5 9.5h2.5l3-6.5c1.5 0 2 1 2 2v3H17l-1.5 9H5z"],
  thumbdown: ["M5 2.5v8", "M5 10.5h2.5l3 6.5c1.5 0 2-1 2-2v-3H17l-1.5-9H5z"],
  menu: ["M3 5.5h14", "M3 10h14", "M3 14.5h14"],
  sort: ["M7 4v12", "m4.5 6.5L7 4l2.5 2.5", "M13 16V4", "m10.5 13.5 2.5 2.5 2.5-2.5"],
  clock: ["M10 17.5a7.5 7.5 0 1 0 0-15 7.5 7.5 0 0 0 0 15z", "M10 5.5V10l3 2"],
  home: ["M3 9.5 10 3.5l7 6", "M5 8.5v8h10v-8"],
  sliders: [
    "M3 6h6M13 6h4M3 14h2M9 14h8",
    "M11 8a2 2 0 1 0 0-4 2 2 0 0 0 0 4z",
    "M7 16a2 2 0 1 0 0-4 2 2 0 0 0 0 4z",
  ],
  log: ["M4 3.5h12v13H4z", "M7 7.5h6M7 10.5h6M7 13.5h3"],
};

/** An icon by name, hidden from screen readers; the control around it carries the label. */
export function icon(name, size = 18) {
  const paths = (PATHS[name] || PATHS.info).map((d) => svg("path", { d }));
  return svg(
    "svg",
    {
      viewBox: "0 0 20 20",
      width: size,
      height: size,
      class: `icon icon-${name}`,
      fill: "none",
      stroke: "currentColor",
      "stroke-width": "1.6",
      "stroke-linecap": "round",
      "stroke-linejoin": "round",
      "aria-hidden": "true",
      focusable: "false",
    },
    paths,
  );
}

/** The sign of the app: a body and its orbit. */
export function appMark(size) {
  return svg(
    "svg",
    { viewBox: "0 0 32 32", width: size, height: size, class: "app-mark", "aria-hidden": "true" },
    svg("rect", { width: 32, height: 32, rx: 6, class: "mark-ground" }),
    svg("circle", { cx: 16, cy: 16, r: 5.2, class: "mark-body" }),
    svg("ellipse", {
      cx: 16,
      cy: 16,
      rx: 11.5,
      ry: 4.6,
      class: "mark-orbit",
      transform: "rotate(-28 16 16)",
    }),
  );
}
