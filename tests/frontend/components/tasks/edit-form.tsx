import { useEffect, useRef, useState, type FormEvent } from "react";

import { Field } from "@/components/ui/field";
import type { Task } from "@/lib/api";
import { Problem } from "@/lib/problem";

import { useUnavailable } from "./connection-banner";
import { EditFailure } from "./edit-failure";
import type { TaskText } from "./task-text";

// The default limits of the API.
const TITLE_MAX = 200;
const DESCRIPTION_MAX = 1000;

interface Props {
  task: Task;
  /** The latest version is still loading. */
  loading: boolean;
  busy: boolean;
  error?: Error;
  onSave: (text: TaskText) => void;
  onCancel: () => void;
}

/** The form for the title and the description of a task. */
export function EditForm({ task, loading, busy, error, onSave, onCancel }: Props) {
  const unavailable = useUnavailable();
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
        disabled={loading}
        readOnly={busy}
        autoFocus
      />
      <Field
        label="Description"
        value={description}
        onChange={setDescription}
        limit={DESCRIPTION_MAX}
        error={problem?.of("description")}
        disabled={loading}
        readOnly={busy}
        rows={5}
      />
      {loading && !error && (
        <p className="muted">
          {unavailable ? "Tasknook cannot be reached. Trying again …" : "Loading the latest version …"}
        </p>
      )}
      <EditFailure error={error} />
      <div className="actions">
        <button type="button" className="button" aria-disabled={busy} onClick={() => busy || onCancel()}>
          Cancel
        </button>
        <button className="button primary" disabled={loading} aria-disabled={busy}>
          {busy ? "Saving …" : "Save"}
        </button>
      </div>
    </form>
  );
}
