// Which texts the API accepts as titles, and as other texts of a task.

import { lengthOf, TITLE_MAX } from "./limits";

// White space, control and format characters, fillers and blank cells display nothing; the prepended marks do, though their
// category is that of format characters. As in `crates/domain/src/task/visible.rs`.
const VISIBLE =
  /[^\p{White_Space}\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u2800\u{16fe4}\u{1d159}]|[\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\u{110bd}\u{110cd}]/u;
const CONTROLS = /[\0-\x08\x0b\x0c\x0e-\x1f]/;

/** Whether it displays something. */
export const isVisible = (text: string) => VISIBLE.test(text);

/** Why the API would reject the title. */
export function titleError(title: string): string | undefined {
  if (!title) return "A task needs a title.";
  if (!isVisible(title)) return "The title has no visible character.";
  return textError(title, TITLE_MAX);
}

/** Why the API would reject the text. */
export function textError(text: string, max: number): string | undefined {
  const length = lengthOf(text);
  if (length > max) return `At most ${max} characters; these are ${length}.`;
  return CONTROLS.test(text) ? "It contains a control character." : undefined;
}
