/**
 * Talking to the workspace's server: requests, and the stream of what changed.
 */

/** A request that the server refused or that did not arrive; `message` is for people. */
class ApiError extends Error {
  constructor(message, code) {
    super(message);
    this.code = code;
  }
}

async function request(path, options) {
  let response;
  try {
    response = await fetch(path, { credentials: "same-origin", cache: "no-store", ...options });
  } catch {
    throw new ApiError("The workspace did not answer. Is it still running?", "offline");
  }
  const type = response.headers.get("content-type") || "";
  const body = type.includes("json") ? await response.json().catch(() => null) : null;
  if (response.ok && body?.ok !== false) return body ?? {};
  throw new ApiError(reason(response.status, body), body?.error || String(response.status));
}

const WORDS = {
  operation_timeout: "The app did not answer in time. Try again.",
  dispatch_failed: "The app could not be reached. Is it running?",
  unknown_command: "There is no such command.",
  channel_not_found: "You cannot see this channel.",
  is_archived: "This channel is archived.",
  cant_update_message: "Only who wrote a message can change it.",
  no_such_action: "This button is no longer there.",
  message_not_found: "This message is gone.",
  not_found: "This dialog is closed.",
};

function reason(status, body) {
  if (status === 401 || status === 403) {
    return (
      body?.message || "This page has no access. Open the address that was printed at the start."
    );
  }
  return body?.message || WORDS[body?.error] || `The workspace refused: ${body?.error || status}.`;
}

function query(params) {
  const filled = Object.entries(params).filter(
    ([, value]) => value !== null && value !== undefined,
  );
  return new URLSearchParams(filled).toString();
}

/** Read something: `get("state", {as})`. */
export function get(name, params = {}) {
  const search = query(params);
  return request(`/ui/${name}${search ? `?${search}` : ""}`, { method: "GET" });
}

/** Do something: `post("post", {as, channel, text})`. */
export function post(name, body = {}) {
  return request(`/ui/${name}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}

const TYPES = [
  "message",
  "update",
  "delete",
  "ephemeral",
  "view_open",
  "view_update",
  "view_close",
  "state",
  "status",
  "home",
];

/**
 * Listen to what changes for a person. `onEvent(event)` gets each change, `onLost()` is called
 * when the stream breaks, `onOpen()` when it is there (again): what changed before is then to be
 * fetched. Returns a function that ends it.
 */
export function listen(as, { onEvent, onLost, onOpen }) {
  let source = null;
  let timer = null;
  let ended = false;
  let lost = false;

  const receive = (message) => {
    if (ended) return;
    let event;
    try {
      event = JSON.parse(message.data);
    } catch {
      return;
    }
    onEvent({ ...event, type: event.type || message.type });
  };
  const open = () => {
    source = new EventSource(`/ui/stream?${query({ as })}`);
    source.onmessage = receive;
    for (const type of TYPES) if (type !== "message") source.addEventListener(type, receive);
    source.onopen = () => {
      if (ended) return;
      lost = false;
      onOpen();
    };
    source.onerror = () => {
      if (ended) return;
      if (!lost) onLost();
      lost = true;
      source.close();
      clearTimeout(timer);
      timer = setTimeout(open, 1000);
    };
  };
  open();
  return () => {
    ended = true;
    clearTimeout(timer);
    source.close();
  };
}
