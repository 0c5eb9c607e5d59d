/**
 * Runs `task` once for all calls within some milliseconds of the first one, and never twice at the same time: calls
 * during a run cause one more after it.
 */
export function coalesced(task: () => Promise<void>, millis: number): () => void {
  let requested = false;
  let running = false;
  async function run() {
    running = true;
    try {
      while (requested) {
        await new Promise((resolve) => setTimeout(resolve, millis));
        requested = false;
        await task();
      }
    } finally {
      running = false;
    }
  }
  return () => {
    requested = true;
    if (!running) void run();
  };
}
