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

/** Shows what was written here beside what was written elsewhere, for somebody to choose. */
export function EditConflict({ base, mine, theirs, disputed, busy, error, onKeepMine, onTakeTheirs }: Props) {
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
          {theirs.completed !== base.completed && ` It was also marked as ${theirs.completed ? "done" : "to do"}; that stays.`}
        </p>
      </div>
      <div className={styles.versions}>
        <Version name="Mine" text={mine} disputed={disputed} />
        <Version name="Theirs" text={theirs} disputed={disputed} />
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

function Version({ name, text, disputed }: { name: string; text: TaskText; disputed: Conflict["disputed"] }) {
  return (
    <section className={styles.version} aria-label={name}>
      <h4>{name}</h4>
      <dl>
        <dt>Title {disputed.includes("title") && <Differs />}</dt>
        <dd dir="auto">{text.title}</dd>
        <dt>Description {disputed.includes("description") && <Differs />}</dt>
        <dd dir="auto">{text.description ?? <i>none</i>}</dd>
      </dl>
    </section>
  );
}

function Differs() {
  return <mark>differs</mark>;
}
