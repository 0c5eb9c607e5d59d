// The due dates in a text, in English. A module of its own: it is loaded with chrono when the user begins to type.

import { casual } from "chrono-node/en";

import { dueDay, dueText } from "./due-date";
import type { Found } from "./quick-add";

type Result = ReturnType<typeof casual.parse>[number];

/** These belong to the date, and disappear with it. */
const PREPOSITION = /(?<!\S)(?:due\s+)?(?:on|by|at|for|before)\s+$|(?<!\S)due\s+$/i;
/** After these, the date is a part of the sentence. */
const IN_SENTENCE = new RegExp(
  `(?<!\\S)(?:a|an|the|my|our|your|his|her|their|every|each|any|to|from|since|after|until|till|of|about|` +
    "than|and|or|between|not|last|past|early|mid|late|first|second|third|other|black|good|easter|ash|palm)\\s+$",
  "i",
);
/** What makes a number a time. */
const TIME = /\d:\d|\d\s*[ap]\.?m\b|\bat\s+\d|o'clock/i;
/** What may follow “at 5”: “look at 5 houses” is no time. */
const AFTER_HOUR = /^\s*(?:$|[.,;!?)_]|(?:with|in|on|and|for|at|to|by|near|before|after|then|about|from)\b)/i;

/** Words that are more often something else, unless a preposition or a time is with them. */
const AMBIGUOUS = /^(?:sat|sun|wed|noon|midday|midnight)$/i;
/** A duration is a date only in “in 2 days” and “2 days from now”. */
const RELATIVE = /^(?:in|within|next|the day after tomorrow$)\b|\bfrom now$/i;
const PARTS_OF_DAY: [RegExp, number][] = [
  [/morning$/i, 9],
  [/afternoon$/i, 15],
  [/evening$/i, 19],
  [/night$/i, 20],
];

/** The dates of a text, in its order. Days before today, ranges, and what is probably no date are not among them. */
export function findDates(text: string, now: Date): Found[] {
  const results = resultsOf(text, now);
  // “Monday or Tuesday” is a choice, and no due date.
  const isChoice = (one?: Result, other?: Result) =>
    one && other && /^\s*(?:and|or|to|through|&|,|\/|[-–—])\s*$/i.test(text.slice(one.index + one.text.length, other.index));
  return results.flatMap((result, index) => {
    if (result.end || isChoice(results[index - 1], result) || isChoice(result, results[index + 1])) return [];
    return foundOf(text, result, now) ?? [];
  });
}

/** What chrono finds. In “pay 20 on Friday”, 20 is an hour for it. */
function resultsOf(text: string, now: Date): Result[] {
  const results = casual.parse(text, now, { forwardDate: true });
  for (const { index, text: found, start } of results) {
    if (!start.isCertain("hour") || start.isCertain("second") || TIME.test(found)) continue;
    const number = /(?<!\S)\d{1,2}$/.exec(found) ?? /^\d{1,2}(?!\S)/.exec(found);
    if (!number) continue;
    const at = index + number.index;
    return resultsOf(text.slice(0, at) + "_".repeat(number[0].length) + text.slice(at + number[0].length), now);
  }
  return results;
}

function foundOf(text: string, result: Result, now: Date): Found | undefined {
  const end = result.index + result.text.length;
  const before = text.slice(0, result.index);
  const preposition = PREPOSITION.exec(before)?.[0] ?? "";
  const start = result.index - preposition.length;
  if (IN_SENTENCE.test(text.slice(0, start))) return undefined;
  if (!isAlone(text, start, end) || !isDate(result, preposition, text.slice(end))) return undefined;
  const value = valueOf(result, now);
  if (!value) return undefined;
  return { kind: "due", text: text.slice(start, end), start, end, label: labelOf(value, now), value };
}

/** Whether it consists of whole words. */
const isAlone = (text: string, start: number, end: number) =>
  /(?:^|\s)$/u.test(text.slice(0, start)) && /^[.,;:!?)\]]*(?:\s|$)/u.test(text.slice(end));

function isDate(result: Result, preposition: string, after: string): boolean {
  const { text, start } = result;
  const hasDay = start.isCertain("day") || start.isCertain("weekday");
  if (/^(?:now|this (?:week|month|year)|next (?:day|quarter|year))$|^(?:from|yesterday|last)\b|\bago$/i.test(text)) return false;
  if (AMBIGUOUS.test(text)) return preposition !== "";
  if (/^weekend$/i.test(text)) return false;
  // “1/2 cup”, “24/7”
  if (/^\d+\/\d+$/.test(text)) return preposition !== "";
  if ([...result.tags()].includes("result/relativeDate")) return RELATIVE.test(text);
  if (/\bat \d{1,2}$/i.test(preposition + text) && !AFTER_HOUR.test(after)) return false;
  if (hasDay) return true;
  return start.isCertain("hour") || /^this /i.test(text) || /^next month$/i.test(text);
}

/** A date or, with a time, a date-time in UTC; undefined if the day has passed. */
function valueOf({ text, start }: Result, now: Date): string | undefined {
  const at = start.date();
  at.setSeconds(0, 0);
  const isDayGiven = start.isCertain("day") || start.isCertain("weekday");
  let isTimed = start.isCertain("hour");
  const partOfDay = PARTS_OF_DAY.find(([name]) => name.test(text));
  if (!isTimed && partOfDay) {
    if (!isDayGiven) at.setFullYear(now.getFullYear(), now.getMonth(), now.getDate());
    at.setHours(partOfDay[1], 0);
    isTimed = true;
  }
  if (start.isCertain("hour") && !start.isCertain("meridiem") && /(?<![\d:])[1-6](?::\d\d)?$/.test(text)) {
    // “At 5” is in the afternoon.
    at.setHours(at.getHours() + 12);
    const yesterday = new Date(at);
    yesterday.setDate(at.getDate() - 1);
    if (!isDayGiven && yesterday > now) at.setTime(yesterday.getTime());
  }
  // Today's weekday is the one of the next week.
  if (start.isCertain("weekday") && !start.isCertain("day") && !/\bthis\b/i.test(text) && isSameDay(at, now)) at.setDate(at.getDate() + 7);
  if (/^next week$/i.test(text)) at.setDate(at.getDate() - ((at.getDay() + 6) % 7));
  if (/^next month$/i.test(text)) at.setDate(1);
  if (at < now && !isSameDay(at, now)) return undefined;
  return isTimed ? at.toISOString() : dueDay(at.toISOString());
}

const isSameDay = (one: Date, other: Date) => one.toDateString() === other.toDateString();

/** Such as “Tomorrow, 9:00 AM” or “Thu, Dec 24”. */
function labelOf(value: string, now: Date): string {
  const text = dueText(value, now.getTime());
  if (/^[a-z]/.test(text)) return text[0]!.toUpperCase() + text.slice(1);
  const at = new Date(value.length === 10 ? `${value}T00:00` : value);
  return `${new Intl.DateTimeFormat("en", { weekday: "short" }).format(at)}, ${text}`;
}
