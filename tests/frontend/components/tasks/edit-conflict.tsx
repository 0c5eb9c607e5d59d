import { useEffect, useRef } from "react";

import styles from "./edit-conflict.module.css";
import { EditFailure } from "./edit-failure";
import type { TaskText } from "./task-text";
import type { Conflict } from "./use-save";

interface Props extends Conflict {
  busy: boolean;
  error?: Error;
  onKeepMine: () => void;
  onTakeTheirs: () => void;
}

/** Shows the user's version next to the other one, and lets the user choose. */
export function EditConflict({ base, mine, theirs, conflicting, busy, error, onKeepMine, onTakeTheirs }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), [theirs]);

  return (
    <section aria-labelledby="conflict" className="form">
      <div>
        <h3 id="conflict" ref={heading} tabIndex={-1} className={styles.heading}>
          This task was changed elsewhere
        </h3>
        <p className="muted">
          Which text should it have?
          {theirs.completed !== base.completed && ` It was also marked as ${theirs.completed ? "done" : "to do"}; this is kept.`}
        </p>
      </div>
      <div className={styles.versions}>
        <Version name="Mine" text={mine} conflicting={conflicting} />
        <Version name="Theirs" text={theirs} conflicting={conflicting} />
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

function Version({ name, text, conflicting }: { name: string; text: TaskText; conflicting: Conflict["conflicting"] }) {
  return (
    <section className={styles.version} aria-label={name}>
      <h4>{name}</h4>
      <dl>
        <dt>Title {conflicting.includes("title") && <Differs />}</dt>
        <dd dir="auto">{text.title}</dd>
        <dt>Description {conflicting.includes("description") && <Differs />}</dt>
        <dd dir="auto">{text.description ?? <i>none</i>}</dd>
      </dl>
    </section>
  );
}

function Differs() {
  return <mark>differs</mark>;
}
