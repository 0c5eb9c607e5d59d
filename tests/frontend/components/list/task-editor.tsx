import { useLayoutEffect, useRef, useState, type FormEvent, type KeyboardEvent } from "react";

import { Icon } from "@/components/ui/icon";
import type { List, Task } from "tasknook-client";

import type { RowActions } from "./actions";
import { CompleteBox } from "./complete-box";
import { DetailFields } from "./detail-fields";
import styles from "./task-editor.module.css";
import { DescriptionField, TitleField } from "./text-fields";
import { useEdits } from "./use-edits";
import { useLeave } from "./use-leave";

interface Props {
  task: Task;
  lists: List[];
  /** The tasks whose tags are suggested. */
  tasks: readonly Task[];
  canMove: { before?: boolean; after?: boolean };
  actions: RowActions;
}

/** The fields of a task, in its row. */
export function TaskEditor({ task, lists, tasks, canMove, actions }: Props) {
  const form = useRef<HTMLFormElement>(null);
  const { fields, errors, change, save } = useEdits(task, actions);
  const [knownTags] = useState(() => [...new Set(tasks.flatMap(({ tags }) => tags))].slice(0, 200));

  function close(focus: boolean): void {
    save({ isLast: true });
    actions.close(task.id, { focus });
  }
  /** Remains open if something cannot be saved. */
  function finish(event?: FormEvent): void {
    event?.preventDefault();
    const invalid = form.current!.querySelector<HTMLElement>("[aria-invalid=true], :invalid");
    if (!invalid) return close(true);
    invalid.focus();
    // An incomplete date, which only the browser has.
    if (invalid instanceof HTMLInputElement) invalid.reportValidity();
  }
  useLeave(form, () => close(false));

  useLayoutEffect(() => {
    const title = form.current!.querySelector("textarea")!;
    title.focus({ preventScroll: true });
    title.setSelectionRange(title.value.length, title.value.length);
    form.current!.closest("li")!.scrollIntoView({ block: "nearest" });
  }, []);

  function onKeyDown(event: KeyboardEvent): void {
    if (event.nativeEvent.isComposing) return;
    const isTitle = event.target === form.current!.querySelector("textarea");
    if (event.key === "Escape") {
      event.preventDefault();
      close(true);
    } else if (event.key === "Enter" && (event.ctrlKey || event.metaKey || isTitle)) {
      event.preventDefault();
      finish();
    }
  }

  return (
    <form ref={form} className={styles.editor} aria-label={`Edit ${task.title}`} noValidate onSubmit={finish} onKeyDown={onKeyDown}>
      <div className={styles.top}>
        <CompleteBox task={task} onChange={(completed) => actions.complete(task, completed)} />
        <TitleField fields={fields} errors={errors} onChange={change} />
      </div>
      <div className={styles.body}>
        <DescriptionField fields={fields} errors={errors} onChange={change} />
        <DetailFields fields={fields} errors={errors} onChange={change} lists={lists} knownTags={knownTags} />
        <div className={styles.foot}>
          <button
            type="button"
            className="button quiet"
            onClick={() => {
              // The trash has what was typed.
              save({ isLast: true });
              actions.delete(task);
            }}
          >
            <Icon name="trash" /> Delete
          </button>
          {(canMove.before || canMove.after) && (
            <>
              <button
                type="button"
                className="button quiet square"
                aria-label="Move up"
                disabled={!canMove.before}
                onClick={() => actions.move(task, -1)}
              >
                <Icon name="up" />
              </button>
              <button
                type="button"
                className="button quiet square"
                aria-label="Move down"
                disabled={!canMove.after}
                onClick={() => actions.move(task, 1)}
              >
                <Icon name="down" />
              </button>
            </>
          )}
          <button className={`button primary ${styles.done}`}>Done</button>
        </div>
      </div>
    </form>
  );
}
