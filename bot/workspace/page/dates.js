/**
 * Times as the chosen person reads them: always in that person's zone.
 */
const HOUR12 = new Intl.DateTimeFormat(navigator.language, { hour: "numeric" }).resolvedOptions()
  .hour12;
const DAY = 86400;
let tongue = "en-US";

/** Write dates in this language from now on, as Slack does in the one that a person has set. */
export function writeDatesIn(locale) {
  tongue = locale || "en-US";
}

function isEnglish() {
  return tongue.startsWith("en");
}

function twelveHours() {
  if (isEnglish()) return HOUR12;
  return new Intl.DateTimeFormat(tongue, { hour: "numeric" }).resolvedOptions().hour12;
}

function parts(seconds, zone) {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
  });
  const found = {};
  for (const part of format.formatToParts(new Date(seconds * 1000))) found[part.type] = part.value;
  return found;
}

/** The zone if the browser knows it, else UTC. */
export function knownZone(zone) {
  try {
    new Intl.DateTimeFormat("en-US", { timeZone: zone });
    return zone || "UTC";
  } catch {
    return "UTC";
  }
}

/** Calendar day of an instant, as `YYYY-MM-DD` in the zone. */
export function dayKey(seconds, zone) {
  const p = parts(seconds, zone);
  return `${p.year}-${p.month}-${p.day}`;
}

function words(seconds, zone, options) {
  return new Intl.DateTimeFormat(tongue, { timeZone: zone, ...options }).format(
    new Date(seconds * 1000),
  );
}

function ordinal(day) {
  const tail = day % 100 > 10 && day % 100 < 14 ? "th" : ["th", "st", "nd", "rd"][day % 10] || "th";
  return `${day}${tail}`;
}

function longDate(seconds, zone, month) {
  if (!isEnglish()) return words(seconds, zone, { year: "numeric", month, day: "numeric" });
  const p = parts(seconds, zone);
  return `${words(seconds, zone, { month })} ${ordinal(Number(p.day))}, ${p.year}`;
}

/** Clock time, 12 or 24 hours as the browser's language has it. */
export function clock(seconds, zone, withSeconds = false) {
  const hour12 = twelveHours();
  const options = { hour: hour12 ? "numeric" : "2-digit", minute: "2-digit", hour12 };
  if (withSeconds) options.second = "2-digit";
  return words(seconds, zone, options);
}

/** "Today", "Yesterday", "Tomorrow" or null. */
function nearDay(seconds, zone, now) {
  const key = dayKey(seconds, zone);
  const away = [0, -1, 1].find((days) => key === dayKey(now + days * DAY, zone));
  if (away === undefined) return null;
  return new Intl.RelativeTimeFormat(tongue, { numeric: "auto" }).format(away, "day");
}

function ago(seconds, now) {
  const far = Math.abs(now - seconds);
  const [count, unit] =
    far < 60
      ? [Math.round(far), "second"]
      : far < 3600
        ? [Math.round(far / 60), "minute"]
        : far < DAY
          ? [Math.round(far / 3600), "hour"]
          : [Math.round(far / DAY), "day"];
  const amount = `${count} ${unit}${count === 1 ? "" : "s"}`;
  return seconds > now ? `in ${amount}` : `${amount} ago`;
}

const TOKENS = {
  date_num: (s, z) => dayKey(s, z),
  date_slash: (s, z) => dayKey(s, z).replaceAll("-", "/"),
  date: (s, z) => longDate(s, z, "long"),
  date_short: (s, z) => longDate(s, z, "short").replace(/(st|nd|rd|th),/, ","),
  date_long: (s, z) => `${words(s, z, { weekday: "long" })}, ${longDate(s, z, "long")}`,
  time: (s, z) => clock(s, z),
  time_secs: (s, z) => clock(s, z, true),
  ago: (s, z, now) => ago(s, now),
  day_divider_pretty: (s, z, now) => dividerDay(s, z, now),
};

/** Slack's date format (`{date_short_pretty} at {time}`) for an instant in Unix seconds. */
export function formatDate(seconds, format, zone, now = Date.now() / 1000) {
  if (!Number.isFinite(seconds)) return null;
  return format.replace(/\{(\w+?)(_pretty)?\}/g, (whole, name, pretty, offset) => {
    if (pretty && name !== "day_divider") {
      const near = nearDay(seconds, zone, now);
      if (near) return offset === 0 ? near[0].toUpperCase() + near.slice(1) : near;
    }
    const token = TOKENS[name === "day_divider" ? "day_divider_pretty" : name];
    return token ? token(seconds, zone, now) : whole;
  });
}

/** The day line between messages: "Today", "Yesterday" or "Monday, November 23rd". */
export function dividerDay(seconds, zone, now = Date.now() / 1000) {
  const near = nearDay(seconds, zone, now);
  if (near) return near[0].toUpperCase() + near.slice(1);
  const text = `${words(seconds, zone, { weekday: "long" })}, ${longDate(seconds, zone, "long")}`;
  return parts(seconds, zone).year === parts(now, zone).year ? text.replace(/, \d{4}$/, "") : text;
}

/** The full moment, for tooltips. */
export function fullMoment(seconds, zone) {
  return `${TOKENS.date_long(seconds, zone)} at ${clock(seconds, zone, true)} (${zone})`;
}

/** Wall clock `YYYY-MM-DDTHH:MM` of an instant in the zone. */
export function wallClock(seconds, zone) {
  const p = parts(seconds, zone);
  return `${p.year}-${p.month}-${p.day}T${p.hour}:${p.minute}`;
}

/** The instant (Unix seconds) at which the zone's clocks show `YYYY-MM-DDTHH:MM`. */
export function fromWallClock(wall, zone) {
  const naive = Date.parse(`${wall}:00Z`) / 1000;
  if (!Number.isFinite(naive)) return null;
  let guess = naive;
  for (let i = 0; i < 3; i += 1)
    guess += naive - Date.parse(`${wallClock(guess, zone)}:00Z`) / 1000;
  return guess;
}
