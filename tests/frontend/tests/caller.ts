import { randomUUID } from "node:crypto";

import { SignJWT } from "jose";
import { inject } from "vitest";

import { type ApiOptions, createApi } from "../lib/api";

export const SECRET = "a-secret-of-the-frontend-tests-alone";

/** A token for a user, from now on, or from some seconds ago. */
export function tokenFor(userId: string, { lifetime = 900, ago = 0 } = {}): Promise<string> {
  const issued = Math.floor(Date.now() / 1000) - ago;
  const claims = new SignJWT().setSubject(userId).setIssuedAt(issued).setExpirationTime(issued + lifetime);
  return claims.setProtectedHeader({ alg: "HS256" }).sign(new TextEncoder().encode(SECRET));
}

/** A client of the real service for a user of its own, and what passed between the two. */
export function caller(options: Partial<ApiOptions> = {}) {
  const userId = options.userId ?? randomUUID();
  const sent: Request[] = [];
  const answered: number[] = [];
  let tokens = 0;
  const api = createApi({
    baseUrl: inject("url"),
    userId,
    fetch: async (request) => {
      sent.push(request.clone());
      const response = await fetch(request);
      answered.push(response.status);
      return response;
    },
    ...options,
    fetchToken: () => {
      tokens += 1;
      return options.fetchToken?.() ?? tokenFor(userId);
    },
  });
  return { api, userId, sent, answered, tokens: () => tokens };
}

/** What a promise is rejected with. */
export async function failure(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("it succeeded");
}
