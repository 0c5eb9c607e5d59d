import { afterEach, describe, expect, test } from "vitest";

import { keyOf, parseQuickAdd } from "./quick-add";
import { findDates } from "./quick-add-dates";

/** A Wednesday. */
const NOW = "2026-11-25T10:30";
const LISTS = [
  { id: "1", name: "Groceries" },
  { id: "2", name: "Home repairs" },
  { id: "3", name: "Home" },
  { id: "4", name: "Straße" },
  { id: "5", name: "R+D (new)" },
];

const ZONE = process.env.TZ;
afterEach(() => {
  if (ZONE === undefined) delete process.env.TZ;
  else process.env.TZ = ZONE;
});

function parse(text: string, { now = NOW, reverted = [] as string[] } = {}) {
  return parseQuickAdd(text, { now: new Date(now), lists: LISTS, reverted: new Set(reverted), findDates });
}

/** The local time of a due date, which is the same in all time zones. */
function due(text: string, now?: string) {
  const { due_date } = parse(text, { now });
  if (!due_date || due_date.length === 10) return due_date;
  const at = new Date(due_date);
  expect(at.toISOString()).toBe(due_date);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16).replace("T", " ");
}

describe("quick add finds dates", () => {
  test.each([
    ["Pay rent today", "2026-11-25"],
    ["Pay rent tomorrow", "2026-11-26"],
    ["Pay rent tmr", "2026-11-26"],
    ["Tomorrow: pay rent", "2026-11-26"],
    ["Pay rent the day after tomorrow", "2026-11-27"],
    ["Pay rent monday", "2026-11-30"],
    ["Pay rent on Monday", "2026-11-30"],
    ["Pay rent next friday", "2026-12-04"],
    ["Pay rent by mon", "2026-11-30"],
    ["Pay rent next week", "2026-11-30"],
    ["Pay rent next month", "2026-12-01"],
    ["Pay rent end of month", "2026-11-30"],
    ["Pay rent in 2 days", "2026-11-27"],
    ["Pay rent in a week", "2026-12-02"],
    ["Pay rent 2 weeks from now", "2026-12-09"],
    ["Pay rent this weekend", "2026-11-28"],
    ["Pay rent 2026-12-24", "2026-12-24"],
    ["Pay rent 12/24/2026", "2026-12-24"],
    ["Pay rent on 12/24", "2026-12-24"],
    ["Pay rent Dec 24", "2026-12-24"],
    ["Pay rent due 24 December", "2026-12-24"],
    ["Pay rent may 5", "2027-05-05"],
    ["Pay rent on sat", "2026-11-28"],
  ])("day: %s", (text, day) => {
    expect(due(text)).toBe(day);
    expect(parse(text).title.toLowerCase()).toBe("pay rent");
  });

  test.each([
    ["tomorrow 9am", "2026-11-26 09:00"],
    ["9am tomorrow", "2026-11-26 09:00"],
    ["tomorrow at 17:15", "2026-11-26 17:15"],
    ["sun 9am", "2026-11-29 09:00"],
    ["Friday 5pm", "2026-11-27 17:00"],
    ["Dec 24 at 6pm", "2026-12-24 18:00"],
    ["2026-12-24 18:00", "2026-12-24 18:00"],
    ["at 5", "2026-11-25 17:00"],
    ["tomorrow at 5:30", "2026-11-26 17:30"],
    ["tomorrow at 05:30", "2026-11-26 05:30"],
    ["tomorrow at 10", "2026-11-26 10:00"],
    ["at noon", "2026-11-25 12:00"],
    ["tomorrow morning", "2026-11-26 09:00"],
    ["this evening", "2026-11-25 19:00"],
    ["tonight", "2026-11-25 20:00"],
    ["in an hour", "2026-11-25 11:30"],
    ["in 90 minutes", "2026-11-25 12:00"],
  ])("time: %s", (text, time) => {
    expect(due(`Call Anna ${text}`)).toBe(time);
    expect(parse(`Call Anna ${text}`).title).toBe("Call Anna");
  });

  test.each([
    ["a time that has passed is tomorrow's", "Run 9am", "2026-11-26 09:00"],
    ["a time of a given day may have passed", "Run today 9am", "2026-11-25 09:00"],
    ["a time to come is today's", "Run 11am", "2026-11-25 11:00"],
    ["the weekday of today is the next one", "Run wednesday", "2026-12-02"],
    ["a day of this year that has passed is next year's", "Run Jan 5", "2027-01-05"],
    ["the last date counts", "Prepare the slides of tomorrow on Friday", "2026-11-27"],
  ])("%s", (_, text, expected) => expect(due(text)).toBe(expected));

  test.each(["UTC", "America/Los_Angeles", "Asia/Kolkata", "Pacific/Auckland", "America/St_Johns"])("time zone %s", (zone) => {
    process.env.TZ = zone;
    expect(Intl.DateTimeFormat().resolvedOptions().timeZone.replace("Calcutta", "Kolkata")).toBe(zone);
    for (const now of ["2026-11-25T00:05", NOW, "2026-11-25T23:55"]) {
      expect(due("Run tomorrow", now)).toBe("2026-11-26");
      expect(due("Run tomorrow 9am", now)).toBe("2026-11-26 09:00");
      expect(due("Run on Friday at 11:30pm", now)).toBe("2026-11-27 23:30");
      expect(due("Run next week", now)).toBe("2026-11-30");
    }
  });

  test("a due date on the other side of a clock change", () => {
    process.env.TZ = "Europe/Berlin";
    expect(parse("Run tomorrow 9am", { now: "2026-10-24T12:00" }).due_date).toBe("2026-10-25T08:00:00.000Z");
    expect(parse("Run in 2 days", { now: "2026-10-24T12:00" }).due_date).toBe("2026-10-26");
  });
});

describe("quick add leaves text alone", () => {
  test.each([
    "Buy 2 apples",
    "Chapter 5",
    "call 555 1234",
    "You may ask Anna",
    "March on",
    "Ask what May wants",
    "The cat sat on the mat",
    "Enjoy the sun",
    "Read the Sunday newspaper article about the sun",
    "sun-dried tomatoes",
    "Smörsat",
    "Fix yesterday's bug",
    "Summarize yesterday",
    "Write about last Monday",
    "Water the plants every monday",
    "Stay until Friday",
    "Choose Monday or Tuesday",
    "Conference June 5-7",
    "Read 2 hours",
    "Sleep for 8 hours",
    "Run 5 minutes",
    "Look at 5 houses",
    "Add 1/2 cup of sugar",
    "Support 24/7",
    "Version 2.30",
    "Room 17h",
    "Morning run",
    "Black Friday deals",
    "Next day delivery",
    "Walk from 9am",
    "Call at 10am-ish",
    "Do it now",
    "Plan March 2027",
    "In 2026",
    'Watch "Tomorrow never dies" again',
    "Open https://example.com/a#home and www.example.com/tomorrow#x",
    "Learn C# and F#",
    "Fix #1",
    "Do it!",
    "Do it !!high",
    "Do it high!",
    "p2p network",
    "Use p5 and !5",
    "Mail anna@groceries",
    "Open /etc/hosts",
    "Call @unknown",
    "this and/or that",
    "Meet @ho",
  ])("%s", (text) => {
    expect(parse(text)).toEqual({ title: text, due_date: null, tags: [], parts: [] });
  });

  test.each([
    ["tomorrow", "tomorrow", null, []],
    ["#home", "#home", null, []],
    ["tomorrow 9am #home", "tomorrow 9am", null, ["home"]],
    ["#home.", "#home.", null, []],
    ["", "", null, []],
    ["  ", "", null, []],
  ])("nothing else for the title: %s", (text, title, due_date, tags) => {
    expect(parse(text)).toMatchObject({ title, due_date, tags });
  });
});

describe("quick add finds marks", () => {
  test.each([
    ["Buy milk #home", "Buy milk", { tags: ["home"] }],
    ["Buy milk #two-words #日本 #Wäsche", "Buy milk", { tags: ["two-words", "日本", "Wäsche"] }],
    ["Buy #home, then #Home milk.", "Buy, then milk.", { tags: ["home"] }],
    ["Buy milk !high", "Buy milk", { priority: "high" }],
    ["!Urgent Buy milk", "Buy milk", { priority: "urgent" }],
    ["Buy milk !1", "Buy milk", { priority: "urgent" }],
    ["Buy milk P1", "Buy milk", { priority: "urgent" }],
    ["Buy p4 milk", "Buy milk", { priority: "low" }],
    ["Buy milk p1 p2", "Buy milk p1", { priority: "high" }],
    ["Buy milk @Groceries", "Buy milk", { list_id: "1" }],
    ["Buy milk /gro", "Buy milk", { list_id: "1" }],
    ["Buy paint @home repairs today", "Buy paint", { list_id: "2", due_date: "2026-11-25" }],
    ["Buy paint @home.", "Buy paint.", { list_id: "3" }],
    ['Buy paint @"home r" now', "Buy paint now", { list_id: "2" }],
    ["Buy paint @“Home Repairs”", "Buy paint", { list_id: "2" }],
    ["Sweep /STRAßE", "Sweep", { list_id: "4" }],
    ["Fund @R+D (new)", "Fund", { list_id: "5" }],
    ["Pay rent - tomorrow", "Pay rent", { due_date: "2026-11-26" }],
    ["Buy milk, tomorrow, at the shop", "Buy milk, at the shop", { due_date: "2026-11-26" }],
    ["Pay $20 in 3 days", "Pay $20", { due_date: "2026-11-28" }],
    ["Pay 20 tomorrow", "Pay 20", { due_date: "2026-11-26" }],
    ["Buy tomorrow 12 eggs", "Buy 12 eggs", { due_date: "2026-11-26" }],
    ["  Buy \t milk   tomorrow   now ", "Buy milk now", { due_date: "2026-11-26" }],
  ])("%s", (text, title, members) => {
    const { parts: _, ...parsed } = parse(text);
    expect(parsed).toEqual({ title, due_date: null, tags: [], ...members });
  });

  test("parts have their ranges and labels", () => {
    const text = "Pay rent tomorrow 9am #home !high @gro";
    const { parts } = parse(text);
    expect(parts.map(({ kind, label }) => [kind, label.replace(/\s/gu, " ")])).toEqual([
      ["due", "Tomorrow, 9:00 AM"],
      ["tag", "home"],
      ["priority", "High"],
      ["list", "Groceries"],
    ]);
    expect(parts.map(({ start, end }) => text.slice(start, end))).toEqual(parts.map((part) => part.text));
    expect(parse("Pay rent on Dec 24").parts).toMatchObject([{ text: "on Dec 24", label: "Thu, Dec 24" }]);
  });

  test("at most 20 tags of at most 50 characters", () => {
    const tags = Array.from({ length: 21 }, (_, index) => `t${index}`);
    const parsed = parse(`Sort ${tags.map((tag) => `#${tag}`).join(" ")} #${"x".repeat(51)}`);
    expect(parsed.tags).toEqual(tags.slice(0, 20));
    expect(parsed.title).toBe(`Sort #t20 #${"x".repeat(51)}`);
  });

  test("without dates, the marks are found", () => {
    const options = { now: new Date(NOW), lists: [], reverted: new Set<string>() };
    expect(parseQuickAdd("Run tomorrow #fit", options)).toMatchObject({ title: "Run tomorrow", due_date: null, tags: ["fit"] });
  });
});

test("a reverted part is text, wherever it moves", () => {
  const reverted = parse("Pay rent tomorrow 9am #home").parts.map(keyOf);
  expect(parse("Pay the rent Tomorrow 9am #home", { reverted })).toMatchObject({ title: "Pay the rent Tomorrow 9am #home", parts: [] });
  expect(parse("Write on Monday, not tomorrow 9am #work", { reverted })).toMatchObject({ due_date: "2026-11-30", tags: ["work"] });
});

test("no word is lost", () => {
  const marks = "#home #Home. #1 !high p2 ! @gro @home repairs /x";
  const words = `Buy milk tomorrow 9am on Friday, ${marks} "a b" and - – 5 20 at may sat é🏠 \t next week:`.split(/(?<=\S) /);
  // A linear congruential generator: the same texts in each run.
  let seed = 7;
  const random = (below: number) => Math.floor(((seed = (seed * 1_664_525 + 1_013_904_223) % 2 ** 32) / 2 ** 32) * below);
  const essence = (text: string) => text.replace(/[\s,;:–—-]/gu, "");
  for (let run = 0; run < 3000; run++) {
    const text = Array.from({ length: 1 + random(9) }, () => words[random(words.length)]).join(" ");
    const { title, parts } = parse(text);
    const rest = parts.toReversed().reduce((left, { start, end }) => left.slice(0, start) + left.slice(end), text);
    expect(essence(title), text).toBe(essence(rest));
    expect(title, text).toBe(title.trim().replace(/\s+/g, " "));
    expect(title, text).not.toBe("");
    const reverted = parts.map(keyOf);
    expect(parse(text, { reverted }).parts.filter((part) => reverted.includes(keyOf(part))), text).toEqual([]);
  }
});
