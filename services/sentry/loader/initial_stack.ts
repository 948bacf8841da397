/** The stack that a new program finds: argc, argv, the environment and the auxiliary vector (System V x86-64 ABI, getauxval(3)). */

import { AT_EXECFN, AT_NULL, AT_PLATFORM, AT_RANDOM } from "../../../shared/abi/elf.ts";
import { E2BIG, type Errno } from "../../../shared/abi/errno.ts";
import { PAGE_SIZE } from "../../../shared/abi/mman.ts";

/** MAX_ARG_STRLEN, include/uapi/linux/binfmts.h. */
const LONGEST_STRING = 32 * PAGE_SIZE;
const LARGEST_TOTAL = 6 << 20;
const RANDOM_BYTES = 16;
const PLATFORM = "x86_64";

export interface StackRequest {
  readonly top: number;
  readonly stackBytes: number;
  /** latin1 strings without NUL. */
  readonly argv: readonly string[];
  readonly envp: readonly string[];
  readonly execFileName: string;
  readonly random: Uint8Array;
  /** [AT_*, value] pairs, without AT_RANDOM, AT_EXECFN, AT_PLATFORM and AT_NULL. */
  readonly auxv: readonly (readonly [number, number])[];
}

export interface InitialStack {
  /** Where `bytes` go; also the initial rsp, 16-byte aligned. */
  readonly stackPointer: number;
  readonly bytes: Uint8Array;
  readonly argStart: number;
  readonly argEnd: number;
  readonly envStart: number;
  readonly envEnd: number;
  /** The auxiliary vector as it lies in memory. */
  readonly auxv: Uint8Array;
}

/** Bytes that argv and envp take, or -E2BIG. `stackBytes` is RLIMIT_STACK: a quarter of it may be used. */
export function measureStrings(argv: readonly string[], envp: readonly string[], stackBytes: number): number | Errno {
  let total = 0;
  for (const list of [argv, envp]) {
    for (const text of list) {
      if (text.length + 1 > LONGEST_STRING) return -E2BIG;
      total += text.length + 1 + 8;
    }
  }
  const limit = Math.min(LARGEST_TOTAL, Math.max(stackBytes / 4, 32 * PAGE_SIZE));
  return total > limit ? -E2BIG : total;
}

/** Builds the image of the stack's top. */
export function buildInitialStack(request: StackRequest): InitialStack | Errno {
  const { argv, envp, top } = request;
  const measured = measureStrings(argv, envp, request.stackBytes);
  if (measured < 0) return measured;
  const stringBytes = measured - 8 * (argv.length + envp.length);
  const tail = 8 + request.execFileName.length + 1;
  const stringsStart = top - tail - stringBytes;
  const platformStart = stringsStart - (PLATFORM.length + 1);
  const randomStart = platformStart - RANDOM_BYTES;
  const auxCount = request.auxv.length + 4;
  const words = 1 + argv.length + 1 + envp.length + 1 + auxCount * 2;
  let stackPointer = randomStart - words * 8;
  stackPointer -= stackPointer % 16;

  const bytes = Buffer.alloc(top - stackPointer);
  let word = 0;
  const push = (value: number): void => {
    bytes.writeUInt32LE(value % 0x1_0000_0000, word);
    bytes.writeUInt32LE(Math.floor(value / 0x1_0000_0000), word + 4);
    word += 8;
  };
  let at = stringsStart;
  const pushStrings = (list: readonly string[]): void => {
    for (const text of list) {
      push(at);
      bytes.write(text, at - stackPointer, "latin1");
      at += text.length + 1;
    }
    push(0);
  };
  push(argv.length);
  pushStrings(argv);
  const argEnd = at;
  pushStrings(envp);
  const envEnd = at;
  const auxStart = word;
  for (const [type, value] of request.auxv) {
    push(type);
    push(value);
  }
  bytes.write(request.execFileName, at - stackPointer, "latin1");
  bytes.write(PLATFORM, platformStart - stackPointer, "latin1");
  bytes.set(request.random.subarray(0, RANDOM_BYTES), randomStart - stackPointer);
  for (const [type, value] of [
    [AT_RANDOM, randomStart],
    [AT_EXECFN, at],
    [AT_PLATFORM, platformStart],
    [AT_NULL, 0],
  ] as const) {
    push(type);
    push(value);
  }
  return {
    stackPointer,
    bytes,
    argStart: stringsStart,
    argEnd,
    envStart: argEnd,
    envEnd,
    auxv: Uint8Array.from(bytes.subarray(auxStart, word)),
  };
}
