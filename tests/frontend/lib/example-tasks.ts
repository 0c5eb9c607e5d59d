// What a new user of the demo can try.

import type { Client, NewTask } from "tasknook-client";

import { dayAfter, dueOf } from "./due-date";

/** Adds example tasks, some of them in a list. Dates are in the time zone of this server, which is that of the demo's browser. */
export async function addExamples(api: Client): Promise<void> {
  const { id } = await api.createList({ name: "Groceries", color: "#2f9e44" });
  // Each one is added at the top.
  const operations = tasksWith(id).toReversed().map((task) => ({ op: "create", task }) as const);
  await api.bulk(operations);
}

/** In the order in which they are shown. */
function tasksWith(groceries: string): NewTask[] {
  const [today, tomorrow, soon] = [dayAfter(0), dayAfter(1), dayAfter(3)];
  return [
    { title: "Pay the rent", due_date: today, priority: "urgent", tags: ["home"] },
    { title: "Call grandma", due_date: dueOf({ date: tomorrow, time: "18:00" }), priority: "high", tags: ["family"] },
    { title: "Water the plants", due_date: soon, tags: ["home"] },
    { title: "Buy coffee", list_id: groceries, due_date: tomorrow },
    { title: "Buy oranges", list_id: groceries, description: "For juice, about 2 kg." },
    { title: "Type a task with a date and a tag above, such as: Book the train tomorrow 9am #trip !high", tags: ["try"] },
    { title: "Press Ctrl+K (⌘K on a Mac) to jump to a list or a task", tags: ["try"] },
    { title: "Press ? for the keyboard shortcuts", tags: ["try"] },
    { title: "Delete a task, then press u to undo it", tags: ["try"] },
    { title: "Open this page in a second window: changes appear at once", tags: ["try"] },
    { title: "Find completed tasks here", completed: true },
  ];
}
