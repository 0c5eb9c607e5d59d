import type { ListQuery, Task } from "./api";

/** Selects the tasks to show. */
export interface TaskFilter {
  status: "all" | "pending" | "completed";
  search: string;
}

export const noFilter: TaskFilter = { status: "all", search: "" };

/** The number of tasks per page. */
const PAGE_SIZE = 50;

/** The maximum length of a search in the API. */
export const SEARCH_MAX = 200;

/** The filter in the URL of the page. */
export function filterOf(params: Record<string, string | string[] | undefined>): TaskFilter {
  const { status, search } = params;
  return {
    status: status === "pending" || status === "completed" ? status : "all",
    search: typeof search === "string" ? [...search.trim()].slice(0, SEARCH_MAX).join("") : "",
  };
}

/** The URL of the page with this filter. */
export function urlOf({ status, search }: TaskFilter): string {
  const params = new URLSearchParams();
  if (status !== "all") params.set("status", status);
  if (search) params.set("search", search);
  return params.size ? `/tasks?${params}` : "/tasks";
}

/** The query of the API for this filter. */
export function queryOf({ status, search }: TaskFilter, cursor?: string): ListQuery {
  return { status, search: search || undefined, limit: PAGE_SIZE, cursor };
}

/** Whether the API would list the task under this filter. */
export function matches(task: Task, { status, search }: TaskFilter): boolean {
  if (status !== "all" && task.completed !== (status === "completed")) return false;
  const text = search.toLowerCase();
  return [task.title, task.description ?? ""].some((value) => value.toLowerCase().includes(text));
}
