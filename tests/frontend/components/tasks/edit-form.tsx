import { useEffect, useRef, useState, type FormEvent } from "react";

import { Field } from "@/components/ui/field";
import { Select } from "@/components/ui/select";
import { Problem, type Task } from "tasknook-client";
import { useLists } from "tasknook-client/react";
import { dueFieldsOf, dueOf } from "@/lib/due-date";

import { DueField } from "./due-field";
import { EditFailure } from "./edit-failure";
import styles from "./edit-form.module.css";
import type { Editable } from "./editable";
import { TagsField, tagsOf } from "./tags-field";
import { PRIORITIES } from "./task-words";

// The default limits of the API.
const TITLE_MAX = 200;
const DESCRIPTION_MAX = 1000;

interface Props {
  task: Task;
  busy: boolean;
  error?: Error;
  onSave: (edited: Editable) => void;
  onCancel: () => void;
}

/** The form for a task. */
export function EditForm({ task, busy, error, onSave, onCancel }: Props) {
  const [title, setTitle] = useState(task.title);
  const [description, setDescription] = useState(task.description ?? "");
  const [due, setDue] = useState(() => dueFieldsOf(task.due_date));
  const [priority, setPriority] = useState(task.priority);
  const [list, setList] = useState(task.list_id ?? "");
  const { lists } = useLists();
  const [tags, setTags] = useState(task.tags.join(", "));
  const problem = error instanceof Problem ? error : undefined;

  const form = useRef<HTMLFormElement>(null);
  useEffect(() => form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus(), [error]);

  function submit(event: FormEvent) {
    event.preventDefault();
    if (busy) return;
    // A time that the fields do not show, such as its seconds, stays as it is.
    const isSameDue = JSON.stringify(due) === JSON.stringify(dueFieldsOf(task.due_date));
    const due_date = isSameDue ? task.due_date : dueOf(due);
    onSave({ title: title.trim(), description: description || null, due_date, priority, tags: tagsOf(tags), list_id: list || null });
  }

  return (
    <form ref={form} className="form" onSubmit={submit}>
      <Field label="Title" value={title} onChange={setTitle} limit={TITLE_MAX} error={problem?.of("title")} autoFocus readOnly={busy} />
      <Field
        label="Description"
        value={description}
        onChange={setDescription}
        limit={DESCRIPTION_MAX}
        error={problem?.of("description")}
        rows={3}
        readOnly={busy}
      />
      <DueField value={due} onChange={setDue} error={problem?.of("due_date")} readOnly={busy} />
      <div className={styles.columns}>
        <Select
          label="Priority"
          value={priority}
          options={PRIORITIES}
          onChange={setPriority}
          error={problem?.of("priority")}
          disabled={busy}
        />
        <Select
          label="List"
          value={list}
          options={[["", "No list"], ...lists.map(({ id, name }) => [id, name] as const)]}
          onChange={setList}
          error={problem?.of("list_id")}
          disabled={busy}
        />
      </div>
      <TagsField value={tags} onChange={setTags} error={problem?.of("tags")} readOnly={busy} />
      <EditFailure error={error} />
      <div className="actions">
        <button type="button" className="button" aria-disabled={busy} onClick={() => busy || onCancel()}>
          Cancel
        </button>
        <button className="button primary" aria-disabled={busy}>
          {busy ? "Saving …" : "Save"}
        </button>
      </div>
    </form>
  );
}
