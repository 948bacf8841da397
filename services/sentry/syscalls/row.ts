/**
 * The vocabulary of the system call table. One row per call is the single source for dispatch, the stub's copy plan, `--strace` and
 * `help syscalls`: each argument says what it is.
 */
import { ENOSYS, type Errno } from "../../../shared/abi/errno.ts";
import type { Result } from "../kernel/result.ts";
import type { SyscallArgs } from "../kernel/syscall_args.ts";
import type { Task } from "../kernel/task.ts";

export type Handler = (task: Task, args: SyscallArgs) => Result;

/** A named set of bits or values, for strace: [value, name] pairs; `mask` 0 means that the whole value is compared. */
export interface ValueNames {
  readonly kind: "bits" | "enum";
  readonly names: readonly (readonly [value: number, name: string])[];
}

/** What one argument is. "in" is copied to the kernel by the stub before the call, "out" is shown by strace after it. */
export type Argument =
  | {
      readonly kind:
        | "int"
        | "uint"
        | "hex"
        | "octal"
        | "size"
        | "offset"
        | "fd"
        | "dirfd"
        | "pid"
        | "signal"
        | "address";
    }
  | { readonly kind: "values"; readonly values: ValueNames }
  /** NUL-terminated path or other string. */
  | { readonly kind: "path" | "string" }
  | { readonly kind: "stringArray" }
  /** Bytes whose count is in argument `lengthArgument` (times `scale`). For "outBuffer" strace shows as many as the result says. */
  | { readonly kind: "inBuffer" | "outBuffer"; readonly lengthArgument: number; readonly scale: number }
  /** `size` bytes; `format` decodes them for strace. */
  | { readonly kind: "inStruct" | "outStruct" | "inOutStruct"; readonly size: number; readonly format: StructFormat }
  /** struct iovec array whose count is in argument `countArgument`. */
  | { readonly kind: "inIovec" | "outIovec"; readonly countArgument: number };

/** Renders a struct for strace, from bytes that have been copied. */
export type StructFormat = (view: DataView, start: number) => string;

export type SupportLevel = "full" | "partial" | "unsupported";

export interface Row {
  readonly name: string;
  readonly level: SupportLevel;
  readonly handler: Handler;
  readonly arguments: readonly Argument[];
  /** What is missing, for partial and unsupported rows. */
  readonly note: string;
}

export function supported(name: string, handler: Handler, args: readonly Argument[]): Row {
  return { name, level: "full", handler, arguments: args, note: "" };
}

export function partial(name: string, handler: Handler, args: readonly Argument[], note: string): Row {
  return { name, level: "partial", handler, arguments: args, note };
}

/** A call that answers `errno`, as Linux would without the feature. */
export function unsupported(name: string, errno: Errno, note: string): Row {
  return { name, level: "unsupported", handler: () => errno, arguments: [], note };
}

/** A call of Linux that this kernel lacks. */
export function missing(name: string): Row {
  return unsupported(name, -ENOSYS, "not implemented");
}

export const int: Argument = { kind: "int" };
export const uint: Argument = { kind: "uint" };
export const hex: Argument = { kind: "hex" };
export const octal: Argument = { kind: "octal" };
export const size: Argument = { kind: "size" };
export const offset: Argument = { kind: "offset" };
export const fd: Argument = { kind: "fd" };
export const dirfd: Argument = { kind: "dirfd" };
export const pid: Argument = { kind: "pid" };
export const signal: Argument = { kind: "signal" };
export const addr: Argument = { kind: "address" };
export const path: Argument = { kind: "path" };
export const string: Argument = { kind: "string" };
export const stringArray: Argument = { kind: "stringArray" };

export function flags(names: readonly (readonly [number, string])[]): Argument {
  return { kind: "values", values: { kind: "bits", names } };
}

export function oneOf(names: readonly (readonly [number, string])[]): Argument {
  return { kind: "values", values: { kind: "enum", names } };
}

/** Input bytes; their count is in argument `lengthArgument`, in units of `scale` bytes. */
export function inBuffer(lengthArgument: number, scale = 1): Argument {
  return { kind: "inBuffer", lengthArgument, scale };
}

export function outBuffer(lengthArgument: number, scale = 1): Argument {
  return { kind: "outBuffer", lengthArgument, scale };
}

export function inStruct(bytes: number, format: StructFormat): Argument {
  return { kind: "inStruct", size: bytes, format };
}

export function outStruct(bytes: number, format: StructFormat): Argument {
  return { kind: "outStruct", size: bytes, format };
}

export function inOutStruct(bytes: number, format: StructFormat): Argument {
  return { kind: "inOutStruct", size: bytes, format };
}

export function inIovec(countArgument: number): Argument {
  return { kind: "inIovec", countArgument };
}

export function outIovec(countArgument: number): Argument {
  return { kind: "outIovec", countArgument };
}

/** Rows of one family of calls by number; table.ts merges the families. */
export type RowTable = Readonly<Record<number, Row>>;
