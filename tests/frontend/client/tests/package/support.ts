import { execFile } from "node:child_process";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

export const CLIENT = join(import.meta.dirname, "../..");

const BIN = join(CLIENT, "../node_modules/.bin");

interface RunOptions {
  cwd: string;
  env?: Record<string, string>;
}

/** Runs a program of the machine or of these packages, and returns its output. Throws with the output if it fails. */
export async function run(program: string, args: string[], { cwd, env }: RunOptions): Promise<string> {
  // Without what Vitest sets: the others would build for tests.
  const { NODE_ENV, VITEST, ...inherited } = process.env;
  const environment = { ...inherited, NO_COLOR: "1", ...env, PATH: `${BIN}:${process.env.PATH}` } as unknown as NodeJS.ProcessEnv;
  try {
    return (await promisify(execFile)(program, args, { cwd, env: environment, maxBuffer: 2 ** 26 })).stdout;
  } catch (error) {
    const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
    throw new Error(`${program} ${args.join(" ")} failed\n${stdout}${stderr}`, { cause: error });
  }
}

/** Installs the tarball in one of the applications and returns its folder. Other packages are found in folders above it. */
export async function install(app: string, tarball: string): Promise<string> {
  const folder = join(CLIENT, "apps", app);
  const installed = join(folder, "node_modules/tasknook-client");
  await rm(installed, { recursive: true, force: true });
  await mkdir(installed, { recursive: true });
  await run("tar", ["-xzf", tarball, "-C", installed, "--strip-components=1"], { cwd: folder });
  return folder;
}
