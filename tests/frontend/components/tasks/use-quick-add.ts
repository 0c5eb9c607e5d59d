import { useEffect, useState, type RefObject } from "react";

import type { List, NewTask } from "tasknook-client";

import { inOneLine, linesOf, newTaskOf } from "@/lib/new-tasks";
import { lengthOf, TITLE_MAX } from "@/lib/limits";
import { keyOf, parseQuickAdd, type FindDates, type Part } from "@/lib/quick-add";
import { isVisible } from "@/lib/titles";
import { keepUnfinished, unfinishedText } from "@/lib/unfinished";
import type { View } from "@/lib/view";

interface Options {
  lists: readonly List[];
  view: View;
  /** Stores the tasks. Returns whether that was possible. */
  onAdd: (tasks: NewTask[]) => Promise<boolean>;
  input: RefObject<HTMLInputElement | null>;
  userId: string;
}

/** Several lines that were pasted, and the text in the input that has all of them. */
interface Pasted {
  text: string;
  lines: string[];
}

let loading: Promise<FindDates> | undefined;

/** The text whose tasks are being stored: it is kept until then, but not offered again in the input of another view. */
let adding: string | undefined;

/** The module for dates, which is large. Without it, for example offline, dates remain in the title. */
function loadDates(): Promise<FindDates | undefined> {
  loading ??= import("@/lib/quick-add-dates").then(({ findDates }) => findDates);
  return loading.catch(() => (loading = undefined));
}

const sleep = (millis: number) => new Promise<undefined>((resolve) => setTimeout(resolve, millis));

/** Milliseconds to wait for that module before a task is added without it. */
const DATES_TIMEOUT = 2000;

/** The error of a title that the API would reject. */
function errorOf(title: string, what: string): string | undefined {
  const length = lengthOf(title);
  if (title && !isVisible(title)) return `${what} has no visible character.`;
  return length > TITLE_MAX ? `${what} has ${length} characters; the limit is ${TITLE_MAX}.` : undefined;
}

/** What is typed to add tasks, and what is recognized in it. */
export function useQuickAdd({ lists, view, onAdd, input, userId }: Options) {
  const [text, setText] = useState("");
  const [reverted, setReverted] = useState<ReadonlySet<string>>(new Set());
  const [pasted, setPasted] = useState<Pasted>();
  const [hasAdded, setHasAdded] = useState(false);
  // In an object: a function would be called by React.
  const [dates, setDates] = useState<{ findDates?: FindDates }>({});

  // The input may have been used before the page was hydrated.
  useEffect(() => {
    const kept = unfinishedText(userId);
    if (kept !== adding) input.current!.value ||= kept;
    setText(input.current!.value);
    if (input.current === document.activeElement || input.current!.value) void prepare();
  }, [input, userId]);

  async function prepare() {
    const findDates = await loadDates();
    if (findDates) setDates({ findDates });
    return findDates;
  }

  function read(line: string, now = new Date(), findDates = dates.findDates) {
    return parseQuickAdd(line, { now, lists, reverted, findDates });
  }

  function change(value: string) {
    setText(value);
    keepUnfinished(userId, value);
    // A part that is typed again is recognized again.
    const isTyped = (key: string) => value.toLowerCase().includes(key.slice(key.indexOf(" ") + 1));
    setReverted((keys) => new Set([...keys].filter(isTyped)));
  }

  function replace(value: string) {
    show(value);
    change(value);
    input.current!.focus();
  }

  function show(value: string) {
    input.current!.value = value;
    setText(value);
  }

  /** Adds a task for each line, unless one has an error. The input is empty at once, for the next one. */
  async function add(lines: string[]) {
    if (lines.some((line) => errorOf(read(line).title, ""))) return input.current?.focus();
    show("");
    input.current!.focus();
    setHasAdded(true);
    adding = text;
    const findDates = dates.findDates ?? (await Promise.race([prepare(), sleep(DATES_TIMEOUT)]));
    const now = new Date();
    const isStored = await onAdd(lines.map((line) => newTaskOf(read(line, now, findDates), view, now)));
    adding = undefined;
    // Until then, a reload brings the text back. The user may have typed the next one.
    if (unfinishedText(userId) !== text) return;
    if (isStored) keepUnfinished(userId, "");
    else if (input.current && !input.current.value) show(text);
  }

  const parsed = read(text);
  const lines = pasted?.text === text ? pasted.lines : undefined;
  const lineError = lines?.map((line, index) => errorOf(read(line).title, `Line ${index + 1}`)).find(Boolean);

  return {
    parts: parsed.parts,
    error: errorOf(parsed.title, "The title"),
    lines,
    /** Why the lines cannot be added. */
    lineError,
    /** Whether a task was added since the view is shown. */
    hasAdded,
    prepare,
    change,
    submit: () => (text.trim() ? add([text]) : input.current?.focus()),
    submitLines: () => lines && add(lines),
    /** Turns a part back into text. */
    revert: (part: Part) => {
      setReverted((keys) => new Set(keys).add(keyOf(part)));
      input.current?.focus();
    },
    /** Puts several lines into the one of the input, and offers to add a task for each. Returns false for a single line. */
    paste: (clipboard: string): boolean => {
      const { value, selectionStart, selectionEnd } = input.current!;
      const all = value.slice(0, selectionStart ?? undefined) + clipboard + value.slice(selectionEnd ?? value.length);
      if (linesOf(all).length < 2) return false;
      setPasted({ text: inOneLine(all), lines: linesOf(all) });
      replace(inOneLine(all));
      return true;
    },
  };
}
