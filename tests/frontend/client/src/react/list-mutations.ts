import type { CountedList, List, ListPatch, Move, NewList } from "../types.ts";
import { uuid } from "../uuid.ts";
import type { MutationContext } from "./mutations.ts";
import { LISTS, TASKS } from "./task-cache.ts";

/** Writes lists. Each promise is resolved when the result is shown. */
export type ListMutations = ReturnType<typeof createListMutations>;

export function createListMutations({ client, cache, begin, succeeded, failed }: MutationContext) {
  async function write<Result>(call: Promise<Result>): Promise<Result> {
    begin(call);
    try {
      const result = await call;
      succeeded();
      await cache.reload(LISTS);
      return result;
    } catch (error) {
      failed(error);
      void cache.reload(LISTS);
      throw error;
    }
  }

  return {
    /** Creates a list, which comes last. With the same id again, it is created once. */
    create: (list: NewList, { id = uuid() }: { id?: string } = {}): Promise<List> => write(client.createList(list, { id })),

    /** Changes the given members. */
    update: (list: CountedList, patch: ListPatch): Promise<List> => write(client.updateList(list, patch)),

    /** Moves a list before or after another one, or to one end. */
    move: (list: CountedList, to: Move): Promise<List> => write(client.moveList(list, to)),

    /** Deletes a list for good. Its tasks stay, or are moved to the trash. */
    async remove(list: CountedList, tasks?: "keep" | "trash"): Promise<void> {
      await write(client.removeList(list, tasks));
      void cache.reload(TASKS);
    },
  };
}
