import type { Command } from "@/lib/palette";
import type { View } from "@/lib/view";
import type { List } from "tasknook-client";

import type { Dialog } from "./open-dialog";

interface Options {
  lists: readonly List[];
  tags: readonly { name: string }[];
  onView: (view: View) => void;
  onNewTask: () => void;
  onOpen: (dialog: Dialog) => void;
}

/** The commands of the palette. */
export function commandsOf({ lists, tags, onView, onNewTask, onOpen }: Options): Command[] {
  const view = (id: string, title: string, to: View, group: Command["group"]) => ({ id, title, group, run: () => onView(to) });
  const dialog = (title: string, open: Dialog, hint?: string) =>
    ({ id: title, title, group: "Actions", hint, run: () => onOpen(open) }) satisfies Command;
  return [
    view("all", "All tasks", { kind: "all" }, "Go to"),
    view("today", "Today", { kind: "today" }, "Go to"),
    view("upcoming", "Next 7 days", { kind: "upcoming" }, "Go to"),
    view("inbox", "Inbox", { kind: "inbox" }, "Go to"),
    view("trash", "Trash", { kind: "trash" }, "Go to"),
    { id: "new", title: "New task", group: "Actions", hint: "n", run: onNewTask },
    dialog("New list", { name: "list" }),
    dialog("Keyboard shortcuts", { name: "shortcuts" }, "?"),
    { id: "export", title: "Export", group: "Actions", run: () => location.assign("/tasks/export") },
    dialog("Sign out", { name: "sign-out" }),
    ...lists.map(({ id, name }) => view(`list ${id}`, name, { kind: "list", id }, "Lists")),
    ...tags.map(({ name }) => view(`tag ${name}`, name, { kind: "tag", tag: name }, "Tags")),
  ];
}
