// The questions a category asks beside place and photo: which are shown, what is missing, and their form.
import { fill } from "wangge/core/core";
import { missing, shown, stops } from "wangge/field/asking";

/**
 * Bring `box` to life. `ask(questions, answers)` shows a category's questions, `read()` the answers to those
 * that are shown, `check()` whether all required ones are answered (else it says so at the first),
 * `refuse({code: words})` what the server said.
 */
export function questionsSection(box, words, english, onChange) {
  let questions = [];
  let answers = {};

  const label = (thing) => (english && thing.label_en) || thing.label;

  function ask(asked, known = {}) {
    questions = asked;
    const codes = new Set(asked.map(({ code }) => code));
    answers = Object.fromEntries(Object.entries(known).filter(([code]) => codes.has(code)));
    box.hidden = !questions.length;
    box.querySelector("[data-questions]").replaceChildren(...questions.map(field));
    update();
  }

  function field(question) {
    const made = { singlevaluelist: choices, multivaluelist: choices, text: area, number: line, datetime: line, string: line };
    const element = made[question.type](question);
    element.dataset.question = question.code;
    const [stop, error] = [paragraph("note late stop"), paragraph("field-error")];
    stop.setAttribute("role", "alert");
    error.setAttribute("role", "alert");
    error.id = `question-${question.code}-error`;
    element.append(error, stop);
    return element;
  }

  /** One option of a few, or several. */
  function choices(question) {
    const several = question.type === "multivaluelist";
    const group = document.createElement("fieldset");
    group.className = "choice";
    const legend = document.createElement("legend");
    legend.textContent = marked(question);
    group.append(legend, ...question.options.map((option) => choice(question, option, several)));
    return group;
  }

  function choice(question, option, several) {
    const input = document.createElement("input");
    const known = [answers[question.code]].flat();
    Object.assign(input, {
      type: several ? "checkbox" : "radio", name: `question-${question.code}`, value: option.code,
      checked: known.includes(option.code),
    });
    input.addEventListener("change", () => {
      const group = input.closest("fieldset");
      const chosen = [...group.querySelectorAll("input:checked")].map(({ value }) => value);
      take(question, several ? chosen : chosen[0]);
    });
    const whole = document.createElement("label");
    whole.append(input, label(option));
    return whole;
  }

  function area(question) {
    const input = document.createElement("textarea");
    input.rows = 3;
    input.maxLength = 2000;
    return written(question, input, (value) => value);
  }

  function line(question) {
    const input = document.createElement("input");
    const types = { number: "number", datetime: "datetime-local" };
    input.type = types[question.type] ?? "text";
    if (question.type === "string") input.maxLength = 200;
    if (question.type === "number") bounds(input, question);
    return written(question, input, { number: Number, datetime: withOffset }[question.type] ?? ((value) => value));
  }

  function bounds(input, { least, most }) {
    input.inputMode = "decimal";
    input.step = "any";
    if (least !== undefined && least !== null) input.min = least;
    if (most !== undefined && most !== null) input.max = most;
  }

  function written(question, input, meaning) {
    const [whole, name] = [document.createElement("div"), document.createElement("label")];
    whole.className = "field";
    input.className = "input";
    input.id = `question-${question.code}`;
    input.value = question.type === "datetime" ? localTime(answers[question.code]) : (answers[question.code] ?? "");
    name.htmlFor = input.id;
    name.textContent = marked(question);
    input.addEventListener("input", () => take(question, input.value.trim() ? meaning(input.value.trim()) : undefined));
    whole.append(name, input);
    return whole;
  }

  function marked(question) {
    return question.required ? label(question) : fill(words.optional, { question: label(question) });
  }

  function take({ code }, value) {
    if (value === undefined || value.length === 0) delete answers[code];
    else answers[code] = value;
    say(code, "");
    update();
    onChange();
  }

  /** Questions whose condition does not hold are hidden, and an answer that calls for help says so at once. */
  function update() {
    const seen = new Set(shown(questions, answers).map(({ code }) => code));
    for (const question of questions) {
      const element = at(question.code);
      element.hidden = !seen.has(question.code);
      showStops(element.querySelector(".stop"), seen.has(question.code) ? stops(question, answers) : []);
    }
  }

  function showStops(target, found) {
    target.hidden = !found.length;
    target.replaceChildren(...found.flatMap((stop) => [(english && stop.text_en) || stop.text, " ", ...call(stop.call)]));
  }

  function call(number) {
    if (!number) return [];
    const link = document.createElement("a");
    link.href = `tel:${number}`;
    link.className = "button call";
    link.textContent = fill(words.call, { number });
    return [link];
  }

  function at(code) {
    return box.querySelector(`[data-question="${CSS.escape(code)}"]`);
  }

  function say(code, text) {
    const target = at(code)?.querySelector(".field-error");
    if (!target) return;
    target.textContent = text;
    target.hidden = !text;
  }

  function check() {
    const lacking = missing(questions, answers);
    for (const { code } of lacking) say(code, words.needAnswer);
    at(lacking[0]?.code ?? "")?.querySelector("input, textarea").focus();
    return !lacking.length;
  }

  return {
    ask,
    check,
    read() {
      const codes = shown(questions, answers).map(({ code }) => code);
      return Object.fromEntries(codes.filter((code) => code in answers).map((code) => [code, answers[code]]));
    },
    refuse(errors) {
      for (const [code, text] of Object.entries(errors)) say(code, text);
    },
  };
}

function paragraph(className) {
  const element = document.createElement("p");
  element.className = className;
  element.hidden = true;
  return element;
}

/** `2026-11-21T10:42` as the input has it → an instant with the phone's offset. */
function withOffset(value) {
  const offset = -new Date(value).getTimezoneOffset();
  const part = (number) => String(Math.abs(number)).padStart(2, "0");
  return `${value}:00${offset < 0 ? "-" : "+"}${part(Math.trunc(offset / 60))}:${part(offset % 60)}`;
}

function localTime(instant) {
  return instant ? instant.slice(0, 16) : "";
}
