import { describe, expect, test } from "vitest";

import { inOneLine, linesOf, newTaskOf } from "./new-tasks";
import type { QuickAdd } from "./quick-add";
import type { View } from "./view";

const NOW = new Date("2026-11-25T10:30");
const typed = (members: Partial<QuickAdd> = {}): QuickAdd => ({ title: "Buy milk", due_date: null, tags: [], parts: [], ...members });

describe("new tasks have the defaults of their view", () => {
  test.each<[string, View, Partial<QuickAdd>, object]>([
    ["all", { kind: "all" }, {}, {}],
    ["today", { kind: "today" }, {}, { due_date: "2026-11-25" }],
    ["today with a date", { kind: "today" }, { due_date: "2026-11-26" }, { due_date: "2026-11-26" }],
    ["list", { kind: "list", id: "1" }, {}, { list_id: "1" }],
    ["list with another list", { kind: "list", id: "1" }, { list_id: "2" }, { list_id: "2" }],
    ["tag", { kind: "tag", tag: "home" }, { tags: ["a"] }, { tags: ["home", "a"] }],
    ["tag in another spelling", { kind: "tag", tag: "home" }, { tags: ["Home"] }, { tags: ["Home"] }],
    ["inbox", { kind: "inbox" }, { priority: "high" }, { priority: "high" }],
  ])("%s", (_, view, members, expected) => {
    expect(newTaskOf(typed(members), view, NOW)).toEqual({ title: "Buy milk", ...expected });
  });
});

test("pasted lines lose the marks of a list", () => {
  const text = "- Buy milk\r\n\n* Pay rent tomorrow\n  - [ ] Call Anna\n• Run\n-\n- [ ]\n-5 degrees\n[x] done\u2028last\u200b\n\u200b";
  expect(linesOf(text)).toEqual(["Buy milk", "Pay rent tomorrow", "Call Anna", "Run", "-5 degrees", "[x] done", "last\u200b"]);
  expect(inOneLine("- Buy milk\r\n\n Pay rent \n")).toBe("- Buy milk Pay rent");
});
