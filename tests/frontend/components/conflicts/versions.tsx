import type { List, TaskMembers } from "tasknook-client";
import { PRIORITIES } from "@/lib/priorities";
import { useNow } from "@/components/ui/use-now";
import { dueText } from "@/lib/due-date";

import type { Version } from "./question";
import styles from "./versions.module.css";

interface Props {
  versions: Version[];
  mark: string;
  lists: readonly List[];
}

/** Versions of a task next to each other: their titles, their descriptions, and what is highlighted. */
export function Versions({ versions, mark, lists }: Props) {
  const now = useNow() ?? Date.now();
  const members = MEMBERS.filter(([name]) =>
    versions.some(({ values, marked }) => marked.includes(name) || (isShown(name, versions) && hasValue(values[name]))),
  );
  return (
    <div className={styles.versions}>
      {versions.map(({ name, values, marked }) => (
        <section key={name} className={styles.version} aria-label={name}>
          <h4>{name}</h4>
          <dl>
            {members.map(([member, label]) => (
              <div key={member}>
                <dt>
                  {label} {marked.includes(member) && <mark>{mark}</mark>}
                </dt>
                <dd dir="auto">{textOf(member, values, lists, now) || <i>none</i>}</dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </div>
  );
}

const MEMBERS: [keyof TaskMembers, string][] = [
  ["title", "Title"],
  ["description", "Description"],
  ["completed", "Status"],
  ["due_date", "Due date"],
  ["priority", "Priority"],
  ["tags", "Tags"],
  ["list_id", "List"],
];

/** Texts are shown even if they are not highlighted; of a single version, everything. */
const isShown = (name: keyof TaskMembers, versions: Version[]) => versions.length === 1 || name === "title" || name === "description";

const hasValue = (value: unknown) => (Array.isArray(value) ? value.length > 0 : Boolean(value));

function textOf(member: keyof TaskMembers, values: Partial<TaskMembers>, lists: readonly List[], now: number) {
  const { completed, due_date, priority, tags, list_id } = values;
  switch (member) {
    case "completed":
      return completed ? "Done" : "To do";
    case "due_date":
      // A day that does not exist can be rejected.
      return due_date && (Number.isNaN(Date.parse(due_date)) ? due_date : dueText(due_date, now));
    case "priority":
      return PRIORITIES.find(([value]) => value === priority)?.[1];
    case "tags":
      return tags?.join(", ");
    case "list_id":
      return list_id && (lists.find(({ id }) => id === list_id)?.name ?? "A list that was deleted");
    default:
      return values[member];
  }
}
