import { useState, type RefObject } from "react";

import { useNotices } from "@/components/ui/notices";

import type { RowActions } from "./actions";
import type { Rows } from "./rows";
import type { TaskListProps } from "./task-list";
import { useLatest } from "./use-latest";
import { fadeCopy } from "./use-row-motion";

/** The actions of the rows, and the id of the task that is dragged. */
export function useRowActions(props: TaskListProps, rows: Rows, focusRow: (id: string) => void, copies: RefObject<HTMLElement | null>) {
  const { announce } = useNotices();
  const [dragged, drag] = useState<string>();
  const latest = useLatest({ props, rows, focusRow });

  const [actions] = useState((): RowActions => {
    const current = () => latest.current.props;
    const fade = (id: string) => {
      const row = copies.current?.parentElement?.querySelector<HTMLElement>(`li[data-id="${CSS.escape(id)}"]`);
      if (row && id !== current().editing) fadeCopy(row, copies.current!);
    };
    return {
      complete(task, completed) {
        fade(task.id);
        current().onComplete(task, completed);
      },
      change: (task, patch) => current().onChange(task, patch),
      delete(task) {
        fade(task.id);
        current().onDelete(task);
      },
      move(task, by) {
        const neighbor = latest.current.rows.open[latest.current.rows.indexOf(task.id) + by];
        if (!neighbor) return announce(by < 0 ? "It is the first task." : "It is the last task.");
        current().onMove(task, by < 0 ? { before: neighbor.id } : { after: neighbor.id });
        announce(`Moved ${by < 0 ? "before" : "after"} ${neighbor.title}.`);
      },
      drop(id, target, edge) {
        const task = latest.current.rows.open.find((one) => one.id === id);
        if (!task || id === target.id) return;
        current().onMove(task, edge === "top" ? { before: target.id } : { after: target.id });
        announce(`Moved ${edge === "top" ? "before" : "after"} ${target.title}.`);
      },
      drag,
      tag: (tag) => current().onTag(tag),
      edit: (id) => current().onEditing(id),
      close(id, { focus }) {
        // Another editor may have been opened.
        if (current().editing === id) current().onEditing(undefined);
        if (focus) latest.current.focusRow(id);
      },
    };
  });
  return { actions, dragged };
}
