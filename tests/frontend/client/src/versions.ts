import { abortable } from "./abort.ts";

/** A version of a task or a list: its id, and the revision that a write is based on. */
export interface Version {
  id: string;
  revision: number;
}

/** Own writes of an object that followed one another: each of these revisions was replaced by this client, last by `latest`. */
interface Chain {
  replaced: Set<number>;
  latest: number;
}

/** Replaced revisions that are kept of each object. */
const MAX_REPLACED = 100;

/**
 * The revisions that own writes replaced, for conditions: a write that is based on a version which this client has changed
 * since does not conflict with that change.
 */
export class Versions {
  readonly #chains = new Map<string, Chain>();
  readonly #queues = new Map<string, Promise<unknown>>();

  /** The revision that a write based on this version requires. */
  required({ id, revision }: Version): number {
    const chain = this.#chains.get(id);
    return chain?.replaced.has(revision) ? chain.latest : revision;
  }

  /** Records the version that a write created. */
  wrote<Written extends Version>(base: Version, written: Written): Written {
    const chain = this.#chains.get(base.id);
    const required = this.required(base);
    const replaced = chain?.latest === required ? chain.replaced : new Set<number>();
    replaced.add(base.revision).add(required).delete(written.revision);
    const [oldest] = replaced;
    if (replaced.size > MAX_REPLACED) replaced.delete(oldest!);
    this.#chains.set(base.id, { replaced, latest: written.revision });
    return written;
  }

  forget(id: string): void {
    this.#chains.delete(id);
  }

  reset(): void {
    this.#chains.clear();
    this.#queues.clear();
  }

  /** Runs the calls for an object one after the other, so that each knows the revision that the previous one returned. */
  inOrder<Result>(id: string, call: () => Promise<Result>, signal?: AbortSignal): Promise<Result> {
    const previous = this.#queues.get(id) ?? Promise.resolve();
    const result = previous.then(call, call);
    this.#queues.set(id, result);
    const clear = () => void (this.#queues.get(id) === result && this.#queues.delete(id));
    result.then(clear, clear);
    // The wait for the previous calls ends with the signal, too.
    return signal ? abortable(result, signal) : result;
  }
}
