/** The steps of the gate, as data, and their running: two at a time, reported in their order. */

import path from "node:path";
import { run } from "./run.ts";

export const root = path.join(import.meta.dirname, "../..");

export interface Check {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
}

export const CHECKS: readonly Check[] = [
  { name: "format", program: "biome", args: ["check", "--colors=off", "."] },
  { name: "lint", program: "oxlint", args: ["--deny-warnings"] },
  { name: "types", program: "tsc", args: ["--project", "."] },
  { name: "unused code", program: "knip", args: ["--no-progress", "--no-config-hints"] },
  { name: "layers", program: "node", args: ["scripts/layers.ts"] },
];

export const UNIT_TESTS: Check = { name: "unit tests", program: "vitest", args: ["run", "--project", "unit"] };

/** The environment of the tools: the pinned runtime first in PATH, and nothing that slows or colours it. */
export function toolEnvironment(): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    PATH: `${path.join(root, "node_modules/.bin")}:${process.env.PATH ?? ""}`,
    NO_COLOR: "1",
  };
  delete env.NODE_OPTIONS;
  delete env.NODE_EXTRA_CA_CERTS;
  delete env.FORCE_COLOR;
  return env;
}

/** Runs the checks, prints a line for each and the output of those that fail; the names of the failed ones. */
export async function runChecks(checks: readonly Check[]): Promise<string[]> {
  const env = toolEnvironment();
  const timed = async (check: Check) => {
    const start = performance.now();
    const finished = await run(check.program, check.args, { cwd: root, env, timeoutMs: 300_000 });
    return { ...finished, seconds: (performance.now() - start) / 1000 };
  };

  const lanes: Promise<unknown>[] = [Promise.resolve(), Promise.resolve()];
  const running = checks.map((check, index) => {
    const lane = index % lanes.length;
    const result = lanes[lane].then(() => timed(check));
    lanes[lane] = result;
    return result;
  });

  const failed: string[] = [];
  const width = Math.max(...checks.map(({ name }) => name.length));
  for (const [index, { name }] of checks.entries()) {
    const { status, output, seconds } = await running[index];
    if (status !== 0) failed.push(name);
    const details = status === 0 ? "" : `\n${output.trimEnd()}\n`;
    console.log(`${status === 0 ? "ok  " : "FAIL"} ${name.padEnd(width)} ${seconds.toFixed(1)} s${details}`);
  }
  return failed;
}
