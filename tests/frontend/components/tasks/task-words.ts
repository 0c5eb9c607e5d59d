// What the page calls the values of the API.

export const PRIORITIES = [
  ["low", "Low"],
  ["medium", "Medium"],
  ["high", "High"],
  ["urgent", "Urgent"],
] as const;

export const DUES = [
  ["overdue", "Overdue"],
  ["today", "Due today"],
  ["week", "Due within 7 days"],
  ["none", "No due date"],
] as const;
