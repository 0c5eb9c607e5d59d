import { expect, test } from "vitest";

import type { Task } from "../src/index.ts";
import type { OfflineConflict, OfflineTasks } from "../src/offline/index.ts";
import { Device, storedTasks } from "./offline-device.ts";

/** A generator of numbers between 0 and 1 (mulberry32): the same for a seed. */
function random(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const MEMBERS = ["title", "description"] as const;

/** A write of a text that occurs once, in one member of a task. */
interface Write {
  device: number;
  taskId: string;
  member: "title" | "description";
  text: string;
  /** Whether its promise was fulfilled. One that failed can be stored, too. */
  isConfirmed?: boolean;
}

/** Two devices of one user, with random writes, losses, kills and resolutions. */
class Scenario {
  readonly devices: Device[];
  readonly queues: OfflineTasks[] = [];
  readonly writes: Write[] = [];
  /** Deletions of a task by a device, with the number of writes before. */
  readonly removals: { device: number; taskId: string; after: number }[] = [];
  /** Texts of conflicts that were resolved for the other side. */
  readonly discarded = new Set<string>();
  readonly #removed: Task[] = [];
  readonly #next: () => number;

  constructor(seed: number) {
    this.#next = random(seed);
    const first = new Device();
    this.devices = [first, new Device({ userId: first.userId })];
  }

  async open(index: number): Promise<void> {
    this.queues[index]?.close();
    this.queues[index] = await this.devices[index]!.open();
  }

  #chance = (probability: number) => this.#next() < probability;
  #pick = <Value>(values: readonly Value[]): Value | undefined => values[Math.floor(this.#next() * values.length)];

  async step(): Promise<void> {
    const index = this.#chance(0.5) ? 0 : 1;
    const device = this.devices[index]!;
    device.network = this.#pick(["on", "on", "cut", "lost"] as const)!;
    device.stepsLeft = this.#chance(0.15) ? Math.floor(this.#next() * 6) : Infinity;
    if (this.#chance(0.03)) device.now += 24 * 3_600_000;
    try {
      await this.#act(index);
    } catch (error) {
      if (!device.isKilled && device.network === "on") throw error;
    }
    device.stepsLeft = Infinity;
    if (device.isKilled) await this.open(index);
  }

  async #act(index: number): Promise<void> {
    const offline = this.queues[index]!;
    const choice = this.#next();
    const task = this.#pick(offline.tasks());
    if (choice < 0.15) return offline.flush();
    if (choice < 0.3) return offline.refresh();
    if (choice < 0.4) return this.#resolve(index);
    if (choice < 0.5 || !task) return this.#create(index);
    if (choice < 0.75) return this.#update(index, task);
    if (choice < 0.82) return void (await offline.complete(task));
    if (choice < 0.9) return offline.move(task, this.#chance(0.5) ? { to: "last" } : { before: this.#pick(offline.tasks())!.id });
    if (choice < 0.95 || !this.#removed.length) return this.#remove(index, task);
    await offline.restore(this.#pick(this.#removed)!);
  }

  #text = () => `text ${this.writes.length} ${Math.floor(this.#next() * 1e9)}`;

  async #create(device: number): Promise<void> {
    const write: Write = { device, taskId: crypto.randomUUID(), member: "title", text: this.#text() };
    this.writes.push(write);
    await this.queues[device]!.create({ title: write.text }, { id: write.taskId });
    write.isConfirmed = true;
  }

  async #update(device: number, task: Task): Promise<void> {
    const write: Write = { device, taskId: task.id, member: this.#chance(0.5) ? "title" : "description", text: this.#text() };
    this.writes.push(write);
    await this.queues[device]!.update(task, { [write.member]: write.text });
    write.isConfirmed = true;
  }

  async #remove(device: number, task: Task): Promise<void> {
    this.removals.push({ device, taskId: task.id, after: this.writes.length });
    await this.queues[device]!.remove(task);
    this.#removed.push(task);
  }

  async #resolve(device: number): Promise<void> {
    const offline = this.queues[device]!;
    const conflict = this.#pick(offline.conflicts());
    if (!conflict) return;
    const isTheirs = this.#chance(0.3);
    const { taskId, mine } = conflict;
    if (isTheirs) for (const text of textsOf(conflict)) this.discarded.add(text);
    // It replaces what was written before.
    else this.writes.push(...MEMBERS.flatMap((member) => (mine?.[member] ? { device, taskId, member, text: mine[member] } : [])));
    if (!isTheirs && !mine) this.removals.push({ device, taskId, after: this.writes.length });
    await offline.resolve(conflict, isTheirs ? "theirs" : "mine");
  }

  /** With the network, until neither has anything to send or to load. */
  async synchronize(): Promise<void> {
    for (const device of this.devices) device.network = "on";
    for (const round of [1, 2]) {
      for (const offline of this.queues) {
        await offline.flush();
        await offline.refresh();
        expect(offline.status().pending, `round ${round}`).toBe(0);
      }
    }
  }

  /** The writes whose text is neither in the history of its task, nor in a conflict, nor replaced or deleted by the same device. */
  lost(): Write[] {
    const results = this.devices.flatMap(({ results }) => results);
    const history = new Set(results.flatMap(({ task }) => (task ? [task.title, task.description] : [])));
    const open = new Set(this.queues.flatMap((offline) => offline.conflicts().flatMap(textsOf)));
    return this.writes.filter(({ device, taskId, member, text, isConfirmed }, index) => {
      const later = this.writes.slice(index + 1).filter((other) => other.device === device && other.taskId === taskId);
      const isReplaced = later.some((other) => other.member === member);
      const isRemoved = this.removals.some((other) => other.device === device && other.taskId === taskId && other.after > index);
      return isConfirmed && !history.has(text) && !open.has(text) && !this.discarded.has(text) && !isReplaced && !isRemoved;
    });
  }
}

const textsOf = ({ mine }: OfflineConflict) => [mine?.title, mine?.description].filter((text) => text != null);

/** SEED is the only one, SEEDS their number. */
const { SEED, SEEDS = 8 } = process.env;
const seeds = SEED ? [Number(SEED)] : Array.from({ length: Number(SEEDS) }, (_, index) => index + 1);

test.each(seeds)("two devices end equal and lose nothing, seed %i", async (seed) => {
  const scenario = new Scenario(seed);
  await scenario.open(0);
  await scenario.open(1);
  for (let step = 0; step < 150; step += 1) await scenario.step();
  await scenario.synchronize();
  const tasks = await storedTasks(scenario.devices[0]!.userId);
  for (const offline of scenario.queues) expect(offline.tasks(), `seed ${seed}`).toEqual(tasks);
  expect(scenario.lost(), `seed ${seed}`).toEqual([]);
});
