// Photos on a page: take, choose, show, remove. Works for a filing and for a check.
import { fill } from "wangge/core/core";
import { Unusable, forget, prepare } from "wangge/field/photos";

const MOST = 5;

/**
 * Bring a `[data-strip]` element to life. Returns `{photos, ready(), clear(), remove(photo), restore(photos)}`.
 * `onChange(photos, {added} or {dropped})` after each change; `onShutter(input)` the moment the camera comes back:
 * what it resolves to goes into the `meta` of the photos.
 */
export function photoStrip(element, words, onChange = () => {}, onShutter = () => {}) {
  const list = element.querySelector(".strip-photos");
  const says = element.querySelector(".strip-says");
  const wasLarge = element.classList.contains("large");
  const photos = [];
  let preparing = Promise.resolve();

  function show(change = null) {
    list.replaceChildren(...photos.map((photo, index) => item(photo, index + 1)));
    element.classList.toggle("large", wasLarge && photos.length === 0);
    element.querySelector(".strip-buttons").hidden = photos.length >= MOST;
    if (change) onChange(photos, change);
  }

  function item(photo, n) {
    const image = new Image();
    image.src = photo.url;
    image.alt = fill(words.photo, { n });
    const button = document.createElement("button");
    button.type = "button";
    button.setAttribute("aria-label", fill(words.remove, { n }));
    button.append(cross());
    button.addEventListener("click", () => {
      forget(photo);
      photos.splice(photos.indexOf(photo), 1);
      show({ dropped: photo });
      (list.querySelector("button") ?? element.querySelector("input")).focus();
    });
    const line = document.createElement("li");
    line.append(image, button);
    return line;
  }

  async function add(files, meta) {
    says.textContent = window.isSecureContext ? words.preparing : words.insecure;
    if (!window.isSecureContext) return;
    const troubles = new Set();
    for (const file of files) {
      if (photos.length >= MOST) {
        troubles.add(fill(words.enough, { most: MOST }));
        break;
      }
      await addOne(file, meta).catch((error) => troubles.add(whyNot(error, file)));
    }
    says.textContent = [...troubles].join(" ");
  }

  async function addOne(file, meta) {
    const photo = await prepare(file);
    photo.meta = { ...photo.meta, ...meta };
    if (photos.some((known) => known.sha256 === photo.sha256)) return forget(photo);
    photos.push(photo);
    show({ added: photo });
  }

  function whyNot(error, file) {
    if (!(error instanceof Unusable)) throw error;
    return fill(words[error.code] ?? words.unreadable, { name: file.name });
  }

  for (const input of element.querySelectorAll("input[type=file]")) {
    input.addEventListener("change", () => {
      const files = [...input.files];
      input.value = "";
      preparing = Promise.all([onShutter(input), preparing]).then(([meta]) => add(files, meta));
    });
  }

  return {
    photos,
    /** Settles when every picture that was taken is among the photos, or refused. */
    ready: () => preparing,
    clear() {
      photos.splice(0).forEach(forget);
      says.textContent = "";
      show();
    },
    /** Take out one that could not be kept. */
    remove(photo) {
      forget(photo);
      photos.splice(photos.indexOf(photo), 1);
      show();
    },
    restore(kept) {
      photos.splice(0, photos.length, ...kept);
      show();
    },
  };
}

function cross() {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", "M5 5l14 14M19 5 5 19");
  svg.append(path);
  return svg;
}
