/**
 * What the page knows, and who is looking. One object; the parts of the page read it when they
 * draw.
 */
import { knownZone } from "./dates.js";

export const store = {
  as: localStorage.getItem("workspace.as") || "",
  state: null,
  channel: null,
  beside: null,
  tab: "messages",
  threadTs: null,
  awaited: null,
  statuses: new Map(),
};

/** The person who is looking. */
export function me() {
  return store.state?.people.find((person) => person.id === store.as) || null;
}

/** The channel that is open. */
export function channelNow() {
  return store.state?.channels.find((channel) => channel.id === store.channel) || null;
}

/** Whether a channel is the direct messages with the app. */
export function isBotChannel(channel) {
  return Boolean(channel?.is_im && channel.im_user === store.state.bot.id);
}

/** The name of a channel as people say it: a room's name or the other person's. */
export function channelTitle(channel) {
  if (!channel?.is_im) return channel?.name || "";
  if (isBotChannel(channel)) return store.state.bot.name;
  const person = store.state.people.find((one) => one.id === channel.im_user);
  return person?.real_name || person?.name || channel.name || "";
}

/** What rendering of text needs to know: names, and the zone of the reader. */
export function env() {
  const { people, channels, bot } = store.state;
  return { people, channels, bot, me: store.as, zone: knownZone(me()?.tz) };
}

function statusKey(channel, thread) {
  return `${channel}/${thread || ""}`;
}

/** Remember what the app says it is doing; an empty text ends it. */
export function setStatus(channel, thread, text) {
  if (text) store.statuses.set(statusKey(channel, thread), text);
  else store.statuses.delete(statusKey(channel, thread));
}

/** What the app is doing in a channel or thread, or "". */
export function statusOf(channel, thread) {
  return store.statuses.get(statusKey(channel, thread)) || "";
}

/** Remember who is looking, for the next visit. */
export function setPerson(id) {
  store.as = id;
  localStorage.setItem("workspace.as", id);
}
