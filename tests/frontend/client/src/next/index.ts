import { headers } from "next/headers.js";
import { cache } from "react";

import { createClient, type Client, type ClientOptions } from "../client.ts";
import { SignedOut, Unreachable } from "../problem.ts";

/** What is used of Better Auth on the server with the plugin `jwt()`: of the result of `betterAuth()`. */
export interface Auth<Session> {
  api: {
    getSession(request: AuthRequest): Promise<Session | null>;
    getToken(request: AuthRequest): Promise<{ token: string }>;
  };
}

/** A call of Better Auth for the request of a browser. */
export interface AuthRequest {
  headers: Headers;
  query: { disableRefresh: true };
}

/** Options of `tasknook`. The others are those of `createClient`. */
export interface ServerOptions<Session> extends Pick<ClientOptions, "baseUrl" | "fetch" | "maxRetries" | "timeoutMs"> {
  /** The result of `betterAuth()`. */
  auth: Auth<Session>;
}

/**
 * The session and the client of the current request, for server components, route handlers and server actions.
 *
 * Both read `headers()`. With `cacheComponents`, components that call them must be inside `<Suspense>`.
 */
export function tasknook<Session extends { user: { id: string } }>({ auth, fetch, ...options }: ServerOptions<Session>) {
  const request = async (): Promise<AuthRequest> => ({
    headers: new Headers(await headers()),
    // A page cannot set cookies: a session that is refreshed here would outlive its cookie. Requests of the browser refresh it.
    query: { disableRefresh: true },
  });

  async function findSession(): Promise<Session | null> {
    const call = await request();
    return auth.api.getSession(call).catch((error: unknown) => {
      throw new Unreachable("Better Auth returned no session.", { cause: error });
    });
  }

  async function clientOfSession(): Promise<Client> {
    const session = await currentSession();
    if (!session) throw new SignedOut("You are not signed in.");
    const call = await request();
    return createClient({
      ...options,
      userId: session.user.id,
      // Looked up at each call: Next.js replaces the global one.
      fetch: (url, init) => (fetch ?? globalThis.fetch)(url, { ...init, cache: "no-store" }),
      async fetchToken() {
        const { token } = await auth.api.getToken(call).catch((error: { statusCode?: unknown } | undefined) => {
          if (error?.statusCode === 401) throw new SignedOut("You are not signed in.");
          throw new Unreachable("Better Auth returned no token.", { cause: error });
        });
        return token;
      },
    });
  }

  // One session and one token for all components of a page. In route handlers and actions, each call has its own.
  const currentSession = cache(findSession);
  const currentClient = cache(clientOfSession);

  return {
    /** Returns the session, or null if the user is not signed in. It is not refreshed. Throws `Unreachable` if Better Auth fails. */
    currentSession,
    /** Returns the client of the signed-in user. Throws `SignedOut` if there is none. Its responses are never cached. */
    currentClient,
  };
}
