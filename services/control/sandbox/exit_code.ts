/** Wait statuses and failed starts as exit codes and messages. */

import { EACCES, ENOENT, ENOEXEC, ENOTDIR } from "../../../shared/abi/errno.ts";
import type { UrpcError } from "../../../shared/urpc/endpoint.ts";
import type { ExecRequest } from "../../../shared/urpc/sandbox_protocol.ts";
import { toText } from "../caller.ts";
import { CommandError, EXIT_NOT_EXECUTABLE, EXIT_NOT_FOUND, EXIT_SANDBOX_FAILURE, errnoText } from "../errors.ts";

/** A wait(2) status as a shell's exit code. */
export function exitCodeOf(status: number): number {
  return (status & 0x7f) === 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f);
}

/** Why a program could not be started, in the words of Go's os/exec that callers of OCI runtimes look for. */
export function execFailure(
  prefix: string,
  request: Pick<ExecRequest, "argv" | "executable" | "cwd">,
  error: UrpcError,
): CommandError {
  const program = toText(request.executable || request.argv[0] || "");
  const quoted = JSON.stringify(program);
  if (error.message.startsWith("chdir to cwd")) {
    const cwd = JSON.stringify(toText(request.cwd));
    return new CommandError(`${prefix}: chdir to cwd (${cwd}): ${errnoText(error.errno)}`, EXIT_SANDBOX_FAILURE);
  }
  switch (error.errno) {
    case ENOENT: {
      if (!program.includes("/")) {
        return new CommandError(`${prefix}: exec: ${quoted}: executable file not found in $PATH`, EXIT_NOT_FOUND);
      }
      const missing = `stat ${program}: no such file or directory`;
      return new CommandError(`${prefix}: exec: ${quoted}: ${missing}`, EXIT_NOT_FOUND);
    }
    case EACCES:
    case ENOEXEC:
    case ENOTDIR:
      return new CommandError(`${prefix}: exec: ${quoted}: ${errnoText(error.errno)}`, EXIT_NOT_EXECUTABLE);
  }
  return new CommandError(`${prefix}: exec: ${quoted}: ${error.message}`, EXIT_NOT_EXECUTABLE);
}
