import { useEffect, useRef, useState } from "react";

import { useSignedIn } from "@/components/account/session";
import { useNotices } from "@/components/ui/notices";
import type { Task } from "@/lib/api";

import { useTaskLists } from "./task-lists";
import { changesOf, merge, quoted, type TaskText } from "./task-text";
import { isProblem, useEditTask } from "./use-task-changes";

/** What somebody has to decide. */
export interface Conflict {
  /** What both started from. */
  base: Task;
  /** What was written here, with what was changed elsewhere alone. */
  mine: TaskText;
  theirs: Task;
  disputed: (keyof TaskText)[];
}

/** Saves what a dialog edits, on top of what was changed elsewhere meanwhile. */
export function useSave(onSaved: () => void) {
  const write = useWrite();
  const live = useLive();
  const { warn } = useNotices();
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Error>();
  const [conflict, setConflict] = useState<Conflict>();

  function show(found: Conflict | undefined, base: Task) {
    if (live.current) return found ? setConflict(found) : onSaved();
    if (found) warn(`${quoted(base.title)} was not saved. It was changed elsewhere.`);
  }

  function fail(error: Error, base: Task) {
    if (live.current) setFailure(error);
    else warn(`${quoted(base.title)} was not saved. ${error.message}`);
  }

  async function save(mine: TaskText, base: Task) {
    setBusy(true);
    setFailure(undefined);
    await write(mine, base).then(
      (found) => show(found, base),
      (error: Error) => fail(error, base),
    );
    setBusy(false);
  }

  return { save, busy, failure, conflict };
}

function useWrite() {
  const { api } = useSignedIn();
  const lists = useTaskLists();
  const { mutateAsync: edit } = useEditTask();

  return async function write(mine: TaskText, base: Task): Promise<Conflict | undefined> {
    try {
      await edit({ task: base, patch: changesOf(mine, base) });
    } catch (error) {
      if (!isProblem(error, "precondition_failed")) throw error;
      const theirs = await api.get(base.id);
      lists.put(theirs);
      const { text, disputed } = merge(mine, base, theirs);
      if (disputed.length) return { base, mine: text, theirs, disputed };
      // Nothing is left to write when it was written before, and only the answer was lost.
      if (Object.keys(changesOf(text, theirs)).length) return write(text, theirs);
    }
  };
}

/** Whether the component is still there. */
function useLive() {
  const live = useRef(false);
  useEffect(() => {
    live.current = true;
    return () => void (live.current = false);
  }, []);
  return live;
}
