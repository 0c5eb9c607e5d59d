// First: it creates the document.
import { render } from "@/client/tests/render.tsx";

import { expect, test } from "vitest";

import { testClient } from "@/client/tests/support.ts";
import { NoticeProvider } from "@/components/ui/notices";

import { Trash } from "./trash";

const PAGE = 2;

/** The trash of a user with these tasks in it, with some calls that fail. */
async function trash(titles: string[], { failures = 0 } = {}) {
  const { api } = testClient();
  for (const title of titles.toReversed()) await api.remove(await api.create({ title }));
  let left = failures;
  const attempt = <Result,>(run: () => Promise<Result>) => {
    left -= 1;
    return left < 0 ? run() : Promise.reject(new Error("The API cannot be reached."));
  };
  document.body.replaceChildren();
  render(
    <NoticeProvider>
      <Trash
        load={(cursor) => attempt(() => api.listTrash({ limit: PAGE, cursor }))}
        lists={[]}
        onRestore={(task) => api.restore(task)}
        onPurge={(task) => attempt(() => api.purge(task))}
        onEmpty={() => api.emptyTrash()}
      />
    </NoticeProvider>,
  );
  return { api, fail: () => (left = 1) };
}

const rows = () => [...document.querySelectorAll("li")].map((row) => row.querySelector("span")!.textContent);
const text = () => document.body.textContent;
const button = (name: string, within: ParentNode = document) =>
  [...within.querySelectorAll("button")].find((each) => (each.getAttribute("aria-label") ?? each.textContent) === name);
const dialog = () => document.querySelector("dialog");
const trashed = async ({ api }: Awaited<ReturnType<typeof trash>>) => (await api.listTrash()).tasks.map(({ title }) => title);

function press(name: string, within: ParentNode = document) {
  const pressed = button(name, within)!;
  pressed.focus();
  pressed.click();
}

async function confirm(name: string, action: string) {
  press(name);
  await expect.poll(() => dialog()?.open).toBe(true);
  press(action, dialog()!);
}

test("a restored task leaves the trash, the next has the focus", async () => {
  const { api } = await trash(["one", "two"]);
  await expect.poll(rows).toEqual(["one", "two"]);
  press("Restore “one”");
  await expect.poll(rows).toEqual(["two"]);
  await expect.poll(() => document.activeElement?.getAttribute("aria-label")).toBe("Restore “two”");
  await expect.poll(() => document.querySelector("[role=status]")!.textContent).toBe("“one” is restored.");
  expect((await api.list()).tasks).toMatchObject([{ title: "one" }]);
});

test("the trash is loaded page by page", async () => {
  await trash(["one", "two", "three"]);
  await expect.poll(rows).toEqual(["one", "two"]);
  press("Load more");
  await expect.poll(rows).toEqual(["one", "two", "three"]);
  expect(button("Load more")).toBeUndefined();
});

test("the next page follows when all shown tasks are restored", async () => {
  await trash(["one", "two", "three"]);
  await expect.poll(rows).toEqual(["one", "two"]);
  press("Restore “one”");
  press("Restore “two”");
  await expect.poll(rows).toEqual(["three"]);
});

test("a task is deleted for good after a confirmation", async () => {
  const page = await trash(["one", "two"]);
  await expect.poll(rows).toEqual(["one", "two"]);
  await confirm("Delete for good: “two”", "Cancel");
  await expect.poll(dialog).toBe(null);
  expect(rows()).toEqual(["one", "two"]);
  await confirm("Delete for good: “two”", "Delete for good");
  await expect.poll(rows).toEqual(["one"]);
  expect(dialog()).toBe(null);
  await expect.poll(() => document.activeElement?.getAttribute("aria-label")).toBe("Restore “one”");
  expect(await trashed(page)).toEqual(["one"]);
});

test("a failed deletion is shown in its dialog", async () => {
  const page = await trash(["one"]);
  await expect.poll(rows).toEqual(["one"]);
  page.fail();
  await confirm("Delete for good: “one”", "Delete for good");
  await expect.poll(() => dialog()!.querySelector("[role=alert]")?.textContent).toBe("The API cannot be reached.");
  press("Delete for good", dialog()!);
  await expect.poll(text).toContain("The trash is empty.");
  expect(await trashed(page)).toEqual([]);
});

test("the trash is emptied after a confirmation", async () => {
  const page = await trash(["one", "two", "three"]);
  await expect.poll(rows).toEqual(["one", "two"]);
  await confirm("Empty the trash", "Empty the trash");
  await expect.poll(rows).toEqual([]);
  await expect.poll(() => document.activeElement?.textContent).toBe("The trash is empty.");
  expect(await trashed(page)).toEqual([]);
});

test("an empty trash has no button that empties it", async () => {
  await trash([]);
  await expect.poll(text).toContain("The trash is empty.");
  expect(button("Empty the trash")).toBeUndefined();
});

test("a trash that cannot be loaded is loaded again", async () => {
  // Strict Mode loads it twice.
  await trash(["one"], { failures: 2 });
  await expect.poll(() => document.querySelector("[role=alert]")?.textContent).toBe("The API cannot be reached.");
  expect(text()).not.toContain("The trash is empty.");
  press("Try again");
  await expect.poll(rows).toEqual(["one"]);
});
