import type { components } from "./schema";

type Task = components["schemas"]["Task"];

/** The entity tags of the task versions that this client has read or written, for `If-Match`. */
export class Versions {
  /** By the task's id, then by `updated_at`, which identifies the version also in lists. */
  readonly #tags = new Map<string, Map<string, string>>();
  readonly #queues = new Map<string, Promise<unknown>>();

  /** The tag of this version. A version that is only known from a list has none, because lists have no tags. */
  tagOf({ id, updated_at }: Task): string | undefined {
    return this.#tags.get(id)?.get(updated_at);
  }

  /** Records the version that was just read or created. */
  read(task: Task, response: Response): Task {
    const tag = strongTag(response);
    if (tag) this.#of(task.id).set(task.updated_at, tag);
    return task;
  }

  /** Records a version that was returned without a tag of its own: its revision is the tag. */
  changed(task: Task): void {
    this.#of(task.id).set(task.updated_at, `"${task.revision}"`);
  }

  /** Records the version that a write created. Earlier own versions get its tag too, so that own writes do not conflict. */
  wrote(base: Task, task: Task, response: Response): Task {
    const tags = this.#of(task.id);
    const [before, after] = [tags.get(base.updated_at), strongTag(response)];
    if (after) {
      for (const [version, tag] of tags) if (tag === before) tags.set(version, after);
      tags.set(base.updated_at, after);
    }
    return this.read(task, response);
  }

  forget(id: string): void {
    this.#tags.delete(id);
  }

  reset(): void {
    this.#tags.clear();
    this.#queues.clear();
  }

  /** Runs the calls for a task one after the other, so that each has the tag that the previous one returned. */
  inOrder<Result>(id: string, call: () => Promise<Result>): Promise<Result> {
    const previous = this.#queues.get(id) ?? Promise.resolve();
    const result = previous.then(call, call);
    this.#queues.set(id, result);
    const clear = () => void (this.#queues.get(id) === result && this.#queues.delete(id));
    result.then(clear, clear);
    return result;
  }

  #of(id: string): Map<string, string> {
    const tags = this.#tags.get(id) ?? new Map<string, string>();
    this.#tags.set(id, tags);
    return tags;
  }
}

/** The tag of the task in a response. A proxy that compresses responses may make it weak, and weak tags never match in `If-Match`. */
function strongTag(response: Response): string | undefined {
  return response.headers.get("ETag")?.replace(/^W\//, "");
}
