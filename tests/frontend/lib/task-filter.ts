import type { ListQuery, Task } from "./api";

/** Which tasks are shown. */
export interface TaskFilter {
  status: "all" | "pending" | "completed";
  search: string;
}

export const everything: TaskFilter = { status: "all", search: "" };

/** How many tasks a page has. */
const LIMIT = 50;

/** As many characters as the API searches for. */
export const SEARCH_MAX = 200;

/** The filter that the address of the page holds. */
export function filterOf(params: Record<string, string | string[] | undefined>): TaskFilter {
  const { status, search } = params;
  return {
    status: status === "pending" || status === "completed" ? status : "all",
    search: typeof search === "string" ? [...search.trim()].slice(0, SEARCH_MAX).join("") : "",
  };
}

/** The address of the page that shows this. */
export function addressOf({ status, search }: TaskFilter): string {
  const params = new URLSearchParams();
  if (status !== "all") params.set("status", status);
  if (search) params.set("search", search);
  return params.size ? `/tasks?${params}` : "/tasks";
}

/** What the API is asked for. */
export function queryOf({ status, search }: TaskFilter, cursor?: string): ListQuery {
  return { status, search: search || undefined, limit: LIMIT, cursor };
}

/** Whether the API would list the task under this filter. */
export function matches(task: Task, { status, search }: TaskFilter): boolean {
  if (status !== "all" && task.completed !== (status === "completed")) return false;
  const wanted = search.toLowerCase();
  return [task.title, task.description ?? ""].some((text) => text.toLowerCase().includes(wanted));
}
