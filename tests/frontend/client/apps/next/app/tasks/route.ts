import { Problem, SignedOut, type Task } from "tasknook-client";

import { currentClient } from "@/lib/tasknook";

export async function GET(): Promise<Response> {
  try {
    const api = await currentClient();
    const tasks: Task[] = [];
    for await (const task of api.all()) tasks.push(task);
    return Response.json(tasks, { headers: { "Cache-Control": "private, no-store" } });
  } catch (error) {
    if (error instanceof SignedOut) return Response.json({ detail: error.message }, { status: 401 });
    const detail = error instanceof Problem ? error.message : "The tasks cannot be loaded at the moment.";
    return Response.json({ detail }, { status: 502 });
  }
}
