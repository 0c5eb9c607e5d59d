import { expect, test } from "vitest";

import { diffTask, threeWayMerge, type TaskMembers } from "../src/index.ts";

const NONE = { description: null, due_date: null, list_id: null };
const base: TaskMembers = { ...NONE, title: "a", completed: false, priority: "medium", tags: ["x"] };

test("a patch has the members that differ", () => {
  expect(diffTask(base, { ...base, tags: ["x"] })).toEqual({});
  expect(diffTask(base, { title: "b", description: null, tags: ["x", "y"] })).toEqual({ title: "b", tags: ["x", "y"] });
  expect(diffTask({ ...base, due_date: "2026-12-24" }, { due_date: null })).toEqual({ due_date: null });
});

test("changes of different members merge", () => {
  const merge = threeWayMerge(base, { title: "mine" }, { ...base, description: "theirs" });
  expect(merge).toEqual({ patch: { title: "mine" }, conflicting: [] });
});

test("the same change of both sides is no conflict", () => {
  expect(threeWayMerge(base, { title: "b", tags: [] }, { ...base, title: "b", tags: [] })).toEqual({ patch: {}, conflicting: [] });
});

test("different changes of a member are a conflict", () => {
  const merge = threeWayMerge(base, { title: "mine", completed: true }, { ...base, title: "theirs", tags: [] });
  expect(merge).toEqual({ patch: { title: "mine", completed: true }, conflicting: ["title"] });
});

test("an unchanged member leaves the other side's change", () => {
  const merge = threeWayMerge(base, { ...base, title: "mine" }, { ...base, priority: "high" });
  expect(merge).toEqual({ patch: { title: "mine" }, conflicting: [] });
});
