/**
 * What each rail costs on this machine, with a trivial kernel in place of ours: ns per operation, best and median of the rounds.
 *
 * usage: node test/bench/platform_bench.ts [--one-core] [--rounds N]
 * With --one-core the platform counts on one core and never spins; pin the process too (taskset -c 0) for the whole picture.
 */
import { buildGuest, TestKernel } from "../platform/test_kernel.ts";

const OPERATIONS = [
  { name: "getpid, rewritten site", mode: 0, count: 200_000 },
  { name: "getpid, trapping site", mode: 14, count: 40_000 },
  { name: "write 4 KiB", mode: 18, count: 40_000 },
  { name: "mmap + munmap", mode: 15, count: 5_000 },
  { name: "futex wake", mode: 16, count: 100_000 },
  { name: "fork, exit, wait", mode: 3, count: 300 },
  { name: "thread, exit, wait", mode: 17, count: 1_000 },
] as const;

const oneCore = process.argv.includes("--one-core");
const at = process.argv.indexOf("--rounds");
const rounds = at < 0 ? 7 : Number(process.argv[at + 1]);

const kernel = new TestKernel(buildGuest(), oneCore ? { cores: 1 } : {});
for (const { name, mode, count } of OPERATIONS) {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const outcome = await kernel.run(mode, count);
    if (outcome.exitCode !== 0) throw new Error(`${name}: ${JSON.stringify(outcome)}`);
    times.push((outcome.elapsedMs * 1e6) / count);
  }
  times.sort((a, b) => a - b);
  const median = times[times.length >> 1];
  console.log(`${name.padEnd(28)} ${times[0].toFixed(0).padStart(9)} ${median.toFixed(0).padStart(9)}`);
}
console.log(JSON.stringify(kernel.platform.counters));
kernel.platform.shutdown();
