import { randomUUID } from "node:crypto";

import { SignJWT } from "jose";
import { inject, vi } from "vitest";

import { createClientIn } from "../src/client.ts";
import type { ClientOptions } from "../src/index.ts";
import type { Tabs } from "../src/shared-events.ts";

/** That of the service in TASKNOOK_URL, or of the one that the tests start. */
export const SECRET = process.env.TASKNOOK_SECRET ?? "a-secret-of-the-frontend-tests-alone";

/** The maximum number of tasks of a user. */
export const QUOTA = 20;

/** A token for a user, issued now or some seconds ago. */
export function tokenFor(userId: string, { lifetime = 900, ago = 0 } = {}): Promise<string> {
  const issued = Math.floor(Date.now() / 1000) - ago;
  const claims = new SignJWT().setSubject(userId).setIssuedAt(issued).setExpirationTime(issued + lifetime);
  return claims.setProtectedHeader({ alg: "HS256" }).sign(new TextEncoder().encode(SECRET));
}

/** A client of the real service, by default for a new user and outside a browser, with its requests and the status of each response. */
export function testClient(options: Partial<ClientOptions> = {}, tabs?: Tabs) {
  const userId = options.userId ?? randomUUID();
  const sent: Request[] = [];
  const statuses: number[] = [];
  let tokens = 0;
  const api = createClientIn(tabs, {
    baseUrl: inject("url"),
    userId,
    fetch: async (url, init) => {
      sent.push(new Request(url, init));
      const response = await fetch(url, init);
      statuses.push(response.status);
      return response;
    },
    ...options,
    fetchToken: (signal) => {
      tokens += 1;
      return options.fetchToken?.(signal) ?? tokenFor(userId);
    },
  });
  return { api, userId, sent, statuses, tokens: () => tokens };
}

/** The error that a promise is rejected with. */
export async function failure(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("the promise was not rejected");
}

/** The target of events of a browser's window, until the next test. */
export function browserEvents(): EventTarget {
  const target = new EventTarget();
  for (const name of ["addEventListener", "removeEventListener"] as const) vi.stubGlobal(name, target[name].bind(target));
  return target;
}
