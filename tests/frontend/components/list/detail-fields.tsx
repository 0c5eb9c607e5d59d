import { PRIORITIES } from "@/lib/priorities";
import type { List, Task } from "tasknook-client";

import { EditorField } from "./editor-field";
import { TagsField } from "./tags-field";
import styles from "./task-editor.module.css";
import type { FieldsProps } from "./text-fields";

interface Props extends FieldsProps {
  lists: List[];
  knownTags: string[];
}

/** The due date, the priority, the list and the tags. */
export function DetailFields({ fields, errors, onChange, lists, knownTags }: Props) {
  const { due } = fields;
  return (
    <div className={styles.details}>
      <EditorField label="Due date" error={errors.due}>
        {(input) => (
          <input
            {...input}
            type="date"
            min="0001-01-01"
            max="9999-12-31"
            value={due.date}
            onChange={(event) => onChange({ due: { ...due, date: event.target.value } })}
          />
        )}
      </EditorField>
      <EditorField label="Time">
        {(input) => (
          <input
            {...input}
            type="time"
            disabled={!due.date}
            value={due.date && due.time}
            onChange={(event) => onChange({ due: { ...due, time: event.target.value } })}
          />
        )}
      </EditorField>
      <EditorField label="Priority">
        {(input) => (
          <select {...input} value={fields.priority} onChange={(event) => onChange({ priority: event.target.value as Task["priority"] })}>
            {PRIORITIES.map(([value, name]) => (
              <option key={value} value={value}>
                {name}
              </option>
            ))}
          </select>
        )}
      </EditorField>
      <EditorField label="List">
        {(input) => (
          <select {...input} value={fields.list} onChange={(event) => onChange({ list: event.target.value })}>
            <option value="">Inbox</option>
            {lists.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </select>
        )}
      </EditorField>
      <TagsField value={fields.tags} known={knownTags} error={errors.tags} onChange={(tags) => onChange({ tags })} />
    </div>
  );
}
