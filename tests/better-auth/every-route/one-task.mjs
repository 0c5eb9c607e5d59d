// Every route on one task, from its creation to its deletion.

import { expectStatus, holds, same } from "./check.mjs";

const MEMBERS = [
  ...["id", "user_id", "title", "description", "completed", "priority", "tags", "due_date", "completed_at"],
  ...["created_at", "updated_at", "revision", "position"],
];
const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

export const tag = (response) => response.headers.get("etag");

// The task of a response, which has an entity tag.
function task(response, status, sentence) {
  const { json } = expectStatus(response, status, sentence);
  for (const member of MEMBERS) holds(member in json, `${sentence}: the task has ${member}`, response.described);
  holds(/^(W\/)?"[^"]+"$/.test(tag(response) ?? ""), `${sentence}: with an entity tag`, response.described);
  return json;
}

export async function checkOneTask(user, root) {
  const path = await created(user, root);
  await read(user, path);
  await put(user, path);
  await patched(user, path);
  await completed(user, path);
  await slashes(user, root, path);
  await deleted(user, root, path);
}

async function created({ caller, id: owner }, root) {
  const body = { title: "  Buy milk\t", description: "2 l", id: "mine", user_id: "mallory", created_at: 1, more: [] };
  const response = await caller.post(root, body);
  const made = task(response, 201, "a task is created");
  const { title, description, completed, user_id } = made;
  const expected = { title: "Buy milk", description: "2 l", completed: false, user_id: owner };
  same({ title, description, completed, user_id }, expected, "a task is what was sent, and its caller's");
  holds(UUID_V7.test(made.id), "an id is a UUID of version 7", made.id);
  holds(TIME.test(made.created_at), "a time has milliseconds and ends in Z", made.created_at);
  same(made.updated_at, made.created_at, "a new task was not changed yet");
  const location = await caller.get(new URL(response.headers.get("location"), response.url).href);
  same(task(location, 200, "the location is read").id, made.id, "the location is the task's");

  const done = task(await caller.post(root, { title: "Done", is_completed: true }), 201, "is_completed is understood");
  same([done.completed, done.description], [true, null], "and a description that was not sent is null");
  expectStatus(await caller.delete(`${root}/${done.id}`), 204, "it is deleted again");

  const strange = "Ünïcödé 🧵 नमस्ते שלום \u202e e\u0301 ﷽ \\ \" % _ \u007f";
  const kept = await caller.post(root, { title: strange, description: strange });
  const read = (await caller.get(`${root}/${kept.json.id}`)).json;
  same([read.title, read.description], [strange, strange], "every script comes back as it was sent");
  expectStatus(await caller.delete(`${root}/${kept.json.id}`), 204, "it is deleted again");
  return `${root}/${made.id}`;
}

async function read({ caller }, path) {
  const response = await caller.get(path);
  task(response, 200, "a task is read");
  for (const known of [tag(response), `W/${tag(response)}`, `"other", ${tag(response)}`, "*"]) {
    const unchanged = expectStatus(await caller.get(path, { headers: { "if-none-match": known } }), 304, `${known} matches`);
    same([unchanged.text, tag(unchanged)], ["", tag(response)], "304 has the tag and no body", unchanged.described);
  }
  const headers = { "if-none-match": '"other"' };
  same((await caller.get(path, { headers })).json, response.json, "another tag brings the task");
  const head = expectStatus(await caller.send("HEAD", path), 200, "HEAD has the status of GET");
  same([head.text, tag(head)], ["", tag(response)], "without a body", head.described);
}

async function put({ caller }, path) {
  const before = await caller.get(path);
  const response = await caller.put(path, { completed: true, user_id: "mallory", id: "other" });
  const after = task(response, 200, "PUT merges");
  const { updated_at, completed_at, revision } = after;
  const changed = { completed: true, completed_at, updated_at, revision };
  same(after, { ...before.json, ...changed }, "PUT changes what was sent and nothing else");
  holds(updated_at >= before.json.updated_at, "the time of change does not go back", updated_at);
  holds(tag(response) !== tag(before), "a change has another tag", tag(response));
  same((await caller.get(path)).json, after, "the response of PUT is what is read");

  const nulls = task(await caller.put(path, { title: null, completed: null }), 200, "PUT ignores null");
  same([nulls.title, nulls.completed], [after.title, true], "for title and completed");
  same((await caller.put(path, { description: null })).json.description, null, "null clears a description");

  const still = await caller.get(path);
  const empty = await caller.put(path, {});
  same(task(empty, 200, "an empty PUT is fine"), still.json, "and changes nothing");
  same(tag(empty), tag(still), "not even the tag");
}

async function patched({ caller }, path) {
  const before = (await caller.get(path)).json;
  const merge = { type: "application/merge-patch+json" };
  const after = task(await caller.patch(path, { title: " Buy oats " }, merge), 200, "PATCH merges");
  const { updated_at, revision } = after;
  same(after, { ...before, title: "Buy oats", updated_at, revision }, "and keeps what was not sent");
  const plain = task(await caller.patch(path, { description: "500 g" }), 200, "plain JSON is a merge patch too");
  same([plain.title, plain.description], ["Buy oats", "500 g"], "with the same meaning");
  for (const member of ["title", "completed"]) {
    expectStatus(await caller.patch(path, { [member]: null }, merge), 422, `PATCH cannot remove ${member}`);
  }
  const still = await caller.get(path);
  same((await caller.patch(path, {}, merge)).json, still.json, "an empty PATCH changes nothing");
  same((await caller.patch(path, { description: null }, merge)).json.description, null, "null removes a description");
}

async function completed({ caller }, path) {
  const complete = `${path}/complete`;
  const set = async (target, options, expected, sentence) => {
    const response = await caller.send("PATCH", target, options);
    same(task(response, 200, sentence).completed, expected, sentence, response.described);
    same((await caller.get(path)).json.completed, expected, `${sentence}, and stays`);
  };
  await caller.put(path, { completed: false });
  await set(complete, {}, true, "no body flips");
  await set(complete, { raw: "" }, false, "an empty body with a JSON content type flips");
  await set(complete, { body: {} }, true, "an empty object flips");
  for (const value of [true, false, false]) {
    await set(complete, { body: { completed: value } }, value, `completed sets ${value}`);
  }
  for (const value of [true, true, false]) {
    await set(complete, { body: { is_completed: value } }, value, `is_completed sets ${value}`);
    await set(`${complete}?completed=${value}`, {}, value, `the query sets ${value}`);
  }
}

async function slashes({ caller }, root, path) {
  const made = await caller.post(`${root}/`, { title: "After a slash" });
  task(made, 201, "a slash at the end is tolerated on POST");
  expectStatus(await caller.get(`${root}/`), 200, "and on the list");
  task(await caller.get(`${path}/`), 200, "and on a task");
  task(await caller.put(`${path}/`, {}), 200, "and on PUT");
  task(await caller.patch(`${path}/complete/`, { completed: true }), 200, "and on complete");
  expectStatus(await caller.delete(`${root}/${made.json.id}/`), 204, "and on DELETE");
}

async function deleted({ caller }, root, path) {
  const gone = expectStatus(await caller.delete(path), 204, "a task is deleted");
  same(gone.text, "", "204 has no body");
  expectStatus(await caller.delete(path), 404, "a second time there is nothing to delete");
  expectStatus(await caller.get(path), 404, "nor to read");
  expectStatus(await caller.put(path, { title: "again" }), 404, "nor to write");
  expectStatus(await caller.patch(path, { title: "again" }), 404, "nor to patch");
  expectStatus(await caller.patch(`${path}/complete`), 404, "nor to complete");

  const { id } = (await caller.post(root, { title: "With a response" })).json;
  const headers = { prefer: "return=representation" };
  const deletion = expectStatus(await caller.delete(`${root}/${id}`, { headers }), 200, "Prefer asks for a response");
  same(deletion.json, { message: "Task deleted", id, task_id: id, deleted: true }, "and gets it");
  same(expectStatus(await caller.get(root), 200, "the list is read").json, [], "nothing is left");
}
