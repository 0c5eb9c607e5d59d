// The views of the application: which tasks are shown, and in which order.

import { isSameTag, searchText, type List, type Task, type TaskQuery } from "tasknook-client";

import { dueDay, isWithin } from "./due-date";

/** What the sidebar selects. */
export type View =
  | { kind: "all" | "today" | "upcoming" | "inbox" | "trash" }
  | { kind: "list"; id: string }
  | { kind: "tag"; tag: string };

/** The tasks that are shown: those of a view that contain a text. */
export interface Selection {
  view: View;
  search: string;
}

/** The maximum length of a search. */
export const SEARCH_MAX = 200;

const KINDS = ["today", "upcoming", "inbox", "trash"] as const;
const IS_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The selection in the URL of the page. */
export function selectionOf(params: Record<string, string | string[] | undefined>): Selection {
  const text = (name: string) => (typeof params[name] === "string" ? params[name].trim() : "");
  return { view: viewOf(text), search: [...text("search")].slice(0, SEARCH_MAX).join("") };
}

function viewOf(text: (name: string) => string): View {
  const kind = KINDS.find((one) => one === text("view"));
  if (kind) return { kind };
  if (IS_ID.test(text("list"))) return { kind: "list", id: text("list") };
  if (text("tag")) return { kind: "tag", tag: text("tag") };
  return { kind: "all" };
}

/** The URL of the page with this selection. */
export function urlOf({ view, search }: Selection): string {
  const params = new URLSearchParams();
  if (view.kind === "list") params.set("list", view.id);
  else if (view.kind === "tag") params.set("tag", view.tag);
  else if (view.kind !== "all") params.set("view", view.kind);
  if (search) params.set("search", search);
  return params.size ? `/tasks?${params}` : "/tasks";
}

export const isSameView = (one: View, other: View) => urlOf({ view: one, search: "" }) === urlOf({ view: other, search: "" });

/** The name of a view. */
export function titleOf(view: View, lists: readonly List[]): string {
  if (view.kind === "list") return lists.find(({ id }) => id === view.id)?.name ?? "List";
  return view.kind === "tag" ? view.tag : TITLES[view.kind];
}

const TITLES = { all: "All tasks", today: "Today", upcoming: "Next 7 days", inbox: "Inbox", trash: "Trash" };

/** Whether the user arranges its tasks. The others are sorted by their due date. */
export const isManual = ({ kind }: View) => kind !== "today" && kind !== "upcoming";

/** Decides which tasks belong to a view, on the current day. */
export function isIn(view: View): (task: Task) => boolean {
  switch (view.kind) {
    case "all":
      return () => true;
    case "today":
      return isDueWithin(0);
    case "upcoming":
      return isDueWithin(7);
    case "inbox":
      return (task) => !task.list_id;
    case "list":
      return (task) => task.list_id === view.id;
    case "tag":
      return (task) => task.tags.some((tag) => isSameTag(tag, view.tag));
    case "trash":
      return () => false;
  }
}

function isDueWithin(days: number): (task: Task) => boolean {
  const isDue = isWithin(days);
  return ({ due_date }) => !!due_date && isDue(due_date);
}

/** Decides which tasks contain a text, by the rule of the API. */
export function contains(search: string): (task: Task) => boolean {
  const text = searchText(search);
  return (task) => !text || textsOf(task).some((value) => value.includes(text));
}

/** Tasks are never modified, so their texts are computed once and not for each typed character. */
const texts = new WeakMap<Task, string[]>();

function textsOf(task: Task): string[] {
  const known = texts.get(task) ?? [searchText(task.title), searchText(task.description ?? "")];
  texts.set(task, known);
  return known;
}

/** The selected tasks that are not completed, and the completed ones, the newest first. */
export function select(tasks: readonly Task[], { view, search }: Selection): { open: Task[]; completed: Task[] } {
  const [isInView, hasText] = [isIn(view), contains(search)];
  const selected = tasks.filter((task) => isInView(task) && hasText(task));
  const pending = selected.filter(({ completed }) => !completed);
  const open = isManual(view) ? pending : byDueDate(pending);
  const completed = selected.filter((task) => task.completed);
  return { open, completed: completed.sort((a, b) => (a.updated_at < b.updated_at ? 1 : a.updated_at > b.updated_at ? -1 : 0)) };
}

/** The sort is stable: those of the same time remain in their manual order. A day comes before its times. */
function byDueDate(tasks: Task[]): Task[] {
  const keyed = tasks.map((task) => ({ task, key: keyOf(task.due_date!) }));
  return keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)).map(({ task }) => task);
}

const keyOf = (due: string) => (due.length === 10 ? due : `${dueDay(due)} ${due}`);

/** The query of the first page that the server renders; undefined if it depends on the time zone, which only the browser has. */
export function queryOf({ view, search }: Selection): TaskQuery | undefined {
  if (!isManual(view) || view.kind === "trash") return undefined;
  const list_id = view.kind === "inbox" ? "none" : view.kind === "list" ? view.id : undefined;
  const tag = view.kind === "tag" ? view.tag : undefined;
  return { status: "pending", search: search || undefined, list_id, tag, sort: "position", limit: 50 };
}
