// The parts of a text that begin with a mark: priorities, tags and lists.

import { lengthOf, TAG_MAX } from "./limits";
import { PRIORITIES } from "./priorities";
import type { Found, Part } from "./quick-add";

/** What is needed of a list. */
export interface Named {
  id: string;
  name: string;
}

const PRIORITY = /^(?:!(low|medium|high|urgent|[1-4])|p([1-4]))$/i;
const TAG = /^#(\p{L}[^,#"\p{Cc}]*)$/u;

/** What may follow a part: punctuation, and then white space. */
const END = "(?=[.,;:!?)\\]]*(?:\\s|$))";
const QUOTED = /(?<!\S)(?:"[^"]*"|“[^”]*”)(?=[.,;:!?)\]]*(?:\s|$))/gu;
const URL = /(?:[a-z][a-z\d+.-]*:\/\/|www\.)\S+/giu;

/** Takes the place of what is no date. No date contains it. */
const MASK = "_";

/** The marked parts, and the text in which they, quotations and URLs are masked. */
export function marksOf(text: string, lists: readonly Named[]): { marks: Found[]; masked: string } {
  const marks: Found[] = [];
  const cover = (covered: string) => MASK.repeat(covered.length);
  let masked = text.replace(QUOTED, cover).replace(URL, cover);
  for (const { 0: word, index } of masked.matchAll(/\S+/g)) {
    const start = index;
    // It is inside the previous one: a list whose name has spaces.
    if (start < (marks.at(-1)?.end ?? 0)) continue;
    const mark = markOf(word.replace(/[.,;:!?)\]]+$/, ""), text.slice(start), lists);
    if (!mark) continue;
    const end = start + mark.length;
    marks.push({ kind: mark.kind, text: text.slice(start, end), start, end, label: mark.label, value: mark.value });
  }
  for (const { start, end } of marks) masked = masked.slice(0, start) + MASK.repeat(end - start) + masked.slice(end);
  return { marks, masked };
}

interface Mark {
  kind: Part["kind"];
  length: number;
  label: string;
  value: string;
}

function markOf(word: string, rest: string, lists: readonly Named[]): Mark | undefined {
  const [, name, number] = PRIORITY.exec(word) ?? [];
  const level = name ?? number;
  if (level) {
    const value = PRIORITIES[Number(level) - 1]?.[0] ?? level.toLowerCase();
    return { kind: "priority", length: word.length, label: value[0]!.toUpperCase() + value.slice(1), value };
  }
  const tag = TAG.exec(word)?.[1];
  if (tag && lengthOf(tag) <= TAG_MAX) return { kind: "tag", length: word.length, label: tag, value: tag };
  if (/^[@/]./.test(rest)) return listOf(rest.slice(1), lists);
  return undefined;
}

function listOf(rest: string, lists: readonly Named[]): Mark | undefined {
  const mark = ({ id, name }: Named, length: number): Mark => ({ kind: "list", length: length + 1, label: name, value: id });
  const byLength = lists.toSorted((a, b) => b.name.length - a.name.length);
  for (const list of byLength) {
    const name = patternOf(list.name);
    const whole = new RegExp(`^(?:${name}|"${name}"|“${name}”)${END}`, "iu").exec(rest);
    if (whole) return mark(list, whole[0].length);
  }
  const [text, straight, curly, word] = new RegExp(`^(?:"([^"]+)"|“([^”]+)”|([^\\s"“]+?))${END}`, "u").exec(rest) ?? [];
  const beginning = straight ?? curly ?? word;
  if (!text || !beginning) return undefined;
  const pattern = new RegExp(`^${patternOf(beginning)}`, "iu");
  const [list, another] = lists.filter(({ name }) => pattern.test(name));
  return list && !another ? mark(list, text.length) : undefined;
}

const patternOf = (name: string) => name.trim().replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&").replace(/\s+/g, "\\s+");
