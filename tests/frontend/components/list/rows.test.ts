import type { Task } from "tasknook-client";
import { expect, test } from "vitest";

import { Rows } from "./rows";

const tasks = (ids: string) => [...ids].map((id) => ({ id }) as Task);
const rows = (open: string, completed = "") => new Rows(tasks(open), tasks(completed), completed !== "");

test("the heading is between the lists", () => {
  const all = rows("ab", "xy");
  expect(Array.from({ length: all.count }, (_, row) => all.keyAt(row))).toEqual(["a", "b", "heading", "x", "y"]);
  expect(["a", "x", "z"].map((id) => all.indexOf(id))).toEqual([0, 3, -1]);
});

test("neighbors skip the heading and end at the ends", () => {
  const all = rows("ab", "xy");
  expect(all.neighbor("b", 1)?.id).toBe("x");
  expect(all.neighbor("x", -1)?.id).toBe("b");
  expect(all.neighbor("a", -1)).toBeUndefined();
  expect(all.neighbor("y", 1)).toBeUndefined();
});

test("the successor has the place of the removed task", () => {
  expect(rows("ac").successor("b", rows("abc"))?.id).toBe("c");
  expect(rows("ab").successor("c", rows("abc"))?.id).toBe("b");
  expect(rows("", "a").successor("a", rows("a"))).toBeUndefined();
  expect(rows("ax", "y").successor("x", rows("a", "xy"))?.id).toBe("y");
  expect(rows("ax").successor("x", rows("a", "x"))?.id).toBe("x");
});

test("a completed task is in another section", () => {
  expect(rows("b", "ax").isInSameSection("a", rows("ab", "x"))).toBe(false);
  expect(rows("ba", "x").isInSameSection("a", rows("ab", "x"))).toBe(true);
  expect(rows("b").isInSameSection("a", rows("ab"))).toBe(false);
});
