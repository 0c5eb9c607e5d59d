import type { Client } from "tasknook-client";
import { indexedDbStorage, OfflineTasks } from "tasknook-client/offline";

/** Shows the tasks of the user, also without a network. Call it at sign-in. */
export async function showTasks(client: Client, list: HTMLElement): Promise<OfflineTasks> {
  const offline = await OfflineTasks.open({ client, storage: indexedDbStorage() });

  function show() {
    list.replaceChildren(
      ...offline.tasks().map((task) => {
        const item = document.createElement("li");
        item.textContent = task.title;
        item.onclick = () => void offline.complete(task).catch((error: Error) => alert(error.message));
        return item;
      }),
    );
    for (const conflict of offline.conflicts()) {
      // Ask the user, and call `resolve` with the answer.
      console.log(conflict.problem?.message ?? "Changed elsewhere:", conflict.mine, conflict.theirs);
    }
  }

  offline.subscribe(show);
  show();
  // Loads what changed elsewhere, until the session ends.
  offline.follow().catch((error: Error) => console.log(error.message));
  return offline;
}
