// Texts: how they compare, and the encoding of opaque ones.

/** The form in which titles sort. */
export const sortForm = (text: string) => text.toUpperCase().toLowerCase().replaceAll("ς", "σ");

/** Compares two values; texts by code point, where JavaScript compares UTF-16. */
export function compare(one: string | number, other: string | number): number {
  if (typeof one === "string" && typeof other === "string" && /[^\0-\u{D7FF}]/u.test(one + other)) {
    const [ones, others] = [[...one], [...other]];
    const place = ones.findIndex((character, index) => character !== others[index]);
    if (place < 0) return ones.length - others.length;
    return place < others.length ? ones[place]!.codePointAt(0)! - others[place]!.codePointAt(0)! : 1;
  }
  return one < other ? -1 : one > other ? 1 : 0;
}

/** Without white space at both ends; `String.trim` also removes a byte-order mark. */
export const trim = (text: string) => text.replace(/^\p{White_Space}+|\p{White_Space}+$/gu, "");

/** The number of Unicode scalar values. */
export const lengthOf = (text: string) => [...text].length;

/** Text as base64url. */
export function encode(text: string): string {
  const bytes = Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join("");
  return btoa(bytes).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

/** The text of base64url; throws if it is none. */
export function decode(text: string): string {
  const bytes = Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (character) => character.charCodeAt(0));
  return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
}

/** A short digest of a text, which is not secure. */
export function digest(text: string): string {
  let [one, other] = [0xdeadbeef, 0x41c6ce57];
  for (let index = 0; index < text.length; index += 1) {
    one = Math.imul(one ^ text.charCodeAt(index), 2654435761);
    other = Math.imul(other ^ text.charCodeAt(index), 1597334677);
  }
  return [one, other].map((half) => (half >>> 0).toString(16).padStart(8, "0")).join("");
}
