// What the command palette offers for a typed text.

import { searchText, type Task } from "tasknook-client";

/** The groups of commands, in their order. */
export const GROUPS = ["Go to", "Actions", "Lists", "Tags"] as const;

/** Something that the command palette can do. */
export interface Command {
  id: string;
  title: string;
  group: (typeof GROUPS)[number];
  /** The shortcut. */
  hint?: string;
  run: () => void;
}

/** A line of the palette. */
export type Entry = { kind: "command"; command: Command } | { kind: "task"; task: Task } | { kind: "add"; text: string };

/** Entries under a heading. */
export interface Group {
  name: string;
  entries: Entry[];
}

/** Tasks with their titles as they are searched, which are computed once and not for each typed character. */
export type TaskIndex = readonly { task: Task; title: string }[];

/** The maximum number of entries of a group. */
const GROUP_MAX = 20;

export const indexTasks = (tasks: readonly Task[]): TaskIndex => tasks.map((task) => ({ task, title: searchText(task.title) }));

/** The commands and tasks whose titles contain all typed words; the group with the best match comes first. With ">", commands only. */
export function matchingGroups(typed: string, commands: readonly Command[], tasks: TaskIndex): Group[] {
  const isCommand = typed.startsWith(">");
  const text = searchText((isCommand ? typed.slice(1) : typed).trim());
  const groups = GROUPS.map((name) => groupOf(name, commandsOf(name, text, commands)));
  if (text && !isCommand) groups.push(groupOf("Tasks", tasksOf(text, tasks)));
  return groups.filter(({ entries }) => entries.length).sort((one, other) => one.rank - other.rank);
}

interface Ranked {
  entry: Entry;
  rank: number;
}

function groupOf(name: string, ranked: Ranked[]): Group & { rank: number } {
  ranked.sort((one, other) => one.rank - other.rank);
  return { name, entries: ranked.slice(0, GROUP_MAX).map(({ entry }) => entry), rank: ranked[0]?.rank ?? 0 };
}

function commandsOf(name: string, text: string, commands: readonly Command[]): Ranked[] {
  const words = text.split(/\s+/);
  return commands
    .filter(({ group }) => group === name)
    .map((command) => ({ entry: { kind: "command" as const, command }, rank: rankOf(searchText(command.title), text, words) }))
    .filter(({ rank }) => rank < NONE);
}

/** Completed tasks come last. */
function tasksOf(text: string, tasks: TaskIndex): Ranked[] {
  const words = text.split(/\s+/);
  const found: Ranked[] = [];
  for (const { task, title } of tasks) {
    const rank = rankOf(title, text, words);
    if (rank < NONE) found.push({ entry: { kind: "task", task }, rank: task.completed ? rank + NONE : rank });
  }
  return found;
}

/** The rank of a title without the words. */
const NONE = 3;

/** 0 if the title begins with the text, 1 if one of its words does, 2 if it contains the words. */
function rankOf(title: string, text: string, words: readonly string[]): number {
  if (!words.every((word) => title.includes(word))) return NONE;
  return title.startsWith(text) ? 0 : title.includes(` ${text}`) ? 1 : 2;
}
