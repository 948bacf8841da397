import { expect, test } from "vitest";
import {
  AUDIT_ARCH_X86_64,
  SECCOMP_RET_ALLOW,
  SECCOMP_RET_TRAP,
  SECCOMP_RET_USER_NOTIF,
} from "../../../../shared/abi/seccomp.ts";
import {
  SYS_clone,
  SYS_execve,
  SYS_futex,
  SYS_mmap,
  SYS_read,
  SYS_rt_sigreturn,
} from "../../../../shared/abi/syscall_numbers.ts";
import { assembleFilter, STUB_CALLS } from "./filter.ts";
import { TEXT_SIZE } from "./layout.ts";

const BASE = 0x7ff1_2340_0000;
const INSIDE = BASE + 0x123;

/** Runs the classic BPF program on struct seccomp_data. */
function run(call: { number: number; arch?: number; pointer?: number; second?: number }): number {
  const program = new DataView(assembleFilter(BASE).buffer);
  const pointer = call.pointer ?? INSIDE;
  const data = new Map([
    [0, call.number],
    [4, call.arch ?? AUDIT_ARCH_X86_64],
    [8, pointer % 2 ** 32],
    [12, Math.floor(pointer / 2 ** 32)],
    [24, call.second ?? 0],
  ]);
  let accumulator = 0;
  for (let at = 0; ; at++) {
    const code = program.getUint16(at * 8, true);
    const k = program.getUint32(at * 8 + 4, true);
    const jump = (holds: boolean): number => program.getUint8(at * 8 + (holds ? 2 : 3));
    if (code === 0x20) accumulator = data.get(k) as number;
    else if (code === 0x54) accumulator = (accumulator & k) >>> 0;
    else if (code === 0x15) at += jump(accumulator === k);
    else if (code === 0x35) at += jump(accumulator >= k);
    else if (code === 0x06) return k;
    else throw new Error(`instruction ${code}`);
  }
}

test("a stub has six host calls, notified ones among them", () => {
  expect(STUB_CALLS.length).toBe(6);
  let reached = 0;
  for (let number = 0; number < 1024; number++) if (run({ number }) !== SECCOMP_RET_TRAP) reached++;
  expect(reached).toBe(6);
});

test.each([
  ["a return from a signal", { number: SYS_rt_sigreturn }, SECCOMP_RET_ALLOW],
  ["a private futex wait", { number: SYS_futex, second: 128 }, SECCOMP_RET_ALLOW],
  [
    "a futex wait with a bit set, on the real-time clock",
    { number: SYS_futex, second: 9 | 128 | 256 },
    SECCOMP_RET_ALLOW,
  ],
  ["a priority-inheriting futex", { number: SYS_futex, second: 6 | 128 }, SECCOMP_RET_TRAP],
  ["a mapping", { number: SYS_mmap }, SECCOMP_RET_USER_NOTIF],
  ["a clone", { number: SYS_clone }, SECCOMP_RET_USER_NOTIF],
  ["a read", { number: SYS_read }, SECCOMP_RET_TRAP],
  ["an execve", { number: SYS_execve }, SECCOMP_RET_TRAP],
  ["a mapping from application code", { number: SYS_mmap, pointer: 0x40_1000 }, SECCOMP_RET_TRAP],
  ["a mapping from just below the text", { number: SYS_mmap, pointer: BASE - 1 }, SECCOMP_RET_TRAP],
  ["a mapping from just behind the text", { number: SYS_mmap, pointer: BASE + TEXT_SIZE }, SECCOMP_RET_TRAP],
  ["a mapping from 4 GiB further", { number: SYS_mmap, pointer: INSIDE + 2 ** 32 }, SECCOMP_RET_TRAP],
  ["a 32-bit call", { number: SYS_rt_sigreturn, arch: 0x4000_0003 }, SECCOMP_RET_TRAP],
  ["an x32 call", { number: 0x4000_0000 + SYS_mmap }, SECCOMP_RET_TRAP],
])("%s", (_what, call, action) => {
  expect(run(call)).toBe(action);
});
