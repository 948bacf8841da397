/**
 * What control, sentry and gofer say to each other over urpc, on the socket that a service inherits as SERVICE_SOCKET_FD.
 *
 * Both services are clients of nothing: control sends requests, they answer. The one message the other way is the notification
 * `fatal` (services say why they end, for the status that control reports). The end of the stream is an order to exit at once.
 *
 * Paths, names and environment are latin1 byte strings. Descriptors travel beside a message; a field called `...Fd` is an index into
 * that message's descriptor list. Services are hostile to control: `checkX` functions below take their answers apart.
 */

/** Descriptor on which `boot` and `gofer` find their urpc socket. */
export const SERVICE_SOCKET_FD = 3;

// ---- control -> sentry

/** One mount, in the order of mounting; `mounts[0].destination` is "/". */
export interface MountSpec {
  destination: string;
  type: "gofer" | "tmpfs" | "proc" | "sysfs" | "devtmpfs" | "devpts" | "mqueue" | "cgroup" | "bind";
  /** For "gofer": which attach point (GoferBoot.attachPoints); -1 otherwise. */
  attach: number;
  /** For "bind": a path inside the sandbox, resolved when this mount is made. */
  source: string;
  /** mount(8) options, as in an OCI bundle: "ro", "nosuid", "size=65536k", "mode=755"... */
  options: string[];
  /** "memory": an overlay over the gofer mount whose upper layer is in memory; the host is never written. */
  overlay: "none" | "memory";
  /** For "gofer": may the sentry cache without asking the gofer again? */
  fileAccess: "exclusive" | "shared";
}

/** A flipcall connection to a gofer. The attach point is named in Tattach's aname, in decimal. */
export interface GoferConnection {
  /** memfd with the flipcall area. */
  memoryFd: number;
  /** Socket pair end on which descriptors travel. */
  channelFd: number;
}

export interface StraceSpec {
  enabled: boolean;
  /** Empty: all system calls. */
  syscalls: string[];
  /** Bytes of a buffer that a line shows. */
  bufferBytes: number;
}

/** `boot`: makes the kernel, its mounts and the platform, isolates the process, then answers BootReply. Sent once. */
export interface BootRequest {
  id: string;
  hostname: string;
  platform: "systrap";
  network: "none";
  mounts: MountSpec[];
  gofer: GoferConnection;
  rootReadOnly: boolean;
  /** Prefixes (OCI maskedPaths, readonlyPaths) and sysctls by dotted name. */
  maskedPaths: string[];
  readonlyPaths: string[];
  sysctls: Record<string, string>;
  /** MemTotal shown to the application, bytes; 0: the host's. */
  memoryBytes: number;
  /** Number of processors shown; 0: the host's. */
  cpuCount: number;
  debug: boolean;
  strace: StraceSpec;
  /** The directory that the launcher prepared (with proc/ in it): the process's root after isolation. */
  isolationRoot: string;
  /** Debug log opened for appending, or -1. */
  logFd: number;
}

export interface BootReply {
  /** Host pids that belong to the sandbox besides the sentry itself: the stub zygote. */
  hostPids: number[];
}

/** Where a standard descriptor of a new process comes from. */
export type StdioSpec =
  | { kind: "null" }
  /** A donated host descriptor: index into the message's list. */
  | { kind: "fd"; fd: number }
  /** The process's terminal (ExecRequest.terminal must be set). */
  | { kind: "terminal" };

/**
 * A pseudo terminal inside the sandbox. `socketFd` is a stream socket to the terminal client (services/control/terminal), which is
 * the "hardware": bytes that arrive are typed keys (written to the pty's master side), bytes sent are screen output. The kernel makes
 * a devpts pair, sets it as controlling terminal of the new session, and closes the socket when the last slave descriptor is
 * closed and all output has been sent. Window size by `resize`. Half-close from the client is end of the terminal: SIGHUP.
 */
export interface TerminalSpec {
  socketFd: number;
  rows: number;
  columns: number;
}

export interface RlimitSpec {
  /** RLIMIT_* number. */
  resource: number;
  /** Infinity for RLIM_INFINITY. */
  soft: number;
  hard: number;
}

/** Capability sets as [low, high] 32-bit masks. */
export interface CapabilitySets {
  bounding: [number, number];
  effective: [number, number];
  inheritable: [number, number];
  permitted: [number, number];
  ambient: [number, number];
}

/** `exec`: starts a process. Answers ExecReply, or an error with the errno of execve(2) and a message in the words of Go's os/exec. */
export interface ExecRequest {
  argv: string[];
  /** Path to execute; "" looks argv[0] up in env's PATH (relative to cwd, as execvp(3)). */
  executable: string;
  env: string[];
  cwd: string;
  uid: number;
  gid: number;
  groups: number[];
  umask: number;
  capabilities: CapabilitySets;
  noNewPrivileges: boolean;
  rlimits: RlimitSpec[];
  oomScoreAdj: number;
  terminal: TerminalSpec | null;
  /** Descriptors 0, 1 and 2. */
  stdio: [StdioSpec, StdioSpec, StdioSpec];
  /** The first process of the sandbox (guest pid 1 of its namespace): when it ends, the sandbox ends. */
  init: boolean;
  /** Only create it, stopped before its first instruction (`create`); the request `start` lets it run. */
  hold: boolean;
}

export interface ExecReply {
  /** Guest pid. */
  pid: number;
}

/** `start` lets a held process run: {pid}. Answers null. */
export interface StartRequest {
  pid: number;
}

/** `wait`: answers when the process has ended, WaitReply. Several waiters are fine, before and after its end. */
export interface WaitRequest {
  pid: number;
}

export interface WaitReply {
  /** Wait status as wait(2) gives it. */
  status: number;
}

/** `signal`: to one process, to its process group (`group`) or to every process (`all`). As sent from outside the PID namespace: KILL and STOP reach init too. */
export interface SignalRequest {
  pid: number;
  signal: number;
  target: "process" | "group" | "foreground" | "all";
}

/** `ps`: answers PsReply. */
export interface ProcessInfo {
  pid: number;
  ppid: number;
  uid: number;
  gid: number;
  /** Seconds of CPU time. */
  cpuSeconds: number;
  /** Milliseconds since the epoch. */
  startTimeMs: number;
  tty: string;
  /** State letter as in /proc/[pid]/stat. */
  state: string;
  threads: number;
  command: string;
  argv: string[];
}

export interface PsReply {
  processes: ProcessInfo[];
}

/** `events`: answers counters of the sandbox. */
export interface EventsReply {
  cpuTotalNs: number;
  memoryBytes: number;
  processCount: number;
  /** Free-form: system calls per rail, orders, sleeps... (Platform.counters). */
  counters: Record<string, number>;
}

/** `resize`: the terminal of process `pid` changed size; SIGWINCH follows. */
export interface ResizeRequest {
  pid: number;
  rows: number;
  columns: number;
}

/** `stacks`: what each task is doing, as text (debug). */
export interface StacksReply {
  text: string;
}

/** Requests of the sentry by name: [argument, answer]. */
export interface SentryMethods {
  boot: [BootRequest, BootReply];
  exec: [ExecRequest, ExecReply];
  start: [StartRequest, null];
  wait: [WaitRequest, WaitReply];
  signal: [SignalRequest, null];
  ps: [null, PsReply];
  events: [null, EventsReply];
  resize: [ResizeRequest, null];
  stacks: [null, StacksReply];
}

// ---- control -> gofer

export interface AttachPoint {
  /** Where it is in the gofer's mount namespace after isolation: a name below its root, "/0" for attach point 0. */
  path: string;
  readOnly: boolean;
}

/** `boot`: isolates the process, opens the attach points and serves `connection` until its other end closes. Answers null. */
export interface GoferBoot {
  attachPoints: AttachPoint[];
  connection: GoferConnection;
  /** The directory that the launcher prepared, with the attach points in it: the process's root after isolation. */
  isolationRoot: string;
  debug: boolean;
  logFd: number;
}

export interface GoferMethods {
  boot: [GoferBoot, null];
}

// ---- services -> control

/** Notification `fatal`: the service is about to exit with an error of its own making. */
export interface FatalNotice {
  message: string;
}

// ---- checks of what a hostile service may say

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** Each check returns the answer with only the expected fields, or null when it isn't one. */
export function checkExecReply(value: unknown): ExecReply | null {
  return isRecord(value) && isCount(value.pid) ? { pid: value.pid } : null;
}

export function checkWaitReply(value: unknown): WaitReply | null {
  return isRecord(value) && isCount(value.status) && value.status <= 0xffff ? { status: value.status } : null;
}

export function checkBootReply(value: unknown): BootReply | null {
  if (!isRecord(value) || !Array.isArray(value.hostPids) || !value.hostPids.every(isCount)) return null;
  return { hostPids: value.hostPids };
}

export function checkStacksReply(value: unknown): StacksReply | null {
  return isRecord(value) && typeof value.text === "string" ? { text: value.text } : null;
}

export function checkEventsReply(value: unknown): EventsReply | null {
  if (!isRecord(value) || !isCount(value.cpuTotalNs) || !isCount(value.memoryBytes) || !isCount(value.processCount)) {
    return null;
  }
  const counters: Record<string, number> = {};
  if (isRecord(value.counters)) {
    for (const [name, count] of Object.entries(value.counters)) if (typeof count === "number") counters[name] = count;
  }
  const { cpuTotalNs, memoryBytes, processCount } = value;
  return { cpuTotalNs, memoryBytes, processCount, counters };
}

export function checkPsReply(value: unknown): PsReply | null {
  if (!isRecord(value) || !Array.isArray(value.processes)) return null;
  const processes: ProcessInfo[] = [];
  for (const item of value.processes as unknown[]) {
    if (!isRecord(item)) return null;
    const { pid, ppid, uid, gid, cpuSeconds, startTimeMs, tty, state, threads, command, argv } = item;
    if (!isCount(pid) || !isCount(ppid) || !isCount(uid) || !isCount(gid) || !isCount(threads)) return null;
    if (typeof cpuSeconds !== "number" || typeof startTimeMs !== "number") return null;
    if (typeof tty !== "string" || typeof state !== "string" || typeof command !== "string") return null;
    if (!Array.isArray(argv) || !argv.every((word) => typeof word === "string")) return null;
    processes.push({ pid, ppid, uid, gid, cpuSeconds, startTimeMs, tty, state, threads, command, argv });
  }
  return { processes };
}
