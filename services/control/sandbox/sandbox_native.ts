/**
 * One sandbox: a sentry and a gofer, started together, wired to each other, supervised, and ended together. Whichever of them dies
 * first, without having been told to, is the culprit that `onDeath` names.
 */

import { closeSync, mkdirSync } from "node:fs";
import path from "node:path";
import { close, memfdCreate, socketpair, syscall } from "../../../native/host.ts";
import { ECONNRESET, ETIMEDOUT } from "../../../shared/abi/errno.ts";
import {
  F_ADD_SEALS,
  F_SEAL_GROW,
  F_SEAL_SEAL,
  F_SEAL_SHRINK,
  MFD_ALLOW_SEALING,
  MFD_CLOEXEC,
} from "../../../shared/abi/fcntl.ts";
import { SOCK_SEQPACKET } from "../../../shared/abi/socket.ts";
import { SYS_fcntl, SYS_ftruncate } from "../../../shared/abi/syscall_numbers.ts";
import { FLIPCALL_AREA_BYTES } from "../../../shared/flipcall/layout.ts";
import type { Logger } from "../../../shared/log/log.ts";
import { UrpcError } from "../../../shared/urpc/endpoint.ts";
import {
  type BootRequest,
  checkBootReply,
  checkEventsReply,
  checkExecReply,
  checkPsReply,
  checkStacksReply,
  checkWaitReply,
  type EventsReply,
  type ExecRequest,
  type GoferBoot,
  type PsReply,
  type SentryMethods,
  type SignalRequest,
} from "../../../shared/urpc/sandbox_protocol.ts";
import { openDebugLogFile } from "../debug_log.ts";
import { CommandError, EXIT_SANDBOX_FAILURE, errnoText } from "../errors.ts";
import type { GlobalOptions } from "../global_options.ts";
import { type ServiceEnd, ServiceProcess } from "./service_process_native.ts";

const BOOT_TIMEOUT_MS = 20_000;
const ANSWER_TIMEOUT_MS = 10_000;
const SIGNAL_TIMEOUT_MS = 5_000;
/** How long after one service's end the other's may still turn out to be the cause. */
const CONSEQUENCE_MS = 100;

/** A host directory or file that the gofer serves. */
export interface Attach {
  source: string;
  readOnly: boolean;
  /** Directories below it that the sandbox must never see (the host's /proc...). */
  hidden: readonly string[];
}

export interface SandboxSpec {
  id: string;
  /** Exists, is empty but for the state, and only this sandbox's. */
  stateDirectory: string;
  /** The state directory goes with the sandbox. */
  ephemeral: boolean;
  attaches: readonly Attach[];
  boot: Pick<
    BootRequest,
    "hostname" | "mounts" | "rootReadOnly" | "maskedPaths" | "readonlyPaths" | "sysctls" | "memoryBytes" | "cpuCount"
  >;
}

export class Sandbox {
  readonly id: string;
  readonly #sentry: ServiceProcess;
  readonly #gofer: ServiceProcess;
  readonly #log: Logger;
  #ending = false;
  #culprit = "";
  /** Resolves after it has died on its own. */
  readonly #dead: Promise<void>;
  #resolveDead!: () => void;
  /** Once, if a service dies on its own: "the sentry was killed by SIGKILL". All else has been killed by then. */
  onDeath: ((culprit: string) => void) | null = null;

  private constructor(id: string, sentry: ServiceProcess, gofer: ServiceProcess, log: Logger) {
    this.id = id;
    this.#sentry = sentry;
    this.#gofer = gofer;
    this.#log = log;
    this.#dead = new Promise((resolve) => {
      this.#resolveDead = resolve;
    });
    for (const service of [sentry, gofer]) void service.ended.then((end) => this.#onServiceEnd(service, end));
  }

  /** Starts both services and boots them. Throws CommandError with the culprit; nothing is left running then. */
  static async start(spec: SandboxSpec, options: GlobalOptions, log: Logger): Promise<Sandbox> {
    const sandbox = Sandbox.#spawn(spec, log);
    try {
      await sandbox.#boot(spec, options);
      return sandbox;
    } catch (error) {
      const isBroken = error instanceof UrpcError && error.errno === ECONNRESET;
      // A broken connection is seen a little before the end of the process, which has more to say.
      if (isBroken) await Promise.race([sandbox.#dead, delay(2 * CONSEQUENCE_MS)]);
      const reason = sandbox.#culprit || (error instanceof Error ? error.message : String(error));
      await sandbox.destroy();
      throw new CommandError(`starting sandbox: ${reason}`, EXIT_SANDBOX_FAILURE);
    }
  }

  static #spawn(spec: SandboxSpec, log: Logger): Sandbox {
    const root = (service: string): string => {
      const directory = path.join(spec.stateDirectory, service);
      mkdirSync(directory, { mode: 0o700 });
      return directory;
    };
    const common = { removeOnDeath: spec.ephemeral ? spec.stateDirectory : "", args: [] };
    const sentry = ServiceProcess.start({
      ...common,
      service: "sentry",
      isolationRoot: root("sentry"),
      proc: true,
      binds: [],
      hidden: [],
    });
    const gofer = ServiceProcess.start({
      ...common,
      service: "gofer",
      isolationRoot: root("gofer"),
      proc: false,
      binds: spec.attaches.map(({ source, readOnly }, i) => ({ source, readOnly, name: String(i) })),
      hidden: spec.attaches.flatMap(({ hidden }, i) => hidden.map((name) => `${i}/${name}`)),
    });
    log.debug(`started sentry (pid ${sentry.pid}) and gofer (pid ${gofer.pid})`);
    return new Sandbox(spec.id, sentry, gofer, log);
  }

  async #boot(spec: SandboxSpec, options: GlobalOptions): Promise<void> {
    const memory = makeFlipcallArea();
    const channel = socketpair(SOCK_SEQPACKET);
    if (typeof channel === "number") throw new CommandError(`cannot make a socket pair: ${errnoText(-channel)}`);
    const now = new Date();
    const openLog = (command: string): number =>
      options.debugLog === "" ? -1 : openDebugLogFile(options.debugLog, { id: spec.id, command, now });
    const logs = [openLog("boot"), openLog("gofer")];
    const withLog = (fds: number[], log: number): number[] => (log < 0 ? fds : [...fds, log]);
    const goferBoot: GoferBoot = {
      attachPoints: spec.attaches.map(({ readOnly }, i) => ({ path: `/${i}`, readOnly })),
      connection: { memoryFd: 0, channelFd: 1 },
      isolationRoot: path.join(spec.stateDirectory, "gofer"),
      debug: options.debug,
      logFd: logs[1] < 0 ? -1 : 2,
    };
    const sentryBoot: BootRequest = {
      ...spec.boot,
      id: spec.id,
      platform: "systrap",
      network: "none",
      gofer: { memoryFd: 0, channelFd: 1 },
      debug: options.debug,
      strace: options.strace,
      isolationRoot: path.join(spec.stateDirectory, "sentry"),
      logFd: logs[0] < 0 ? -1 : 2,
    };
    const timeoutMs = BOOT_TIMEOUT_MS;
    const sent = Promise.all([
      this.#gofer.endpoint.call("boot", goferBoot, { fds: withLog([memory, channel[1]], logs[1]), timeoutMs }),
      this.#sentry.endpoint.call("boot", sentryBoot, { fds: withLog([memory, channel[0]], logs[0]), timeoutMs }),
    ]);
    for (const fd of [memory, ...channel, ...logs]) if (fd >= 0) close(fd);
    const [, answer] = await sent;
    if (checkBootReply(answer.value) === null) throw new CommandError("the sentry gave a malformed answer to boot");
    this.#log.debug("booted");
  }

  /** Host pid of the sentry's launcher. */
  get sentryPid(): number {
    return this.#sentry.pid;
  }

  get goferPid(): number {
    return this.#gofer.pid;
  }

  /** Why the sandbox died on its own; "" while it lives or when it was ended on purpose. */
  get culprit(): string {
    return this.#culprit;
  }

  /** Starts a process; `fds` are what the request's indices mean, and stay the caller's. Returns the guest pid. */
  async exec(request: ExecRequest, fds: readonly number[]): Promise<number> {
    const reply = checkExecReply((await this.#ask("exec", request, { fds })).value);
    return reply?.pid ?? this.#malformed("exec");
  }

  async start(pid: number): Promise<void> {
    await this.#ask("start", { pid });
  }

  /** The wait status of a guest process, as soon as it has ended. */
  async wait(pid: number, signal?: AbortSignal): Promise<number> {
    const reply = checkWaitReply((await this.#ask("wait", { pid }, { timeoutMs: 0, signal })).value);
    return reply?.status ?? this.#malformed("wait");
  }

  /** A sentry that doesn't even take a signal is stuck, and the user wants an end: it is killed. */
  async signal(request: SignalRequest): Promise<void> {
    try {
      await this.#ask("signal", request, { timeoutMs: SIGNAL_TIMEOUT_MS });
    } catch (error) {
      if (error instanceof UrpcError && error.errno === ETIMEDOUT) this.#sentry.kill();
      throw error;
    }
  }

  async resize(pid: number, rows: number, columns: number): Promise<void> {
    await this.#ask("resize", { pid, rows, columns });
  }

  async ps(): Promise<PsReply> {
    return checkPsReply((await this.#ask("ps", null)).value) ?? this.#malformed("ps");
  }

  async events(): Promise<EventsReply> {
    return checkEventsReply((await this.#ask("events", null)).value) ?? this.#malformed("events");
  }

  async stacks(): Promise<string> {
    return checkStacksReply((await this.#ask("stacks", null)).value)?.text ?? this.#malformed("stacks");
  }

  /** Ends everything; when this resolves, the services are gone. There is nothing to be written back: files are the gofer's own writes. */
  async destroy(): Promise<void> {
    this.#ending = true;
    await this.#killAll();
  }

  async #killAll(): Promise<void> {
    this.#sentry.kill();
    this.#gofer.kill();
    await Promise.all([this.#sentry.ended, this.#gofer.ended]);
  }

  async #onServiceEnd(service: ServiceProcess, end: ServiceEnd): Promise<void> {
    this.#log.debug(`${service.name} ${end.how}`);
    if (this.#ending) return;
    this.#ending = true;
    const other = service === this.#sentry ? this.#gofer : this.#sentry;
    // One that ends because the other did can be seen first.
    const consequence = end.weight === 2 ? undefined : await Promise.race([other.ended, delay(CONSEQUENCE_MS)]);
    const isOther = consequence !== undefined && consequence.weight > end.weight;
    this.#culprit = isOther ? `the ${other.name} ${consequence.how}` : `the ${service.name} ${end.how}`;
    await this.#killAll();
    this.#resolveDead();
    this.onDeath?.(this.#culprit);
  }

  async #ask(
    method: keyof SentryMethods,
    argument: unknown,
    options: { fds?: readonly number[]; timeoutMs?: number; signal?: AbortSignal } = {},
  ) {
    return this.#sentry.endpoint.call(method, argument, { timeoutMs: ANSWER_TIMEOUT_MS, ...options });
  }

  #malformed(method: string): never {
    this.#sentry.kill();
    throw new UrpcError(71, `the sentry gave a malformed answer to ${method}`);
  }
}

/** Shared memory that neither side can shrink under the other. */
function makeFlipcallArea(): number {
  const memory = memfdCreate("flipcall", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (memory < 0) throw new CommandError(`cannot make shared memory: ${errnoText(-memory)}`);
  const sized = syscall(SYS_ftruncate, memory, FLIPCALL_AREA_BYTES);
  const sealed = syscall(SYS_fcntl, memory, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL);
  if (sized < 0 || sealed < 0) {
    closeSync(memory);
    throw new CommandError(`cannot make shared memory: ${errnoText(-Math.min(sized, sealed))}`);
  }
  return memory;
}

function delay(ms: number): Promise<undefined> {
  return new Promise((resolve) => setTimeout(() => resolve(undefined), ms).unref());
}
