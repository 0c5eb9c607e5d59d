import { expect, it } from "vitest";

import type { Task } from "tasknook-client";

import { indexTasks, matchingGroups, type Command, type Group } from "./palette";

const task = (title: string, completed = false) => ({ id: title, title, completed }) as Task;
const command = (title: string, group: Command["group"]): Command => ({ id: title, title, group, run: () => {} });

const commands = [command("Today", "Go to"), command("New list", "Actions"), command("Groceries", "Lists"), command("errand", "Tags")];
const tasks = indexTasks([task("Buy milk", true), task("Milk the goat"), task("Call the dairy about milk"), task("Today is fine")]);

const titles = (groups: Group[]) =>
  groups.map(({ name, entries }) => [
    name,
    entries.map((entry) => (entry.kind === "command" ? entry.command.title : entry.kind === "task" ? entry.task.title : entry.text)),
  ]);

it("empty text offers all commands and no tasks", () => {
  expect(titles(matchingGroups(" ", commands, tasks))).toEqual([
    ["Go to", ["Today"]],
    ["Actions", ["New list"]],
    ["Lists", ["Groceries"]],
    ["Tags", ["errand"]],
  ]);
});

it("all words must match, the best match first", () => {
  expect(titles(matchingGroups("MILK", commands, tasks))).toEqual([["Tasks", ["Milk the goat", "Call the dairy about milk", "Buy milk"]]]);
  expect(titles(matchingGroups("milk the", commands, tasks))).toEqual([["Tasks", ["Milk the goat", "Call the dairy about milk"]]]);
  expect(matchingGroups("milk tea", commands, tasks)).toEqual([]);
});

it("commands come before tasks that match as well", () => {
  expect(titles(matchingGroups("today", commands, tasks))).toEqual([
    ["Go to", ["Today"]],
    ["Tasks", ["Today is fine"]],
  ]);
});

it("a task that matches better comes before commands", () => {
  expect(titles(matchingGroups("li", [command("New list", "Actions")], indexTasks([task("Light bulbs")])))).toEqual([
    ["Tasks", ["Light bulbs"]],
    ["Actions", ["New list"]],
  ]);
});

it("a leading > offers commands only", () => {
  expect(titles(matchingGroups(">today", commands, tasks))).toEqual([["Go to", ["Today"]]]);
});

it("at most 20 tasks are offered", () => {
  const many = indexTasks(Array.from({ length: 10_000 }, (_, number) => task(`Task ${number}`)));
  const [group] = matchingGroups("task 9", [], many);
  expect(group?.entries).toHaveLength(20);
  expect(group?.entries[0]).toMatchObject({ task: { title: "Task 9" } });
});
