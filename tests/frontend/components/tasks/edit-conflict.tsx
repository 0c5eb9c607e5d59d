import { useEffect, useRef } from "react";

import type { Task } from "@/lib/api";

import styles from "./edit-conflict.module.css";
import { EditFailure } from "./edit-failure";
import { changesOf, type TaskText } from "./task-text";

interface Props {
  /** What both started from. */
  base: Task;
  mine: TaskText;
  theirs: Task;
  busy: boolean;
  error?: Error;
  onKeepMine: () => void;
  onTakeTheirs: () => void;
}

/** Shows what was written here beside what was written elsewhere, for somebody to choose. */
export function EditConflict({ base, mine, theirs, busy, error, onKeepMine, onTakeTheirs }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), [theirs]);
  const differing = changesOf(mine, theirs);

  return (
    <section aria-labelledby="conflict" className="form">
      <div>
        <h3 id="conflict" ref={heading} tabIndex={-1} className={styles.heading}>
          This task was changed elsewhere
        </h3>
        <p className="muted">
          Which text should it have?
          {theirs.completed !== base.completed && ` It was also marked as ${theirs.completed ? "done" : "to do"}; that stays.`}
        </p>
      </div>
      <div className={styles.versions}>
        <Version name="Mine" text={mine} differing={differing} />
        <Version name="Theirs" text={theirs} differing={differing} />
      </div>
      <EditFailure error={error} />
      <div className="actions">
        <button className="button" disabled={busy} onClick={onTakeTheirs}>
          Take theirs
        </button>
        <button className="button primary" disabled={busy} onClick={onKeepMine}>
          {busy ? "Saving …" : "Keep mine"}
        </button>
      </div>
    </section>
  );
}

function Version({ name, text, differing }: { name: string; text: TaskText; differing: Partial<TaskText> }) {
  return (
    <section className={styles.version} aria-label={name}>
      <h4>{name}</h4>
      <dl>
        <dt>Title {"title" in differing && <Differs />}</dt>
        <dd dir="auto">{text.title}</dd>
        <dt>Description {"description" in differing && <Differs />}</dt>
        <dd dir="auto">{text.description ?? <i>none</i>}</dd>
      </dl>
    </section>
  );
}

function Differs() {
  return <mark>differs</mark>;
}
