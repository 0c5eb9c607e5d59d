import { useState, type FormEvent } from "react";

import { Dialog } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { useCall } from "@/components/ui/use-call";
import { Problem, type List } from "tasknook-client";

import { ColorField } from "./color-field";
import { DeleteList } from "./delete-list";
import styles from "./list-dialog.module.css";
import { ListPlace, type Place } from "./list-place";

/** What the user chooses for a list. */
export interface ListValues {
  name: string;
  color: string | null;
}

/** What happens to the tasks of a deleted list: they are kept in the Inbox, or moved to the trash. */
export type TasksOfDeleted = "keep" | "trash";

interface Props {
  /** The list to edit and what can be done with it; without it, a list is created. */
  edited?: {
    list: List;
    place: Place;
    /** The number of its tasks. */
    tasks: number;
    onMove: (direction: "up" | "down") => Promise<unknown>;
    onDelete: (tasks: TasksOfDeleted) => Promise<unknown>;
  };
  /** If it is rejected, the error is shown and the dialog remains open. */
  onSave: (values: ListValues) => Promise<unknown>;
  onClose: () => void;
}

/** The maximum of the API. */
const NAME_MAX = 100;

/** Creates or edits a list. */
export function ListDialog({ edited, onSave, onClose }: Props) {
  const list = edited?.list;
  const { run, busy, error } = useCall();
  const [name, setName] = useState(list?.name ?? "");
  const [color, setColor] = useState(list?.color ?? null);
  const [nameError, setNameError] = useState<string>();
  const [question, setQuestion] = useState<"asked" | "answered">();

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = event.currentTarget;
    const value = name.trim();
    const fault = !value ? "Enter a name." : [...value].length > NAME_MAX ? `Use at most ${NAME_MAX} characters.` : undefined;
    setNameError(fault);
    if (fault) return form.querySelector("input")?.focus();
    void run(() => onSave({ name: value, color }).then(onClose));
  }

  if (edited && question === "asked") {
    return (
      <Dialog heading={`Delete “${edited.list.name}”?`} onClose={onClose}>
        <DeleteList
          tasks={edited.tasks}
          onDelete={(tasks) => edited.onDelete(tasks).then(onClose)}
          onCancel={() => setQuestion("answered")}
        />
      </Dialog>
    );
  }

  const isTaken = error instanceof Problem && error.code === "already_exists";
  return (
    <Dialog heading={list ? "Edit list" : "New list"} onClose={onClose}>
      <form className="form" noValidate onSubmit={submit}>
        <Field
          label="Name"
          value={name}
          onChange={(value) => {
            setName(value);
            setNameError(undefined);
          }}
          limit={NAME_MAX}
          error={nameError ?? (isTaken ? "You have a list with this name." : undefined)}
          readOnly={busy}
          autoFocus={!question}
        />
        <ColorField value={color} onChange={setColor} />
        {edited && <ListPlace place={edited.place} onMove={edited.onMove} />}
        {error && !isTaken && (
          <p className="failure" role="alert">
            {error.message}
          </p>
        )}
        <div className={`actions ${styles.actions}`}>
          {edited && (
            <button
              type="button"
              className={`button quiet ${styles.delete}`}
              autoFocus={question === "answered"}
              onClick={() => setQuestion("asked")}
            >
              Delete …
            </button>
          )}
          <button type="button" className="button" onClick={onClose}>
            Cancel
          </button>
          <button className="button primary" aria-disabled={busy}>
            {list ? "Save" : "Create list"}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
