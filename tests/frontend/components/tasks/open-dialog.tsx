import { SignOutDialog } from "@/components/account/sign-out-dialog";
import { ConflictDialog } from "@/components/conflicts/conflict-dialog";
import { CommandPalette } from "@/components/shell/command-palette";
import { ShortcutsDialog } from "@/components/shell/shortcuts-dialog";
import { useSnapshot, useStore } from "@/components/store/store";
import type { Counts } from "@/lib/counts";
import type { View } from "@/lib/view";
import type { List, Task } from "tasknook-client";

import { commandsOf } from "./commands";
import { EditList } from "./edit-list";
import { useTaskActions } from "./use-task-actions";

/** A dialog of the page. */
export type Dialog = { name: "palette" | "shortcuts" | "conflicts" | "sign-out" } | { name: "list"; list?: List };

interface Props {
  dialog: Dialog;
  counts: Counts;
  onView: (view: View) => void;
  /** Shows a task, and opens its editor. */
  onEdit: (task: Task) => void;
  onNewTask: () => void;
  onOpen: (dialog: Dialog) => void;
  onClose: () => void;
}

/** The dialog that is open. */
export function OpenDialog({ dialog, counts, onView, onEdit, onNewTask, onOpen, onClose }: Props) {
  const store = useStore();
  const [tasks, lists, conflicts] = [useSnapshot("tasks"), useSnapshot("lists"), useSnapshot("conflicts")];
  const { add } = useTaskActions();
  switch (dialog.name) {
    case "palette":
      return (
        <CommandPalette
          commands={commandsOf({ lists, tags: counts.tags, onView, onNewTask, onOpen })}
          tasks={tasks}
          onTask={onEdit}
          onAdd={(title) => void add([{ title }])}
          onClose={onClose}
        />
      );
    case "shortcuts":
      return <ShortcutsDialog onClose={onClose} />;
    case "conflicts":
      return (
        <ConflictDialog
          conflicts={conflicts}
          lists={lists}
          onResolve={(conflict, choice) => store.write((offline) => offline.resolve(conflict, choice))}
          onClose={onClose}
        />
      );
    case "list":
      return <EditList list={dialog.list} onView={onView} onClose={onClose} />;
    case "sign-out":
      return <SignOutDialog onClose={onClose} />;
  }
}
