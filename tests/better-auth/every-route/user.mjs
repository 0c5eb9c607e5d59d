// A user who signs up as in a browser, with the official client and a cookie jar.

import { createAuthClient } from "better-auth/client";
import { jwtClient } from "better-auth/client/plugins";

import { Caller } from "./caller.mjs";
import { holds, same } from "./check.mjs";

// A browser keeps cookies and sends its origin; Node's fetch does neither.
function browser(origin, cookies) {
  return async (input, init = {}) => {
    const headers = new Headers(init.headers);
    headers.set("origin", origin);
    if (cookies.size > 0) headers.set("cookie", [...cookies].map(([name, value]) => `${name}=${value}`).join("; "));
    const response = await fetch(input, { ...init, headers });
    for (const line of response.headers.getSetCookie()) {
      const [pair] = line.split(";");
      const at = pair.indexOf("=");
      cookies.set(pair.slice(0, at), pair.slice(at + 1));
    }
    return response;
  };
}

function data({ data, error }) {
  if (error) throw new Error(`Better Auth returns ${JSON.stringify(error)}`);
  return data;
}

export async function signUp(issuer, service, name) {
  const cookies = new Map();
  const client = createAuthClient({
    baseURL: issuer,
    plugins: [jwtClient()],
    fetchOptions: { customFetchImpl: browser(issuer, cookies) },
  });
  const email = `${name}@example.com`;
  data(await client.signUp.email({ email, name, password: "correct horse battery staple" }));
  const { token } = data(await client.token());

  // The official client also gets a token in a header of each response about the session.
  let header;
  const onSuccess = ({ response }) => (header = response.headers.get("set-auth-jwt"));
  const { user } = data(await client.getSession({ fetchOptions: { onSuccess } }));

  same(claims(token).sub, user.id, "the subject of a token is the user's id");
  same(claims(token).iss, issuer, "the issuer of a token is Better Auth's URL");
  holds(header?.split(".").length === 3, "the session's response has a token of its own");
  const caller = new Caller(service, token);
  return { name, email, id: user.id, token, header, cookies, client, caller, root: `/api/${user.id}/tasks` };
}

export const claims = (token) => JSON.parse(Buffer.from(token.split(".")[1], "base64url").toString());
