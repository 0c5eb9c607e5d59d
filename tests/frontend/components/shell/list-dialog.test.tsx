// First: it creates the document.
import { render } from "@/client/tests/render.tsx";

import { useState } from "react";
import { expect, test } from "vitest";

import { testClient } from "@/client/tests/support.ts";
import type { List } from "tasknook-client";

import { ListDialog } from "./list-dialog";

/** The dialog that creates a list, or the one of an existing list with a task. */
async function open(edits = false) {
  const { api } = testClient();
  const list = await api.createList({ name: "Groceries", color: "#1c7ed6" });
  await api.create({ title: "Buy milk", list_id: list.id });
  const stored = async () => (await api.lists()).map(({ name, color }) => [name, color]);
  const inTrash = async () => (await api.listTrash()).tasks.length;
  function Page() {
    const [isOpen, setIsOpen] = useState(true);
    if (!isOpen) return null;
    return (
      <ListDialog
        edited={edits ? edited(list) : undefined}
        onSave={(values) => (edits ? api.updateList(list, values) : api.createList(values))}
        onClose={() => setIsOpen(false)}
      />
    );
  }
  const edited = (list: List) => ({
    list,
    place: { position: 1, total: 1 },
    tasks: 1,
    onMove: () => Promise.resolve(),
    onDelete: (tasks: "keep" | "trash") => api.removeList(list, tasks),
  });
  document.body.replaceChildren();
  render(<Page />);
  await expect.poll(isOpen).toBe(true);
  return { stored, inTrash };
}

const isOpen = () => document.querySelector("dialog")?.open ?? false;
const closed = () => expect.poll(isOpen).toBe(false);
const name = () => document.querySelector<HTMLInputElement>("dialog input:not([type=radio])")!;
const button = (label: string) =>
  [...document.querySelectorAll<HTMLButtonElement>("dialog button")].find(
    (one) => (one.getAttribute("aria-label") ?? one.textContent) === label,
  )!;
const choose = (label: string) =>
  [...document.querySelectorAll<HTMLInputElement>("dialog [type=radio]")]
    .find((one) => (one.getAttribute("aria-label") ?? one.closest("label")?.textContent) === label)!
    .click();
/** The error at the name. */
const fault = () => document.getElementById(`${name().id}-error`)!.textContent;

async function type(text: string) {
  // The setter of the browser: React ignores values that were set through its own.
  Object.getOwnPropertyDescriptor(Object.getPrototypeOf(name()), "value")!.set!.call(name(), text);
  name().dispatchEvent(new window.Event("input", { bubbles: true }));
  await expect.poll(() => name().value).toBe(text);
}

test("a list is created with a name and a color", async () => {
  const { stored } = await open();
  await type(" Work ");
  choose("Teal");
  button("Create list").click();
  await closed();
  expect(await stored()).toEqual([
    ["Groceries", "#1c7ed6"],
    ["Work", "#0c8599"],
  ]);
});

test("a name is required, short and unique", async () => {
  const { stored } = await open();
  button("Create list").click();
  await expect.poll(fault).toBe("Enter a name.");
  await type("x".repeat(101));
  await expect.poll(fault).toBe("");
  button("Create list").click();
  await expect.poll(fault).toBe("Use at most 100 characters.");
  await type("GROCERIES");
  button("Create list").click();
  await expect.poll(fault).toBe("You have a list with this name.");
  expect(isOpen()).toBe(true);
  expect(await stored()).toHaveLength(1);
});

test("a list is renamed and loses its color", async () => {
  const { stored } = await open(true);
  expect(name().value).toBe("Groceries");
  await type("Food");
  choose("No color");
  button("Save").click();
  await closed();
  expect(await stored()).toEqual([["Food", null]]);
});

test.each([
  ["Keep in the Inbox", 0],
  ["Move to the trash", 1],
])("a list is deleted: %s", async (choice, trashed) => {
  const { stored, inTrash } = await open(true);
  button("Delete …").click();
  await expect.poll(() => button("Delete list")).toBeTruthy();
  expect(document.querySelector<HTMLInputElement>("[type=radio]:checked")?.closest("label")?.textContent).toBe("Keep in the Inbox");
  choose(choice);
  button("Delete list").click();
  await closed();
  expect([await stored(), await inTrash()]).toEqual([[], trashed]);
});

test("a list that is not deleted can be edited again", async () => {
  const { stored } = await open(true);
  button("Delete …").click();
  await expect.poll(() => button("Delete list")).toBeTruthy();
  button("Cancel").click();
  await expect.poll(() => button("Save")).toBeTruthy();
  expect(await stored()).toHaveLength(1);
});
