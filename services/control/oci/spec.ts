/** An OCI bundle's config.json (runtime-spec 1.0.2 and later), read and checked; only the parts that are used. */

import { readFileSync } from "node:fs";
import path from "node:path";
import { CommandError, describeError } from "../errors.ts";

export interface OciUser {
  uid: number;
  gid: number;
  umask?: number;
  additionalGids?: number[];
}

export interface OciProcess {
  terminal?: boolean;
  consoleSize?: { height: number; width: number };
  user: OciUser;
  args: string[];
  env?: string[];
  cwd: string;
  capabilities?: Partial<Record<"bounding" | "effective" | "inheritable" | "permitted" | "ambient", string[]>>;
  rlimits?: { type: string; hard: number; soft: number }[];
  noNewPrivileges?: boolean;
  oomScoreAdj?: number;
}

export interface OciMount {
  destination: string;
  type?: string;
  source?: string;
  options?: string[];
}

export interface OciSpec {
  ociVersion: string;
  process: OciProcess;
  root: { path: string; readonly?: boolean };
  hostname?: string;
  mounts?: OciMount[];
  annotations?: Record<string, string>;
  linux?: {
    maskedPaths?: string[];
    readonlyPaths?: string[];
    sysctl?: Record<string, string>;
    resources?: { memory?: { limit?: number }; cpu?: { quota?: number; period?: number; cpus?: string } };
  };
}

function fail(message: string): never {
  throw new CommandError(message);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isStrings(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

function isId(value: unknown): boolean {
  return value === undefined || (Number.isInteger(value) && (value as number) >= 0 && (value as number) < 2 ** 32);
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    return fail(`${file} is not valid JSON: ${describeError(error)}`);
  }
}

/** Checks a process object, config.json's or that of `exec --process`. */
export function checkProcess(value: unknown): OciProcess {
  if (!isRecord(value)) return fail("process property must not be empty");
  const { args, cwd, env, user, rlimits, capabilities } = value;
  if (!isStrings(args) || args.length === 0) fail("args must not be empty");
  if (typeof cwd !== "string" || cwd === "") fail("Cwd property must not be empty");
  if (!(cwd as string).startsWith("/")) fail("Cwd must be an absolute path");
  if (env !== undefined && env !== null && !isStrings(env)) fail("process.env must be a list of strings");
  const { uid, gid, additionalGids } = isRecord(user) ? user : {};
  const gids = additionalGids ?? [];
  if (!isId(uid) || !isId(gid) || !Array.isArray(gids) || !gids.every(isId)) fail("process.user is malformed");
  for (const limit of Array.isArray(rlimits) ? (rlimits as unknown[]) : []) {
    if (!isRecord(limit) || typeof limit.type !== "string") fail("process.rlimits is malformed");
  }
  for (const names of Object.values(isRecord(capabilities) ? capabilities : {})) {
    if (names !== null && !isStrings(names)) fail("process.capabilities is malformed");
  }
  return { ...value, user: { uid: 0, gid: 0, ...(user as object) }, env: env ?? [] } as unknown as OciProcess;
}

/** Checks a parsed config.json. */
export function checkSpec(value: unknown): OciSpec {
  if (!isRecord(value)) return fail("config.json must be an object");
  const process = checkProcess(value.process);
  if (!isRecord(value.root) || typeof value.root.path !== "string" || value.root.path === "") {
    fail("root must be specified");
  }
  const mounts = value.mounts ?? [];
  if (!Array.isArray(mounts)) fail("mounts must be a list");
  for (const mount of mounts as unknown[]) {
    if (!isRecord(mount) || typeof mount.destination !== "string" || !mount.destination.startsWith("/")) {
      fail("mount destination must be an absolute path");
    }
    const { options } = mount as Record<string, unknown>;
    if (options !== undefined && options !== null && !isStrings(options))
      fail("mount options must be a list of strings");
  }
  return { ...value, process, mounts } as unknown as OciSpec;
}

/** Reads a bundle's config.json. */
export function readSpec(bundle: string): OciSpec {
  const file = path.join(bundle, "config.json");
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") fail(`JSON specification file ${file} not found`);
    return fail(`cannot read ${file}: ${describeError(error)}`);
  }
  return checkSpec(parseJson(text, file));
}

/** Reads `exec --process FILE`. */
export function readProcess(file: string): OciProcess {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    return fail(`cannot read ${file}: ${describeError(error)}`);
  }
  return checkProcess(parseJson(text, file));
}

/** What `runsc-ms spec` writes. */
export function defaultSpec(): OciSpec {
  const capabilities = ["CAP_AUDIT_WRITE", "CAP_KILL", "CAP_NET_BIND_SERVICE"];
  return {
    ociVersion: "1.0.2",
    process: {
      terminal: true,
      user: { uid: 0, gid: 0 },
      args: ["sh"],
      env: ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "TERM=xterm"],
      cwd: "/",
      capabilities: { bounding: capabilities, effective: capabilities, permitted: capabilities },
      rlimits: [{ type: "RLIMIT_NOFILE", hard: 1024, soft: 1024 }],
      noNewPrivileges: true,
    },
    root: { path: "rootfs", readonly: true },
    hostname: "runsc-ms",
    mounts: [
      { destination: "/proc", type: "proc", source: "proc" },
      {
        destination: "/dev",
        type: "tmpfs",
        source: "tmpfs",
        options: ["nosuid", "strictatime", "mode=755", "size=65536k"],
      },
      {
        destination: "/dev/pts",
        type: "devpts",
        source: "devpts",
        options: ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"],
      },
      {
        destination: "/dev/shm",
        type: "tmpfs",
        source: "shm",
        options: ["nosuid", "noexec", "nodev", "mode=1777", "size=65536k"],
      },
      { destination: "/sys", type: "sysfs", source: "sysfs", options: ["nosuid", "noexec", "nodev", "ro"] },
    ],
    linux: {
      maskedPaths: ["/proc/kcore", "/proc/keys", "/proc/timer_list"],
      readonlyPaths: ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"],
    },
  };
}
