/** `do`: runs a program on this machine's own files, in a sandbox; nothing it writes stays. */

import { readFileSync, statSync } from "node:fs";
import { hostname } from "node:os";
import * as resource from "../../../shared/abi/resource.ts";
import type { MountSpec, RlimitSpec } from "../../../shared/urpc/sandbox_protocol.ts";
import { callerEnvironment, toBytes, toPath, toText } from "../caller.ts";
import { parseFlags } from "../command_line.ts";
import { CommandError, describeError, EXIT_SANDBOX_FAILURE } from "../errors.ts";
import type { GlobalOptions } from "../global_options.ts";
import type { SandboxContents } from "../oci/bundle_sandbox.ts";
import { rootCapabilities, userCapabilities } from "../oci/process_request.ts";
import type { Attach } from "../sandbox/sandbox_native.ts";
import { isOwnTerminal } from "../terminal/window_native.ts";
import type { Command } from "./command.ts";
import { runForeground } from "./foreground.ts";

const FLAGS = {
  root: { kind: "string", help: "directory to use as root (default /)" },
  cwd: { kind: "string", help: "working directory (default: the caller's, or / with --root)" },
  volume: { kind: "list", alias: "v", help: "SRC:DST[:ro]: a host directory or file whose changes stay" },
  "force-overlay": { kind: "bool", help: "keep changes to the root in memory (default true)" },
} as const;

/** What the sandbox has of its own where the host's root has these. */
const OWN_MOUNTS: readonly (readonly [string, MountSpec["type"], string[]])[] = [
  ["/proc", "proc", ["nosuid", "nodev", "noexec"]],
  ["/sys", "sysfs", ["ro", "nosuid", "nodev", "noexec"]],
  ["/dev", "devtmpfs", ["nosuid", "mode=755"]],
  ["/dev/pts", "devpts", ["nosuid", "noexec", "gid=5", "mode=620", "ptmxmode=666"]],
  ["/dev/shm", "tmpfs", ["nosuid", "nodev", "mode=1777"]],
];

/** The control sockets of a short `do` are never needed; they are opened when it turns out not to be short. */
const SERVE_AFTER_MS = 150;

interface Volume {
  source: string;
  destination: string;
  readOnly: boolean;
}

function parseVolume(word: string): Volume {
  const parts = word.split(":");
  const [source, destination, option] = parts;
  if (parts.length < 2 || parts.length > 3 || (option !== undefined && option !== "ro" && option !== "rw")) {
    throw new CommandError(`invalid volume ${JSON.stringify(toText(word))}: must be SRC:DST[:ro]`);
  }
  if (!source.startsWith("/") || !destination.startsWith("/")) {
    throw new CommandError(`invalid volume ${JSON.stringify(toText(word))}: paths must be absolute`);
  }
  return { source, destination, readOnly: option === "ro" };
}

function requireDirectory(what: string, directory: string): void {
  try {
    if (statSync(toPath(directory)).isDirectory()) return;
  } catch (error) {
    throw new CommandError(`${what}: ${describeError(error)}`, EXIT_SANDBOX_FAILURE);
  }
  throw new CommandError(`${what}: ${toText(directory)}: not a directory`, EXIT_SANDBOX_FAILURE);
}

function mountSpec(fields: Partial<MountSpec> & Pick<MountSpec, "destination" | "type">): MountSpec {
  return { attach: -1, source: "", options: [], overlay: "none", fileAccess: "exclusive", ...fields };
}

function contents(
  root: string,
  volumes: readonly Volume[],
  inMemory: boolean,
  options: GlobalOptions,
): SandboxContents {
  const { fileAccess } = options;
  const attaches: Attach[] = [
    { source: toText(root), readOnly: inMemory, hidden: root === "/" ? ["proc", "sys", "dev"] : [] },
  ];
  const mounts = [
    mountSpec({ destination: "/", type: "gofer", attach: 0, overlay: inMemory ? "memory" : "none", fileAccess }),
    ...OWN_MOUNTS.map(([destination, type, own]) => mountSpec({ destination, type, options: own })),
  ];
  for (const { source, destination, readOnly } of volumes) {
    try {
      statSync(toPath(source));
    } catch (error) {
      throw new CommandError(`volume: ${describeError(error)}`, EXIT_SANDBOX_FAILURE);
    }
    const attach = attaches.push({ source: toText(source), readOnly, hidden: [] }) - 1;
    mounts.push(
      mountSpec({ destination, type: "gofer", attach, options: readOnly ? ["ro"] : [], fileAccess: "shared" }),
    );
  }
  return {
    attaches,
    boot: {
      hostname: toBytes(hostname()),
      mounts,
      rootReadOnly: false,
      maskedPaths: [],
      readonlyPaths: [],
      sysctls: {},
      memoryBytes: 0,
      cpuCount: 0,
    },
  };
}

/** Names in /proc/[pid]/limits. */
const LIMIT_NAMES: Record<string, number> = {
  "Max cpu time": resource.RLIMIT_CPU,
  "Max file size": resource.RLIMIT_FSIZE,
  "Max data size": resource.RLIMIT_DATA,
  "Max stack size": resource.RLIMIT_STACK,
  "Max core file size": resource.RLIMIT_CORE,
  "Max resident set": resource.RLIMIT_RSS,
  "Max processes": resource.RLIMIT_NPROC,
  "Max open files": resource.RLIMIT_NOFILE,
  "Max locked memory": resource.RLIMIT_MEMLOCK,
  "Max address space": resource.RLIMIT_AS,
  "Max file locks": resource.RLIMIT_LOCKS,
  "Max pending signals": resource.RLIMIT_SIGPENDING,
  "Max msgqueue size": resource.RLIMIT_MSGQUEUE,
  "Max nice priority": resource.RLIMIT_NICE,
  "Max realtime priority": resource.RLIMIT_RTPRIO,
  "Max realtime timeout": resource.RLIMIT_RTTIME,
};

/** The caller's limits. Node raises its own soft limit of open files at start, so the caller itself is asked where possible. */
export function callerRlimits(): RlimitSpec[] {
  let text = "";
  for (const pid of [process.ppid, process.pid]) {
    try {
      text = readFileSync(`/proc/${pid}/limits`, "latin1");
      break;
    } catch {
      // Another user's process.
    }
  }
  const limits: RlimitSpec[] = [];
  for (const line of text.split("\n")) {
    const match = /^(Max [a-z ]+?) {2,}(\S+) +(\S+)/.exec(line);
    const number = match === null ? undefined : LIMIT_NAMES[match[1]];
    if (match === null || number === undefined) continue;
    const limit = (word: string): number => (word === "unlimited" ? Number.POSITIVE_INFINITY : Number(word));
    limits.push({ resource: number, soft: limit(match[2]), hard: limit(match[3]) });
  }
  return limits;
}

function workingDirectory(): string {
  try {
    return toBytes(process.cwd());
  } catch {
    return "/";
  }
}

export const doCommand: Command = {
  summary: "run a program on this machine's files, in a sandbox; what it writes stays in memory",
  usage: "[flags] [--] <program> [args...]",
  flags: FLAGS,
  async run({ options, openLog }, words) {
    const { values, rest, given } = parseFlags(words, FLAGS);
    if (rest.length === 0) throw new CommandError("do: a program to run is missing");
    const root = values.root || "/";
    requireDirectory("root", root);
    const overlay = given.has("force-overlay") ? values["force-overlay"] : options.overlay !== "none";
    const uid = process.getuid?.() ?? 0;
    const id = `do-${process.pid}-${Math.random().toString(36).slice(2, 8)}`;
    const spec = {
      id,
      bundle: "",
      rootfs: toText(root),
      annotations: {},
      ociVersion: "1.0.2",
      ephemeral: true,
      contents: contents(root, values.volume.map(parseVolume), overlay, options),
      options,
      log: openLog(id),
    };
    const request = {
      argv: rest,
      executable: "",
      env: callerEnvironment(),
      cwd: values.cwd || (root === "/" ? workingDirectory() : "/"),
      uid,
      gid: process.getgid?.() ?? 0,
      groups: process.getgroups?.() ?? [],
      umask: process.umask(),
      capabilities: uid === 0 ? rootCapabilities() : userCapabilities(),
      noNewPrivileges: false,
      rlimits: callerRlimits(),
      oomScoreAdj: 0,
    };
    return runForeground(spec, request, isOwnTerminal(0), SERVE_AFTER_MS);
  },
};
