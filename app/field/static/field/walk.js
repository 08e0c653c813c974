// A street in one go: the category stays, and each photo from the camera begins the next case where she stands.
import { fill } from "wangge/core/core";
import { metresBetween } from "wangge/field/position";
import { list, onChange } from "wangge/field/queue";

const element = (id) => document.getElementById(id);

/**
 * `on()`, `start()`, `here(fix, pin)` as she walks, `note(draft, {place, complete})` for each case that was kept,
 * `finish()`.
 */
export function streetWalk(words) {
  const kept = [];
  let walking = false;

  function start() {
    walking = true;
    kept.splice(0);
    element("walk").hidden = false;
    element("walk-start").hidden = true;
    render();
    element("walk").scrollIntoView({ block: "start" });
  }

  function note(draft, { place, complete }) {
    kept.unshift({ id: draft.id, receipt: draft.receipt, place, complete, number: null, at: new Date() });
    render();
  }

  function render() {
    element("walk-says").textContent = kept.length ? fill(words.walked, { n: kept.length }) : words.walkHow;
    element("walk-kept").replaceChildren(...kept.map(line));
  }

  function line({ id, receipt, place, complete, number, at }) {
    const item = document.createElement("li");
    const name = document.createElement(complete ? "b" : "a");
    if (!complete) name.href = `/field/file#${id}`;
    name.textContent = complete ? (number ?? fill(words.receipt, { receipt })) : words.walkUnfinished;
    const where = document.createElement("span");
    where.className = "quiet small";
    where.textContent = `${at.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })} · ${place}`;
    item.append(name, " ", where);
    return item;
  }

  async function follow() {
    if (!kept.length) return;
    const numbers = new Map((await list()).map(({ id, number }) => [id, number]));
    for (const each of kept) each.number = numbers.get(each.id) ?? each.number;
    render();
  }

  onChange(follow);
  return {
    on: () => walking,
    start,
    note,
    /** How far she has come from the place of the present case. */
    here(fix, pin) {
      const told = walking && fix && pin;
      element("walk-here").textContent = told ? fill(words.walkHere, { n: metresBetween(fix, pin), m: fix.accuracy }) : "";
    },
    finish() {
      walking = false;
      element("walk-start").hidden = false;
      element("walk-finish").hidden = true;
      element("walk-says").textContent = fill(words.walkDone, { n: kept.length });
    },
    close() {
      element("walk").hidden = true;
      element("walk-finish").hidden = false;
    },
  };
}
