import { NextResponse, type NextRequest } from "next/server";

import { apiUrl } from "./lib/settings";

/** Sends `/backend/api/…` on to the API, for browsers that are to reach it on this origin instead of by CORS. */
export function proxy(request: NextRequest) {
  const { pathname, search } = request.nextUrl;
  const headers = new Headers(request.headers);
  // The API knows tokens alone; the session is none of its business.
  headers.delete("Cookie");
  return NextResponse.rewrite(`${apiUrl}${pathname.slice("/backend".length)}${search}`, { request: { headers } });
}

export const config = { matcher: "/backend/api/:path*" };
