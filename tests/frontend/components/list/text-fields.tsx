import { linksIn } from "@/lib/links";
import type { EditErrors, Edits, TaskFields } from "@/lib/task-edits";

import { EditorField } from "./editor-field";
import { GrowingText } from "./growing-text";
import styles from "./task-editor.module.css";

export interface FieldsProps {
  fields: TaskFields;
  errors: EditErrors;
  onChange: (edit: Edits) => void;
}

/** The title, in one paragraph. */
export function TitleField({ fields, errors, onChange }: FieldsProps) {
  return (
    <EditorField label="Title" isPlain error={errors.title} className={styles.titleField}>
      {(input) => (
        <GrowingText
          {...input}
          className={styles.title}
          value={fields.title}
          placeholder="Title"
          autoComplete="off"
          enterKeyHint="done"
          onChange={(event) => onChange({ title: event.target.value.replace(/\s*[\r\n]+\s*/g, " ") })}
        />
      )}
    </EditorField>
  );
}

/** The description, and the links in it. */
export function DescriptionField({ fields, errors, onChange }: FieldsProps) {
  return (
    <>
      <EditorField label="Description" isPlain error={errors.description}>
        {(input) => (
          <GrowingText
            {...input}
            className={styles.description}
            value={fields.description}
            placeholder="Description"
            onChange={(event) => onChange({ description: event.target.value })}
          />
        )}
      </EditorField>
      <Links text={fields.description} />
    </>
  );
}

function Links({ text }: { text: string }) {
  const links = linksIn(text);
  if (!links.length) return null;
  return (
    <ul role="list" aria-label="Links in the description" className={styles.links}>
      {links.map((link) => (
        <li key={link}>
          <a href={link} target="_blank" rel="noopener noreferrer">
            {link.replace(/^https?:\/\/(www\.)?/i, "").replace(/\/$/, "")}
          </a>
        </li>
      ))}
    </ul>
  );
}
