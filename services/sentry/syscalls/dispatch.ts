/** From the table to what the kernel and the platform run by: dense handlers, copy plans, and one log line for each call that isn't there. */
import { ENOSYS } from "../../../shared/abi/errno.ts";
import { syscallName } from "../../../shared/abi/syscall_numbers.ts";
import type { Kernel, SyscallHandler } from "../kernel/kernel.ts";
import type { Result } from "../kernel/result.ts";
import type { Task } from "../kernel/task.ts";
import type { CopyPlans, CopyStep } from "../platform/platform.ts";
import { recoverFromCopyFault } from "./copy_fault.ts";
import type { Row } from "./row.ts";

/** A copy plan has at most this many steps. */
const MOST_STEPS = 4;

/** Numbers that a program makes up must not fill the log. */
const MOST_LOGGED = 1000;

/** Gives `kernel` the handlers of `table`. */
export function installSyscalls(kernel: Kernel, table: readonly (Row | undefined)[]): void {
  const logged = new Set<number>();
  const logOnce = (task: Task, note: string): void => {
    const nr = task.syscallNumber;
    if (logged.has(nr) || logged.size >= MOST_LOGGED) return;
    logged.add(nr);
    kernel.log.info(
      `system call ${syscallName(nr)} (${nr}) isn't there (${note}), first used by ${task.name}[${task.tid}]`,
    );
  };
  const noHandler = (task: Task): Result => {
    logOnce(task, "no such number");
    return -ENOSYS;
  };
  const handlers = table.map((row): SyscallHandler => {
    if (row === undefined) return noHandler;
    if (row.level !== "unsupported") return row.handler;
    return (task, args) => {
      logOnce(task, row.note);
      return row.handler(task, args);
    };
  });
  kernel.setSyscalls(handlers, noHandler);
  kernel.recoverFromCopyFault = recoverFromCopyFault;
}

/** What the stub copies before each call. */
export function copyPlans(table: readonly (Row | undefined)[]): CopyPlans {
  return { plans: table.map((row) => (row === undefined ? undefined : planOf(row))) };
}

function planOf(row: Row): CopyStep[] | undefined {
  const steps: CopyStep[] = [];
  row.arguments.forEach((argument, arg) => {
    if (steps.length === MOST_STEPS) return;
    if (argument.kind === "path" || argument.kind === "string") steps.push({ kind: "string", arg });
    else if (argument.kind === "inStruct" || argument.kind === "inOutStruct") {
      steps.push({ kind: "struct", arg, size: argument.size });
    } else if (argument.kind === "inBuffer") {
      steps.push({ kind: "buffer", arg, lengthArg: argument.lengthArgument, scale: argument.scale });
    } else if (argument.kind === "inIovec") {
      steps.push({ kind: "buffer", arg, lengthArg: argument.countArgument, scale: 16 });
    }
  });
  return steps.length === 0 ? undefined : steps;
}
