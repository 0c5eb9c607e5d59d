import { useEffect, useRef } from "react";

import { useLists, type Conflict } from "tasknook-client/react";
import { useNow } from "@/components/ui/use-now";
import { dueText } from "@/lib/due-date";

import styles from "./edit-conflict.module.css";
import { EditFailure } from "./edit-failure";
import type { Editable } from "./editable";
import { PRIORITIES } from "./task-words";

interface Props {
  conflict: Conflict;
  busy: boolean;
  error?: Error;
  onKeepMine: () => void;
  onTakeTheirs: () => void;
}

/** Shows the user's version next to the other one, and lets the user choose. */
export function EditConflict({ conflict, busy, error, onKeepMine, onTakeTheirs }: Props) {
  const { base, mine, theirs, conflicting } = conflict;
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), [theirs]);

  return (
    <section aria-labelledby="conflict" className="form">
      <div>
        <h3 id="conflict" ref={heading} tabIndex={-1} className={styles.heading}>
          This task was changed elsewhere
        </h3>
        <p className="muted">
          Which version should it have?
          {theirs.completed !== base.completed && ` It was also marked as ${theirs.completed ? "done" : "to do"}; this is kept.`}
        </p>
      </div>
      <div className={styles.versions}>
        <Version name="Mine" version={{ ...theirs, ...mine }} conflicting={conflicting} />
        <Version name="Theirs" version={theirs} conflicting={conflicting} />
      </div>
      <EditFailure error={error} />
      <div className="actions">
        <button className="button" aria-disabled={busy} onClick={() => busy || onTakeTheirs()}>
          Take theirs
        </button>
        <button className="button primary" aria-disabled={busy} onClick={() => busy || onKeepMine()}>
          {busy ? "Saving …" : "Keep mine"}
        </button>
      </div>
    </section>
  );
}

interface VersionProps {
  name: string;
  version: Editable;
  conflicting: Conflict["conflicting"];
}

function Version({ name, version, conflicting }: VersionProps) {
  const members = useMembers(version).filter(([member]) => TEXTS.includes(member) || conflicting.includes(member));
  return (
    <section className={styles.version} aria-label={name}>
      <h4>{name}</h4>
      <dl>
        {members.map(([member, label, text]) => (
          <div key={member}>
            <dt>
              {label} {conflicting.includes(member) && <mark>differs</mark>}
            </dt>
            <dd dir="auto">{text || <i>none</i>}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

/** Shown also if they do not differ. */
const TEXTS: (keyof Editable)[] = ["title", "description"];

function useMembers({ title, description, due_date, priority, tags, list_id }: Editable) {
  const now = useNow();
  const { lists } = useLists();
  const members: [keyof Editable, string, string | null | undefined][] = [
    ["title", "Title", title],
    ["description", "Description", description],
    ["due_date", "Due date", due_date && dueText(due_date, now ?? Date.now())],
    ["priority", "Priority", PRIORITIES.find(([value]) => value === priority)?.[1]],
    ["tags", "Tags", tags.join(", ")],
    ["list_id", "List", lists.find(({ id }) => id === list_id)?.name],
  ];
  return members;
}
