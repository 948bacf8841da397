/** What every benchmark compares: the host, the product, and a peer runtime if one is named by --peer (a gVisor runsc). */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";

const ROOT = path.resolve(import.meta.dirname, "../../..");
const RUNSC_MS = path.join(ROOT, "scripts/runsc-ms");

export interface BenchOptions {
  readonly rounds: number;
  readonly budgetMs: number;
  readonly peer: string | undefined;
  /** Processor list for taskset(1), to see what one core does. */
  readonly cpus: string | undefined;
  readonly operations: readonly string[];
}

export function benchOptions(): BenchOptions {
  const { values, positionals } = parseArgs({
    options: {
      rounds: { type: "string", default: "3" },
      "budget-ms": { type: "string", default: "100" },
      peer: { type: "string" },
      cpus: { type: "string" },
    },
    allowPositionals: true,
  });
  return {
    rounds: Number(values.rounds),
    budgetMs: Number(values["budget-ms"]),
    peer: values.peer,
    cpus: values.cpus,
    operations: positionals,
  };
}

/** The command line that runs `argv` on each side. */
export function sides(options: BenchOptions, argv: readonly string[]): Record<string, readonly string[]> {
  const pin = options.cpus === undefined ? [] : ["taskset", "-c", options.cpus];
  const all: Record<string, readonly string[]> = { host: [...pin, ...argv] };
  if (options.peer !== undefined) {
    const flags = ["--platform=systrap", "--network=none", "--ignore-cgroups"];
    all.peer = [...pin, options.peer, ...flags, "do", "--", ...argv];
  }
  all["runsc-ms"] = [...pin, RUNSC_MS, "--network=none", "do", "--", ...argv];
  return all;
}

/** Runs a side and gives what it printed; throws when it fails. */
export function runSide(command: readonly string[]): string {
  const run = spawnSync(command[0], command.slice(1), { encoding: "utf8", timeout: 120_000, killSignal: "SIGKILL" });
  if (run.status !== 0) throw new Error(`${command.join(" ")}: exit ${run.status}: ${run.stderr.slice(-300)}`);
  return run.stdout;
}

/** Compiles a guest program into a directory of its own and hands it to `body`. */
export function withGuest<T>(source: string, body: (program: string) => T): T {
  const directory = mkdtempSync(path.join(tmpdir(), "runsc-ms-bench-"));
  try {
    const program = path.join(directory, "guest");
    const file = path.join(import.meta.dirname, "../guest", source);
    execFileSync("gcc", ["-O2", "-static", "-pthread", file, "-o", program]);
    return body(program);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}

/** A table of medians: a row per measurement, a column per side, and the product's ratio to each other side. */
export function printTable(
  unit: string,
  results: ReadonlyMap<string, Readonly<Record<string, readonly number[]>>>,
): void {
  const names = Object.keys(results.values().next().value ?? {});
  const others = names.filter((name) => name !== "runsc-ms");
  const cell = (text: string): string => text.padStart(14);
  const heads = [...names.map((name) => `${name} ${unit}`), ...others.map((name) => `/ ${name}`)];
  console.log("".padEnd(22) + heads.map(cell).join(""));
  const logs: Record<string, number[]> = {};
  for (const [row, bySide] of results) {
    const values = names.map((name) => median(bySide[name] ?? []));
    const ours = median(bySide["runsc-ms"] ?? []);
    const ratios = others.map((name) => ours / median(bySide[name] ?? []));
    others.forEach((name, i) => {
      if (ratios[i] > 0) (logs[name] ??= []).push(Math.log(ratios[i]));
    });
    const shown = [...values.map((value) => value.toFixed(0)), ...ratios.map((ratio) => ratio.toFixed(2))];
    console.log(row.padEnd(22) + shown.map(cell).join(""));
  }
  for (const name of others) {
    const list = logs[name] ?? [];
    const mean = Math.exp(list.reduce((sum, value) => sum + value, 0) / list.length);
    console.log(`geometric mean of runsc-ms / ${name} over ${list.length}: ${mean.toFixed(2)}`);
  }
}
