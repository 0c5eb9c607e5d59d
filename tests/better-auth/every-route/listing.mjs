// Lists: their order, pages, counts, filters and searches.

import { expectStatus, holds, same } from "./check.mjs";

const TITLES = ["100% done", "100 done", "snake_case", "snakeXcase", "back\\slash", "Äpfel kaufen", "МОЛОКО", "İstanbul"];
const PLAIN = Array.from({ length: 17 }, (_, index) => `task ${String(index).padStart(2, "0")}`);

const ids = (tasks) => tasks.map(({ id }) => id);
const key = ({ created_at, id }) => `${created_at} ${id}`;
const newest = (tasks) => [...tasks].sort((one, two) => (key(one) < key(two) ? 1 : -1));

export async function checkLists(user) {
  for (const root of [user.root, "/api/tasks"]) {
    same(expectStatus(await user.caller.get(root), 200, "a list may be empty").json, [], "and is a bare array");
    const made = [];
    for (const [index, title] of [...TITLES, ...PLAIN].entries()) {
      const description = index % 5 === 0 ? `Note ${title}` : null;
      const response = await user.caller.post(root, { title, description, completed: index % 3 === 0 });
      made.push(expectStatus(response, 201, "a task to be listed is created").json);
    }
    const all = newest(made);
    await wholes(user, root, all);
    await pages(user, root, all);
    await filters(user, root, all);
    await searches(user, root, all);
    await orders(user, root, all);
    await rejections(user, root);
    for (const { id } of made) expectStatus(await user.caller.delete(`${root}/${id}`), 204, "a listed task is deleted");
  }
}

async function wholes({ caller }, root, all) {
  const response = expectStatus(await caller.get(root), 200, "the list is read");
  same(response.json, all, "all tasks are there, the newest first");
  same(response.headers.get("link"), null, "a whole list has no next page");
  same(response.headers.get("x-total-count"), null, "it is not counted unasked");
  same(expectStatus(await caller.get(`${root}?limit=1000`), 200, "1000 are the most").json.length, all.length, "of all");
  same((await caller.get(`${root}?colour=red`)).json.length, all.length, "an unknown parameter is ignored");
}

async function pages({ caller }, root, all) {
  const first = expectStatus(await caller.get(`${root}?limit=7&count=true`), 200, "a page is read");
  same(first.headers.get("x-total-count"), String(all.length), "the count is of all pages", first.described);
  const late = expectStatus(await caller.post(root, { title: "late" }), 201, "others write meanwhile").json;

  const byLink = [...first.json];
  const byCursor = [...first.json];
  for (let page = first; page.headers.has("link"); ) {
    holds(byLink.length < all.length, "the pages are finite", page.described);
    same(page.json.length, 7, "a page that has a next one is full");
    page = expectStatus(await caller.get(next(page)), 200, "the next page is read");
    byLink.push(...page.json);
  }
  for (let cursor = first.headers.get("x-next-cursor"); cursor; ) {
    holds(byCursor.length < all.length, "the cursors are finite", cursor);
    const page = await caller.get(`${root}?limit=7&cursor=${encodeURIComponent(cursor)}`);
    byCursor.push(...expectStatus(page, 200, "a cursor is taken").json);
    cursor = page.headers.get("x-next-cursor");
  }
  same(ids(byLink), ids(all), "pages by link skip nothing and repeat nothing");
  same(ids(byCursor), ids(all), "pages by cursor skip nothing and repeat nothing");
  expectStatus(await caller.delete(`${root}/${late.id}`), 204, "the late task is deleted");

  const offset = await caller.get(`${root}?limit=5&offset=5`);
  same(ids(offset.json), ids(all.slice(5, 10)), "an offset is understood");
  const cursor = encodeURIComponent(first.headers.get("x-next-cursor"));
  for (const other of ["sort=title", "status=completed", "search=task", "sort=created&order=asc"]) {
    expectStatus(await caller.get(`${root}?limit=7&${other}&cursor=${cursor}`), 422, `a cursor does not fit ${other}`);
  }
  expectStatus(await caller.get(`${root}?cursor=${cursor.slice(0, -4)}`), 422, "half a cursor is none");

  const filtered = await caller.get(`${root}?status=pending&sort=title&limit=4`);
  const second = expectStatus(await caller.get(next(filtered)), 200, "a link keeps filter and order");
  const whole = (await caller.get(`${root}?status=pending&sort=title`)).json;
  same(ids([...filtered.json, ...second.json]), ids(whole.slice(0, 8)), "on the next page");
}

function next(page) {
  const [, target] = page.headers.get("link").match(/<([^>]+)>\s*;\s*rel="?next"?/) ?? [];
  holds(target !== undefined, "the link leads to the next page", page.described);
  return new URL(target, page.url).href;
}

async function filters({ caller }, root, all) {
  const some = (completed) => all.filter((task) => task.completed === completed);
  const cases = { "status=all": all, "status=pending": some(false), "status=active": some(false) };
  Object.assign(cases, { "status=completed": some(true), "status=COMPLETED": some(true) });
  Object.assign(cases, { "completed=true": some(true), "completed=false": some(false) });
  for (const [query, expected] of Object.entries(cases)) {
    const response = expectStatus(await caller.get(`${root}?${query}&count=true`), 200, `${query} is accepted`);
    same(ids(response.json), ids(expected), `${query} filters`);
    same(response.headers.get("x-total-count"), String(expected.length), `${query} is counted`);
  }
}

async function searches({ caller }, root, all) {
  const cases = { "%": ["100% done"], _: ["snake_case"], "\\": ["back\\slash"], "äPFEL": ["Äpfel kaufen"] };
  Object.assign(cases, { молоко: ["МОЛОКО"], "DONE": ["100% done", "100 done"], "task 0": PLAIN.slice(0, 10) });
  Object.assign(cases, { "nothing of this": [], "'; --": [] });
  for (const [text, titles] of Object.entries(cases)) {
    const response = expectStatus(await caller.get(`${root}?search=${encodeURIComponent(text)}`), 200, `${text} is looked for`);
    const expected = all.filter(({ title }) => titles.includes(title));
    same(ids(response.json), ids(expected), `${text} is found literally, in any case`);
  }
  const noted = all.filter(({ description }) => description !== null);
  same(ids((await caller.get(`${root}?search=nOTE`)).json), ids(noted), "descriptions are searched too");
  const both = (await caller.get(`${root}?search=note&status=completed`)).json;
  same(ids(both), ids(noted.filter(({ completed }) => completed)), "a search and a filter go together");
}

async function orders({ caller }, root, all) {
  const oldest = [...all].reverse();
  const cases = { "sort=-created": all, "sort=created&order=desc": all, "sort=created&order=asc": oldest };
  Object.assign(cases, { "sort=created_at&order=desc": all, "sort_by=created_at&order=asc": oldest });
  for (const [query, expected] of Object.entries(cases)) {
    const response = expectStatus(await caller.get(`${root}?${query}`), 200, `${query} is accepted`);
    same(ids(response.json), ids(expected), `${query} orders`);
  }
  const titles = async (query) => (await caller.get(`${root}?search=task&${query}`)).json.map(({ title }) => title);
  same(await titles("sort=title"), PLAIN, "titles go up");
  same(await titles("sort=-title"), [...PLAIN].reverse(), "and down");
  same(await titles("sort=title&order=desc"), [...PLAIN].reverse(), "by either spelling");

  const touched = oldest[3];
  expectStatus(await caller.put(`${root}/${touched.id}`, { description: "touched" }), 200, "an old task is changed");
  same((await caller.get(`${root}?sort=-updated`)).json[0].id, touched.id, "and is the last one changed");
  same((await caller.get(root)).json.at(-4).id, touched.id, "but stays where it was created");
  const sorted = (await caller.get(`${root}?sort=updated_at&order=asc`)).json.map(({ updated_at }) => updated_at);
  same(sorted, [...sorted].sort(), "times of change go up");
}

async function rejections({ caller }, root) {
  for (const query of ["limit=1001", "limit=-1", "limit=many", "offset=-1", "status=some", "completed=perhaps"]) {
    expectStatus(await caller.get(`${root}?${query}`), 422, `${query} is not valid`);
  }
  for (const query of ["sort=colour", "order=up", "count=many", "cursor=garbage"]) {
    expectStatus(await caller.get(`${root}?${query}`), 422, `${query} is not valid`);
  }
}
