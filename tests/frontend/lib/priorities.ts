/** The priorities with their names. The place, from 1, is the number that users type. */
export const PRIORITIES = [
  ["urgent", "Urgent"],
  ["high", "High"],
  ["medium", "Medium"],
  ["low", "Low"],
] as const;
