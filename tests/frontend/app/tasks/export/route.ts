import { Problem, SignedOut, type Task } from "tasknook-client";
import { currentClient } from "@/lib/api-server";

/** Returns all tasks of the signed-in user as a file. */
export async function GET() {
  try {
    const api = await currentClient();
    const tasks: Task[] = [];
    for await (const task of api.all()) tasks.push(task);
    return Response.json(tasks, {
      headers: { "Cache-Control": "no-store", "Content-Disposition": 'attachment; filename="tasks.json"' },
    });
  } catch (error) {
    if (error instanceof SignedOut) return problem(401, error.message);
    // Only messages of the API are passed on, no other details.
    return problem(502, error instanceof Problem ? error.message : "The tasks cannot be loaded at the moment.");
  }
}

function problem(status: number, detail: string): Response {
  const headers = { "Content-Type": "application/problem+json", "Cache-Control": "no-store" };
  return Response.json({ status, detail }, { status, headers });
}
