// What a user does, step by step, and the open tasks after each step. The names of the steps are those of the API's operations.

/** @typedef {import("./user.mjs").User} User */

/** The tasks at the beginning, in the order in which they are added. */
export const FIRST = ["Alpha", "Beta", "Gamma"];

/** @type {{ name: string, run: (tab: User) => Promise<void>, open: string[], completed?: string[], deleted?: string[] }[]} */
export const STEPS = [
  { name: "create", run: (tab) => tab.type("Delta"), open: ["Delta", "Gamma", "Beta", "Alpha"] },
  { name: "update", run: rename, open: ["Delta", "Gamma", "Beta 2", "Alpha"] },
  { name: "complete", run: complete, open: ["Delta", "Beta 2", "Alpha"], completed: ["Gamma"] },
  { name: "move", run: moveUp, open: ["Delta", "Alpha", "Beta 2"], completed: ["Gamma"] },
  { name: "delete", run: remove, open: ["Alpha", "Beta 2"], completed: ["Gamma"], deleted: ["Delta"] },
  { name: "restore", run: restore, open: ["Delta", "Alpha", "Beta 2"], completed: ["Gamma"] },
];

/** @param {User} tab */
async function rename(tab) {
  await tab.openEditor("Beta");
  await tab.fill({ title: "Beta 2", description: "Two litres", priority: "high", tags: "home" });
  await tab.editor().getByRole("button", { name: "Done" }).click();
}

/** @param {User} tab */
async function complete(tab) {
  await tab.checkbox("Gamma").click();
}

/** With the keyboard. @param {User} tab */
async function moveUp(tab) {
  await tab.checkbox("Alpha").focus();
  await tab.page.keyboard.press("Alt+ArrowUp");
}

/** @param {User} tab */
async function remove(tab) {
  await tab.task("Delta").hover();
  await tab.page.getByRole("button", { name: "Delete Delta", exact: true }).click();
}

/** From the trash, which needs the API: from the notice of the deletion, in the tab that has it. @param {User} tab */
async function restore(tab) {
  const notice = tab.page.getByRole("status").locator("div", { hasText: "“Delta” is in the trash." });
  await notice.getByRole("button", { name: "Undo" }).click();
}
