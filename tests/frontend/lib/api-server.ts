import { isAPIError } from "better-auth/api";
import { headers } from "next/headers";

import { createClient, SignedOut, Unreachable } from "tasknook-client";
import { auth } from "./auth";
import { apiUrl } from "./settings";

/** The session of the request, for server components and route handlers. */
export async function currentSession() {
  // A page cannot set cookies, so only requests of the browser refresh the session.
  return auth.api.getSession({ headers: await headers(), query: { disableRefresh: true } });
}

/** The API client for the user of the request, for server components and route handlers. */
export async function apiOfRequest(userId: string) {
  const requestHeaders = await headers();
  return createClient({
    baseUrl: apiUrl,
    userId,
    fetch: (url, init) => fetch(url, { ...init, cache: "no-store" }),
    async fetchToken() {
      const { token } = await auth.api.getToken({ headers: requestHeaders }).catch((error: unknown) => {
        if (isAPIError(error) && error.statusCode === 401) throw new SignedOut("You are not signed in.");
        throw new Unreachable("The sign-in service returned no token.", { cause: error });
      });
      return token;
    },
  });
}
