import type { Task } from "tasknook-client";
import { expect, test } from "vitest";

import { errorsOf, hasOtherValues, patchOf, tagsOf, withEdit } from "./task-edits";

const task = {
  title: "Buy milk",
  description: null,
  completed: false,
  due_date: "2026-12-24T18:00:42.000Z",
  priority: "medium",
  tags: ["home"],
  list_id: null,
} as unknown as Task;

test("a field that contains what the task has is no edit", () => {
  const edits = withEdit(task, {}, { title: "Buy bread", tags: "work" });
  expect(edits).toEqual({ title: "Buy bread", tags: "work" });
  expect(withEdit(task, edits, { title: "Buy milk" })).toEqual({ tags: "work" });
});

test("versions differ in the fields with edits alone", () => {
  const other = { ...task, title: "Buy bread", due_date: "2026-12-24T18:00:00.000Z", revision: 2 };
  expect(hasOtherValues(task, other, { tags: "work", due: { date: "", time: "" } })).toBe(false);
  expect(hasOtherValues(task, other, { title: "Buy butter" })).toBe(true);
  expect(hasOtherValues(task, other, {})).toBe(false);
});

test("the patch contains what differs", () => {
  expect(patchOf(task, {})).toEqual({});
  expect(patchOf(task, { title: " Buy milk ", tags: "home, ", description: "" })).toEqual({});
  expect(patchOf(task, { title: "Buy bread", priority: "urgent", due: { date: "", time: "" } })).toEqual({
    title: "Buy bread",
    priority: "urgent",
    due_date: null,
  });
});

test("invalid fields are not in the patch", () => {
  expect(patchOf(task, { title: " ", description: "two liters", tags: "x".repeat(51) })).toEqual({ description: "two liters" });
});

test("errors of the title", () => {
  const error = (title: string) => errorsOf({ title }).title;
  expect(error("  ")).toBe("A task needs a title.");
  expect(error("\u200b\u3164\u2800")).toBe("The title has no visible character.");
  expect(error("a\u0001")).toBe("It contains a control character.");
  expect(error("💚".repeat(200))).toBeUndefined();
  expect(error("💚".repeat(201))).toBe("At most 200 characters; these are 201.");
});

test("errors of the other fields", () => {
  expect(errorsOf({ description: "x".repeat(1000), tags: "a, b", due: { date: "2026-12-24", time: "18:00" } })).toEqual({});
  expect(Object.keys(errorsOf({ description: "x".repeat(1001), due: { date: "12026-12-24", time: "" } }))).toEqual(["description", "due"]);
  expect(errorsOf({ tags: Array.from({ length: 21 }, (_, tag) => tag).join() }).tags).toBe("At most 20 tags; these are 21.");
});

test("of equal tags the first one stays", () => {
  expect(tagsOf(" Home,, home , Work")).toEqual(["Home", "Work"]);
});
