import { expect, test } from "vitest";

import { isVisible } from "./titles";

// The examples of `crates/domain/src/task/visible.rs`.
const BLANK = [
  ["", " \t\r\n", "\u0085\u00a0\u1680\u2003\u2028\u202f\u3000", "\u007f\u0080\u009f", "\u00ad", "\u034f", "\u061c", "\u115f\u1160"],
  ["\u17b4\u17b5", "\u180b\u180e\u180f", "\u200b\u200c\u200d\u200e\u200f", "\u202a\u202e\u2066\u2069", "\u2060\u2061\u2064\u2065\u206f"],
  ["\u2800", "\u3164\uffa0", "\ufe00\ufe0f", "\ufeff", "\ufff9\ufffb", "\u{13437}", "\u{16fe4}", "\u{1bca0}", "\u{1d159}\u{1d173}"],
  ["\u{e0001}\u{e0041}\u{e007f}", "\u{e0100}"],
].flat();
const VISIBLE = ["x", "\u200bx", "👨\u200d👩\u200d👧", "❤\ufe0f", "🇪", "می\u200cخواهم", "क\u094d\u200dष", "각", "\u1100\u1160", "\u0301", "\u0600", "\u06dd"]
  .concat(["⠁", "\ufffc\ufffd", "\ue000", "。", "\u0378", "\u070f", "\u0891", "\u{110cd}"]);

test("a title is visible by the rule of the API", () => {
  expect(BLANK.filter(isVisible)).toEqual([]);
  expect(VISIBLE.filter((text) => !isVisible(text))).toEqual([]);
});
