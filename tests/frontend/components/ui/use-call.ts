import { useState } from "react";

/** Makes one call at a time, and keeps its error. */
export function useCall() {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<Error>();

  async function run(call: () => Promise<unknown>) {
    if (busy) return;
    setBusy(true);
    setError(undefined);
    await call().catch(setError);
    setBusy(false);
  }

  return { run, busy, error };
}
