// Which questions of a category are asked, given the answers so far. Pure; the same rules as app/forms.

/** The questions whose conditions hold, in their order. A condition on a hidden question never holds. */
export function shown(questions, answers) {
  const seen = new Set();
  return questions.filter(({ code, shown_when: conditions }) => {
    const holds = Object.entries(conditions ?? {}).every(
      ([earlier, wanted]) => seen.has(earlier) && [answers[earlier]].flat().some((each) => wanted.includes(each)),
    );
    if (holds) seen.add(code);
    return holds;
  });
}

/** Required questions that are asked and not answered. */
export function missing(questions, answers) {
  return shown(questions, answers).filter(({ code, required }) => required && !answered(answers[code]));
}

/** What the chosen options say must happen first: `{text, text_en, call}` each. */
export function stops({ code, stop }, answers) {
  return [answers[code]].flat().map((option) => stop?.[option]).filter(Boolean);
}

function answered(value) {
  return value !== undefined && value !== null && value !== "" && !(Array.isArray(value) && !value.length);
}
