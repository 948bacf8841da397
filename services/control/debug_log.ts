/** Opens the files of `--debug-log`. */

import { mkdirSync, openSync } from "node:fs";
import { type DebugLogNames, debugLogPath } from "../../shared/log/debug_log_path.ts";
import { toPath } from "./caller.ts";
import { CommandError, describeError } from "./errors.ts";

/** Gives a descriptor to append to. A directory (a pattern that ends in "/") is made where there is none. */
export function openDebugLogFile(pattern: string, names: DebugLogNames): number {
  try {
    if (pattern.endsWith("/")) mkdirSync(toPath(pattern), { recursive: true });
    return openSync(toPath(debugLogPath(pattern, names)), "a", 0o644);
  } catch (error) {
    throw new CommandError(`cannot open the debug log: ${describeError(error)}`);
  }
}
