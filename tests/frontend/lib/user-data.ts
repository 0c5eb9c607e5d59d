import { createClient } from "tasknook-client";

import { auth } from "./auth";
import { addExamples } from "./example-tasks";
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
  await addExamples(apiOfUser(user.id)).catch((error: unknown) => console.error("No example tasks were added.", error));
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
