import { useEffect, useRef, useState } from "react";

import { useSignedIn } from "@/components/account/session";
import { useNotices } from "@/components/ui/notices";
import type { Task } from "tasknook-client";

import { changesOf, merge, quoted, type Editable } from "./editable";
import { useTaskLists } from "./task-lists";
import { isProblem, useEditTask } from "./use-task-changes";

/** A conflict that the user has to resolve. */
export interface Conflict {
  /** The version that both changed. */
  base: Task;
  /** The user's version, with the changes of the other side that do not conflict. */
  mine: Editable;
  theirs: Task;
  conflicting: (keyof Editable)[];
}

/** Saves the changes of a dialog, merged with those made elsewhere. */
export function useSave(onSaved: () => void) {
  const write = useWrite();
  const mounted = useMounted();
  const { warn } = useNotices();
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Error>();
  const [conflict, setConflict] = useState<Conflict>();

  function showResult(found: Conflict | undefined, base: Task) {
    if (mounted.current) return found ? setConflict(found) : onSaved();
    if (found) warn(`${quoted(base.title)} was not saved. It was changed elsewhere.`);
  }

  function showFailure(error: Error, base: Task) {
    if (mounted.current) setFailure(error);
    else warn(`${quoted(base.title)} was not saved. ${error.message}`);
  }

  async function save(mine: Editable, base: Task) {
    setBusy(true);
    setFailure(undefined);
    await write(mine, base).then(
      (found) => showResult(found, base),
      (error: Error) => showFailure(error, base),
    );
    setBusy(false);
  }

  return { save, busy, failure, conflict };
}

function useWrite() {
  const { api } = useSignedIn();
  const lists = useTaskLists();
  const { mutateAsync: edit } = useEditTask();

  return async function write(mine: Editable, base: Task): Promise<Conflict | undefined> {
    try {
      await edit({ task: base, patch: changesOf(mine, base) });
    } catch (error) {
      if (!isProblem(error, "precondition_failed")) throw error;
      const theirs = await api.get(base.id);
      lists.put(theirs);
      const { merged, conflicting } = merge(mine, base, theirs);
      if (conflicting.length) return { base, mine: merged, theirs, conflicting };
      // Nothing is left to write if an earlier attempt succeeded and only its response was lost.
      if (Object.keys(changesOf(merged, theirs)).length) return write(merged, theirs);
    }
  };
}

/** Whether the component is still mounted. */
function useMounted() {
  const mounted = useRef(false);
  useEffect(() => {
    mounted.current = true;
    return () => void (mounted.current = false);
  }, []);
  return mounted;
}
