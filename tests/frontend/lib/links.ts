/** The distinct web addresses in a text, at most 10. */
export function linksIn(text: string): string[] {
  const found = text.match(/\bhttps?:\/\/[^\s<>"“”„]+/gi) ?? [];
  return [...new Set(found.map(withoutPunctuation).filter((link) => URL.canParse(link)))].slice(0, 10);
}

/** Punctuation at the end belongs to the sentence, and so does a parenthesis that the address does not open. */
function withoutPunctuation(link: string): string {
  const trimmed = link.replace(/[.,;:!?'’]+$/, "");
  if (!trimmed.endsWith(")") || trimmed.split("(").length >= trimmed.split(")").length) return trimmed;
  return withoutPunctuation(trimmed.slice(0, -1));
}
