import { tagsOf } from "@/lib/task-edits";
import { isSameTag } from "tasknook-client";

import { EditorField } from "./editor-field";
import styles from "./task-editor.module.css";

interface Props {
  /** The tags, separated by commas. */
  value: string;
  /** The tags in use, which are suggested. */
  known: string[];
  error?: string;
  onChange: (value: string) => void;
}

/** A field for tags. */
export function TagsField({ value, known, error, onChange }: Props) {
  // What is before the tag that is being typed.
  const before = value.slice(0, value.lastIndexOf(",") + 1);
  const used = tagsOf(before);
  const others = known.filter((tag) => !used.some((other) => isSameTag(other, tag)));
  return (
    <EditorField label="Tags" error={error} className={styles.wide}>
      {(input) => (
        <>
          <input
            {...input}
            value={value}
            list={`${input.id}-known`}
            placeholder="home, work"
            autoComplete="off"
            dir="auto"
            onChange={(event) => onChange(event.target.value)}
          />
          <datalist id={`${input.id}-known`}>
            {others.map((tag) => (
              <option key={tag} value={`${before}${before && " "}${tag}`} />
            ))}
          </datalist>
        </>
      )}
    </EditorField>
  );
}
