// A voice note of a minute at most: record, listen, throw away.
import { fill } from "wangge/core/core";
import { sha256 } from "wangge/field/photos";

const TYPES = ["audio/webm;codecs=opus", "audio/mp4", "audio/ogg;codecs=opus"];
const BITS = 32_000; // per second: speech, a quarter of a megabyte a minute
const SPARE = 1; // seconds, as a recorder never stops to the millisecond
const element = (id) => document.getElementById(id);

/**
 * Bring the voice section to life. `onTake({sha256, blob, mediaType, at})` and `onDrop(note)`; `show(note)` for a
 * draft that is gone on with, `stop()` ends a recording and settles when it has been taken.
 */
export function voiceSection(words, onTake, onDrop) {
  const button = element("voice-record");
  let longest = 60 - SPARE;
  let recorder = null;
  let stream = null;
  let clock = 0;
  let note = null;
  let ended = Promise.resolve();

  function say(text) {
    element("voice-says").textContent = text;
  }

  async function start() {
    say("");
    try {
      stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    } catch (error) {
      say(error.name === "NotAllowedError" ? words.voiceDenied : words.voiceNone);
      return;
    }
    const parts = [];
    recorder = new MediaRecorder(stream, { mimeType: type(), audioBitsPerSecond: BITS });
    recorder.addEventListener("dataavailable", ({ data }) => parts.push(data));
    ended = new Promise((resolve) => recorder.addEventListener("stop", () => taken(parts).then(resolve)));
    recorder.start();
    count(longest);
    look();
  }

  function count(left) {
    say(fill(words.voiceLeft, { n: left }));
    clock = left ? setTimeout(() => count(left - 1), 1000) : 0;
    if (!left) stop();
  }

  function stop() {
    clearTimeout(clock);
    if (recorder?.state === "recording") recorder.stop();
    return ended;
  }

  async function taken(parts) {
    for (const track of stream.getTracks()) track.stop();
    const blob = new Blob(parts, { type: recorder.mimeType.split(";")[0] });
    recorder = null;
    say("");
    if (blob.size) {
      show({ blob, sha256: await sha256(await blob.arrayBuffer()), mediaType: blob.type, at: new Date().toISOString() });
      onTake(note);
    }
    look();
  }

  function show(kept) {
    if (note) URL.revokeObjectURL(element("voice-play").src);
    note = kept;
    if (note) element("voice-play").src = URL.createObjectURL(note.blob);
    else element("voice-play").removeAttribute("src");
    look();
  }

  function look() {
    const recording = recorder !== null;
    button.hidden = note !== null;
    button.setAttribute("aria-pressed", String(recording));
    button.lastElementChild.textContent = recording ? words.voiceStop : words.voiceStart;
    element("voice-kept").hidden = note === null;
  }

  function drop() {
    const dropped = note;
    show(null);
    onDrop(dropped);
    button.focus();
  }

  button.addEventListener("click", () => (recorder ? stop() : start()));
  element("voice-drop").addEventListener("click", drop);
  if (!type() || !navigator.mediaDevices) {
    button.disabled = true;
    say(words.voiceUnsupported);
  }
  return { show, stop, limit: (seconds) => (longest = seconds - SPARE) };
}

function type() {
  return globalThis.MediaRecorder && TYPES.find((each) => MediaRecorder.isTypeSupported(each));
}
