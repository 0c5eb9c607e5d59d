import { createClient, type NewTask } from "tasknook-client";
import { auth } from "./auth";
import { apiUrl } from "./settings";

/** Deletes everything that the API stores of a user, for `user.deleteUser`. An error keeps the account. */
export async function deleteUserData(user: { id: string }): Promise<void> {
  await apiOfUser(user.id).deleteUser();
}

/** Moves the tasks of an anonymous user to their account, for `anonymous()`. */
export async function moveUserData({ anonymousUser, newUser }: LinkedUsers): Promise<void> {
  await apiOfUser(newUser.user.id).transferFrom(await tokenOf(anonymousUser.user.id));
}

/** Adds what a new user can try. Their account does not depend on it. */
export async function addExampleTasks(user: { id: string }): Promise<void> {
  const [today, tomorrow] = [0, 1].map((days) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10));
  const tasks: NewTask[] = [
    { title: "Find the completed ones here", completed: true },
    { title: "Open this page in a second window: changes appear at once", tags: ["try"] },
    { title: "Delete a task, and undo it", tags: ["try"] },
    { title: "Press ? to see the keyboard shortcuts", tags: ["try"] },
    { title: "Water the plants", due_date: tomorrow, tags: ["home"] },
    { title: "Pay the rent", due_date: today, priority: "high", tags: ["home"] },
  ];
  const operations = tasks.map((task) => ({ op: "create", task }) as const);
  await apiOfUser(user.id).bulk(operations).catch((error: unknown) => console.error("No example tasks were added.", error));
}

interface LinkedUsers {
  anonymousUser: { user: { id: string } };
  newUser: { user: { id: string } };
}

/** The API client of a user who has no session any more, or none yet: this server signs the token itself. */
function apiOfUser(userId: string) {
  return createClient({ baseUrl: apiUrl, userId, fetchToken: () => tokenOf(userId) });
}

async function tokenOf(userId: string): Promise<string> {
  const { token } = await auth.api.signJWT({ body: { payload: { sub: userId } } });
  return token;
}
