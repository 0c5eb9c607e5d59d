import type { Task, TrashedTask } from "../types.ts";
import { searchText, tagKey } from "../fold.ts";
import { parseDue, sortKeyOf, Zone } from "./due.ts";
import { PRIORITIES, tagError, textError, uuidOf } from "./members.ts";
import type { Owner, StoredTask } from "./owner.ts";
import { boolean, integer, Query } from "./query.ts";
import { compare, decode, encode, sortForm, trim } from "./text.ts";

type Key = string | number | null;

/** The orders, by the key of a task. */
const ORDERS: Record<string, (task: StoredTask) => Key> = {
  created: ({ created_at }) => created_at,
  updated: ({ updated_at }) => updated_at,
  title: ({ title }) => sortForm(title),
  due_date: ({ due_date }) => due_date && sortKeyOf(due_date),
  priority: ({ priority }) => PRIORITIES.indexOf(priority),
  completed: ({ completed }) => Number(completed),
  position: ({ position }) => position,
  deleted: ({ revision }) => revision,
};

const PARAMETERS = ["priority", "tags", "none", "from", "before", "overdue", "tz", "list", "status", "sort", "search"] as const;
/** The name of a parameter in errors. */
const NAMES: Partial<Record<(typeof PARAMETERS)[number], string>> = {
  none: "due_date",
  from: "due_after",
  before: "due_before",
  list: "list_id",
};

/** What a list is filtered and sorted by, and with it a cursor. */
interface Filters {
  status?: "all" | "pending" | "completed";
  priority?: string[];
  tags?: string[];
  none?: true;
  from?: string;
  before?: string;
  overdue?: boolean;
  tz?: string;
  list?: string;
  search?: string;
  sort?: { by: string; isDescending: boolean };
}

interface Cursor extends Filters {
  scope: Scope;
  after: { key: Key; id: string };
  /** The revision of the first page. */
  revision: number;
}

export type Scope = "tasks" | "trash";

/** A page of a list. */
export interface ListPage {
  tasks: (Task | TrashedTask)[];
  next?: string;
  total?: number;
  changedSince: boolean;
  /** The query of the next page. */
  link?: string;
  isSearch: boolean;
}

const parts = (text: string) => text.split(",").map(trim).filter(Boolean);

/** Reads a query, and returns its page of a list. */
export function listPage(owner: Owner, scope: Scope, text: string, now: number): ListPage {
  const query = new Query(text);
  const cursor = query.take("cursor", "must be a cursor from X-Next-Cursor of this list", (value) => cursorOf(value, scope));
  const filters = filtersOf(query, scope, cursor?.sort?.by);
  if (cursor) agree(query, filters, cursor);
  const { sort = { by: scope === "trash" ? "deleted" : "created", isDescending: true }, ...others } = cursor ?? filters;
  const limit = query.take("limit", "must be an integer from 1 to 1000", integer(1, 1000)) ?? 1000;
  const offset = offsetOf(query, limit, cursor !== undefined);
  const isCounted = query.take("count", "must be true or false", boolean) ?? false;
  query.finish();

  const candidates: StoredTask[] = scope === "trash" ? owner.trash : owner.live;
  const isMatch = matcherOf(others, now);
  const matching = candidates.filter(isMatch).sort(comparator(sort));
  const after = cursor && comparator(sort, cursor.after);
  const rest = matching.filter((task) => !after || after(task) > 0).slice(offset);
  const tasks = rest.slice(0, limit);
  const revision = cursor?.revision ?? owner.revision;
  const isStable = sort.by === "created" || sort.by === "deleted";
  const page: ListPage = {
    tasks,
    changedSince: cursor !== undefined && !isStable && revision !== owner.revision,
    isSearch: Boolean(others.search),
  };
  if (isCounted) page.total = matching.length;
  if (rest.length > limit) {
    const last = tasks.at(-1)!;
    const carried: Cursor = { ...others, sort, scope, after: { key: ORDERS[sort.by]!(last), id: last.id }, revision };
    page.next = encode(JSON.stringify(carried));
    page.link = `cursor=${page.next}&limit=${limit}${isCounted ? "&count=true" : ""}`;
  }
  return page;
}

function cursorOf(text: string, scope: Scope): Cursor | undefined {
  try {
    const cursor = JSON.parse(decode(text)) as Cursor;
    return cursor.scope === scope ? cursor : undefined;
  } catch {
    return undefined;
  }
}

/** Rejects filters that differ from those of the cursor. */
function agree(query: Query, filters: Filters, cursor: Cursor): void {
  for (const name of PARAMETERS) {
    const [asked, carried] = [filters[name], cursor[name] ?? { tz: "UTC", status: "all", search: "" }[name as string]];
    if (asked !== undefined && JSON.stringify(asked) !== JSON.stringify(carried))
      query.reject(NAMES[name] ?? name, "differs from the cursor", "contradiction");
  }
}

function filtersOf(query: Query, scope: Scope, sortOfCursor?: string): Filters {
  const status = statusOf(query);
  const sort = sortOf(query, scope, sortOfCursor);
  const search = query.take("search", "", (text) => text);
  const priority = query.take("priority", "must be a list of low, medium, high and urgent, separated by commas", (text) => {
    const names = parts(text.toLowerCase());
    return names.every((name) => PRIORITIES.includes(name)) ? PRIORITIES.filter((name) => names.includes(name)) : undefined;
  });
  const tags = tagsOf(query);
  const none = query.take("due_date", "must be none", (text) => (text === "none" ? (true as const) : undefined));
  const due = (name: string) =>
    query.take(name, "must be a date or a date-time that exists, in the years 1 to 9999", (text) => {
      const parsed = parseDue(text);
      if (!("text" in parsed)) return undefined;
      return parsed.isCut ? new Date(Date.parse(parsed.text) + 1).toISOString() : parsed.text;
    });
  const [from, before] = [due("due_after"), due("due_before")];
  const overdue = query.take("overdue", "must be true or false", boolean);
  const tz = query.take("tz", "must be the name of a time zone, like Europe/Berlin", (name) => {
    try {
      return new Zone(name) && name;
    } catch {
      return undefined;
    }
  });
  const list = query.take("list_id", "must be the id of a list, or none", (text) => (/^none$/i.test(text) ? "none" : uuidOf(text)));
  const error = search ? textError(search, 200) : undefined;
  if (error) query.reject("search", error[0], "value_error");
  return { status, sort, search, priority: priority?.length ? priority : undefined, tags, none, from, before, overdue, tz, list };
}

function statusOf(query: Query): Filters["status"] {
  const STATUSES = { all: "all", pending: "pending", active: "pending", completed: "completed" } as const;
  const named = query.take(
    "status",
    "must be all, pending, active or completed",
    (text) => STATUSES[text.toLowerCase() as keyof typeof STATUSES],
  );
  const flag = query.take("completed", "must be true or false", boolean);
  const flagged = flag === undefined ? undefined : flag ? "completed" : "pending";
  if (flagged && named && named !== "all" && named !== flagged) query.reject("completed", "contradicts status", "contradiction");
  return flagged ?? named;
}

function sortOf(query: Query, scope: Scope, sortOfCursor?: string): Filters["sort"] {
  const first = scope === "trash" ? "deleted, created" : "created";
  const msg = `must be ${first}, updated, title, due_date, priority, completed or position, with - before it for descending`;
  const sort = query.takeOf(["sort", "sort_by"], msg, (text) => {
    const by = text
      .toLowerCase()
      .replace(/^-/, "")
      .replace(/^(created|updated|deleted)_at$/, "$1");
    const isKnown = Object.hasOwn(ORDERS, by) && (by !== "deleted" || scope === "trash");
    return isKnown ? { by, isSigned: text.startsWith("-") } : undefined;
  });
  const order = query.takeOf(["order", "sort_order", "sort_direction", "sort_dir"], "must be asc or desc", (text) => {
    return ({ asc: "asc", desc: "desc" } as Record<string, string>)[text.toLowerCase()];
  });
  if (!sort && !order) return undefined;
  const by = sort?.by ?? sortOfCursor ?? (scope === "trash" ? "deleted" : "created");
  if (sort?.isSigned && order === "asc") query.reject("order", "contradicts the sign of sort", "contradiction");
  return { by, isDescending: sort?.isSigned || order === "desc" };
}

function tagsOf(query: Query): string[] | undefined {
  const tags = new Set<string>();
  const add = (name: string) => (tag: string) => {
    const error = tagError(tag);
    if (error) query.reject(name, error[0], "value_error");
    tags.add(tagKey(tag));
  };
  query.all("tags").flatMap(parts).forEach(add("tags"));
  query.all("tag").map(trim).forEach(add("tag"));
  if (tags.size > 20) query.reject("tags", "must have at most 20 tags", "too_long");
  return tags.size ? [...tags].sort() : undefined;
}

function offsetOf(query: Query, limit: number, hasCursor: boolean): number {
  const number = integer(0, 2 ** 63);
  const page = query.take("page", "must be an integer from 1", integer(1, 2 ** 63));
  const sent = [
    ["offset", query.take("offset", "must be a non-negative integer", number)],
    ["skip", query.take("skip", "must be a non-negative integer", number)],
    ["page", page === undefined ? undefined : (page - 1) * limit],
  ] as const;
  let first: { name: string; value: number } | undefined;
  for (const [name, value] of sent) {
    if (value === undefined) continue;
    if (hasCursor && !(name === "offset" && value === 0)) query.reject(name, "cannot be combined with cursor", "contradiction");
    if (first && first.value !== value) query.reject(name, `contradicts ${first.name}`, "contradiction");
    first ??= { name, value };
  }
  return first?.value ?? 0;
}

function matcherOf(
  { status, priority, tags, none, from, before, overdue, tz, list, search }: Filters,
  now: number,
): (task: StoredTask) => boolean {
  const zone = new Zone(tz ?? "UTC");
  const isOverdue = ({ due_date, completed }: StoredTask) => !completed && Boolean(due_date) && zone.isOver(due_date!, now);
  const isBefore = ({ due_date }: StoredTask, limit: string) => due_date && zone.momentOf(due_date) < zone.momentOf(limit);
  const text = searchText(search ?? "");
  return (task) =>
    (!status || status === "all" || task.completed === (status === "completed")) &&
    (!priority || priority.includes(task.priority)) &&
    (!tags || tags.every((tag) => task.tags.map(tagKey).includes(tag))) &&
    (!none || !task.due_date) &&
    (!from || isBefore(task, from) === false) &&
    (!before || isBefore(task, before) === true) &&
    (overdue === undefined || isOverdue(task) === overdue) &&
    (!list || (task.list_id ?? "none") === list) &&
    (!text || [task.title, task.description ?? ""].some((part) => searchText(part).includes(text)));
}

/** Compares tasks in an order, or a task with a place in it; tasks without a key come last in both directions. */
function comparator({ by, isDescending }: NonNullable<Filters["sort"]>, after?: Cursor["after"]) {
  const keyOf = ORDERS[by]!;
  return (one: StoredTask, other?: StoredTask): number => {
    const [key, otherKey] = [keyOf(one), after ? after.key : keyOf(other!)];
    if ((key === null) !== (otherKey === null)) return key === null ? 1 : -1;
    const order = (key === null ? 0 : compare(key, otherKey!)) || compare(one.id, after?.id ?? other!.id);
    return isDescending ? -order : order;
  };
}

/** How often each tag is used, under the spelling most used. */
export function countTags(tasks: Task[]): { name: string; count: number }[] {
  const tags = new Map<string, Map<string, number>>();
  for (const tag of tasks.flatMap((task) => task.tags)) {
    const spellings = tags.get(tagKey(tag)) ?? new Map<string, number>();
    tags.set(tagKey(tag), spellings.set(tag, (spellings.get(tag) ?? 0) + 1));
  }
  const counts = [...tags].map(([key, spellings]) => {
    const [[name]] = [...spellings].sort((one, other) => other[1] - one[1] || compare(one[0], other[0])) as [[string, number]];
    return { key, name, count: [...spellings.values()].reduce((sum, count) => sum + count, 0) };
  });
  counts.sort((one, other) => compare(one.key, other.key));
  const most = [...counts].sort((one, other) => other.count - one.count).slice(0, 1000);
  return counts.filter((count) => most.includes(count)).map(({ name, count }) => ({ name, count }));
}
