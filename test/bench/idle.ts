/**
 * What a sandbox costs while its program sleeps: CPU time over ten seconds, and memory (PSS) of all its processes.
 *
 *   npx node test/bench/idle.ts
 */
import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const SECONDS = 10;
const RUNSC_MS = path.resolve(import.meta.dirname, "../../scripts/runsc-ms");

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

/** `pid` and everything below it. */
function family(pid: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync("/proc")) {
    const parent = /^\d+ \(.*\) \S (\d+)/s.exec(read(`/proc/${name}/stat`))?.[1];
    if (parent !== undefined) parents.set(Number(name), Number(parent));
  }
  const members = [pid];
  for (const member of members) {
    for (const [child, parent] of parents) if (parent === member) members.push(child);
  }
  return members;
}

/** User and system time so far, in clock ticks of 10 ms. */
function ticks(pids: readonly number[]): number {
  let total = 0;
  for (const pid of pids) {
    const fields = read(`/proc/${pid}/stat`)
      .replace(/^.*\) /s, "")
      .split(" ");
    total += Number(fields[11] ?? 0) + Number(fields[12] ?? 0);
  }
  return total;
}

function pssMb(pid: number): number {
  return Number(/^Pss:\s+(\d+)/m.exec(read(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0) / 1024;
}

const child = spawn(RUNSC_MS, ["--network=none", "do", "--", "/bin/sleep", "60"], { stdio: "ignore" });
await sleep(4000);
const pids = family(child.pid as number);
const before = ticks(pids);
await sleep(SECONDS * 1000);
console.log(`CPU over ${SECONDS} s: ${(ticks(pids) - before) * 10} ms`);
let total = 0;
for (const pid of pids) {
  const pss = pssMb(pid);
  total += pss;
  const command = read(`/proc/${pid}/cmdline`)
    .split("\0")
    .filter((word) => word !== "");
  const word = command.find((text) => text.endsWith(".cjs")) ?? command[0] ?? "stub";
  console.log(`${pss.toFixed(1).padStart(7)} MB  ${path.basename(word)}`);
}
console.log(`${total.toFixed(1).padStart(7)} MB  PSS in all`);
child.kill("SIGTERM");
