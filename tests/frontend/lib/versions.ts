import type { components } from "./schema";

type Task = components["schemas"]["Task"];

/** The entity tag of each version of a task that this client has read or written: what `If-Match` is sent from. */
export class Versions {
  /** By the task's id, then by `updated_at`, which names the version wherever the task is shown. */
  readonly #tags = new Map<string, Map<string, string>>();
  readonly #turns = new Map<string, Promise<unknown>>();

  /** The tag of this version. One that only a list has shown has none: a list has no tags. */
  tagOf({ id, updated_at }: Task): string | undefined {
    return this.#tags.get(id)?.get(updated_at);
  }

  /** Notes the version that was just read or made. */
  read(task: Task, response: Response): Task {
    const tag = response.headers.get("ETag");
    if (tag) this.#of(task.id).set(task.updated_at, tag);
    return task;
  }

  /** Notes what a write made of a version. Whoever still holds that one is in conflict with others, not with oneself. */
  wrote(onto: Task, task: Task, response: Response): Task {
    const tags = this.#of(task.id);
    const [before, after] = [tags.get(onto.updated_at), response.headers.get("ETag")];
    if (after) {
      for (const [version, tag] of tags) if (tag === before) tags.set(version, after);
      tags.set(onto.updated_at, after);
    }
    return this.read(task, response);
  }

  forget(id: string): void {
    this.#tags.delete(id);
  }

  reset(): void {
    this.#tags.clear();
    this.#turns.clear();
  }

  /** One call for a task after another, so that each knows the version that the one before it made. */
  inTurn<Result>(id: string, call: () => Promise<Result>): Promise<Result> {
    const before = this.#turns.get(id) ?? Promise.resolve();
    const turn = before.then(call, call);
    this.#turns.set(id, turn);
    const leave = () => void (this.#turns.get(id) === turn && this.#turns.delete(id));
    turn.then(leave, leave);
    return turn;
  }

  #of(id: string): Map<string, string> {
    const tags = this.#tags.get(id) ?? new Map<string, string>();
    this.#tags.set(id, tags);
    return tags;
  }
}
