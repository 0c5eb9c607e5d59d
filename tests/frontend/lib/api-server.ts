import { isAPIError } from "better-auth/api";
import { headers } from "next/headers";

import { createApi } from "./api";
import { auth } from "./auth";
import { SignedOut, Unreachable } from "./problem";
import { apiUrl } from "./settings";

/** Who is signed in, as a server component or a route handler sees it. */
export async function currentSession() {
  // A page cannot set cookies, so the browser's own request is left to prolong the session.
  return auth.api.getSession({ headers: await headers(), query: { disableRefresh: true } });
}

/** The API for the user of this request, for server components and route handlers. */
export async function apiOfRequest(userId: string) {
  const asked = await headers();
  return createApi({
    baseUrl: apiUrl,
    userId,
    fetch: (request) => fetch(request, { cache: "no-store" }),
    async fetchToken() {
      const answer = await auth.api.getToken({ headers: asked }).catch((error: unknown) => {
        if (isAPIError(error) && error.statusCode === 401) throw new SignedOut("Nobody is signed in.");
        throw new Unreachable("The sign-in service gives no token.", { cause: error });
      });
      return answer.token;
    },
  });
}
