import type { Change, Changes, List, Task } from "../types.ts";
import type { Owner } from "./owner.ts";
import { resyncRequired } from "./problem.ts";
import { integer, Query } from "./query.ts";
import { compare, digest } from "./text.ts";

/** A position: after a revision, or at a place in a snapshot that began at one. */
interface Position {
  epoch: string;
  revision: number;
  /** The last object of the snapshot that was read; absent after it. */
  place?: string;
}

/** The epoch of a user of whom nothing is stored. */
const NO_EPOCH = "0";

/** A position as text. */
export const positionOf = (userId: string, { epoch, revision, place }: Position) =>
  [epoch, digest(userId), revision, ...(place === undefined ? [] : [place])].join("_");

/** The position of a user at present. */
export const presentOf = (userId: string, owner: Owner | undefined) =>
  positionOf(userId, { epoch: owner?.epoch ?? NO_EPOCH, revision: owner?.revision ?? 0 });

/** Reads a position. Throws unless what follows it is known. */
export function readPosition(text: string, userId: string, owner: Owner | undefined): Position {
  const [, epoch, user, revision, , place] = /^([0-9a-f]+)_([0-9a-f]{16})_(\d{1,16})(_([0-9a-f-]{36}))?$/.exec(text) ?? [];
  const position = { epoch: epoch!, revision: Number(revision), place };
  const isNothing = epoch === NO_EPOCH && position.revision === 0 && place === undefined;
  const isKnown = isNothing || (owner && epoch === owner.epoch && position.revision <= owner.revision);
  if (user !== digest(userId) || !isKnown) throw resyncRequired();
  return position;
}

const put = (type: "task" | "list", object: Task | List) =>
  ({ revision: object.revision, type, kind: "put", id: object.id, [type]: object }) as Change;

const putsOf = (owner: Owner): Change[] => [
  ...owner.live.map((task) => put("task", task)),
  ...[...owner.lists.values()].map((list) => put("list", list)),
];

/** What changed after a revision, in order: each object once, as it is. */
export function changesAfter(owner: Owner, revision: number): Change[] {
  const trashed = owner.trash.map(({ id, revision }) => ({ revision, type: "task", kind: "deleted", id }) as const);
  const deleted = [...owner.tombstones].map(([name, revision]) => {
    const [type, id] = name.split(" ") as ["task" | "list", string];
    return { revision, type, kind: "deleted", id } as const;
  });
  const changes: Change[] = [...putsOf(owner), ...trashed, ...deleted];
  return changes.filter((change) => change.revision > revision).sort((one, other) => one.revision - other.revision);
}

/** The page of the feed that a query asks for. */
export function changesPage(owner: Owner | undefined, userId: string, text: string): Changes {
  const query = new Query(text);
  const since = query.take("since", "", (value) => value);
  const limit = query.take("limit", "must be an integer from 1 to 1000", integer(1, 1000)) ?? 500;
  query.finish();
  const position = since ? readPosition(since, userId, owner) : undefined;
  if (!owner) return { changes: [], next: presentOf(userId, owner), more: false };
  if (position && position.epoch !== NO_EPOCH && position.place === undefined) {
    const changes = changesAfter(owner, position.revision);
    const page = changes.slice(0, limit);
    const more = changes.length > limit;
    const revision = more ? page.at(-1)!.revision : owner.revision;
    return { changes: page, next: positionOf(userId, { epoch: owner.epoch, revision }), more };
  }
  const { revision = owner.revision, place = "" } = position?.place === undefined ? {} : position;
  const rest = putsOf(owner)
    .sort((one, other) => compare(one.id, other.id))
    .filter(({ id }) => id > place);
  const page = rest.slice(0, limit);
  const more = rest.length > limit;
  const next = positionOf(userId, { epoch: owner.epoch, revision, ...(more && { place: page.at(-1)!.id }) });
  return { changes: page, next, more };
}
