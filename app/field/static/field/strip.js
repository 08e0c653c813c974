// Photos on a page: take, choose, show, remove. Works for a filing and for a check.
import { fill } from "wangge/core/core";
import { forget, prepare } from "wangge/field/photos";

const MOST = 5;

/** Bring a `[data-strip]` element to life. Returns `{photos, clear()}`; `onChange` after each change. */
export function photoStrip(element, words, onChange = () => {}) {
  const list = element.querySelector(".strip-photos");
  const says = element.querySelector(".strip-says");
  const wasLarge = element.classList.contains("large");
  const photos = [];

  function show() {
    list.replaceChildren(...photos.map((photo, index) => item(photo, index + 1)));
    element.classList.toggle("large", wasLarge && photos.length === 0);
    element.querySelector(".strip-buttons").hidden = photos.length >= MOST;
    onChange(photos);
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
      show();
      (list.querySelector("button") ?? element.querySelector("input")).focus();
    });
    const line = document.createElement("li");
    line.append(image, button);
    return line;
  }

  async function add(files) {
    says.textContent = window.isSecureContext ? words.preparing : words.insecure;
    if (!window.isSecureContext) return;
    let trouble = "";
    for (const file of files) {
      if (photos.length >= MOST) {
        trouble = fill(words.enough, { most: MOST });
        break;
      }
      const photo = await prepare(file).catch(() => null);
      if (!photo) trouble = words.unreadable;
      else if (!photos.some((known) => known.sha256 === photo.sha256)) photos.push(photo);
    }
    says.textContent = trouble;
    show();
  }

  for (const input of element.querySelectorAll("input[type=file]")) {
    input.addEventListener("change", async () => {
      const files = [...input.files];
      input.value = "";
      await add(files);
    });
  }

  return {
    photos,
    clear() {
      photos.splice(0).forEach(forget);
      says.textContent = "";
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
