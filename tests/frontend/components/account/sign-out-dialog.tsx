import { useEffect, useEffectEvent, useState } from "react";

import { useStore } from "@/components/store/store";
import { Dialog } from "@/components/ui/dialog";

import { useSignOut } from "./session";

/** Milliseconds to wait until the last changes are sent. */
const FLUSH_TIMEOUT = 3000;

/** Signs out, and deletes the tasks from this device. Asks if changes are not sent yet. */
export function SignOutDialog({ onClose }: { onClose: () => void }) {
  const store = useStore();
  const signOut = useSignOut();
  const [left, setLeft] = useState<{ pending: number; conflicts: number }>();
  const [isEnding, setEnding] = useState(false);
  const [error, setError] = useState<string>();

  async function finish() {
    setLeft(undefined);
    setError(undefined);
    setEnding(true);
    try {
      await signOut(() => store.clear());
    } catch {
      setEnding(false);
      setError("Signing out did not work. Check your connection, and try again.");
    }
  }

  const begin = useEffectEvent(async () => {
    const timeout = new Promise<void>((resolve) => setTimeout(resolve, FLUSH_TIMEOUT));
    await Promise.race([store.flush(), timeout]);
    const { status, conflicts } = store.snapshot();
    if (status.pending || conflicts.length) setLeft({ pending: status.pending, conflicts: conflicts.length });
    else await finish();
  });
  useEffect(() => void begin(), []);

  return (
    <Dialog heading="Sign out" onClose={onClose} locked={left === undefined && !error}>
      {left !== undefined && (
        <p>
          {left.pending > 0 && `${count(left.pending)} only on this device, because Tasknook cannot be reached. `}
          {left.conflicts > 0 && `${count(left.conflicts)} only on this device, until you decide about ${left.conflicts === 1 ? "it" : "them"}. `}
          If you sign out now, {left.pending + left.conflicts === 1 ? "it is" : "they are"} lost.
        </p>
      )}
      {error && (
        <p className="failure" role="alert">
          {error}
        </p>
      )}
      {left === undefined && !error && <p role="status">{isEnding ? "Signing out …" : "Saving the last changes …"}</p>}
      {(left !== undefined || error) && (
        <div className="actions">
          <button className="button" onClick={onClose}>
            Stay signed in
          </button>
          <button className={left === undefined ? "button" : "button danger"} onClick={() => void finish()}>
            {left === undefined ? "Try again" : "Discard and sign out"}
          </button>
        </div>
      )}
    </Dialog>
  );
}

const count = (changes: number) => (changes === 1 ? "1 change is" : `${changes} changes are`);
