/**
 * The seccomp filter of every stub, as data. A call that isn't made by the stub's own text, or isn't on the list, becomes SIGSYS
 * and so a system call of the application.
 *
 * An application may jump to the stub's system call instructions with registers of its choice. The allowed calls act on its own
 * memory and registers only; the notified ones wait until the sentry has compared them with what it ordered.
 */
import {
  AUDIT_ARCH_X86_64,
  BPF_ABS,
  BPF_ALU,
  BPF_AND,
  BPF_JEQ,
  BPF_JGE,
  BPF_JMP,
  BPF_K,
  BPF_LD,
  BPF_RET,
  BPF_W,
  SECCOMP_RET_ALLOW,
  SECCOMP_RET_TRAP,
  SECCOMP_RET_USER_NOTIF,
} from "../../../../shared/abi/seccomp.ts";
import {
  SYS_clone,
  SYS_futex,
  SYS_mmap,
  SYS_mprotect,
  SYS_mremap,
  SYS_rt_sigreturn,
} from "../../../../shared/abi/syscall_numbers.ts";
import { TEXT_OFFSET, TEXT_SIZE } from "./layout.ts";

export type StubCallAction = "allow" | "notify";

/** Every host call that a stub can make. futex(2) is restricted further by FUTEX_OPERATIONS. */
export const STUB_CALLS: readonly { number: number; action: StubCallAction }[] = [
  { number: SYS_futex, action: "allow" },
  { number: SYS_rt_sigreturn, action: "allow" },
  { number: SYS_mmap, action: "notify" },
  { number: SYS_mprotect, action: "notify" },
  { number: SYS_mremap, action: "notify" },
  { number: SYS_clone, action: "notify" },
];

/** FUTEX_WAIT, WAKE, REQUEUE, CMP_REQUEUE, WAKE_OP, WAIT_BITSET, WAKE_BITSET; futex(2). */
export const FUTEX_OPERATIONS: readonly number[] = [0, 1, 3, 4, 5, 9, 10];

const FUTEX_FLAGS = 128 | 256;
const DATA_NUMBER = 0;
const DATA_ARCH = 4;
const DATA_POINTER_LOW = 8;
const DATA_POINTER_HIGH = 12;
const DATA_FUTEX_OPERATION = 24;

/** The filter (bytes of struct sock_filter[]) for a stub image at `base`. */
export function assembleFilter(base: number): Uint8Array {
  const program: { code: number; jt: number; jf: number; k: number }[] = [];
  const load = (offset: number) => program.push({ code: BPF_LD | BPF_W | BPF_ABS, jt: 0, jf: 0, k: offset });
  const answer = (action: number) => program.push({ code: BPF_RET | BPF_K, jt: 0, jf: 0, k: action });
  // Runs the next instruction when the comparison holds, else skips it.
  const when = (code: number, k: number) => program.push({ code: BPF_JMP | code | BPF_K, jt: 0, jf: 1, k });
  const unless = (code: number, k: number) => program.push({ code: BPF_JMP | code | BPF_K, jt: 1, jf: 0, k });

  const text = base + TEXT_OFFSET;
  const high = Math.floor(text / 2 ** 32);
  const low = text - high * 2 ** 32;
  load(DATA_ARCH);
  unless(BPF_JEQ, AUDIT_ARCH_X86_64);
  answer(SECCOMP_RET_TRAP);
  load(DATA_POINTER_HIGH);
  unless(BPF_JEQ, high);
  answer(SECCOMP_RET_TRAP);
  load(DATA_POINTER_LOW);
  unless(BPF_JGE, low);
  answer(SECCOMP_RET_TRAP);
  when(BPF_JGE, low + TEXT_SIZE);
  answer(SECCOMP_RET_TRAP);
  load(DATA_NUMBER);
  for (const { number, action } of STUB_CALLS) {
    if (number === SYS_futex) continue;
    when(BPF_JEQ, number);
    answer(action === "allow" ? SECCOMP_RET_ALLOW : SECCOMP_RET_USER_NOTIF);
  }
  unless(BPF_JEQ, SYS_futex);
  answer(SECCOMP_RET_TRAP);
  load(DATA_FUTEX_OPERATION);
  program.push({ code: BPF_ALU | BPF_AND | BPF_K, jt: 0, jf: 0, k: ~FUTEX_FLAGS >>> 0 });
  for (const operation of FUTEX_OPERATIONS) {
    when(BPF_JEQ, operation);
    answer(SECCOMP_RET_ALLOW);
  }
  answer(SECCOMP_RET_TRAP);

  const bytes = new Uint8Array(program.length * 8);
  const view = new DataView(bytes.buffer);
  for (const [i, { code, jt, jf, k }] of program.entries()) {
    view.setUint16(i * 8, code, true);
    view.setUint8(i * 8 + 2, jt);
    view.setUint8(i * 8 + 3, jf);
    view.setUint32(i * 8 + 4, k, true);
  }
  return bytes;
}
