import { useState, type ReactNode } from "react";

import { Dialog } from "./dialog";

interface Props {
  heading: string;
  /** The text of the button. */
  action: string;
  onConfirm: () => Promise<unknown>;
  /** Closes it, and shows the result. */
  onConfirmed: () => void;
  onClose: () => void;
  /** What happens. */
  children: ReactNode;
}

/** Asks before something that cannot be undone. */
export function Confirm({ heading, action, onConfirm, onConfirmed, onClose, children }: Props) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<Error>();

  async function confirm() {
    setBusy(true);
    setError(undefined);
    try {
      await onConfirm();
      onConfirmed();
    } catch (thrown) {
      setError(thrown as Error);
      setBusy(false);
    }
  }

  return (
    <Dialog heading={heading} onClose={onClose} locked={busy}>
      <p style={{ overflowWrap: "anywhere" }}>{children} You cannot undo this.</p>
      {error && (
        <p className="failure" role="alert">
          {error.message}
        </p>
      )}
      <div className="actions">
        <button className="button" aria-disabled={busy} onClick={() => busy || onClose()}>
          Cancel
        </button>
        <button className="button danger" aria-disabled={busy} onClick={() => busy || confirm()}>
          {busy ? "Deleting …" : action}
        </button>
      </div>
    </Dialog>
  );
}
