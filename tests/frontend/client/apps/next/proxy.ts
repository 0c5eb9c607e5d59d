import { NextResponse, type NextRequest } from "next/server";

/** Forwards `/backend/api/…` to the API. */
export function proxy(request: NextRequest) {
  const { pathname, search } = request.nextUrl;
  const headers = new Headers(request.headers);
  // The API uses only tokens, and must not receive the session.
  headers.delete("Cookie");
  const api = process.env.TASKNOOK_URL ?? "http://localhost:8000";
  return NextResponse.rewrite(`${api}${pathname.slice("/backend".length)}${search}`, { request: { headers } });
}

export const config = { matcher: "/backend/api/:path*" };
