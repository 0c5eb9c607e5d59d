import { expect, test } from "vitest";

import { Device, storedTasks } from "./offline-device.ts";
import { testClient } from "./support.ts";

/** Makes writes and sends them, until it is killed. Returns the writes that were confirmed to the user. */
async function writeAndSend(device: Device): Promise<string[]> {
  const confirmed: string[] = [];
  const offline = await device.open();
  try {
    await offline.refresh();
    const byTitle = (title: string) => offline.tasks().find((task) => task.title.startsWith(title))!;
    const confirm = (name: string) => void confirmed.push(name);
    await offline.create({ title: "created" }).then(() => confirm("create"));
    await offline.update(byTitle("created"), { tags: ["new"] }).then(() => confirm("tag"));
    await offline.complete(byTitle("completed"), true).then(() => confirm("complete"));
    await offline.flush();
    await offline.remove(byTitle("removed")).then(() => confirm("remove"));
    await offline.update(byTitle("completed"), { description: "details" }).then(() => confirm("describe"));
    await offline.flush();
    await offline.refresh();
  } catch (error) {
    if (!device.isKilled) throw error;
  }
  offline.close();
  return confirmed;
}

async function newDevice() {
  const device = new Device();
  const { api } = testClient({ userId: device.userId });
  await api.create({ title: "completed" });
  await api.create({ title: "removed" });
  return device;
}

/** Starts again, sends what is left, and verifies that all writes that were confirmed are executed, each once. */
async function expectExecuted(device: Device, confirmed: string[]) {
  device.stepsLeft = Infinity;
  const offline = await device.open();
  await offline.flush();
  await offline.refresh();
  const tasks = await storedTasks(device.userId);
  expect(offline.tasks()).toEqual(tasks);
  expect(offline.conflicts()).toEqual([]);
  const named = (title: string) => tasks.filter((task) => task.title === title);
  if (confirmed.includes("create")) expect(named("created")).toHaveLength(1);
  if (confirmed.includes("tag")) expect(named("created")).toMatchObject([{ tags: ["new"] }]);
  if (confirmed.includes("complete")) expect(named("completed")).toMatchObject([{ completed: true }]);
  if (confirmed.includes("remove")) expect(named("removed")).toEqual([]);
  if (confirmed.includes("describe")) expect(named("completed")).toMatchObject([{ description: "details" }]);
  expect(named("created").length).toBeLessThanOrEqual(1);
}

test.each([0, 24])("a process that is killed at any step, %i h later", async (hours) => {
  const whole = await newDevice();
  whole.stepsLeft = 1000;
  expect(await writeAndSend(whole)).toHaveLength(5);
  const steps = 1000 - whole.stepsLeft;
  expect(steps).toBeGreaterThan(20);
  for (let step = 0; step < steps; step += 1) {
    const device = await newDevice();
    device.stepsLeft = step;
    const confirmed = await writeAndSend(device);
    expect(device.isKilled).toBe(true);
    device.now += hours * 3_600_000;
    await expectExecuted(device, confirmed);
  }
});
