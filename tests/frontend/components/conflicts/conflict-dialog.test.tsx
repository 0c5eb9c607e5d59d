// First: it creates the document.
import { render } from "@/client/tests/render.tsx";

import { useState, useSyncExternalStore } from "react";
import { expect, test } from "vitest";

import type { Client, List } from "tasknook-client";
import type { OfflineConflict, OfflineTasks } from "tasknook-client/offline";
import { Device, storedTasks } from "@/client/tests/offline-device.ts";
import { QUOTA, testClient } from "@/client/tests/support.ts";
import { NoticeProvider } from "@/components/ui/notices";

import { ConflictDialog, type Choice } from "./conflict-dialog";

const LONG = "x".repeat(201);

/** A device with a task, and another one of the same user. */
async function devices() {
  const device = new Device();
  const { api } = testClient({ userId: device.userId });
  const task = await api.create({ title: "Buy milk", tags: ["shop"] });
  const offline = await device.open();
  await offline.refresh();
  const stored = async () => {
    await offline.flush();
    return storedTasks(device.userId);
  };
  return { api, offline, task, stored };
}

/** Sends what is pending, which makes the conflicts, and shows them. */
async function dialog(offline: OfflineTasks, options: { resolve?: (choice: Choice) => Promise<void> } = {}) {
  await offline.flush();
  await offline.refresh();
  const lists: List[] = offline.lists();
  function Page() {
    const [open, setOpen] = useState(true);
    const conflicts = useSyncExternalStore(offline.subscribe, () => offline.conflicts());
    const onResolve: Resolve = (conflict, choice) => options.resolve?.(choice) ?? offline.resolve(conflict, choice);
    return open && <ConflictDialog conflicts={conflicts} lists={lists} onResolve={onResolve} onClose={() => setOpen(false)} />;
  }
  document.body.replaceChildren();
  render(
    <NoticeProvider>
      <Page />
    </NoticeProvider>,
  );
  await expect.poll(heading).toBeTruthy();
}

type Resolve = (conflict: OfflineConflict, choice: Choice) => Promise<void>;

const all = <Element extends HTMLElement>(selector: string) => [...document.querySelectorAll<Element>(selector)];
const isOpen = () => document.querySelector("dialog")?.open ?? false;
const closed = () => expect.poll(isOpen).toBe(false);
const heading = () => document.querySelector("h3")?.textContent;
const text = () => document.querySelector("dialog")?.textContent ?? "";
const buttons = () => all("dialog button").map(({ textContent }) => textContent);
const press = (name: string) => all("dialog button").find(({ textContent }) => textContent === name)!.click();
/** The highlighted members of each version. */
const marked = () =>
  all("section section").map((version) => [...version.querySelectorAll("mark")].map((mark) => mark.parentElement!.textContent));

function field(label: string) {
  const { htmlFor } = all<HTMLLabelElement>("dialog label").find(({ textContent }) => textContent === label)!;
  return document.getElementById(htmlFor) as HTMLInputElement;
}

function type(label: string, value: string) {
  const input = field(label);
  // The setter of the browser: React ignores values that were set through its own.
  Object.getOwnPropertyDescriptor(Object.getPrototypeOf(input), "value")!.set!.call(input, value);
  input.dispatchEvent(new window.Event("input", { bubbles: true }));
}

async function edit() {
  press("Edit");
  await expect.poll(() => all("form").length).toBe(1);
}

/** A task whose title both sides changed. */
async function changedTwice() {
  const shared = await devices();
  await shared.api.update(shared.task, { title: "Buy oat milk" });
  await shared.offline.update(shared.task, { title: "Buy soy milk", priority: "high" });
  return shared;
}

test("a task that both sides changed gets my version", async () => {
  const { offline, stored } = await changedTwice();
  await dialog(offline);
  expect(heading()).toBe("This task was changed elsewhere");
  expect(buttons()).toEqual(["Decide later", "Edit", "Take theirs", "Keep mine"]);
  expect(marked()).toEqual([["Title differs", "Priority differs"], ["Title differs", "Priority differs"]]);
  press("Keep mine");
  await closed();
  await expect.poll(() => document.querySelector("[role=status]")!.textContent).toBe("All conflicts are resolved.");
  expect(await stored()).toMatchObject([{ title: "Buy soy milk", priority: "high" }]);
});

test("a task that both sides changed gets their version", async () => {
  const { offline, stored } = await changedTwice();
  await dialog(offline);
  press("Take theirs");
  await closed();
  expect(await stored()).toMatchObject([{ title: "Buy oat milk", priority: "medium" }]);
});

test("a task that both sides changed gets edited values", async () => {
  const { offline, stored } = await changedTwice();
  await dialog(offline);
  await edit();
  expect(field("Title").value).toBe("Buy soy milk");
  expect(document.activeElement).toBe(field("Title"));
  type("Title", "Buy milk of any kind");
  type("Tags", "shop, food");
  await expect.poll(() => field("Tags").value).toBe("shop, food");
  press("Save");
  await closed();
  expect(await stored()).toMatchObject([{ title: "Buy milk of any kind", priority: "high", tags: ["shop", "food"] }]);
});

test("edited values survive a cancelled form", async () => {
  const { offline } = await changedTwice();
  await dialog(offline);
  await edit();
  type("Title", "typed");
  await expect.poll(() => field("Title").value).toBe("typed");
  field("Title").dispatchEvent(new window.KeyboardEvent("keydown", { key: "Escape", bubbles: true, cancelable: true }));
  await expect.poll(() => all("form").length).toBe(0);
  expect(isOpen()).toBe(true);
  await edit();
  expect(field("Title").value).toBe("typed");
});

test("a conflict that another tab resolves keeps the form", async () => {
  const { offline } = await changedTwice();
  await dialog(offline);
  await edit();
  type("Title", "typed");
  await offline.resolve(offline.conflicts()[0]!, "theirs");
  await expect.poll(buttons).toEqual(["Continue"]);
  expect(text()).toContain("This conflict was resolved elsewhere.");
  expect(field("Title").value).toBe("typed");
  press("Continue");
  await closed();
});

test("a task that was deleted elsewhere is kept", async () => {
  const { api, offline, task, stored } = await devices();
  await api.remove(task);
  await offline.update(task, { title: "Buy soy milk" });
  await dialog(offline);
  expect(heading()).toBe("This task was deleted elsewhere");
  expect(buttons()).toEqual(["Decide later", "Edit", "Delete anyway", "Keep the task"]);
  expect(marked()).toEqual([["Title changed"]]);
  press("Keep the task");
  await closed();
  expect(await stored()).toMatchObject([{ id: task.id, title: "Buy soy milk", tags: ["shop"] }]);
});

test("a task that was deleted elsewhere remains deleted", async () => {
  const { api, offline, task, stored } = await devices();
  await api.remove(task);
  await offline.update(task, { title: "Buy soy milk" });
  await dialog(offline);
  press("Delete anyway");
  await closed();
  expect(await stored()).toEqual([]);
});

/** A task that was deleted on this device. */
async function deletedHere(api: Client, offline: OfflineTasks, task: Awaited<ReturnType<Client["create"]>>) {
  await api.update(task, { title: "Buy oat milk", due_date: "2030-01-02" });
  await offline.remove(task);
  return dialog(offline);
}

test("a deleted task that was changed elsewhere is deleted", async () => {
  const { api, offline, task, stored } = await devices();
  await deletedHere(api, offline, task);
  expect(heading()).toBe("You deleted a task that was changed elsewhere");
  expect(buttons()).toEqual(["Decide later", "Keep the task", "Delete anyway"]);
  expect(marked()).toEqual([["Title changed", "Due date changed"], ["Title changed", "Due date changed"]]);
  press("Delete anyway");
  await closed();
  expect(await stored()).toEqual([]);
});

test("a deleted task that was changed elsewhere is kept", async () => {
  const { api, offline, task, stored } = await devices();
  await deletedHere(api, offline, task);
  press("Keep the task");
  await closed();
  expect(await stored()).toMatchObject([{ title: "Buy oat milk", due_date: "2030-01-02" }]);
});

test("a rejected task is corrected and added", async () => {
  const { offline, stored } = await devices();
  await offline.create({ title: LONG, tags: ["home"], completed: true });
  await dialog(offline);
  expect(heading()).toBe("This task could not be added");
  expect(text()).toContain("The title must be at most 200 characters.");
  expect(buttons()).toEqual(["Decide later", "Discard", "Edit"]);
  await edit();
  expect(document.activeElement).toBe(field("Title"));
  expect(field("Title").value).toBe(LONG);
  expect(field("Title").getAttribute("aria-invalid")).toBe("true");
  type("Title", "");
  await expect.poll(text).toContain("The title must not be empty.");
  press("Save");
  type("Title", "short");
  await expect.poll(() => field("Title").getAttribute("aria-invalid")).toBe("false");
  press("Save");
  await closed();
  expect(await stored()).toMatchObject([{ title: "short", tags: ["home"], completed: true }, { title: "Buy milk" }]);
});

test("a rejected change is discarded", async () => {
  const { offline, task, stored } = await devices();
  await offline.update(task, { description: "x".repeat(1001) });
  await dialog(offline);
  expect(heading()).toBe("Your change could not be saved");
  expect(text()).toContain("The description must be at most 1000 characters.");
  press("Discard");
  await closed();
  expect(await stored()).toEqual([task]);
});

test("a task whose list was deleted is added without it", async () => {
  const { api, offline, stored } = await devices();
  const list = await api.createList({ name: "Home" });
  await api.removeList(list);
  await offline.create({ title: "Clean", list_id: list.id });
  await dialog(offline);
  expect(text()).toContain("The list does not exist any more.");
  await edit();
  expect(field("List").value).toBe("");
  press("Save");
  await closed();
  expect((await stored())[0]).toMatchObject({ title: "Clean", list_id: null });
});

test("a task beyond the quota is added after a deletion", async () => {
  const { api, offline, task, stored } = await devices();
  for (let count = 1; count < QUOTA; count += 1) await api.create({ title: `task ${count}` });
  await offline.create({ title: "one more" });
  await dialog(offline);
  expect(text()).toContain(`You can have at most ${QUOTA} tasks; delete some before you add others.`);
  expect(buttons()).toEqual(["Decide later", "Edit", "Discard", "Try again"]);
  await api.remove(task);
  press("Try again");
  await closed();
  expect((await stored())[0]).toMatchObject({ title: "one more" });
});

test("a rejected restoration is discarded", async () => {
  const { api, offline, task, stored } = await devices();
  await api.remove(task);
  for (let count = 0; count < QUOTA; count += 1) await api.create({ title: `task ${count}` });
  await offline.restore(task);
  await dialog(offline);
  expect(heading()).toBe("This task could not be restored");
  expect(text()).toContain("Buy milk");
  press("Discard");
  await closed();
  expect(await stored()).toHaveLength(QUOTA);
});

test("several conflicts are shown one after the other", async () => {
  const { offline, task, stored } = await devices();
  await offline.create({ title: LONG });
  await offline.update(task, { title: LONG });
  await dialog(offline);
  expect(text()).toContain("1 of 2");
  const first = heading();
  press("Discard");
  await expect.poll(heading).not.toBe(first);
  expect(text()).toContain("2 of 2");
  expect(document.activeElement).toBe(document.querySelector("h3"));
  press("Decide later");
  await closed();
  expect(offline.conflicts()).toHaveLength(1);
  expect(await stored()).toEqual([task]);
});

test("an answer that cannot be stored is shown as an error", async () => {
  const { offline } = await changedTwice();
  const resolve = () => Promise.reject(new Error("The device has no storage left."));
  await dialog(offline, { resolve });
  await edit();
  type("Title", "typed");
  await expect.poll(() => field("Title").value).toBe("typed");
  press("Save");
  await expect.poll(() => document.querySelector("[role=alert]")?.textContent).toBe("The device has no storage left.");
  expect(field("Title").value).toBe("typed");
  expect(isOpen()).toBe(true);
});
