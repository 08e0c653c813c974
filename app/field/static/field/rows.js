// Cases as the phone lists them: from what was fetched last, or still on their way from here.
import { fill } from "wangge/core/core";
import { ago, clockOf, seconds } from "wangge/field/clockwords";
import { icon, make, said } from "wangge/field/dom";
import { thumb } from "wangge/field/thumbs";

/**
 * A line of an entry of the bundle. `context`: {at, hours, owner, reachable, words: {row, clock}}.
 * `more`: {place: its number in a walk, away: how far, note: what its owner did to it here}.
 */
export function entryRow(entry, context, more = {}) {
  const { words } = context;
  const name = entry.sealed ? words.row.restricted : said(entry.category);
  const filed = ago(seconds(entry.filed_at), context.at, words.clock);
  return rowOf(`/field/case#${entry.id}`, picture(entry, context), [
    make("b", {}, more.place ? make("span", { class: "walk-number" }, String(more.place)) : null, name),
    entry.place && make("span", { class: "quiet" }, said(entry.place)),
    make("span", { class: "quiet small case-row-facts" }, make("span", {}, entry.number ?? ""), make("span", {}, filed)),
    make("span", { class: "case-row-state" }, ...stateOf(entry, context), more.away && make("span", { class: "small away" }, more.away)),
    more.note,
    waits(entry, words.row),
  ], entry.id);
}

/** A line of something that this phone has not finished sending (an item of the queue). */
export function itemRow(item, context, href) {
  const { words, at } = context;
  return rowOf(href, make("span", { class: "thumb none" }, icon(SIGNS[item.state] ?? "clock")), [
    make("b", {}, item.title || item.number || words.row.state[item.state]),
    make("span", { class: "quiet small" }, fill(words.row.receipt, { receipt: item.receipt }), item.number ? ` · ${item.number}` : ""),
    make("span", { class: "case-row-state" }, itemBadge(item, words.row),
      make("span", { class: "quiet small" }, ago(seconds(item.queuedAt ?? item.begunAt), at, words.clock))),
  ], item.id);
}

const SIGNS = { draft: "inbox", queued: "clock", filed: "send", photos_sent: "send", confirmed: "check", parked: "alarm", conflict: "alarm" };

/** What the phone says of an item, with how many of its photos have gone. */
export function itemBadge({ state, photosSent, photosAll }, words) {
  const part = state !== "confirmed" && photosAll ? ` ${photosSent}/${photosAll}` : "";
  return badge(words.state[state] + part, ["parked", "conflict"].includes(state), SIGNS[state]);
}

export function badge(text, strong = false, sign = "") {
  return make("span", { class: strong ? "badge strong" : "badge" }, sign && icon(sign), text);
}

/** What is left of the time: colour, sign and words say the same; the exact instant on hover. */
export function light(clock, title = "") {
  return make("span", { class: `light ${clock.colour}`, title }, clock.sign && icon(clock.sign), make("span", {}, clock.words));
}

function rowOf(href, image, lines, id) {
  const text = make("span", { class: "case-row-text" }, ...lines);
  return make("li", { "data-id": id }, make("a", { class: "case-row", href }, image, text, icon("right")));
}

function picture(entry, { owner, reachable }) {
  return thumb(owner, entry.photos?.[0], { reachable, sign: entry.sealed ? "lock" : "image" });
}

function stateOf(entry, { at, hours, words }) {
  const clock = hours && clockOf(entry, at, hours, words.clock);
  return [
    badge(entry.duty ? words.row.task[entry.duty] : words.row.status[entry.status], entry.open, DUTY_SIGNS[entry.duty]),
    entry.settled && badge(words.row.settled, false, "check"),
    entry.reworks ? badge(fill(words.row.rework, { n: entry.reworks }), false, "return") : null,
    entry.card && make("span", { class: `card-badge ${entry.card}` }, words.row.card[entry.card]),
    clock && light(clock, entry.due_at),
  ];
}

const DUTY_SIGNS = { verify: "search", check: "check" };

function waits({ duty, waits: open }, words) {
  if (duty || !open?.length) return null;
  const [{ kind, who }] = open;
  return make("span", { class: "small" }, fill(words.waitsFor, { what: words.task[kind], who: said(who) }));
}
