// Putting elements together without markup in strings: what people wrote can never become markup.
import { embedded } from "wangge/core/core";

const SVG = "http://www.w3.org/2000/svg";
const ENGLISH = document.documentElement.lang === "en";

/** An element. Attributes that are null, undefined or false are left out; children are nodes or texts. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** A sign of app/core/static/core/icons.svg; the page embeds the file's address as "icons". */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `${embedded("icons")}#${name}`);
  svg.append(use);
  return svg;
}

/** The reader's language of a pair `{zh, en}`; what has no English name keeps the Chinese one. */
export function said(pair) {
  return (ENGLISH && pair?.en) || pair?.zh || "";
}

export function english() {
  return ENGLISH;
}
