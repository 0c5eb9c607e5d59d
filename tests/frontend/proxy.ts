import { NextResponse, type NextRequest } from "next/server";

import { apiUrl } from "./lib/settings";

/** Forwards `/backend/api/…` to the API, so that browsers use this origin instead of CORS. */
export function proxy(request: NextRequest) {
  const { pathname, search } = request.nextUrl;
  const headers = new Headers(request.headers);
  // The API uses only tokens, and must not receive the session.
  headers.delete("Cookie");
  return NextResponse.rewrite(`${apiUrl}${pathname.slice("/backend".length)}${search}`, { request: { headers } });
}

export const config = { matcher: "/backend/api/:path*" };
