/** What the kernel must learn of the host before it is isolated from it. */
import { openSync, readFileSync } from "node:fs";
import { availableParallelism, totalmem } from "node:os";
import { AT_HWCAP, AT_HWCAP2, AT_MINSIGSTKSZ } from "../../../shared/abi/elf.ts";
import type { HostAuxiliary } from "../loader/loader.ts";

export interface HostFacts {
  /** /proc/cpuinfo, latin1. */
  readonly cpuinfo: string;
  readonly auxiliary: HostAuxiliary;
  readonly totalMemory: number;
  readonly cpuCount: number;
  /** The host's /dev/zero for mmap(2), or -1 where there is none. */
  readonly zeroFd: number;
}

export function collectHostFacts(): HostFacts {
  return {
    cpuinfo: readFileSync("/proc/cpuinfo", "latin1"),
    auxiliary: readAuxiliary(readFileSync("/proc/self/auxv")),
    totalMemory: totalmem(),
    cpuCount: availableParallelism(),
    zeroFd: openZero(),
  };
}

function readAuxiliary(auxv: Buffer): HostAuxiliary {
  const values = new Map<number, number>();
  for (let at = 0; at + 16 <= auxv.length; at += 16) {
    const value = auxv.readUInt32LE(at + 8) + auxv.readUInt32LE(at + 12) * 0x1_0000_0000;
    values.set(auxv.readUInt32LE(at), value);
  }
  return {
    hwcap: values.get(AT_HWCAP) ?? 0,
    hwcap2: values.get(AT_HWCAP2) ?? 0,
    minimumSignalStack: values.get(AT_MINSIGSTKSZ) ?? 2048,
  };
}

/** A sandbox whose root holds no /dev can do without: mapping /dev/zero then answers ENODEV. */
function openZero(): number {
  try {
    return openSync("/dev/zero", "r+");
  } catch {
    return -1;
  }
}
