// First: it creates the document.
import { render } from "@/client/tests/render.tsx";

import { useState } from "react";
import { beforeEach, expect, test } from "vitest";

import type { Command } from "@/lib/palette";
import type { Task } from "tasknook-client";

import { CommandPalette } from "./command-palette";

const tasks = ["Buy milk", "Call the dentist", "Milk the goat"].map((title) => ({ id: title, title, completed: false })) as Task[];

let done: string[];
beforeEach(() => void (done = []));

/** An open palette, whose actions note whether it was closed before them. */
async function open({ canAdd = true } = {}) {
  const note = (text: string) => done.push(document.querySelector("dialog") ? `${text}, while open` : text);
  const command = (title: string, group: Command["group"]): Command => ({ id: title, title, group, run: () => note(title) });
  const commands = [command("Today", "Go to"), command("New list", "Actions"), command("Groceries", "Lists")];
  function Page() {
    const [isOpen, setIsOpen] = useState(true);
    if (!isOpen) return null;
    return (
      <CommandPalette
        commands={commands}
        tasks={tasks}
        onTask={({ title }) => note(title)}
        onAdd={canAdd ? (text) => note(`Add ${text}`) : undefined}
        onClose={() => setIsOpen(false)}
      />
    );
  }
  document.body.replaceChildren();
  render(<Page />);
  await expect.poll(input).toBeTruthy();
}

const input = () => document.querySelector<HTMLInputElement>("[role=combobox]")!;
const options = () => [...document.querySelectorAll("[role=option]")].map(({ textContent }) => textContent);
const status = () => document.querySelector("[role=status]")?.textContent;

/** The selected option, which is also the active descendant of the text field. */
function selected() {
  const option = document.querySelector("[role=option][aria-selected=true]");
  expect(input().getAttribute("aria-activedescendant")).toBe(option?.id ?? null);
  return option?.textContent;
}

async function type(text: string) {
  // The setter of the browser: React ignores values that were set through its own.
  Object.getOwnPropertyDescriptor(Object.getPrototypeOf(input()), "value")!.set!.call(input(), text);
  input().dispatchEvent(new window.Event("input", { bubbles: true }));
  await expect.poll(() => input().value).toBe(text);
}

const press = (key: string, init: KeyboardEventInit = {}) =>
  input().dispatchEvent(new window.KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...init }));

test("arrows, Home and End select an option", async () => {
  await open();
  expect(options()).toEqual(["Today", "New list", "Groceries"]);
  expect(selected()).toBe("Today");
  for (const [key, option] of [
    ["ArrowDown", "New list"],
    ["End", "Groceries"],
    ["ArrowDown", "Today"],
    ["ArrowUp", "Groceries"],
    ["Home", "Today"],
  ] as const) {
    press(key);
    await expect.poll(selected).toBe(option);
  }
});

test("Enter closes the palette, then runs the best match", async () => {
  await open();
  press("End");
  await type("milk");
  await expect.poll(options).toEqual(["Milk the goat", "Buy milk"]);
  expect(selected()).toBe("Milk the goat");
  expect(status()).toBe("2 results");
  press("Enter");
  expect(done).toEqual(["Milk the goat"]);
});

test("a click runs a command", async () => {
  await open();
  document.querySelectorAll<HTMLElement>("[role=option]")[1]!.click();
  expect(done).toEqual(["New list"]);
});

test("text without a match can be added as a task", async () => {
  await open();
  await type(" Paint the fence ");
  await expect.poll(options).toEqual(["Add task “Paint the fence”"]);
  expect(status()).toBe("Nothing found.");
  press("Enter");
  expect(done).toEqual(["Add Paint the fence"]);
});

test("a command without a match is no task", async () => {
  await open();
  await type(">Paint");
  await expect.poll(status).toBe("Nothing found.");
  expect([options(), selected()]).toEqual([[], undefined]);
  press("Enter");
  expect(done).toEqual([]);
});

test("a palette that cannot add offers nothing", async () => {
  await open({ canAdd: false });
  await type("Paint");
  await expect.poll(status).toBe("Nothing found.");
  expect(options()).toEqual([]);
});

test("keys of an input method remain its own", async () => {
  await open();
  press("Enter", { isComposing: true });
  press("ArrowDown", { isComposing: true });
  expect([done, selected()]).toEqual([[], "Today"]);
});

test("the shortcut of the palette closes it", async () => {
  await open();
  press("k", { ctrlKey: true });
  await expect.poll(() => document.querySelector("dialog")).toBeNull();
});
