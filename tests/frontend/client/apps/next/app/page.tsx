import { Suspense } from "react";

import { currentClient, currentSession } from "@/lib/tasknook";
import { addTask } from "./actions";

export default function Page() {
  return (
    <main>
      <h1>Tasks</h1>
      <Suspense fallback={<p>Loading…</p>}>
        <Tasks />
      </Suspense>
    </main>
  );
}

async function Tasks() {
  const session = await currentSession();
  if (!session) return <p>You are not signed in.</p>;
  const api = await currentClient();
  const { tasks } = await api.list({ completed: false });
  return (
    <>
      <form action={addTask}>
        <input name="title" aria-label="New task" required maxLength={200} />
        <button>Add for {session.user.name}</button>
      </form>
      <ul>
        {tasks.map((task) => (
          <li key={task.id}>{task.title}</li>
        ))}
      </ul>
    </>
  );
}
