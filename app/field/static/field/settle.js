// What was put right at once: after the filing, a photo of how it looks now closes the case.
import { fill } from "wangge/core/core";
import { sendPhoto } from "wangge/field/delivery";
import { ask } from "wangge/field/http";
import { photoStrip } from "wangge/field/strip";

const element = (id) => document.getElementById(id);

/** `offer(case, photographed)` shows it for a filed case; `unsent()` tells of a photo that is not sent yet. */
export function settleSection(words, patience) {
  const form = element("settle");
  const note = element("settle-note");
  const strip = photoStrip(form.querySelector("[data-strip]"), words);
  let filed = null;
  let id = null;

  function offer(present, photographed) {
    filed = present;
    id = crypto.randomUUID();
    form.hidden = false;
    element("settle-form").hidden = !photographed;
    say(photographed ? "" : words.needBefore);
  }

  async function send() {
    error("");
    if (!strip.photos.length) {
      error(words.needAfter);
      return;
    }
    form.inert = true;
    try {
      await carryOut(`/api/v1/cases/${filed.id}`);
      strip.clear();
      element("settle-form").hidden = true;
      say(words.settled);
    } catch (refused) {
      say("");
      error(fill(words.refused, { why: whyOf(refused) }));
    } finally {
      form.inert = false;
    }
  }

  async function carryOut(path) {
    for (const [index, photo] of strip.photos.entries()) {
      say(fill(words.photos, { n: index + 1, all: strip.photos.length }));
      await sendPhoto(path, photo, "after", patience);
    }
    say(words.sending);
    const photos = strip.photos.map((photo) => photo.sha256);
    const body = JSON.stringify({ id, action: "close_on_spot", note: note.value, photos });
    const headers = { "Content-Type": "application/json", "If-Match": `"${filed.version}"` };
    await ask(`${path}/actions`, { method: "POST", headers, body }, patience);
  }

  function say(text) {
    element("settle-says").textContent = text;
    element("settle-says").hidden = !text;
  }

  function error(text) {
    element("settle-error").textContent = text;
    element("settle-error").hidden = !text;
  }

  function clear() {
    strip.clear();
    form.reset();
    form.hidden = true;
    error("");
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send();
  });
  return { offer, clear, unsent: () => strip.photos.length > 0 };
}

function whyOf({ message, problem }) {
  return Object.values(problem?.errors ?? {}).flat().join(" ") || message;
}
