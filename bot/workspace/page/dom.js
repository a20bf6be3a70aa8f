/**
 * Building DOM from data. Data becomes text nodes or checked attributes, never markup.
 */

const PROPERTIES = new Set(["value", "checked", "disabled", "hidden", "indeterminate"]);

/**
 * Make an element.
 * `props`: `class`, `data` (dataset entries), `on` (listeners), `style` (CSS properties), a few
 * live properties, and otherwise attributes; null, undefined and false leave an attribute out.
 */
export function h(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  setProps(node, props);
  append(node, children);
  return node;
}

const SVG = "http://www.w3.org/2000/svg";

/** Make an SVG element; numbers are rounded to two decimals. */
export function svg(tag, props = {}, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined) continue;
    node.setAttribute(
      name,
      typeof value === "number" ? String(Math.round(value * 100) / 100) : value,
    );
  }
  append(node, children);
  return node;
}

function setProps(node, props) {
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "class") node.className = value;
    else if (name === "data") setData(node, value);
    else if (name === "on") listen(node, value);
    else if (name === "style")
      for (const [k, v] of Object.entries(value)) node.style.setProperty(k, v);
    else if (PROPERTIES.has(name)) node[name] = value;
    else node.setAttribute(name, value === true ? "" : String(value));
  }
}

function setData(node, entries) {
  for (const [key, value] of Object.entries(entries)) {
    if (value !== null && value !== undefined) node.dataset[key] = String(value);
  }
}

function listen(node, listeners) {
  for (const [event, listener] of Object.entries(listeners)) node.addEventListener(event, listener);
}

/** Append children: nodes, strings, numbers, nested lists; empty values are skipped. */
export function append(node, children) {
  for (const child of children) {
    if (child === null || child === undefined || child === false || child === "") continue;
    if (Array.isArray(child)) append(node, child);
    else node.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
  return node;
}

/** Replace everything inside `node`. */
export function fill(node, ...children) {
  node.replaceChildren();
  return append(node, children);
}

/** The address if a person may be sent there (http, https, mailto), else null. */
export function safeHref(url) {
  try {
    const parsed = new URL(String(url), location.href);
    return ["http:", "https:", "mailto:"].includes(parsed.protocol) ? parsed.href : null;
  } catch {
    return null;
  }
}

/** A link that opens elsewhere; an address that is not allowed stays plain text. */
export function link(url, ...label) {
  const href = safeHref(url);
  const text = label.length ? label : [String(url)];
  if (!href) return h("span", {}, text);
  return h("a", { href, target: "_blank", rel: "noopener noreferrer" }, text);
}

/**
 * An address of an image that this page may load itself, else null: the page asks nobody but
 * its own server, so pictures from elsewhere are shown as links.
 */
export function ownImage(url) {
  if (/^data:image\/(png|jpeg|gif|webp);/.test(String(url))) return String(url);
  try {
    const parsed = new URL(String(url), location.href);
    const loopback = ["127.0.0.1", "localhost", "[::1]"];
    const same = parsed.port === location.port && loopback.includes(parsed.hostname);
    if (parsed.origin !== location.origin && !(same && loopback.includes(location.hostname)))
      return null;
    return parsed.pathname + parsed.search;
  } catch {
    return null;
  }
}

let counter = 0;

/** An id unique in this page, for labels that point at controls. */
export function uid(prefix) {
  counter += 1;
  return `${prefix}-${counter}`;
}
