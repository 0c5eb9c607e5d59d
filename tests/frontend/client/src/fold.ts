// How the API compares texts: full case folding of Unicode.

/** Equal for tags, and for names of lists, that differ only in case or in the composition of letters. */
export const tagKey = (tag: string): string => folded(tag, "NFC");

/** Equal for tags that the API treats as the same one: they differ only in case or in the composition of letters. */
export const isSameTag = (one: string, other: string): boolean => tagKey(one) === tagKey(other);

/** A text as the API searches in it: widths, ligatures and letters with another style are the same too. */
export const searchText = (text: string): string => folded(text, "NFKC");

const ASCII = /^[\0-\x7f]*$/;

function folded(text: string, form: "NFC" | "NFKC"): string {
  // The same, and fast.
  if (ASCII.test(text)) return text.toLowerCase();
  // The dotless i has no lower case of its own upper case.
  const lower = text.normalize(form).replace(/[^ı]+/g, (part) => part.toLowerCase().toUpperCase().toLowerCase());
  // The lower case of sigma depends on its place in the word.
  return lower.replaceAll("ς", "σ").normalize(form);
}
