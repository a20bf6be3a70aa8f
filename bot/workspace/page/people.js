/**
 * Faces and names: initials on the person's colour, the app's sign for the bot.
 */
import { h } from "./dom.js";
import { appMark } from "./icons.js";

const COLORS = [
  "#3f6fd1",
  "#b2472f",
  "#2f8a5b",
  "#8a4fb0",
  "#b07818",
  "#25808c",
  "#b03a6b",
  "#566078",
];

function colorOf(person) {
  if (/^#?[0-9a-f]{6}$/i.test(person.color || "")) return `#${person.color.replace("#", "")}`;
  let sum = 0;
  for (const char of person.id || "") sum = (sum * 31 + char.charCodeAt(0)) >>> 0;
  return COLORS[sum % COLORS.length];
}

/** The name to show for a person. */
export function nameOf(person) {
  return person?.real_name || person?.name || "Someone";
}

/** A square with initials, `size` pixels wide. */
export function avatar(person, size) {
  const initials = nameOf(person)
    .split(/\s+/)
    .slice(0, 2)
    .map((word) => word[0] || "")
    .join("")
    .toUpperCase();
  return h(
    "span",
    {
      class: "avatar",
      "aria-hidden": "true",
      style: { "--size": `${size}px`, "background-color": colorOf(person) },
    },
    initials,
  );
}

/** The app's square. */
export function botAvatar(size) {
  return h(
    "span",
    { class: "avatar avatar-app", "aria-hidden": "true", style: { "--size": `${size}px` } },
    appMark(size),
  );
}
