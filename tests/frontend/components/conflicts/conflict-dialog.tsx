import { useEffect, useEffectEvent, useState } from "react";

import type { List, TaskPatch } from "tasknook-client";
import type { OfflineConflict } from "tasknook-client/offline";
import { Dialog } from "@/components/ui/dialog";
import { useNotices } from "@/components/ui/notices";

import { ConflictForm } from "./conflict-form";
import { ConflictQuestion } from "./conflict-question";
import { editedOf, patchOf, type Edited } from "./edited";

/** How a conflict ends, as in `OfflineTasks.resolve`. */
export type Choice = "mine" | "theirs" | TaskPatch;

interface Props {
  conflicts: readonly OfflineConflict[];
  lists: readonly List[];
  onResolve: (conflict: OfflineConflict, choice: Choice) => Promise<void>;
  onClose: () => void;
}

/** Shows one conflict after the other, and closes after the last. */
export function ConflictDialog({ conflicts, lists, onResolve, onClose }: Props) {
  const [resolved, setResolved] = useState<ReadonlySet<string>>(new Set());
  /** Shown until it is answered or saved, also if another tab has resolved it: nothing that is typed may vanish. */
  const [pinned, setPinned] = useState<OfflineConflict>();
  const [editing, setEditing] = useState(false);
  const [busy, setBusy] = useState(false);
  const { announce } = useNotices();

  const left = conflicts.filter(({ id }) => !resolved.has(id));
  const conflict = pinned ?? left[0];
  const isGone = !!pinned && !left.some(({ id }) => id === pinned.id);
  const total = resolved.size + left.length + (isGone ? 1 : 0);

  const finish = useEffectEvent(() => {
    announce("All conflicts are resolved.");
    onClose();
  });
  const isFinished = !conflict;
  useEffect(() => {
    if (isFinished) finish();
  }, [isFinished]);
  if (!conflict) return null;

  async function resolve(choice: Choice) {
    setPinned(conflict);
    setBusy(true);
    try {
      await onResolve(conflict!, choice);
      setResolved((others) => new Set(others).add(conflict!.id));
      setPinned(undefined);
      setEditing(false);
    } finally {
      setBusy(false);
    }
  }

  function edit(isEditing: boolean) {
    setEditing(isEditing);
    setPinned(isEditing ? conflict : undefined);
  }

  return (
    // While the form is shown, Escape returns to the question.
    <Dialog heading="Resolve conflicts" onClose={onClose} locked={busy || editing} wide>
      <Conflict
        key={conflict.id}
        conflict={conflict}
        position={total > 1 ? `${resolved.size + 1} of ${total}` : undefined}
        lists={lists}
        busy={busy}
        gone={isGone && !busy}
        editing={editing}
        onEdit={edit}
        onResolve={resolve}
        onLater={onClose}
      />
    </Dialog>
  );
}

interface ConflictProps {
  conflict: OfflineConflict;
  position?: string;
  lists: readonly List[];
  busy: boolean;
  gone: boolean;
  editing: boolean;
  onEdit: (editing: boolean) => void;
  onResolve: (choice: Choice) => Promise<void>;
  onLater: () => void;
}

/** One conflict: the question, or the form. */
function Conflict({ conflict, position, lists, busy, gone, editing, onEdit, onResolve, onLater }: ConflictProps) {
  const [edited, setEdited] = useState<Edited>(() => editedOf(conflict));
  const [error, setError] = useState<Error>();

  async function resolve(choice: Choice) {
    setError(undefined);
    try {
      await onResolve(choice);
    } catch (thrown) {
      setError(thrown as Error);
    }
  }

  const shared = { conflict, lists, busy, error };
  return editing ? (
    <ConflictForm
      {...shared}
      gone={gone}
      edited={edited}
      onChange={setEdited}
      onSave={() => resolve(patchOf(conflict, edited))}
      onCancel={() => onEdit(false)}
    />
  ) : (
    <ConflictQuestion {...shared} position={position} onAnswer={resolve} onEdit={() => onEdit(true)} onLater={onLater} />
  );
}
