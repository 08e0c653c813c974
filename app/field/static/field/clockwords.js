// What is left of a duty's time, counted and said as the server does (app/cases/clock_words.py). Pure.
// Instants are seconds since 1970; `hours` is the bundle's {openings: [[opens, closes], …], ordinary}.

const MINUTE = 60;
const HOUR = 3600;
const LONG = 2; // from so many working days on, days are counted instead of hours
const NEAR_PARTS = 2;
const CLOSE_PARTS = 5;
const COLOURS = { normal: "ok", near: "half", close: "near", overdue: "late", far_overdue: "late far" };
const SIGNS = { normal: "check", near: "clock", close: "clock", overdue: "alarm", far_overdue: "alarm" };
const TOLD = new Set(["near", "close", "far_overdue"]);

/**
 * The clock of a duty {clock_from, due_at} (RFC 3339) at an instant: `{text, words, light, colour, sign}`;
 * null when nothing is due.
 */
export function clockOf(duty, at, hours, words) {
  if (!duty.due_at) return null;
  const due = seconds(duty.due_at);
  const opened = duty.clock_from ? seconds(duty.clock_from) : due;
  const light = lightOf(opened, due, at, hours);
  const text = leftInWords(due, at, hours, words);
  const meaning = words.lights[light];
  return { text, words: TOLD.has(light) ? `${meaning} · ${text}` : text, light, colour: COLOURS[light], sign: SIGNS[light] };
}

export function seconds(instant) {
  return Date.parse(instant) / 1000;
}

/** How long ago: `40 min ago`, `just now`. */
export function ago(then, at, words) {
  return at - then < MINUTE ? words.justNow : fill(words.ago, { span: span(at - then, words) });
}

/** A length of time in its two largest units. */
export function span(length, words) {
  const minutes = Math.floor(Math.abs(length) / MINUTE);
  const [days, hours, rest] = [Math.floor(minutes / 1440), Math.floor((minutes % 1440) / 60), minutes % 60];
  if (days >= 10 || (days && !hours)) return count(words.days, days);
  if (days) return fill(count(words.daysHours, days), { hours });
  if (hours && rest) return fill(words.hoursMinutes, { hours, minutes: rest });
  return hours ? fill(words.hours, { hours }) : fill(words.minutes, { minutes: rest });
}

function lightOf(opened, due, at, hours) {
  const time = byCalendar(due, hours) ? (a, b) => working(a, b, hours) : (a, b) => b - a;
  if (at >= due) return time(due, at) > time(opened, due) ? "far_overdue" : "overdue";
  const [whole, left] = [time(opened, due), time(at, due)];
  if (left * CLOSE_PARTS <= whole) return "close";
  return left * NEAR_PARTS <= whole ? "near" : "normal";
}

/** By the wall clock where the due time was set by it, or since when nobody has been at work. */
function leftInWords(due, at, hours, words) {
  if (!byCalendar(due, hours)) return byTheWall(due, at, words);
  const left = working(at, due, hours);
  if (due > at) return parts(left, hours, words.left);
  return -left >= MINUTE ? parts(-left, hours, words.late) : byTheWall(due, at, words);
}

function byTheWall(due, at, words) {
  return fill(due > at ? words.spanLeft : words.spanLate, { span: span(due - at, words) });
}

function parts(length, { ordinary }, forms) {
  const days = Math.floor(length / ordinary);
  if (days >= LONG) return count(forms.days, days);
  const hours = Math.floor(length / HOUR);
  return hours ? count(forms.hours, hours) : count(forms.minutes, Math.floor(length / MINUTE));
}

/** Whether a due time lies in working time; the moment of closing does. Beyond what is known it does not. */
function byCalendar(due, { openings }) {
  const found = lastBefore(openings, due);
  return found >= 0 && due <= openings[found][1];
}

/** Working time from a to b in seconds; negative when b is the earlier. */
function working(a, b, hours) {
  return passed(b, hours) - passed(a, hours);
}

/** Working time since the first opening that is known. */
function passed(instant, { openings }) {
  const sums = sumsOf(openings);
  const found = lastBefore(openings, instant);
  if (found < 0) return 0;
  return sums[found] + Math.min(instant, openings[found][1]) - openings[found][0];
}

const known = new WeakMap();

function sumsOf(openings) {
  if (!known.has(openings)) {
    let sum = 0;
    known.set(openings, openings.map(([opens, closes]) => (sum += closes - opens) - (closes - opens)));
  }
  return known.get(openings);
}

/** The index of the last opening before an instant, -1 when there is none. */
function lastBefore(openings, instant) {
  let [low, high] = [0, openings.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (openings[middle][0] < instant) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** `forms`: the sentence for one and for more. */
function count([one, many], num) {
  return fill(num === 1 ? one : many, { num });
}

function fill(text, values) {
  return text.replace(/%\((\w+)\)[sd]/g, (whole, name) => (name in values ? String(values[name]) : whole));
}
