import type { TaskQuery, Task } from "tasknook-client";
import { dayAfter, timeZone } from "./due-date";

export const statuses = ["all", "pending", "completed"] as const;
export const priorities = ["low", "medium", "high", "urgent"] as const;
export const dues = ["overdue", "today", "week", "none"] as const;

/** Selects the tasks to show. */
export interface TaskFilter {
  status: (typeof statuses)[number];
  search: string;
  priority?: Task["priority"];
  tag?: string;
  due?: (typeof dues)[number];
  /** The id of a list, or `none`. */
  list?: string;
}

export const noFilter: TaskFilter = { status: "all", search: "" };

/** The number of tasks per page. */
const PAGE_SIZE = 50;

/** The maximum length of a search in the API. */
export const SEARCH_MAX = 200;

const IS_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The filter in the URL of the page. */
export function filterOf(params: Record<string, string | string[] | undefined>): TaskFilter {
  const { search, tag, list } = params;
  return {
    status: oneOf(statuses, params.status) ?? "all",
    search: typeof search === "string" ? [...search.trim()].slice(0, SEARCH_MAX).join("") : "",
    priority: oneOf(priorities, params.priority),
    tag: (typeof tag === "string" && tag.trim()) || undefined,
    due: oneOf(dues, params.due),
    list: typeof list === "string" && (list === "none" || IS_ID.test(list)) ? list : undefined,
  };
}

/** The URL of the page with this filter. */
export function urlOf({ status, ...filter }: TaskFilter): string {
  const params = new URLSearchParams();
  if (status !== "all") params.set("status", status);
  for (const [name, value] of Object.entries(filter)) if (value) params.set(name, value);
  return params.size ? `/tasks?${params}` : "/tasks";
}

/** Whether all tasks are shown. */
export function showsAll(filter: TaskFilter): boolean {
  return urlOf(filter) === urlOf(noFilter);
}

/** Whether the result depends on the time zone, which only the browser knows. */
export function needsTimeZone({ due }: TaskFilter): boolean {
  return due !== undefined && due !== "none";
}

/** The query of the API for this filter. */
export function queryOf({ status, search, priority, tag, due, list }: TaskFilter): TaskQuery {
  const members = { status, search: search || undefined, priority, tag, list_id: list, ...dueQuery(due) };
  return { ...members, sort: "position", limit: PAGE_SIZE };
}

function dueQuery(due: TaskFilter["due"]): TaskQuery {
  if (!due) return {};
  if (due === "none") return { due_date: "none" };
  if (due === "overdue") return { overdue: true, tz: timeZone() };
  return { due_after: dayAfter(0), due_before: dayAfter(DAYS[due]), tz: timeZone() };
}

const DAYS = { today: 1, week: 7 };

function oneOf<Value extends string>(values: readonly Value[], value: unknown): Value | undefined {
  return values.find((one) => one === value);
}
