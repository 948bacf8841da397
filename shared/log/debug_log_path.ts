/**
 * Where a process's debug log goes: `--debug-log` is a pattern with %ID%, %COMMAND% and %TIMESTAMP%, or a directory (ending in "/"),
 * in which each process gets a file of its own.
 */

const DIRECTORY_PATTERN = "runsc-ms.log.%TIMESTAMP%.%ID%.%COMMAND%.txt";

export interface DebugLogNames {
  id: string;
  /** boot, gofer, control, do, exec... */
  command: string;
  now: Date;
}

export function debugLogPath(pattern: string, names: DebugLogNames): string {
  const full = pattern.endsWith("/") ? pattern + DIRECTORY_PATTERN : pattern;
  // 20261120-211502.123000
  const stamp = names.now.toISOString().replace(/[-:]/g, "").replace("T", "-").replace("Z", "000");
  return full.replaceAll("%ID%", names.id).replaceAll("%COMMAND%", names.command).replaceAll("%TIMESTAMP%", stamp);
}
