import { useEffect, useRef, useState } from "react";

import { useUser } from "@/components/account/session";
import { useNotices } from "@/components/ui/notices";
import { forgetEdits, keepEdits } from "@/lib/kept-edits";
import { errorsOf, fieldsOf, hasOtherValues, patchOf, withEdit, type EditErrors, type Edits } from "@/lib/task-edits";
import type { Task } from "tasknook-client";

import type { RowActions } from "./actions";
import { useLatest } from "./use-latest";

/** Edits that could not be saved and that the user wants back, by the id of the task. */
const returned = new Map<string, Edits>();

const NAMES = { title: "title", description: "description", due: "due date", tags: "tags", priority: "priority", list: "list" };

/** What the user types into the editor of a task. It is saved when the editor closes, in whatever way. */
export function useEdits(task: Task, actions: RowActions) {
  const { id: userId } = useUser();
  const { inform } = useNotices();
  const [edits, setEdits] = useState<Edits>(() => returned.get(task.id) ?? {});
  const typed = useRef(edits);
  const latest = useLatest(task);
  /** The version that the edits were made to. A field that changes elsewhere meanwhile is a conflict, and is not overwritten. */
  const seen = useRef(task);

  function change(edit: Edits): void {
    follow();
    typed.current = withEdit(latest.current, typed.current, edit);
    setEdits(typed.current);
  }

  /** Takes the latest version, unless a field with edits has another value in it. */
  function follow(): void {
    if (!hasOtherValues(latest.current, seen.current, typed.current)) seen.current = latest.current;
  }

  /** Saves the valid fields. At the end, the others return to what the task has, and a notice offers them. */
  const [save] = useState(() => ({ isLast }: { isLast: boolean }) => {
    follow();
    const [task, edits] = [seen.current, typed.current];
    const patch = patchOf(task, edits);
    if (Object.keys(patch).length) actions.change(task, patch);
    seen.current = { ...task, ...patch } as Task;
    if (!isLast) return;
    typed.current = {};
    returned.delete(task.id);
    const rejected = rejectedOf(edits);
    if (!Object.keys(rejected).length) return;
    const offer = () => {
      returned.set(task.id, rejected);
      actions.edit(task.id);
    };
    // An empty title is nothing to return.
    inform(rejectionText(errorsOf(rejected)), rejected.title?.trim() === "" && Object.keys(rejected).length === 1 ? undefined : offer);
  });

  const isMounted = useRef(false);
  useEffect(() => {
    let isKept = false;
    /** The page is hidden, and may never be shown again. */
    const leave = () => {
      if (isKept || !Object.keys(typed.current).length) return;
      isKept = true;
      follow();
      keepEdits(userId, { task: seen.current, edits: typed.current });
      save({ isLast: false });
    };
    const stay = () => {
      if (isKept) forgetEdits(userId, task.id);
      isKept = false;
    };
    const onVisibility = () => (document.hidden ? leave() : stay());
    isMounted.current = true;
    document.addEventListener("visibilitychange", onVisibility);
    // A page that is closed or reloaded is still visible at its `pagehide`.
    window.addEventListener("pagehide", leave);
    window.addEventListener("pageshow", stay);
    return () => {
      isMounted.current = false;
      stay();
      document.removeEventListener("visibilitychange", onVisibility);
      window.removeEventListener("pagehide", leave);
      window.removeEventListener("pageshow", stay);
      // Strict Mode mounts it again at once.
      queueMicrotask(() => isMounted.current || save({ isLast: true }));
    };
  }, [save, userId, task.id]);

  return { fields: { ...fieldsOf(task), ...edits }, errors: errorsOf(edits), change, save };
}

function rejectedOf(edits: Edits): Edits {
  const errors = errorsOf(edits);
  return Object.fromEntries(Object.entries(edits).filter(([name]) => name in errors));
}

function rejectionText(errors: EditErrors): string {
  const names = (Object.keys(errors) as (keyof EditErrors)[]).map((name) => `the ${NAMES[name]}`);
  return `Not saved: ${names.join(" and ")}. ${Object.values(errors)[0]}`;
}
