// What a user does with lists, in the sidebar of a wide window and in the dialog of a list.

import { until } from "./user.mjs";

/** Opens the dialog of a new list. @param {import("./user.mjs").User} user */
export async function openNewList(user) {
  await user.page.getByRole("button", { name: "New list", exact: true }).click();
  return user.page.getByRole("dialog", { name: "New list" });
}

/** Opens the dialog of a list. @param {import("./user.mjs").User} user @param {string} name */
export async function openList(user, name) {
  await user.page.getByRole("button", { name: `Edit list ${name}`, exact: true }).click();
  return user.page.getByRole("dialog", { name: "Edit list" });
}

/** Creates lists, and shows all tasks again. @param {import("./user.mjs").User} user @param {string[]} names */
export async function createLists(user, names) {
  for (const name of names) {
    const dialog = await openNewList(user);
    await dialog.getByLabel("Name").fill(name);
    await dialog.getByRole("button", { name: "Create list" }).click();
    // A new list is shown.
    await user.page.getByRole("heading", { level: 1, name, exact: true }).waitFor();
  }
  await user.view("All tasks");
}

/** Waits until these are the lists of the sidebar, in this order. @param {import("./user.mjs").User} user @param {string[]} expected */
export async function expectLists(user, expected) {
  const buttons = user.page.getByRole("navigation", { name: "Views" }).getByRole("button", { name: /^Edit list / });
  /** @type {(string | undefined)[]} */
  let shown = [];
  await until(
    () => `${user.name} has the lists ${JSON.stringify(expected)}, not ${JSON.stringify(shown)}`,
    async () => {
      shown = await buttons.evaluateAll((all) => all.map((it) => it.getAttribute("aria-label")?.slice("Edit list ".length)));
      return JSON.stringify(shown) === JSON.stringify(expected);
    },
  );
}
