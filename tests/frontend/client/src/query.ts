// What the API would list, decided by the client.

import { isSameTag, searchText } from "./fold.ts";
import type { Task, TaskQuery } from "./types.ts";

/** A query whose result the client can compute. */
export interface LocalQuery {
  matches: (task: Task) => boolean;
  /** Negative if the first task comes before the second one. */
  compare: (one: Task, other: Task) => number;
}

const PARAMETERS = [
  ...["status", "completed", "search", "priority", "tag", "tags", "list_id", "due_date", "due_after", "due_before", "overdue", "tz"],
  ...["sort", "order", "limit", "count"],
];

/** Undefined if only the API can decide the result: for other parameters, orders and bounds. */
export function localQuery(query: TaskQuery): LocalQuery | undefined {
  const isKnown = Object.entries(query).every(([name, value]) => value === undefined || PARAMETERS.includes(name));
  const compare = comparison(query);
  // A date-time as a bound of days depends on when a day begins in the time zone.
  const isDays = [query.due_after, query.due_before].every((bound) => !bound || isDay(bound));
  return isKnown && isDays && compare ? { matches: (task) => isMatch(task, query), compare } : undefined;
}

/** Whether the API would list the task; undefined if only the API can decide that. */
export function matches(task: Task, query: TaskQuery): boolean | undefined {
  return localQuery(query)?.matches(task);
}

function isMatch(task: Task, query: TaskQuery): boolean {
  const { status = "all", completed, search = "", priority, tag, tags, list_id } = query;
  if (status !== "all" && task.completed !== (status === "completed")) return false;
  if (completed !== undefined && task.completed !== completed) return false;
  if (priority && !items(priority).includes(task.priority)) return false;
  if (![...(tag ? [tag] : []), ...items(tags)].every((name) => task.tags.some((other) => isSameTag(other, name)))) return false;
  if (list_id && (task.list_id ?? "none") !== list_id) return false;
  const text = searchText(search);
  return isDue(task, query) && [task.title, task.description ?? ""].some((value) => searchText(value).includes(text));
}

const items = (text = "") => text.split(",").map((item) => item.trim()).filter(Boolean);

function isDue({ due_date: due, completed }: Task, { due_date, due_after, due_before, overdue, tz = "UTC" }: TaskQuery): boolean {
  if (due_date === "none" && due) return false;
  if (overdue !== undefined) {
    const isPast = due !== null && (isDay(due) ? due < dayIn(tz, new Date()) : Date.parse(due) < Date.now());
    if (overdue !== (isPast && !completed)) return false;
  }
  if (!due_after && !due_before) return true;
  if (!due) return false;
  const day = isDay(due) ? due : dayIn(tz, new Date(due));
  return (!due_after || day >= due_after) && (!due_before || day < due_before);
}

const isDay = (due: string) => due.length === "2026-12-24".length;

/** The date in a time zone at a moment. */
function dayIn(timeZone: string, at: Date): string {
  const parts = new Intl.DateTimeFormat("en", { timeZone, year: "numeric", month: "2-digit", day: "2-digit" }).formatToParts(at);
  const part = (type: string) => parts.find((one) => one.type === type)!.value;
  return [part("year").padStart(4, "0"), part("month"), part("day")].join("-");
}

const KEYS = {
  ...{ position: "position", created: "created_at", created_at: "created_at" },
  ...{ updated: "updated_at", updated_at: "updated_at" },
} as const satisfies Record<string, keyof Task>;

/** The orders of unique or nearly unique keys, which compare as text. */
function comparison({ sort, order }: TaskQuery): LocalQuery["compare"] | undefined {
  if (!sort && order) return undefined;
  const [, minus, name] = /^(-?)(.*)$/.exec(sort ?? "-created")!;
  if (!(name! in KEYS) || (minus && order)) return undefined;
  const key = KEYS[name as keyof typeof KEYS];
  const sign = minus || order === "desc" ? -1 : 1;
  return (one, other) => (one[key] === other[key] ? 0 : one[key] < other[key] ? -sign : sign);
}
