import { expect, test } from "vitest";

import { isSameTag, searchText } from "../src/fold.ts";
import { testClient } from "./support.ts";

const PAIRS = [
  ...[["Zoë", "ZOE\u0308"], ["ÅNGSTRÖM", "\u212bngstro\u0308m"], ["ﬃ", "FFI"], ["Ｔｏｋｙｏ", "tokyo"], ["ﾃﾞｰﾀ", "データ"]],
  ...[["Straße", "STRASSE"], ["GROẞ", "groß"], ["GROẞ", "gross"], ["ΟΔΟΣ", "οδος"], ["οδος", "οδοσ"], ["ᾳ", "ΑΙ"], ["İzmir", "i\u0307zmir"]],
  ...[["INFO", "info"], ["Ꮳ", "ꮳ"], ["ſ", "S"], ["x²", "X2"], ["№", "no"], ["Ǆ", "ǆ"], ["𝓕𝓪𝓷𝓬𝔂", "fancy"], ["ŉ", "ʼN"]],
  ...[["resume", "résumé"], ["o", "ø"], ["kapı", "kapi"], ["KAPI", "kapı"], ["İ", "ı"], ["AE", "æ"], ["は", "ハ"], ["ab", "a\u00adb"]],
] as [string, string][];

test.each(PAIRS)("%s and %s compare as at the API", async (one, other) => {
  const { api } = testClient();
  await api.create({ title: one, tags: [one] });
  const tagged = (await api.list({ tag: other })).tasks.length === 1;
  const found = (await api.list({ search: other })).tasks.length === 1;
  expect({ tagged: isSameTag(one, other), found: searchText(one).includes(searchText(other)) }).toEqual({ tagged, found });
});
