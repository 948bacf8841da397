/**
 * The running sandbox as control sees it: starts processes in it, signals them, tells of their ends and of what they do.
 *
 * Neighbours: service.ts speaks the protocol; boot.ts makes the kernel.
 */
import { EINVAL, ENOTTY, ESRCH, errnoName, isErrno } from "../../../shared/abi/errno.ts";
import { SIGKILL, SIGRTMAX } from "../../../shared/abi/signal.ts";
import type {
  EventsReply,
  ExecRequest,
  ProcessInfo,
  ResizeRequest,
  SignalRequest,
} from "../../../shared/urpc/sandbox_protocol.ts";
import { renderCommandLine, stateOf } from "../fsimpl/proc/process_view.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { createProcess } from "../kernel/process.ts";
import { sendToGroup } from "../kernel/signal/send.ts";
import { SignalInfo } from "../kernel/signal/signal_info.ts";
import { STATE_BLOCKED, STATE_EXITED, type Task } from "../kernel/task.ts";
import type { ThreadGroup } from "../kernel/thread_group.ts";
import { openTerminal, type SandboxTerminal } from "../tty/sandbox_terminal.ts";
import type { MountNamespace } from "../vfs/mount_namespace.ts";
import type { VfsContext } from "../vfs/types.ts";
import { BootError } from "./boot_error.ts";
import { kernelContext } from "./mount_table.ts";
import { credentialsOf, descriptorsOf, findExecutable, limitsOf } from "./process_request.ts";

/** A process that control started. */
interface Started {
  readonly task: Task;
  readonly terminal: SandboxTerminal | null;
  isHeld: boolean;
  /** Null while it runs. */
  status: number | null;
  readonly waiters: ((status: number) => void)[];
}

export class Sandbox {
  readonly kernel: Kernel;
  readonly #namespace: MountNamespace;
  readonly #started = new Map<number, Started>();
  readonly #syscallName: (number: number) => string;

  constructor(kernel: Kernel, namespace: MountNamespace, syscallName: (number: number) => string) {
    this.kernel = kernel;
    this.#namespace = namespace;
    this.#syscallName = syscallName;
  }

  /** Starts a process. Takes over `fds`. `done` gets its pid, or what went wrong. */
  exec(request: ExecRequest, fds: readonly number[], done: (result: number | BootError) => void): void {
    const { kernel } = this;
    const root = kernelContext(this.#namespace.root.rootPath);
    const cwd = kernel.vfs.resolve(root, root.root, request.cwd === "" ? "/" : request.cwd);
    if (isErrno(cwd)) throw new BootError(-cwd, `chdir to cwd (${JSON.stringify(request.cwd)})`);
    if (cwd.dentry.inode?.isDirectory !== true)
      throw new BootError(20, `chdir to cwd (${JSON.stringify(request.cwd)})`);
    const context: VfsContext = { ...root, credentials: credentialsOf(request), cwd, umask: request.umask };
    const limits = limitsOf(kernel, request);
    const executable = findExecutable(kernel, context, request);
    const terminal = request.terminal === null ? null : openTerminal(kernel, root, request.terminal, fds, request.uid);
    const fdTable = descriptorsOf(kernel, root, request, fds, terminal === null ? null : () => terminal.openSlave());
    let entry: Started | null = null;
    createProcess(
      kernel,
      {
        executable,
        argv: request.argv,
        envp: request.env,
        credentials: context.credentials,
        root: context.root,
        cwd,
        umask: request.umask,
        limits,
        fdTable,
        isInit: request.init,
        hold: request.hold,
        onExited: (status) => entry !== null && this.#onExited(entry, status),
        prepare: (task) => {
          task.threadGroup.oomScoreAdjust = request.oomScoreAdj;
          terminal?.control(task);
        },
      },
      (task) => {
        if (isErrno(task)) {
          terminal?.abandon();
          done(new BootError(-task, `exec ${JSON.stringify(executable)}: ${errnoName(-task)}`, true));
          return;
        }
        entry = { task, terminal, isHeld: request.hold, status: null, waiters: [] };
        this.#started.set(task.tid, entry);
        done(task.threadGroup.pid);
      },
    );
  }

  #onExited(entry: Started, status: number): void {
    entry.status = status;
    for (const waiter of entry.waiters.splice(0)) waiter(status);
  }

  #find(pid: number): Started {
    const entry = this.#started.get(pid);
    if (entry === undefined) throw new BootError(ESRCH, `no process ${pid} was started here`, true);
    return entry;
  }

  /** Lets a held process run. */
  start(pid: number): void {
    const entry = this.#find(pid);
    if (!entry.isHeld) throw new BootError(EINVAL, `process ${pid} is running already`, true);
    entry.isHeld = false;
    this.kernel.enter(() => this.kernel.start(entry.task));
  }

  /** Calls `done` when the process has ended, at once if it has. */
  wait(pid: number, done: (status: number) => void): void {
    const entry = this.#find(pid);
    if (entry.status !== null) done(entry.status);
    else entry.waiters.push(done);
  }

  signal({ pid, signal, target }: SignalRequest): void {
    if (!Number.isInteger(signal) || signal < 0 || signal > SIGRTMAX) throw new BootError(EINVAL, `signal ${signal}`);
    const groups = this.#targets(pid, target);
    this.kernel.enter(() => {
      for (const group of groups) if (signal !== 0) this.#send(group, signal);
    });
  }

  #send(group: ThreadGroup, signal: number): void {
    const info = SignalInfo.user(signal, 0, 0);
    info.fromOutside = true;
    sendToGroup(group, info);
    const entry = this.#started.get(group.pid);
    // Nothing else would make a process that was never started notice.
    if (entry?.isHeld === true && signal === SIGKILL) {
      entry.isHeld = false;
      this.kernel.start(entry.task);
    }
  }

  #targets(pid: number, target: SignalRequest["target"]): ThreadGroup[] {
    const { pidNamespace } = this.kernel;
    if (target === "all") return pidNamespace.threadGroups().filter((group) => !group.isExited);
    const group = pidNamespace.threadGroup(pid);
    if (group === undefined || group.isExited) throw new BootError(ESRCH, `process ${pid} is not running`, true);
    if (target === "group") return [...group.processGroup.members];
    if (target === "foreground") return [...(group.terminal?.foreground ?? group.processGroup).members];
    return [group];
  }

  resize({ pid, rows, columns }: ResizeRequest): void {
    const { terminal } = this.#find(pid);
    if (terminal === null) throw new BootError(ENOTTY, `process ${pid} has no terminal`, true);
    this.kernel.enter(() => terminal.resize(rows, columns));
  }

  ps(): ProcessInfo[] {
    const { kernel } = this;
    const bootMs = kernel.timekeeper.bootTimeSec() * 1000;
    const list = kernel.pidNamespace.threadGroups().filter((group) => !group.isExited);
    return list.map((group) => {
      const task = group.anyTask ?? group.leader;
      const argv = Buffer.from(renderCommandLine(task)).toString("latin1").split("\0");
      if (argv.at(-1) === "") argv.pop();
      return {
        pid: group.pid,
        ppid: group.parent?.pid ?? 0,
        uid: task.credentials.euid,
        gid: task.credentials.egid,
        cpuSeconds: group.cpuTimeNs() / 1e9,
        startTimeMs: bootMs + (group.startNs - kernel.timekeeper.bootMonotonicNs) / 1e6,
        tty: group.terminal === null ? "?" : `pts/${group.terminal.device & 0xff}`,
        state: stateOf(task).letter,
        threads: group.tasks.size,
        command: task.name,
        argv,
      };
    });
  }

  events(): EventsReply {
    const { kernel } = this;
    let cpuTotalNs = 0;
    let memoryBytes = 0;
    let processCount = 0;
    const seen = new Set<unknown>();
    for (const group of kernel.pidNamespace.threadGroups()) {
      cpuTotalNs += Math.floor(group.cpuTimeNs());
      const task = group.anyTask;
      if (task === undefined || task.state === STATE_EXITED) continue;
      processCount++;
      if (!seen.has(task.mm)) memoryBytes += task.mm.space.residentBytes();
      seen.add(task.mm);
    }
    return { cpuTotalNs, memoryBytes, processCount, counters: { ...kernel.platform.counters } };
  }

  /** What every task is doing, a line each. */
  stacks(): string {
    let text = "";
    for (const task of this.kernel.pidNamespace.tasks.values()) {
      const { letter } = stateOf(task);
      const waits = task.state === STATE_BLOCKED || task.syscallNumber >= 0;
      const call = waits ? this.#syscallName(task.syscallNumber) : "application";
      text += `${String(task.threadGroup.pid).padStart(6)} ${String(task.tid).padStart(6)} ${letter} ${task.name.padEnd(15)} ${call}\n`;
    }
    return text;
  }

  /** Kills everything inside. */
  shutdown(): void {
    this.kernel.platform.shutdown();
  }
}
