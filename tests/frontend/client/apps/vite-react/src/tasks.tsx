import { useState } from "react";
import { useMutations, useTasks } from "tasknook-client/react";

export function Tasks() {
  const { tasks, error, hasMore, loadMore } = useTasks({ sort: "-created" });
  const { create, complete, remove } = useMutations();
  const [failure, setFailure] = useState<string>();
  // The change is shown at once, and rolled back if the API rejects it.
  const show = (call: Promise<unknown>) => call.then(() => setFailure(undefined), (reason: Error) => setFailure(reason.message));

  function add(form: FormData) {
    void show(create({ title: String(form.get("title")) }));
  }

  return (
    <main>
      <form action={add}>
        <input name="title" aria-label="New task" required maxLength={200} />
        <button>Add</button>
      </form>
      {(failure ?? error) && <p role="alert">{failure ?? error?.message}</p>}
      <ul>
        {tasks?.map((task) => (
          <li key={task.id}>
            <label>
              <input type="checkbox" checked={task.completed} onChange={() => void show(complete(task))} />
              {task.title}
            </label>
            <button aria-label={`Delete ${task.title}`} onClick={() => void show(remove(task))}>
              ×
            </button>
          </li>
        ))}
      </ul>
      {hasMore && <button onClick={loadMore}>Load more</button>}
    </main>
  );
}
