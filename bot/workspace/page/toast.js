/**
 * Short notices at the foot of the page.
 */
import { h } from "./dom.js";
import { icon } from "./icons.js";

/** Say something for eight seconds. */
export function toast(text) {
  const note = h("div", { class: "toast" }, icon("warn", 18), h("span", {}, text));
  const close = () => note.remove();
  note.append(
    h(
      "button",
      { type: "button", class: "icon-btn", "aria-label": "Close the notice", on: { click: close } },
      icon("close", 14),
    ),
  );
  document.getElementById("toasts").append(note);
  setTimeout(close, 8000);
}

/** Do something; a refusal becomes a notice, and the result is then null. */
export async function tried(work) {
  try {
    return await work();
  } catch (error) {
    toast(error.message);
    return null;
  }
}

/** Do something; whether it was refused, which becomes a notice. */
export async function failed(work) {
  try {
    await work();
    return false;
  } catch (error) {
    toast(error.message);
    return true;
  }
}
