// Drafts that were left half filled: offered when the page opens, or thrown away after a question.
import { fill } from "wangge/core/core";
import { discard, list } from "wangge/field/queue";

const element = (id) => document.getElementById(id);

/** Offer the unfinished filings, newest first; `onGo(id)` when she goes on with one. */
export async function offerDrafts(words, onGo) {
  const drafts = (await list()).filter(({ kind, state }) => kind === "case" && state === "draft").reverse();
  element("drafts").hidden = !drafts.length;
  element("drafts-list").replaceChildren(...drafts.map(line));

  function line(draft) {
    const item = document.createElement("li");
    const go = button(fill(words.goOn, { time: time(draft.begunAt) }), () => onGo(draft.id));
    const away = button(words.throwAway, () => ask(item, draft));
    const about = document.createElement("span");
    about.className = "quiet";
    about.textContent = [draft.title, fill(words.withPhotos, { n: draft.photosAll })].filter(Boolean).join(" · ");
    item.append(about, go, away);
    return item;
  }

  /** Nothing is thrown away by one tap. */
  function ask(item, draft) {
    const question = document.createElement("strong");
    question.textContent = fill(words.reallyThrow, { n: draft.photosAll });
    const yes = button(words.throwYes, async () => {
      await discard(draft.id);
      await offerDrafts(words, onGo);
    });
    const no = button(words.throwNo, () => offerDrafts(words, onGo));
    item.replaceChildren(question, yes, no);
    no.focus();
  }
}

function button(text, onClick) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "button";
  made.textContent = text;
  made.addEventListener("click", onClick);
  return made;
}

/** The time today, else with the day. */
function time(begunAt) {
  const at = new Date(begunAt);
  const today = at.toDateString() === new Date().toDateString();
  const clock = { hour: "2-digit", minute: "2-digit" };
  return at.toLocaleString(document.documentElement.lang, today ? clock : { month: "short", day: "numeric", ...clock });
}
