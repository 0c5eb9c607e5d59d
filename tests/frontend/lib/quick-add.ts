// What the user types to add a task: a title, and in it a due date, a priority, tags and a list.

import { isSameTag } from "tasknook-client";

import { TAGS_MAX } from "./limits";
import { marksOf, type Named } from "./quick-add-marks";

export type Priority = "low" | "medium" | "high" | "urgent";

/** A range of the text that is no part of the title. */
export interface Part {
  kind: "due" | "priority" | "tag" | "list";
  /** The range as it was typed. */
  text: string;
  start: number;
  end: number;
  /** What it means, such as “Tomorrow, 9:00 AM”. */
  label: string;
}

/** A part with the value that the task gets. */
export interface Found extends Part {
  value: string;
}

/** Finds the due dates of a text; `findDates` of `./quick-add-dates` does, which is loaded when it is needed. */
export type FindDates = (text: string, now: Date) => Found[];

interface Options {
  now: Date;
  lists: readonly Named[];
  /** The parts that the user turned back into text, by their `keyOf`. */
  reverted: ReadonlySet<string>;
  /** Without it, no dates are recognized. */
  findDates?: FindDates;
}

export interface QuickAdd {
  /** The text without the parts, with single spaces. Empty only if the text displays nothing. */
  title: string;
  due_date: string | null;
  priority?: Priority;
  tags: string[];
  list_id?: string;
  /** In the order of the text. */
  parts: Part[];
}

/** Longer texts are not searched for dates: no title is that long. */
const DATES_MAX = 1000;

/** The identity of a part, which remains while the user edits the text around it. */
export const keyOf = ({ kind, text }: Pick<Part, "kind" | "text">) => `${kind} ${text.toLowerCase()}`;

/**
 * Separates the title from the other members of a task:
 *
 * - `tomorrow 9am` is the due date. Of several dates the last one counts; the others remain in the title.
 * - `!high`, `!2` or `p2` is the priority: `!1` and `p1` are urgent, `!4` and `p4` low. The last one counts.
 * - `#home` is a tag. It begins with a letter, and ends at white space.
 * - `@Groceries`, `/gro` or `@"Home repairs"` is a list of the user, by its name or, as a single word or in quotes, by the beginning
 *   of exactly one name. The name of a list with spaces needs no quotes if it is complete. The last one counts.
 *
 * What is in double quotes remains as it is. If nothing would be left for the title, the first part is the title.
 */
export function parseQuickAdd(text: string, { now, lists, reverted, findDates }: Options): QuickAdd {
  const { marks, masked } = marksOf(text, lists);
  const dates = findDates && text.length <= DATES_MAX ? findDates(masked, now) : [];
  const isMeant = (found: Found) => !reverted.has(keyOf(found));
  const due = dates.findLast(isMeant);
  const meant = marks.filter(isMeant);
  const priority = meant.findLast(({ kind }) => kind === "priority");
  const list = meant.findLast(({ kind }) => kind === "list");
  const tags = firstTags(meant.filter(({ kind }) => kind === "tag"));
  let found = [due, priority, list, ...tags].filter((part) => part !== undefined).sort((a, b) => a.start - b.start);
  let title = without(text, found);
  while (!isTitle(title) && found.length) {
    found = found.slice(1);
    title = without(text, found);
  }
  return { title, ...membersOf(found), parts: found.map(({ value: _, ...part }) => part) };
}

function membersOf(found: Found[]): Omit<QuickAdd, "title" | "parts"> {
  const value = (kind: Part["kind"]) => found.find((part) => part.kind === kind)?.value;
  const members: Omit<QuickAdd, "title" | "parts"> = { due_date: value("due") ?? null, tags: [] };
  const [priority, list_id] = [value("priority"), value("list")];
  if (priority) members.priority = priority as Priority;
  if (list_id) members.list_id = list_id;
  for (const { kind, value: tag } of found) {
    if (kind === "tag" && !members.tags.some((other) => isSameTag(other, tag))) members.tags.push(tag);
  }
  return members;
}

/** Those of the first 20 different tags. */
function firstTags(found: Found[]): Found[] {
  const tags: string[] = [];
  return found.filter(({ value }) => {
    if (tags.some((tag) => isSameTag(tag, value))) return true;
    return tags.length < TAGS_MAX && tags.push(value) > 0;
  });
}

/** Whether it is more than punctuation. */
const isTitle = (text: string) => /[\p{L}\p{N}\p{S}\p{M}]/u.test(text);

/** The text without the parts, and without the separators that have nothing to separate any more. */
function without(text: string, parts: Part[]): string {
  let title = "";
  let end = 0;
  for (const part of parts) {
    title = joined(title, text.slice(end, part.start), end > 0);
    end = part.end;
  }
  const rest = clean(text.slice(end));
  return end && !rest ? title.replace(/(?:\s+[-–—]|[\s,;:])+$/u, "") : joined(title, rest, end > 0);
}

function joined(title: string, next: string, isAfterPart: boolean): string {
  const rest = clean(next);
  if (!title) return isAfterPart ? rest.replace(/^[\s,;:]+/u, "") : rest;
  if (!rest) return title;
  return /^[.,;:!?)\]]/.test(rest) ? title.replace(/[,;:]+$/, "") + rest : `${title} ${rest}`;
}

/** Single spaces in place of white space and of control characters, which the API rejects. */
const clean = (text: string) => text.replace(/[\s\p{Cc}]+/gu, " ").trim();
