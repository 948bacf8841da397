/** The flags before the verb, checked, and what follows from them. */

import { describeFlags, type FlagValues, parseFlags } from "./command_line.ts";
import { CommandError } from "./errors.ts";

export const GLOBAL_FLAGS = {
  root: { kind: "string", help: "directory for the state of sandboxes" },
  debug: { kind: "bool", help: "write debug messages to the debug log" },
  "debug-log": {
    kind: "string",
    help: "debug log file, with %ID%, %COMMAND% and %TIMESTAMP%; or a directory, ending in /, made if need be",
  },
  strace: { kind: "bool", help: "log every system call of the application to the debug log" },
  "strace-syscalls": { kind: "string", help: "comma-separated system calls to log, instead of all" },
  "strace-log-size": { kind: "string", help: "bytes of a buffer that a line shows (default 1024)" },
  log: { kind: "string", help: "file for the runtime's own errors" },
  "log-format": { kind: "string", oneOf: ["text", "json"], help: "format of --log (default text)" },
  platform: { kind: "string", help: "how application code is run: see `help platforms` (default systrap)" },
  network: { kind: "string", oneOf: ["none", "sandbox", "host"], help: "network of the sandbox (default none)" },
  "file-access": {
    kind: "string",
    oneOf: ["exclusive", "shared"],
    help: "exclusive: nothing else changes the root directory (default); shared: ask the host each time",
  },
  overlay2: { kind: "string", help: "where changes to the root go: none, root:memory (default for do), all:memory" },
  "force-overlay": { kind: "bool", help: "keep changes to the root in memory (default for do)" },
  rootless: { kind: "string", oneOf: ["true", "false", "auto"], help: "run without root privilege (default auto)" },
  "systemd-cgroup": { kind: "bool", help: "accepted for compatibility" },
} as const;

export type GlobalValues = FlagValues<typeof GLOBAL_FLAGS>;

const DEFAULTS = {
  "log-format": "text",
  "strace-log-size": "1024",
  platform: "systrap",
  network: "none",
  "file-access": "exclusive",
  rootless: "auto",
};

export interface GlobalOptions {
  root: string;
  debug: boolean;
  debugLog: string;
  strace: { enabled: boolean; syscalls: string[]; bufferBytes: number };
  log: string;
  logFormat: "text" | "json";
  fileAccess: "exclusive" | "shared";
  /** null: the command's own default. */
  overlay: "none" | "root" | "all" | null;
  /** The words that gave these options, to hand on to a `control` process. */
  words: string[];
}

export function defaultRoot(): string {
  if (process.getuid?.() === 0) return "/run/runsc-ms";
  const runtime = process.env.XDG_RUNTIME_DIR;
  return runtime ? `${runtime}/runsc-ms` : `/tmp/runsc-ms-${process.getuid?.()}`;
}

/** Takes the flags before the verb apart. */
export function parseGlobalOptions(words: readonly string[]): { options: GlobalOptions; rest: string[] } {
  // `--rootless` alone means true, as a Go bool would; `--rootless auto` is not a value then.
  const plain = words.map((word) => (/^--?rootless$/.test(word) ? "--rootless=true" : word));
  const verbAt = plain.length - parseFlags(plain, GLOBAL_FLAGS).rest.length;
  const { values, rest, given } = parseFlags(
    [...plain.slice(0, verbAt), ...words.slice(verbAt)],
    GLOBAL_FLAGS,
    DEFAULTS,
  );
  const unsupported = (flag: string, value: string, only: string): never => {
    throw new CommandError(`--${flag}=${value} is not available in this version: only ${only}`);
  };
  if (values.platform !== "systrap") unsupported("platform", values.platform, "systrap");
  if (values.network !== "none") unsupported("network", values.network, "none");
  if (values.rootless === "false" && process.getuid?.() !== 0) {
    throw new CommandError("--rootless=false needs root privilege");
  }
  const bufferBytes = Number(values["strace-log-size"]);
  if (!Number.isInteger(bufferBytes) || bufferBytes < 0) {
    throw new CommandError(`invalid value ${JSON.stringify(values["strace-log-size"])} for flag -strace-log-size`);
  }
  const options: GlobalOptions = {
    root: values.root || defaultRoot(),
    debug: values.debug,
    debugLog: values["debug-log"],
    strace: {
      enabled: values.strace || values["strace-syscalls"] !== "",
      syscalls: values["strace-syscalls"].split(",").filter((name) => name !== ""),
      bufferBytes,
    },
    log: values.log,
    logFormat: values["log-format"] as "text" | "json",
    fileAccess: values["file-access"] as "exclusive" | "shared",
    overlay: parseOverlay(values, given),
    words: words.slice(0, verbAt),
  };
  return { options, rest };
}

function parseOverlay(values: GlobalValues, given: ReadonlySet<string>): GlobalOptions["overlay"] {
  if (given.has("force-overlay")) return values["force-overlay"] ? "root" : "none";
  switch (values.overlay2) {
    case "":
      return null;
    case "none":
      return "none";
    case "root:memory":
    case "memory":
      return "root";
    case "all:memory":
      return "all";
  }
  const choices = "none, root:memory or all:memory";
  throw new CommandError(`invalid value ${JSON.stringify(values.overlay2)} for flag -overlay2: must be ${choices}`);
}

export function describeGlobalFlags(): string {
  return describeFlags(GLOBAL_FLAGS);
}
