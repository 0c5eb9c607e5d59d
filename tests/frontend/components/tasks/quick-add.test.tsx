// First: it creates the document.
import { render } from "@/client/tests/render.tsx";

import { createRef } from "react";
import { beforeEach, expect, test } from "vitest";

import { dayAfter } from "@/lib/due-date";
import { unfinishedText } from "@/lib/unfinished";
import type { List, NewTask } from "tasknook-client";

import { QuickAdd } from "./quick-add";

const lists = [{ id: "1", name: "Groceries" }] as List[];

let added: NewTask[][];
let stored: Promise<boolean>;

beforeEach(async () => {
  added = [];
  stored = Promise.resolve(true);
  sessionStorage.clear();
  show();
  await expect.poll(() => button("Add")?.disabled).toBe(false);
});

/** Shows the form, in place of the one of another view. */
function show() {
  document.body.replaceChildren();
  return render(<QuickAdd lists={lists} view={{ kind: "tag", tag: "home" }} userId="1" onAdd={onAdd} ref={createRef()} />);
}

async function onAdd(tasks: NewTask[]): Promise<boolean> {
  added.push(tasks);
  return stored;
}

const input = () => document.querySelector("input")!;
const buttons = () => [...document.querySelectorAll("button")];
const button = (name: string) => buttons().find(({ textContent }) => textContent === name);
const submit = () => document.querySelector("form")!.dispatchEvent(new window.Event("submit", { bubbles: true, cancelable: true }));
const parts = () => [...document.querySelectorAll("[aria-label=Recognized] bdi")].map(({ textContent }) => textContent);

function type(text: string) {
  input().focus();
  // The setter of the browser: React ignores values that were set through its own.
  Object.getOwnPropertyDescriptor(Object.getPrototypeOf(input()), "value")!.set!.call(input(), text);
  input().dispatchEvent(new window.Event("input", { bubbles: true }));
}

function paste(text: string) {
  const event = new window.Event("paste", { bubbles: true, cancelable: true });
  input().dispatchEvent(Object.assign(event, { clipboardData: { getData: () => text } }));
}

test("a task is added with what is recognized", async () => {
  type("Buy milk tomorrow !high @gro");
  submit();
  await expect.poll(() => added).toEqual([[{ title: "Buy milk", due_date: dayAfter(1), priority: "high", tags: ["home"], list_id: "1" }]]);
  expect(input().value).toBe("");
  await expect.poll(parts).toEqual([]);
});

test("a part is turned back into text", async () => {
  type("Buy milk tomorrow #food");
  await expect.poll(parts).toEqual(["Tomorrow", "food"]);
  buttons().find(({ textContent }) => textContent === "Due date: Tomorrow(turn “tomorrow” back into text)")!.click();
  await expect.poll(parts).toEqual(["food"]);
  expect(document.activeElement).toBe(input());
  // Typed again, it is a date again.
  type("Buy milk tomorro #food");
  await expect.poll(parts).toEqual(["food"]);
  type("Buy milk tomorrow #food");
  await expect.poll(parts).toEqual(["Tomorrow", "food"]);
});

test("a title that is too long remains", async () => {
  const text = "😀".repeat(201);
  type(text);
  await expect.poll(() => document.querySelector("[role=alert]")?.textContent).toBe("The title has 201 characters; the limit is 200.");
  submit();
  expect(input().value).toBe(text);
  // 200, and a tag that does not count.
  type(`${"😀".repeat(200)} #food`);
  await expect.poll(() => document.querySelector("[role=alert]")?.textContent).toBe("");
  submit();
  await expect.poll(() => added.length).toBe(1);
  expect(added[0]![0]!.title).toBe("😀".repeat(200));
});

test("pasted lines become tasks, or one", async () => {
  paste("- Buy milk\n\n- [ ] Call Anna #work\n");
  await expect.poll(() => button("Add 2 tasks")).toBeTruthy();
  expect([added, input().value]).toEqual([[], "- Buy milk - [ ] Call Anna #work"]);
  button("Add 2 tasks")!.click();
  const tasks = [{ title: "Buy milk", tags: ["home"] }, { title: "Call Anna", tags: ["home", "work"] }];
  await expect.poll(() => added).toEqual([tasks]);
  await expect.poll(() => button("Add 2 tasks")).toBeUndefined();
  paste("Buy milk\nand bread");
  await expect.poll(() => button("Add as one task")).toBeTruthy();
  submit();
  await expect.poll(() => added.at(-1)).toEqual([{ title: "Buy milk and bread", tags: ["home"] }]);
});

test("a pasted line that is too long is named", async () => {
  paste(`Buy milk\n${"x".repeat(201)}`);
  await expect.poll(() => button("Add 2 tasks")?.disabled).toBe(true);
  expect(document.body.textContent).toContain("Line 2 has 201 characters; the limit is 200.");
});

test("a text is kept until its task is stored", async () => {
  let settle!: (isStored: boolean) => void;
  const later = () => void (stored = new Promise((resolve) => (settle = resolve)));
  for (const isStored of [true, false]) {
    later();
    type("Buy milk");
    submit();
    await expect.poll(() => added.length).toBe(1);
    expect([input().value, unfinishedText("1")]).toEqual(["", "Buy milk"]);
    settle(isStored);
    await expect.poll(() => [input().value, unfinishedText("1")]).toEqual(isStored ? ["", ""] : ["Buy milk", "Buy milk"]);
    added = [];
  }
  // What was typed meanwhile remains.
  later();
  submit();
  await expect.poll(() => added.length).toBe(1);
  type("Pay rent");
  settle(true);
  await stored;
  await expect.poll(() => [input().value, unfinishedText("1")]).toEqual(["Pay rent", "Pay rent"]);
});

test("a task that is being stored is not offered again in another view", async () => {
  let settle!: (isStored: boolean) => void;
  stored = new Promise((resolve) => (settle = resolve));
  type("Buy milk");
  submit();
  await expect.poll(() => added.length).toBe(1);
  show();
  await expect.poll(() => button("Add")?.disabled).toBe(false);
  expect([input().value, unfinishedText("1")]).toEqual(["", "Buy milk"]);
  settle(true);
  await expect.poll(() => unfinishedText("1")).toBe("");
});

test("a title that displays nothing has an error", async () => {
  type("\u200b");
  await expect.poll(() => document.querySelector("[role=alert]")?.textContent).toBe("The title has no visible character.");
  submit();
  expect([added, input().value]).toEqual([[], "\u200b"]);
});

test("nothing is added without a text", () => {
  type(" ");
  submit();
  expect(added).toEqual([]);
});
