import { Unreachable } from "tasknook-client";
import { createTestServer } from "tasknook-client/testing";
import { beforeEach, expect, test } from "vitest";

import { completeTagged } from "./complete-tagged.ts";

const server = createTestServer();
const api = server.client("alice");

beforeEach(() => server.reset());

test("only the tasks with the tag are completed", async () => {
  await api.create({ title: "Buy milk", tags: ["shop"] });
  await api.create({ title: "Read a book" });
  expect(await completeTagged(api, "shop")).toBe(1);
  const { tasks } = server.user("alice");
  expect(Object.fromEntries(tasks.map(({ title, completed }) => [title, completed]))).toEqual({
    "Buy milk": true,
    "Read a book": false,
  });
});

test("a lost network ends the call", async () => {
  await api.create({ title: "Buy milk", tags: ["shop"] });
  server.fail("PATCH /tasks/{id}/complete", new TypeError("offline"));
  await expect(completeTagged(api, "shop")).rejects.toThrow(Unreachable);
});
