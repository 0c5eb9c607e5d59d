import { useEffect, useRef, useState, type FormEvent } from "react";

import { Field } from "@/components/ui/field";
import type { Task } from "@/lib/api";
import { Problem } from "@/lib/problem";

import { useAway } from "./connection-banner";
import { EditFailure } from "./edit-failure";
import type { TaskText } from "./task-text";

// The API's limits, unless it is configured otherwise.
const TITLE_MAX = 200;
const DESCRIPTION_MAX = 1000;

interface Props {
  task: Task;
  /** The latest version is not here yet. */
  reading: boolean;
  busy: boolean;
  error?: Error;
  onSave: (text: TaskText) => void;
  onCancel: () => void;
}

/** The title and the description of a task, to be edited. */
export function EditForm({ task, reading, busy, error, onSave, onCancel }: Props) {
  const away = useAway();
  const [title, setTitle] = useState(task.title);
  const [description, setDescription] = useState(task.description ?? "");
  const problem = error instanceof Problem ? error : undefined;

  const form = useRef<HTMLFormElement>(null);
  useEffect(() => form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus(), [error]);

  function submit(event: FormEvent) {
    event.preventDefault();
    if (busy) return;
    onSave({ title: title.trim(), description: description || null });
  }

  return (
    <form ref={form} className="form" onSubmit={submit}>
      <Field
        label="Title"
        value={title}
        onChange={setTitle}
        limit={TITLE_MAX}
        error={problem?.of("title")}
        disabled={reading}
        readOnly={busy}
        autoFocus
      />
      <Field
        label="Description"
        value={description}
        onChange={setDescription}
        limit={DESCRIPTION_MAX}
        error={problem?.of("description")}
        disabled={reading}
        readOnly={busy}
        rows={5}
      />
      {reading && !error && (
        <p className="muted">
          {away ? "Tasknook cannot be reached. Trying again …" : "Reading the latest version …"}
        </p>
      )}
      <EditFailure error={error} />
      <div className="actions">
        <button type="button" className="button" aria-disabled={busy} onClick={() => busy || onCancel()}>
          Cancel
        </button>
        <button className="button primary" disabled={reading} aria-disabled={busy}>
          {busy ? "Saving …" : "Save"}
        </button>
      </div>
    </form>
  );
}
