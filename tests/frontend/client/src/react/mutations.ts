import type { Client } from "../client.ts";
import { threeWayMerge, type TaskMembers } from "../merge.ts";
import type { Move, NewTask, Task } from "../types.ts";
import { uuid } from "../uuid.ts";
import { Conflict, isProblem } from "./conflict.ts";
import { draftOf } from "../draft.ts";
import type { Pending, TaskCache } from "./task-cache.ts";

/** What a mutation needs of the session. */
export interface MutationContext {
  client: Client;
  cache: TaskCache;
  /** A write has begun. */
  begin: (write: Promise<unknown>) => void;
  succeeded: () => void;
  failed: (error: unknown) => void;
}

type Send = (base: Task, patch: Partial<TaskMembers>) => Promise<Task>;

/** Writes tasks. Each write is shown at once, and rolled back if it fails: then the promise is rejected. */
export type Mutations = ReturnType<typeof createMutations>;

export function createMutations({ client, cache, begin, succeeded, failed }: MutationContext) {
  const [inOrderOfCreation, inOrderOfMoves] = [serial(), serial()];

  async function write<Result extends Task | void>(change: Pending, call: () => Promise<Result>): Promise<Result> {
    cache.begin(change);
    try {
      const sent = call();
      begin(sent);
      const result = await sent;
      succeeded();
      cache.succeed(change, result ?? undefined);
      return result;
    } catch (error) {
      failed(error);
      cache.fail(change, error instanceof Conflict ? error.theirs : isProblem(error, "task_not_found") ? null : undefined);
      throw error;
    }
  }

  const shown = (task: Task) => cache.find(task.id) ?? task;

  /** Writes the changes, on their version if that was changed elsewhere and nothing collides. */
  async function merged(base: Task, mine: Partial<TaskMembers>, send: Send): Promise<Task> {
    try {
      return await send(base, mine);
    } catch (error) {
      if (!isProblem(error, "precondition_failed")) throw error;
      const theirs = await client.get(base.id);
      const { patch, conflicting } = threeWayMerge(base, mine, theirs);
      if (conflicting.length) throw new Conflict({ base, mine: patch, theirs, conflicting });
      // Nothing is left to write if an earlier attempt succeeded and only its response was lost.
      return Object.keys(patch).length ? merged(theirs, patch, send) : theirs;
    }
  }

  /** Makes the call, or throws the conflict with the current version. */
  async function unmerged<Result>(base: Task, call: () => Promise<Result>): Promise<Result> {
    try {
      return await call();
    } catch (error) {
      if (!isProblem(error, "precondition_failed")) throw error;
      throw new Conflict({ base, mine: {}, theirs: await client.get(base.id), conflicting: [] });
    }
  }

  return {
    /** Creates a task. To repeat a call of which you have no result, pass the same id: the task is created once. */
    create(task: NewTask, { id = uuid() }: { id?: string } = {}): Promise<Task> {
      const change = { kind: "add", task: draftOf(task, id, client.userId) } as const;
      return write(change, () => inOrderOfCreation(() => client.create(task, { id })));
    },

    /**
     * Changes the given members. If the task was changed elsewhere since `task`, the changes are merged. Throws `Conflict` if
     * both sides changed the same member.
     */
    update(task: Task, patch: Partial<TaskMembers>): Promise<Task> {
      const change = { kind: "change", task: shown(task), patch } as const;
      return write(change, () => merged(task, patch, (base, rest) => client.update(base, rest)));
    },

    /** Sets `completed`, or toggles it. Merged as by `update`. */
    complete(task: Task, completed = !task.completed): Promise<Task> {
      const change = { kind: "change", task: shown(task), patch: { completed } } as const;
      return write(change, () => merged(task, { completed }, (base) => client.complete(base, completed)));
    },

    /** Moves a task before or after another one of the manual order, or to one end. Throws `Conflict` if it was changed elsewhere. */
    move(task: Task, to: Move): Promise<Task> {
      const position = cache.positionAfterMove(task, to);
      const change = { kind: "change", task: shown(task), patch: position === undefined ? {} : { position } } as const;
      // One after another, since each names a neighbor.
      return write(change, () => unmerged(task, () => inOrderOfMoves(() => client.move(task, to))));
    },

    /** Moves a task to the trash. It succeeds if the task is deleted already. Throws `Conflict` if it was changed elsewhere. */
    remove(task: Task): Promise<void> {
      const call = () =>
        client.remove(task).catch((error: unknown) => {
          if (!isProblem(error, "task_not_found")) throw error;
        });
      return write({ kind: "remove", task: shown(task) }, () => unmerged(task, call));
    },

    /** Makes a task of the trash live again. */
    restore(task: Task): Promise<Task> {
      return write({ kind: "add", task }, () => client.restore(task));
    },
  };
}

/** Runs calls one after another. */
function serial(): <Result>(call: () => Promise<Result>) => Promise<Result> {
  let last: Promise<unknown> = Promise.resolve();
  return (call) => {
    const result = last.then(call);
    last = result.catch(() => {});
    return result;
  };
}
