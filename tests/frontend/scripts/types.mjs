// Writes lib/schema.d.ts from the description that the API serves, or from a file with what `tasknook openapi` prints.
//
//   npm run types -- [URL or file]

import { writeFile } from "node:fs/promises";
import { fileURLToPath, pathToFileURL } from "node:url";

import openapiTS, { astToString } from "openapi-typescript";

const HEADER = "// Made by `npm run types` from the API's own description. Not edited by hand.\n\n";

/** @param {URL} description */
export async function typesOf(description) {
  return HEADER + astToString(await openapiTS(description, { alphabetize: true }));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const source = process.argv[2] ?? `${process.env.TASKNOOK_URL ?? "http://localhost:8000"}/openapi.json`;
  const url = source.startsWith("http") ? new URL(source) : pathToFileURL(source);
  await writeFile(new URL("../lib/schema.d.ts", import.meta.url), await typesOf(url));
}
