import { useEffect, useRef, useState } from "react";

import { diffTask, type Task } from "tasknook-client";
import { Conflict, useMutations } from "tasknook-client/react";
import { useNotices } from "@/components/ui/notices";

import { quoted, type Editable } from "./editable";
import { useCall } from "@/components/ui/use-call";

/** Saves the changes of a dialog, merged with those made elsewhere. A conflict is left to the user. */
export function useSave(onSaved: () => void) {
  const { update } = useMutations();
  const { run, busy, error } = useCall();
  const { warn } = useNotices();
  const [conflict, setConflict] = useState<Conflict>();
  const mounted = useMounted();

  async function write(mine: Partial<Editable>, base: Task) {
    try {
      await update(base, diffTask(base, mine));
      if (mounted.current) onSaved();
    } catch (error) {
      if (!mounted.current) warn(`${quoted(base.title)} was not saved. ${(error as Error).message}`);
      else if (error instanceof Conflict) setConflict(error);
      else throw error;
    }
  }

  return { save: (mine: Partial<Editable>, base: Task) => run(() => write(mine, base)), busy, error, conflict };
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
