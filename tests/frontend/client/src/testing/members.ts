import type { FieldError } from "../problem.ts";
import type { List, Task } from "../types.ts";
import { tagKey } from "../fold.ts";
import { parseDue } from "./due.ts";
import { invalid, invalidAt } from "./problem.ts";
import { lengthOf, trim } from "./text.ts";

export type Json = Record<string, unknown>;

/** What a null means: nothing in a PUT, an error elsewhere. */
export type Nulls = "ignored" | "rejected";

/** The members of a task or a list that a client writes. */
export type TaskInput = Partial<Pick<Task, "title" | "description" | "completed" | "priority" | "tags" | "due_date" | "list_id">>;
export type ListInput = Partial<Pick<List, "name" | "color">>;

/** Where a task or list is moved. */
export type Place = { name: "before" | "after"; id: string } | { name: "to"; end: "first" | "last" };

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const INVISIBLE = /^[\p{Cc}\p{White_Space}\p{Default_Ignorable_Code_Point}\ufff9-\ufffb\u2800\u{16fe4}\u{1d159}]*$/u;

/** A UUID in lower case; undefined if it is none. */
export const uuidOf = (text: string) => (UUID.test(text) ? text.toLowerCase() : undefined);

/** Whether a client may choose this id. */
export const mayBeChosen = (id: string) => /^.{14}[47].{4}[89ab]/.test(id);

/** Reads members, and collects the errors of all. An absent member is undefined. */
export class Members {
  readonly json: Json;
  readonly nulls: Nulls;
  readonly errors: FieldError[] = [];

  constructor(json: Json, nulls: Nulls = "rejected") {
    this.json = json;
    this.nulls = nulls;
  }

  reject(name: string, msg: string, type: string): undefined {
    if (!this.errors.some(({ loc }) => loc[1] === name)) this.errors.push({ loc: ["body", name], msg, type });
  }

  text(name: string): string | null | undefined {
    const value = this.json[name];
    if (value === undefined || value === null || typeof value === "string") return value;
    return this.reject(name, "must be a string", "string_type");
  }

  boolean(name: string): boolean | null | undefined {
    const value = this.json[name];
    if (value === undefined || value === null || typeof value === "boolean") return value;
    return this.reject(name, "must be true or false", "bool_type");
  }

  /** The value, unless it is null. */
  present<Value>(name: string, value: Value | null | undefined): Value | undefined {
    if (value === null && this.nulls === "rejected") this.reject(name, "must not be null", "null_not_allowed");
    return value ?? undefined;
  }

  /** A title or a name, trimmed. */
  title(name: string, max: number): string | undefined {
    const sent = this.present(name, this.text(name));
    if (sent === undefined) return undefined;
    const text = trim(sent);
    if (!text) return this.reject(name, "must not be empty", "string_too_short");
    if (this.checked(name, text, max) === undefined) return undefined;
    return INVISIBLE.test(text) ? this.reject(name, "must contain a visible character", "string_invisible") : text;
  }

  checked(name: string, text: string, max: number): string | undefined {
    const error = textError(text, max);
    return error ? this.reject(name, ...error) : text;
  }

  /** `completed` or one of its other names. */
  completed(): boolean | undefined {
    const { status } = this.json;
    const named = { pending: false, active: false, completed: true }[String(status).toLowerCase()];
    const isStatus = status === undefined || status === null || (typeof status === "string" && named !== undefined);
    const sent = [
      this.present("completed", this.boolean("completed")),
      this.present("is_completed", this.boolean("is_completed")),
      this.present("status", status === null ? null : named),
    ];
    if (!isStatus) this.reject("status", "must be one of pending, active, completed", "enum");
    return sent.find((value) => value !== undefined);
  }

  /** Throws the errors, if there are any: those of types come first. */
  finish(): void {
    // A null of an alias is rejected where types are.
    const isOfType = ({ loc, type }: FieldError) => /^(string|bool|list)_type$/.test(type) || ["is_completed", "status"].includes(String(loc[1]));
    if (this.errors.length) throw invalid([...this.errors.filter(isOfType), ...this.errors.filter((error) => !isOfType(error))]);
  }
}

/** The error of a text that is too long or has a control character. */
export function textError(text: string, max: number): [msg: string, type: string] | undefined {
  const [control] = /[\0-\x08\v\f\x0e-\x1f]/.exec(text) ?? [];
  const code = control?.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0");
  if (code) return [`must not contain the control character U+${code}`, "control_character"];
  return lengthOf(text) > max ? [`must be at most ${max} characters`, "string_too_long"] : undefined;
}

/** The error of a text as a tag. */
export function tagError(tag: string): [msg: string, type: string] | undefined {
  if (!tag) return ["must not have an empty tag", "string_too_short"];
  if (lengthOf(tag) > 50) return ["must have tags of at most 50 characters", "string_too_long"];
  return /[,\p{Cc}]/u.test(tag) ? ["must not have a tag with a comma or a control character", "value_error"] : undefined;
}

function tagsOf(members: Members): string[] | undefined {
  const value = members.json.tags;
  if (value === undefined) return undefined;
  if (value === null) return [];
  if (!Array.isArray(value) || value.some((tag) => typeof tag !== "string")) {
    return members.reject("tags", "must be an array of strings", "list_type");
  }
  const tags = new Map<string, string>();
  for (const tag of (value as string[]).map(trim)) {
    const error = tagError(tag);
    if (error) return members.reject("tags", ...error);
    if (!tags.has(tagKey(tag))) tags.set(tagKey(tag), tag);
    if (tags.size > 20) return members.reject("tags", "must have at most 20 tags", "too_long");
  }
  return [...tags.values()];
}

/** Reads a text that may be absent, and null or empty. */
function nullable(members: Members, name: string, parse: (text: string) => string | undefined): string | null | undefined {
  const text = members.text(name);
  return text === null || text === "" ? null : text && parse(text);
}

/** Reads the members of a task; of a new one, with a title. */
export function taskInput(json: Json, nulls: Nulls, isNew = false): TaskInput {
  const members = new Members(json, nulls);
  if (isNew && json.title === undefined) members.reject("title", "is required", "missing");
  const title = members.title("title", 200);
  const description = nullable(members, "description", (text) => members.checked("description", text, 1000));
  const completed = members.completed();
  const isDefault = json.priority === null && (isNew || nulls === "ignored");
  const priority = isDefault ? "medium" : members.present("priority", members.text("priority"))?.toLowerCase();
  if (priority !== undefined && !PRIORITIES.includes(priority)) members.reject("priority", "must be low, medium, high or urgent", "enum");
  const tags = tagsOf(members);
  const due_date = nullable(members, "due_date", (text) => {
    const due = parseDue(text);
    return "text" in due ? due.text : members.reject("due_date", due.error, due.type);
  });
  const list_id = nullable(members, "list_id", (text) => uuidOf(text) ?? members.reject("list_id", ...UNKNOWN_LIST));
  members.finish();
  return defined({ title, description, completed, priority: priority as Task["priority"] | undefined, tags, due_date, list_id });
}

export const PRIORITIES = ["low", "medium", "high", "urgent"];

const UNKNOWN_LIST = ["must be the id of one of your lists", "unknown_id"] as const;

export const unknownList = () => invalidAt(["body", "list_id"], ...UNKNOWN_LIST);

/** Reads the members of a list. */
export function listInput(json: Json, nulls: Nulls, isNew = false): ListInput {
  const members = new Members(json, nulls);
  if (isNew && json.name === undefined) members.reject("name", "is required", "missing");
  const name = members.title("name", 100);
  const color = members.text("color")?.toLowerCase() ?? (json.color === null ? null : undefined);
  if (typeof color === "string" && !/^#[0-9a-f]{6}$/.test(color)) members.reject("color", "must be a color like #1e90ff", "color");
  members.finish();
  return defined({ name, color });
}

/** Reads where something is moved. */
export function placeInput(json: Json): Place {
  const members = new Members(json, "ignored");
  const given = (["before", "after", "to"] as const).flatMap((name) => {
    const value = members.text(name);
    return typeof value === "string" ? [{ name, value }] : [];
  });
  members.finish();
  const [place, ...others] = given;
  const ONE = ["exactly one of before, after and to is required", "value_error"] as const;
  if (!place) throw invalidAt(["body", "to"], ...ONE);
  for (const { name } of others) members.reject(name, ...ONE);
  members.finish();
  if (place.name !== "to") {
    const id = uuidOf(place.value);
    if (!id) throw invalidAt(["body", place.name], "must be a UUID", "uuid_parsing");
    return { name: place.name, id };
  }
  if (place.value !== "first" && place.value !== "last") throw invalidAt(["body", "to"], "must be first or last", "enum");
  return { name: "to", end: place.value };
}

/** Without the members that are undefined. */
const defined = <Input extends object>(input: Input) =>
  Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined)) as Input;
