import { expect, test } from "vitest";

import { linksIn } from "./links";

test("links end before punctuation", () => {
  expect(linksIn("See https://example.org/a, (http://example.com/b) and https://example.org/a(b).")).toEqual([
    "https://example.org/a",
    "http://example.com/b",
    "https://example.org/a(b)",
  ]);
});

test("only web addresses are links, each once", () => {
  expect(linksIn("javascript:alert(1) ftp://x mailto:a@b https:// https://x.org https://x.org")).toEqual(["https://x.org"]);
});
