import { useId } from "react";

import { isSameTag, useTags } from "tasknook-client/react";

interface Props {
  /** The tags, separated by commas. */
  value: string;
  onChange: (value: string) => void;
  error?: string;
  readOnly?: boolean;
}

/** The tags in a text, separated by commas. */
export const tagsOf = (text: string) => text.split(",").map((tag) => tag.trim()).filter(Boolean);

/** A field for tags, which suggests those in use. */
export function TagsField({ value, onChange, error, readOnly }: Props) {
  const id = useId();
  const { tags } = useTags();
  // What is before the tag that is being typed.
  const before = value.slice(0, value.lastIndexOf(",") + 1);
  const used = tagsOf(before);
  const others = tags.map(({ name }) => name).filter((tag) => !used.some((other) => isSameTag(other, tag)));
  return (
    <div className="field">
      <label htmlFor={id}>Tags</label>
      <input
        id={id}
        value={value}
        readOnly={readOnly}
        list={`${id}-known`}
        autoComplete="off"
        dir="auto"
        aria-invalid={Boolean(error)}
        aria-describedby={`${id}-hint ${id}-error`}
        onChange={(event) => onChange(event.target.value)}
      />
      <datalist id={`${id}-known`}>
        {others.map((tag) => (
          <option key={tag} value={`${before}${before && " "}${tag}`} />
        ))}
      </datalist>
      <div className="foot">
        <small id={`${id}-error`} className="error">
          {error}
        </small>
        <small id={`${id}-hint`}>Separated by commas</small>
      </div>
    </div>
  );
}
