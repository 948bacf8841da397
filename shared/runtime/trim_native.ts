/**
 * Gives back the memory that only starting took. Most of a Node process's resident memory is its program's text, mapped page by page
 * while it starts and hardly touched later; dropping the mappings costs nothing but a soft fault for each stretch that is used again.
 */

import { readFileSync } from "node:fs";
import { syscall, trimHeap } from "../../native/host.ts";
import { MADV_DONTNEED } from "../abi/mman.ts";
import { SYS_madvise } from "../abi/syscall_numbers.ts";

export interface TextRange {
  address: number;
  length: number;
}

/** The read-only file mappings without a private page in /proc/[pid]/smaps: dropping one of these loses nothing. */
export function findTextRanges(smaps: string): TextRange[] {
  const ranges: TextRange[] = [];
  let candidate: TextRange | null = null;
  for (const line of smaps.split("\n")) {
    const mapping = /^([0-9a-f]+)-([0-9a-f]+) (\S{4}) \S+ \S+ \d+ +(\/.*)?$/.exec(line);
    if (mapping !== null) {
      const [, start, end, permissions, file] = mapping;
      const address = Number.parseInt(start, 16);
      const isText = (permissions === "r-xp" || permissions === "r--p") && file !== undefined;
      candidate = isText ? { address, length: Number.parseInt(end, 16) - address } : null;
    } else if (candidate !== null && line.startsWith("Anonymous:")) {
      if (/^Anonymous: +0 kB$/.test(line)) ranges.push(candidate);
      candidate = null;
    }
  }
  return ranges;
}

/**
 * Finds the ranges now, while there is a /proc; the result drops them, as often as one likes. With `collect` it also lets V8 collect all
 * that it can, compiled code included, where the process runs with --expose-gc: 20 ms, for those with nothing else to do.
 */
export function prepareTrim(collect: boolean): () => void {
  let ranges: TextRange[];
  try {
    ranges = findTextRanges(readFileSync("/proc/self/smaps", "latin1"));
  } catch {
    ranges = [];
  }
  return () => {
    if (collect) globalThis.gc?.({ type: "major", flavor: "last-resort" });
    trimHeap();
    for (const { address, length } of ranges) syscall(SYS_madvise, address, length, MADV_DONTNEED);
  };
}
