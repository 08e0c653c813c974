// The day's duties in the order of their due time, or of their distance from where the device is.
import { embedded, fill } from "wangge/core/core";
import { follow, metresBetween } from "wangge/field/position";

const words = embedded("order-words");
const list = document.getElementById("duty-rows");
const says = document.getElementById("order-says");
const buttons = [...document.querySelectorAll("[data-order]")];
const KEY = "wangge-order";
const byDue = [...(list?.children ?? [])];
let stop = () => {};

function order(choice) {
  stop();
  for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.order === choice));
  keep(choice);
  if (choice === "near") {
    says.textContent = words.finding;
    stop = follow({ onFix: nearestFirst, onTrouble: stayByDue });
  } else {
    says.textContent = "";
    show(byDue);
  }
}

function nearestFirst(here) {
  const away = new Map(byDue.map((line) => [line, distance(line, here)]));
  for (const [line, metres] of away) say(line, metres);
  says.textContent = fill(words.ordered, { n: here.accuracy });
  show([...byDue].sort((a, b) => away.get(a) - away.get(b)));
}

function stayByDue() {
  says.textContent = words.nowhere;
  for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.order === "due"));
  show(byDue);
}

/** Cases without a point come last. */
function distance({ dataset: { lon, lat } }, here) {
  return lon ? metresBetween(here, { lon: Number(lon), lat: Number(lat) }) : Infinity;
}

function say(line, metres) {
  const target = line.querySelector("[data-away]");
  const far = metres >= 1000;
  target.textContent = fill(far ? words.kilometres : words.metres, { n: far ? (metres / 1000).toFixed(1) : metres });
  target.hidden = metres === Infinity;
}

function show(lines) {
  list.replaceChildren(...lines);
}

function keep(choice) {
  try {
    localStorage.setItem(KEY, choice);
  } catch {
    // a browser that keeps nothing begins by due time
  }
}

function kept() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

for (const button of buttons) button.addEventListener("click", () => order(button.dataset.order));
if (buttons.length && kept() === "near") order("near");
