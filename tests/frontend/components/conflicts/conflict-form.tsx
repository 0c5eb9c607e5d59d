import { useEffect, useId, useRef, type FormEvent, type KeyboardEvent } from "react";

import type { List } from "tasknook-client";
import type { OfflineConflict } from "tasknook-client/offline";
import { DueField } from "@/components/tasks/due-field";
import { DESCRIPTION_MAX, TITLE_MAX } from "@/lib/limits";
import { PRIORITIES } from "@/lib/priorities";
import { Field } from "@/components/ui/field";
import { Select } from "@/components/ui/select";

import styles from "./conflict-dialog.module.css";
import { editedOf, type Edited } from "./edited";
import { Failure } from "./failure";
import { rejectionOf } from "./rejection";

// The default limits of the API.

interface Props {
  conflict: OfflineConflict;
  edited: Edited;
  lists: readonly List[];
  busy: boolean;
  error?: Error;
  /** It was resolved in another tab: what was typed cannot be saved, but copied. */
  gone: boolean;
  onChange: (edited: Edited) => void;
  onSave: () => void;
  onCancel: () => void;
}

/** The values of both sides in a form. Escape returns to the question, and what was typed remains. */
export function ConflictForm({ conflict, edited, lists, busy, error, gone, onChange, onSave, onCancel }: Props) {
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => form.current?.querySelector<HTMLElement>("[aria-invalid=true], input")?.focus(), []);

  const first = editedOf(conflict);
  /** The error of a value that is still what the API rejected. */
  const errorOf = (member: string, value: keyof Edited) =>
    JSON.stringify(edited[value]) === JSON.stringify(first[value]) ? rejectionOf(conflict.problem, member) : undefined;
  const titleError = edited.title.trim() ? errorOf("title", "title") : "The title must not be empty.";
  const set = (changed: Partial<Edited>) => onChange({ ...edited, ...changed });

  function submit(event: FormEvent) {
    event.preventDefault();
    if (busy || gone) return;
    if (edited.title.trim()) onSave();
    else form.current?.querySelector("input")?.focus();
  }

  function cancel(event: KeyboardEvent) {
    if (event.key !== "Escape" || busy) return;
    event.preventDefault();
    onCancel();
  }

  return (
    <form ref={form} className="form" onSubmit={submit} onKeyDown={cancel}>
      <Field label="Title" value={edited.title} onChange={(title) => set({ title })} limit={TITLE_MAX} error={titleError} readOnly={busy} />
      <Field
        label="Description"
        value={edited.description}
        onChange={(description) => set({ description })}
        limit={DESCRIPTION_MAX}
        error={errorOf("description", "description")}
        rows={3}
        readOnly={busy}
      />
      <DueField value={edited.due} onChange={(due) => set({ due })} error={errorOf("due_date", "due")} readOnly={busy} />
      <div className={styles.columns}>
        <Select
          label="Priority"
          value={edited.priority}
          options={PRIORITIES}
          onChange={(priority) => set({ priority })}
          error={errorOf("priority", "priority")}
          disabled={busy}
        />
        <Select
          label="List"
          value={edited.list}
          options={optionsOf(lists, edited.list)}
          onChange={(list) => set({ list })}
          error={errorOf("list_id", "list")}
          disabled={busy}
        />
      </div>
      <Tags value={edited.tags} onChange={(tags) => set({ tags })} error={errorOf("tags", "tags")} readOnly={busy} />
      <Failure error={gone ? new Error("This conflict was resolved elsewhere. Copy what you still need.") : error} />
      <div className={`actions ${styles.actions}`}>
        <button type="button" className="button" aria-disabled={busy} onClick={() => busy || onCancel()}>
          {gone ? "Continue" : "Cancel"}
        </button>
        {!gone && (
          <button className="button primary" aria-disabled={busy}>
            {busy ? "Saving …" : "Save"}
          </button>
        )}
      </div>
    </form>
  );
}

/** The lists, and one that is not among them. */
function optionsOf(lists: readonly List[], chosen: string): (readonly [string, string])[] {
  const options = [["", "No list"] as const, ...lists.map(({ id, name }) => [id, name] as const)];
  return options.some(([id]) => id === chosen) ? options : [...options, [chosen, "A list that was deleted"]];
}

interface TagsProps {
  value: string;
  onChange: (value: string) => void;
  error?: string;
  readOnly: boolean;
}

function Tags({ value, onChange, error, readOnly }: TagsProps) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>Tags</label>
      <input
        id={id}
        value={value}
        readOnly={readOnly}
        autoComplete="off"
        dir="auto"
        aria-invalid={Boolean(error)}
        aria-describedby={`${id}-hint ${id}-error`}
        onChange={(event) => onChange(event.target.value)}
      />
      <div className="foot">
        <small id={`${id}-error`} className="error">
          {error}
        </small>
        <small id={`${id}-hint`}>Separated by commas</small>
      </div>
    </div>
  );
}
