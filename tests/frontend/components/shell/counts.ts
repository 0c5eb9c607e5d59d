/** The numbers of open tasks of the views. */
export interface Counts {
  all: number;
  today: number;
  /** Of those in Today, the ones whose due date has passed. */
  overdue: number;
  upcoming: number;
  inbox: number;
  /** By the ids of the lists; a list without open tasks can be missing. */
  lists: ReadonlyMap<string, number>;
  tags: readonly { name: string; count: number }[];
}
