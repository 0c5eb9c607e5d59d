import { useEffect, useRef } from "react";

import type { List } from "tasknook-client";
import type { OfflineConflict } from "tasknook-client/offline";

import styles from "./conflict-dialog.module.css";
import { Failure } from "./failure";
import { questionOf } from "./question";
import { Versions } from "./versions";

interface Props {
  conflict: OfflineConflict;
  /** Such as "1 of 3"; absent if it is the only one. */
  position?: string;
  lists: readonly List[];
  busy: boolean;
  error?: Error;
  onAnswer: (choice: "mine" | "theirs") => void;
  onEdit: () => void;
  onLater: () => void;
}

/** Explains a conflict, shows the versions, and asks for an answer. */
export function ConflictQuestion({ conflict, position, lists, busy, error, onAnswer, onEdit, onLater }: Props) {
  const { heading, text, versions, mark, answers, edit } = questionOf(conflict);
  const ref = useRef<HTMLHeadingElement>(null);
  useEffect(() => ref.current?.focus(), []);

  const button = (label: string, run: () => void, look = "") => (
    <button key={label} className={`button ${look}`} aria-disabled={busy} onClick={() => busy || run()}>
      {label}
    </button>
  );

  return (
    <section aria-labelledby="conflict" className="form">
      <div>
        {position && (
          <p id="conflict-position" className={`muted ${styles.position}`}>
            {position}
          </p>
        )}
        <h3 id="conflict" ref={ref} tabIndex={-1} className={styles.heading} aria-describedby={position && "conflict-position"}>
          {heading}
        </h3>
        <p className={conflict.problem ? styles.problem : "muted"}>{text}</p>
      </div>
      <Versions versions={versions} mark={mark} lists={lists} />
      <Failure error={error} />
      <div className={`actions ${styles.actions}`}>
        {button("Decide later", onLater, `quiet ${styles.later}`)}
        {edit === "possible" && button("Edit", onEdit)}
        {answers.map(({ text, choice, look }) => button(text, () => onAnswer(choice), look))}
        {edit === "first" && button("Edit", onEdit, "primary")}
      </div>
    </section>
  );
}
