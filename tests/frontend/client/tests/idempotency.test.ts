import { expect, test } from "vitest";

import { failure, testClient } from "./support.ts";

test("the same call with the same key creates one task", async () => {
  const { api } = testClient();
  const idempotencyKey = crypto.randomUUID();
  const create = () => api.create({ title: "once" }, { idempotencyKey });
  const created = await create();
  expect(await Promise.all([create(), create()])).toEqual([created, created]);
  await api.remove(created);
  expect(await create()).toEqual(created);
  expect((await api.list()).tasks).toEqual([]);
});

test("a key of another task is rejected", async () => {
  const { api } = testClient();
  const idempotencyKey = crypto.randomUUID();
  await api.create({ title: "one" }, { idempotencyKey });
  const problem = await failure(api.create({ title: "other" }, { idempotencyKey }));
  expect(problem).toMatchObject({ name: "Problem", code: "idempotency_key_reused", status: 422 });
  await api.create({ title: "other" });
  expect((await api.list()).tasks).toHaveLength(2);
});
