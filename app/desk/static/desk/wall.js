// The wall screen fetches its numbers anew every minute, and says loudly how old they are when it cannot.
import { embedded, fill } from "wangge/core/core";
import { swapParts } from "wangge/desk/swapping";

const { refresh_s: REFRESH_S } = embedded("wall");
const words = embedded("wall-words");
const lost = document.querySelector("[data-lost]");
const pause = document.querySelector("[data-pause]");
const LATE_S = 2 * REFRESH_S;
let freshAt = Date.now();
let paused = matchMedia("(prefers-reduced-motion: reduce)").matches;
let trouble = null; // "lost" or "signedOut" since the last answer

function sayAge() {
  const age = (Date.now() - freshAt) / 1000;
  const late = trouble !== null || (!paused && age > LATE_S);
  document.body.classList.toggle("stale", late);
  const said = late ? fill(words[trouble ?? "lost"], { minutes: Math.floor(age / 60) }) : "";
  if (lost.textContent !== said) lost.textContent = said;
  lost.hidden = !late;
}

function sayPaused() {
  pause.setAttribute("aria-pressed", String(paused));
  for (const each of pause.querySelectorAll("[data-when]")) each.hidden = (each.dataset.when === "paused") !== paused;
}

async function refresh() {
  try {
    await swapParts(location.href, "wall");
    freshAt = Date.now();
    trouble = null;
  } catch (problem) {
    trouble = problem.away || problem.status === 401 || problem.status === 403 ? "signedOut" : "lost";
  }
  sayAge();
}

pause.addEventListener("click", () => {
  paused = !paused;
  sayPaused();
  if (!paused) refresh();
});
document.querySelector("[data-now]").addEventListener("click", refresh);
document.querySelector("[data-full]").addEventListener("click", () => {
  if (document.fullscreenElement) document.exitFullscreen();
  else document.documentElement.requestFullscreen?.();
});
addEventListener("offline", () => {
  trouble = "lost";
  sayAge();
});
addEventListener("online", refresh);
setInterval(() => paused || refresh(), REFRESH_S * 1000);
setInterval(sayAge, 5000);
sayPaused();
