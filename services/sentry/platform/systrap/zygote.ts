/**
 * The zygote's start: where the stub image goes, the confined child process, and its seccomp listener.
 */
import { readFileSync } from "node:fs";
import { SYS_kill, SYS_pidfd_getfd, SYS_wait4 } from "../../../../shared/abi/syscall_numbers.ts";
import { assembleFilter } from "./filter.ts";
import { close, monotonicNs, pidfdOpen, syscall, zygoteStart, zygoteStepName } from "./host_native.ts";
import { IMAGE_SPAN, LISTENER_FD, SLOT_TURN, SLOT_VALUE, TURN_STUB, VDSO_OFFSET, VDSO_SPAN } from "./layout.ts";

/** Applications map below this address, the stub's pieces and the vDSO lie above. */
export const HIGHEST_ADDRESS = 0x7ff0_0000_0000;
const TOP = 0x7fff_ffff_f000;
const ALIGNMENT = 0x20_0000;
const START_TIMEOUT_NS = 5e9;
const SIGKILL = 9;
const WALL = 0x4000_0000;

export interface MappedRange {
  start: number;
  end: number;
  name: string;
}

/** The lines of a /proc/pid/maps text, in order. */
export function parseMaps(text: string): MappedRange[] {
  const ranges: MappedRange[] = [];
  for (const line of text.split("\n")) {
    const match = /^([0-9a-f]+)-([0-9a-f]+) \S+ \S+ \S+ \S+ *(.*)$/.exec(line);
    if (match !== null) ranges.push({ start: parseInt(match[1], 16), end: parseInt(match[2], 16), name: match[3] });
  }
  return ranges;
}

/** A random place for the stub image, above HIGHEST_ADDRESS and clear of `ranges`; or -1. */
export function chooseBase(ranges: readonly MappedRange[], random: () => number): number {
  const steps = Math.floor((TOP - IMAGE_SPAN - HIGHEST_ADDRESS) / ALIGNMENT);
  for (let attempt = 0; attempt < 1000; attempt++) {
    const base = HIGHEST_ADDRESS + Math.floor(random() * steps) * ALIGNMENT;
    if (ranges.every((range) => range.end <= base || range.start >= base + IMAGE_SPAN)) return base;
  }
  return -1;
}

/** The vDSO and its data pages. */
export function vdsoOf(ranges: readonly MappedRange[]): MappedRange[] {
  return ranges.filter((range) => range.name === "[vdso]" || range.name.startsWith("[vvar"));
}

export interface Zygote {
  pid: number;
  pidfd: number;
  listener: number;
  base: number;
  vdso: MappedRange[];
}

/** Starts the zygote; its slot is the arena's first. Throws an error that names the step which the host refused. */
export function startZygote(arenaFd: number, words: Int32Array, view: DataView, sharedFd: number): Zygote {
  const ranges = parseMaps(readFileSync("/proc/self/maps", "latin1"));
  const base = chooseBase(ranges, Math.random);
  if (base < 0) throw new Error("systrap: no room for the stub image");
  const vdso = vdsoOf(ranges);
  if (vdso.length === 0) throw new Error("systrap: the host gives no vDSO");
  const first = vdso[0].start;
  if (vdso[vdso.length - 1].end - first > VDSO_SPAN) throw new Error("systrap: the host's vDSO is scattered");
  const step = new Int32Array(1);
  const pid = zygoteStart(
    base,
    assembleFilter(base),
    arenaFd,
    sharedFd,
    Float64Array.from(vdso.flatMap((range) => [range.start, range.end - range.start])),
    step,
  );
  if (pid < 0) {
    const hint = step[0] === 2 ? " (are user namespaces allowed?)" : "";
    throw new Error(`systrap: cannot ${zygoteStepName(step[0])}: errno ${-pid}${hint}`);
  }
  const pidfd = pidfdOpen(pid);
  const fail = (reason: string): Error => {
    syscall(SYS_kill, pid, SIGKILL);
    syscall(SYS_wait4, pid, 0, WALL, 0);
    return new Error(`systrap: ${reason}`);
  };
  if (pidfd < 0) throw fail(`pidfd_open: errno ${-pidfd}`);
  // The zygote hands its slot over as soon as the filter is in; a refused filter is in SLOT_VALUE.
  const deadline = monotonicNs() + START_TIMEOUT_NS;
  while (Atomics.load(words, SLOT_TURN / 4) === TURN_STUB) {
    if (syscall(SYS_kill, pid, 0) < 0 || monotonicNs() > deadline) throw fail("the zygote died before it was ready");
    Atomics.wait(pause, 0, 0, 0.05);
  }
  const listenerThere = Number(view.getBigInt64(SLOT_VALUE, true));
  if (listenerThere !== LISTENER_FD) throw fail(`seccomp with a listener: errno ${-listenerThere}`);
  const listener = syscall(SYS_pidfd_getfd, pidfd, LISTENER_FD, 0);
  if (listener < 0) throw fail(`pidfd_getfd: errno ${-listener}`);
  const moved = base + VDSO_OFFSET - first;
  return {
    pid,
    pidfd,
    listener,
    base,
    vdso: vdso.map(({ start, end, name }) => ({ start: start + moved, end: end + moved, name })),
  };
}

const pause = new Int32Array(new SharedArrayBuffer(4));

/** Kills the zygote, and with it every stub, and reaps it. */
export function stopZygote(zygote: Zygote): void {
  syscall(SYS_kill, zygote.pid, SIGKILL);
  syscall(SYS_wait4, zygote.pid, 0, WALL, 0);
  close(zygote.listener);
  close(zygote.pidfd);
}
