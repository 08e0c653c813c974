// What stands in the way, said at the part of the page that it is about.
import { fill } from "wangge/core/core";

const PART_OF = {
  category: "category", geometry: "place", area: "place", crs: "place", accuracy_m: "place",
  place_text: "place", description: "description",
};
const ANSWER = "extra.answers.";
const PARTS = ["send", "category", "place", "description"];
const element = (id) => document.getElementById(id);

/** Writers for the error lines of the filing page. */
export function refusals(words) {
  function say(part, text) {
    const target = element(`${part}-error`);
    target.textContent = text;
    target.hidden = !text;
  }

  function clear(part) {
    for (const each of part ? [part] : PARTS) say(each, "");
  }

  /** Say it and go there; always false, for whoever asks whether all is well. */
  function bring(part, text, target) {
    say(part, text);
    if (typeof target === "function") target();
    else target.focus({ preventScroll: true });
    element(`${part}-error`).scrollIntoView({ block: "center" });
    return false;
  }

  /** What could not be kept on the phone. */
  function trouble(error) {
    if (error.name === "StorageFull") return say("send", words.full);
    if (error.name === "Locked") return say("send", words.locked);
    if (error.name === "NotNow") return say("send", words.elsewhere);
    if (error.name === "Outdated") return say("send", words.outdated);
    say("send", words.notKept);
    throw error;
  }

  /** The server's words (a problem document) to a filing that came back. */
  function said({ errors = {}, detail, title, status }, questions) {
    const rest = [];
    const answers = {};
    for (const [name, texts] of Object.entries(errors)) {
      const text = [texts].flat().join(" ");
      if (name.startsWith(ANSWER)) answers[name.slice(ANSWER.length)] = text;
      else if (PART_OF[name]) say(PART_OF[name], text);
      else rest.push(text);
    }
    questions.refuse(answers);
    if (rest.length || !Object.keys(errors).length) say("send", fill(words.refused, { why: rest.join(" ") || detail || title || status }));
    document.querySelector("#file .field-error:not([hidden])")?.scrollIntoView({ block: "center" });
  }

  return { say, clear, bring, trouble, said };
}
