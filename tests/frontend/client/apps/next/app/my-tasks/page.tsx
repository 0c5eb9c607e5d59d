"use client";

import { createAuthClient } from "better-auth/react";
import { useState } from "react";
import type { Task } from "tasknook-client";
import { TasknookProvider, useConnection, useMutations, useTasks } from "tasknook-client/react";

const authClient = createAuthClient();

export default function Page() {
  const { data: session, isPending } = authClient.useSession();
  if (isPending) return <p>Loading …</p>;
  if (!session) return <p>You are not signed in.</p>;
  return (
    <TasknookProvider baseUrl="/backend" userId={session.user.id} onAccountChanged={() => location.reload()}>
      <Tasks />
    </TasknookProvider>
  );
}

function Tasks() {
  const { tasks = [], error, hasMore, loadMore } = useTasks();
  const { create, complete, remove } = useMutations();
  const { reason } = useConnection();
  const [failure, setFailure] = useState<string>();

  /** Each change is shown at once. If the API rejects it, it is taken back, and the promise is rejected. */
  function show(change: Promise<unknown>) {
    change.then(() => setFailure(undefined)).catch((reason: Error) => setFailure(reason.message));
  }

  const message = reason?.message ?? failure ?? error?.message;

  const row = (task: Task) => (
    <li key={task.id}>
      <label>
        <input type="checkbox" checked={task.completed} onChange={() => show(complete(task))} /> {task.title}
      </label>
      <button aria-label={`Delete ${task.title}`} onClick={() => show(remove(task))}>
        ×
      </button>
    </li>
  );

  return (
    <main>
      <h1>My tasks</h1>
      <form action={(form) => show(create({ title: String(form.get("title")) }))}>
        <input name="title" aria-label="New task" maxLength={200} />
        <button>Add</button>
      </form>
      {message && <p role="alert">{message}</p>}
      <ul>{tasks.map(row)}</ul>
      {hasMore && <button onClick={loadMore}>Load more</button>}
    </main>
  );
}
