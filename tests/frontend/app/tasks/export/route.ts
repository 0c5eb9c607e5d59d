import type { Api, Task } from "@/lib/api";
import { apiOfRequest, currentSession } from "@/lib/api-server";
import { Problem, SignedOut } from "@/lib/problem";

/** Returns all tasks of the signed-in user as a file. */
export async function GET() {
  const session = await currentSession();
  if (!session) return problem(401, "You are not signed in.");
  try {
    const tasks = await allTasks(await apiOfRequest(session.user.id));
    return Response.json(tasks, {
      headers: { "Cache-Control": "no-store", "Content-Disposition": 'attachment; filename="tasks.json"' },
    });
  } catch (error) {
    if (error instanceof SignedOut) return problem(401, error.message);
    // Only messages of the API are passed on, no other details.
    return problem(502, error instanceof Problem ? error.message : "The tasks cannot be loaded at the moment.");
  }
}

async function allTasks(api: Api): Promise<Task[]> {
  const tasks: Task[] = [];
  let cursor: string | undefined;
  do {
    const page = await api.list({ limit: 1000, cursor });
    tasks.push(...page.tasks);
    cursor = page.next;
  } while (cursor);
  return tasks;
}

function problem(status: number, detail: string): Response {
  const headers = { "Content-Type": "application/problem+json", "Cache-Control": "no-store" };
  return Response.json({ status, detail }, { status, headers });
}
