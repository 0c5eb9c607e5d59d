// What a user does in the dialog of the lists.

/** @param {import("./user.mjs").User} user */
export async function openLists(user) {
  await user.page.getByRole("button", { name: "Lists", exact: true }).click();
  return user.page.getByRole("dialog");
}

/** @param {import("./user.mjs").User} user @param {string[]} names */
export async function createLists(user, names) {
  const dialog = await openLists(user);
  for (const name of names) {
    await dialog.getByLabel("New list").fill(name);
    await dialog.getByRole("button", { name: "Add list" }).click();
    await dialog.getByLabel(`Name of ${name}`, { exact: true }).waitFor();
  }
  await dialog.getByRole("button", { name: "Close" }).click();
}
