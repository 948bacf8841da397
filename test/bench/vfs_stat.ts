/**
 * In-process stat on tmpfs, by depth of the path, with and without a mount crossed; beside gVisor's figures for the
 * same (its pkg/sentry/fsimpl/tmpfs/benchmark_test.go, "VFS2TmpfsStat" and "VFS2TmpfsMountStat").
 *
 *     npx node test/bench/vfs_stat.ts
 */
import { TmpfsFilesystem } from "../../services/sentry/fsimpl/tmpfs/tmpfs.ts";
import { forgetResolutions } from "../../services/sentry/vfs/path_cache.ts";
import { VfsHarness } from "../../services/sentry/vfs/testing/vfs_harness.ts";
import { newAttributes } from "../../services/sentry/vfs/types.ts";

const DEPTHS = [1, 2, 8, 64, 100];
const GVISOR = [73, 95, 179, 849, 1365];
const GVISOR_MOUNT = [135, 149, 239, 862, 1316];
const ROUNDS = 400_000;
const BATCHES = 7;

/** The median of `BATCHES` batches, ns per call. */
function measure(rounds: number, body: (rounds: number) => number): number {
  body(Math.min(rounds, 20_000));
  const results: number[] = [];
  for (let batch = 0; batch < BATCHES; batch++) {
    const begin = process.hrtime.bigint();
    if (body(rounds) !== 0) throw new Error("stat failed");
    results.push(Number(process.hrtime.bigint() - begin) / rounds);
  }
  return results.sort((a, b) => a - b)[BATCHES >> 1];
}

function statLoop(harness: VfsHarness, path: string): (rounds: number) => number {
  const out = newAttributes();
  const { vfs, context, at } = harness;
  return (rounds) => {
    let failed = 0;
    for (let i = 0; i < rounds; i++) failed |= vfs.statAt(context, at, path, 0, out);
    return failed;
  };
}

/** As a system call does it: the path is a new string each time, made of bytes. */
function freshLoop(harness: VfsHarness, path: string): (rounds: number) => number {
  const out = newAttributes();
  const bytes = Buffer.from(path, "latin1");
  const { vfs, context, at } = harness;
  return (rounds) => {
    let failed = 0;
    for (let i = 0; i < rounds; i++) {
      failed |= vfs.statAt(context, at, bytes.toString("latin1"), 0, out);
    }
    return failed;
  };
}

function walkLoop(harness: VfsHarness, path: string): (rounds: number) => number {
  const once = statLoop(harness, path);
  return (rounds) => {
    let failed = 0;
    for (let i = 0; i < rounds; i++) {
      forgetResolutions();
      failed |= once(1);
    }
    return failed;
  };
}

/** Names that haven't been asked for, in a directory that has: what a first look at each file of a tree costs. */
function siblingLoop(harness: VfsHarness, path: string): (rounds: number) => number {
  const out = newAttributes();
  const { vfs, context, at } = harness;
  const directory = path.slice(0, -"file".length);
  const names = Array.from({ length: 1000 }, (_, i) => `${directory}sibling${i}`);
  for (const name of names) harness.write(name, "");
  return (rounds) => {
    let failed = 0;
    for (let i = 0; i < rounds; i++) {
      if (i % names.length === 0) {
        forgetResolutions();
        failed |= vfs.statAt(context, at, path, 0, out);
      }
      failed |= vfs.statAt(context, at, names[i % names.length], 0, out);
    }
    return failed;
  };
}

function deepPath(harness: VfsHarness, base: string, depth: number): string {
  let path = base;
  for (let i = 1; i < depth; i++) {
    path += `/d${i}`;
    harness.mkdir(path);
  }
  path += "/file";
  harness.write(path, "x");
  return path;
}

console.log("stat, ns per call          depth:", DEPTHS.map((d) => String(d).padStart(6)).join(""));
const row = (name: string, figures: readonly number[]) =>
  console.log(name.padEnd(34), figures.map((f) => f.toFixed(f < 100 ? 1 : 0).padStart(6)).join(""));

for (const isMounted of [false, true]) {
  const rows: Record<string, number[]> = { cached: [], fresh: [], sibling: [], walked: [] };
  for (const depth of DEPTHS) {
    const harness = new VfsHarness(new TmpfsFilesystem());
    let base = "";
    if (isMounted) {
      harness.mkdir("/mnt");
      harness.vfs.mountFilesystem(new TmpfsFilesystem(), harness.place("/mnt"), 0, "none");
      base = "/mnt";
    }
    const path = deepPath(harness, base, depth);
    rows.cached.push(measure(ROUNDS, statLoop(harness, path)));
    rows.fresh.push(measure(ROUNDS, freshLoop(harness, path)));
    rows.sibling.push(measure(ROUNDS / 20, siblingLoop(harness, path)));
    rows.walked.push(measure(ROUNDS / 20, walkLoop(harness, path)));
  }
  const suffix = isMounted ? ", a mount crossed" : "";
  row(`gVisor${suffix}`, isMounted ? GVISOR_MOUNT : GVISOR);
  row(`here, remembered path${suffix}`, rows.cached);
  row("  path made from bytes each time", rows.fresh);
  row("  a new name in a known directory", rows.sibling);
  row("  nothing remembered", rows.walked);
}
