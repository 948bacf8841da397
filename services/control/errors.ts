/** Failures that end a command: one line for the user and an exit code. */

import { getSystemErrorMessage } from "node:util";
import { ENOEXEC } from "../../shared/abi/errno.ts";

/** Exit codes: as runc's for commands, as a shell's where a program could not be run, gVisor's 128 where `do` itself failed. */
export const EXIT_FAILURE = 1;
export const EXIT_UNKNOWN_COMMAND = 3;
export const EXIT_NOT_EXECUTABLE = 126;
export const EXIT_NOT_FOUND = 127;
export const EXIT_SANDBOX_FAILURE = 128;
/** runc's for anything that `exec` couldn't do. */
export const EXIT_EXEC_FAILURE = 255;

export class CommandError extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode: number = EXIT_FAILURE) {
    super(message);
    this.name = "CommandError";
    this.exitCode = exitCode;
  }
}

/** The text that Go programs and strerror(3) give for a positive errno: "no such file or directory". */
export function errnoText(errno: number): string {
  if (errno === ENOEXEC) return "exec format error";
  const text = getSystemErrorMessage(-errno);
  return text.startsWith("Unknown system error") ? `errno ${errno}` : text;
}

/** One line for whatever was thrown. */
export function describeError(error: unknown): string {
  if (error instanceof Error) {
    const code = (error as NodeJS.ErrnoException).errno;
    const { path, syscall } = error as NodeJS.ErrnoException;
    if (typeof code === "number" && syscall !== undefined) {
      return `${syscall}${path === undefined ? "" : ` ${path}`}: ${errnoText(Math.abs(code))}`;
    }
    return error.message;
  }
  return String(error);
}
