/**
 * The owner of one container: its sandbox, its state directory, its first process, and the two sockets through which other commands
 * reach it. Lives in the `control` process of a detached container, and in the command's own process for `do` and foreground `run`.
 *
 * Invariant: `ended` resolves exactly once, after every process of the sandbox is gone and the state on disk says so.
 */

import path from "node:path";
import { close } from "../../../native/host.ts";
import { ECONNRESET, EINVAL, EIO } from "../../../shared/abi/errno.ts";
import { SIGKILL } from "../../../shared/abi/signal.ts";
import type { Logger } from "../../../shared/log/log.ts";
import { prepareTrim } from "../../../shared/runtime/trim_native.ts";
import { type Request, UrpcError } from "../../../shared/urpc/endpoint.ts";
import type { ExecRequest, SignalRequest } from "../../../shared/urpc/sandbox_protocol.ts";
import { Listener } from "../../../shared/urpc/socket_native.ts";
import { CommandError, describeError, EXIT_SANDBOX_FAILURE, errnoText } from "../errors.ts";
import type { GlobalOptions } from "../global_options.ts";
import type { SandboxContents } from "../oci/bundle_sandbox.ts";
import { execFailure, exitCodeOf } from "../sandbox/exit_code.ts";
import { Sandbox } from "../sandbox/sandbox_native.ts";
import { type ControlServer, checkSocketPath, serveControl } from "./control_socket_native.ts";
import { type ContainerState, type ContainerStatus, processStartTime, StateDirectory } from "./state_directory.ts";

export const CONTROL_SOCKET = "control.sock";
export const URPC_SOCKET = "urpc.sock";

/** When the memory that only starting needed is given back. */
const TRIM_AFTER_MS = 1000;

export interface HostSpec {
  id: string;
  bundle: string;
  rootfs: string;
  annotations: Record<string, string>;
  ociVersion: string;
  /** The state directory goes when the container ends. */
  ephemeral: boolean;
  contents: SandboxContents;
  options: GlobalOptions;
  log: Logger;
}

export interface ContainerEnd {
  exitCode: number;
  /** Non-empty: the sandbox died on its own, and this is why. */
  culprit: string;
}

export class ContainerHost {
  readonly ended: Promise<ContainerEnd>;
  readonly sandbox: Sandbox;
  /** Runs between the first process's end and the sandbox's, which waits for it: the last output of a terminal comes out here. */
  onInitEnded: (() => Promise<void>) | null = null;
  readonly #directory: StateDirectory;
  readonly #log: Logger;
  #state: ContainerState;
  #server: ControlServer | null = null;
  #listener: Listener | null = null;
  #resolveEnded!: (end: ContainerEnd) => void;
  #isEnding = false;
  readonly #exitWaiters: ((exitCode: number) => void)[] = [];

  private constructor(sandbox: Sandbox, directory: StateDirectory, state: ContainerState, log: Logger) {
    this.sandbox = sandbox;
    this.#directory = directory;
    this.#state = state;
    this.#log = log;
    this.ended = new Promise((resolve) => {
      this.#resolveEnded = resolve;
    });
    sandbox.onDeath = (culprit) => void this.#end({ exitCode: EXIT_SANDBOX_FAILURE, culprit });
  }

  /** Takes the ID and starts a sandbox without processes. Leaves nothing behind when it fails. */
  static async start(spec: HostSpec): Promise<ContainerHost> {
    checkSocketPath(path.join(spec.options.root, spec.id, CONTROL_SOCKET));
    const directory = StateDirectory.create(spec.options.root, spec.id);
    try {
      const state: ContainerState = {
        runtime: "runsc-ms",
        ociVersion: spec.ociVersion,
        id: spec.id,
        status: "creating",
        controlPid: process.pid,
        controlStartTime: processStartTime(process.pid),
        initPid: 0,
        bundle: spec.bundle,
        rootfs: spec.rootfs,
        created: new Date().toISOString(),
        owner: "",
        annotations: spec.annotations,
        ephemeral: spec.ephemeral,
        exitCode: -1,
        culprit: "",
      };
      directory.write(state);
      const { id, ephemeral, contents } = spec;
      const stateDirectory = directory.path;
      const sandbox = await Sandbox.start({ id, ephemeral, stateDirectory, ...contents }, spec.options, spec.log);
      return new ContainerHost(sandbox, directory, state, spec.log);
    } catch (error) {
      directory.remove();
      if (error instanceof CommandError) throw error;
      throw new CommandError(`cannot write the state: ${describeError(error)}`);
    }
  }

  get initPid(): number {
    return this.#state.initPid;
  }

  /** Starts the first process. With `request.hold` it waits for `startInit`. On failure the container is gone. */
  async execInit(request: ExecRequest, fds: readonly number[]): Promise<void> {
    let pid: number;
    try {
      pid = await this.sandbox.exec(request, fds);
    } catch (error) {
      const isBroken = error instanceof UrpcError && error.errno === ECONNRESET;
      if (isBroken || this.#isEnding) throw new CommandError((await this.ended).culprit, EXIT_SANDBOX_FAILURE);
      await this.#end({ exitCode: EXIT_SANDBOX_FAILURE, culprit: "" });
      this.#directory.remove();
      throw error instanceof UrpcError ? execFailure("starting container", request, error) : error;
    }
    this.#log.debug(`process ${pid} has started`);
    this.#state.initPid = pid;
    this.#setStatus(request.hold ? "created" : "running");
    this.sandbox.wait(pid).then(
      (status) => this.#end({ exitCode: exitCodeOf(status), culprit: "" }),
      (error: unknown) => this.#log.debug(`wait for the first process: ${String(error)}`),
    );
  }

  async startInit(): Promise<void> {
    if (this.#state.status !== "created") {
      const stopped = this.#state.status === "stopped";
      throw new CommandError(
        stopped ? "cannot start a container that has stopped" : "cannot start an already running container",
      );
    }
    await this.sandbox.start(this.#state.initPid);
    this.#setStatus("running");
  }

  /** Opens the sockets for other commands. */
  async serve(): Promise<void> {
    if (this.#isEnding) return;
    const listener = Listener.listen(this.#directory.file(URPC_SOCKET), () => this.#connection());
    if (typeof listener === "number")
      throw new CommandError(`cannot listen on ${URPC_SOCKET}: ${errnoText(-listener)}`);
    listener.unref();
    this.#listener = listener;
    const server = await serveControl(this.#directory.file(CONTROL_SOCKET), (method, argument) =>
      this.#answer(method, argument),
    );
    // The container may have ended while node-ipc was being loaded.
    if (this.#isEnding) server.close();
    else this.#server = server;
    // Control has little to do from here on.
    setTimeout(() => prepareTrim(true)(), TRIM_AFTER_MS).unref();
  }

  /** Ends the container from outside, as by SIGKILL to its first process. */
  async kill(): Promise<void> {
    await this.#end({ exitCode: 128 + SIGKILL, culprit: "" });
  }

  async #end(end: ContainerEnd): Promise<void> {
    if (this.#isEnding) return;
    this.#isEnding = true;
    this.#log.debug(`ending with exit code ${end.exitCode}`);
    if (end.culprit === "") {
      await this.onInitEnded?.();
      await this.sandbox.destroy();
    }
    if (this.#state.ephemeral) {
      this.#directory.remove();
    } else {
      this.#state.exitCode = end.exitCode;
      this.#state.culprit = end.culprit;
      this.#setStatus("stopped");
    }
    // Those who asked get their answer before their connection is closed.
    for (const answer of this.#exitWaiters.splice(0)) answer(end.exitCode);
    await new Promise((resolve) => setImmediate(resolve));
    this.#server?.close();
    this.#listener?.close();
    this.#resolveEnded(end);
  }

  #setStatus(status: ContainerStatus): void {
    this.#state.status = status;
    try {
      this.#directory.write(this.#state);
    } catch (error) {
      // A full disk must not kill what runs.
      this.#log.warn(`cannot write the state: ${String(error)}`);
    }
  }

  /** Questions on the control socket. */
  async #answer(method: string, argument: unknown): Promise<unknown> {
    switch (method) {
      case "start":
        return this.startInit();
      case "signal":
        return this.#signal(argument);
      case "ps":
        return this.sandbox.ps();
      case "pids":
        return [this.sandbox.sentryPid, this.sandbox.goferPid];
      case "events":
        return this.sandbox.events();
      case "stacks":
        return this.sandbox.stacks();
      case "wait":
        return this.#wait(argument);
      case "destroy": {
        const ended = this.#exitCode();
        void this.kill();
        await ended;
        return null;
      }
    }
    throw new CommandError(`unknown question ${JSON.stringify(method)}`);
  }

  async #signal(argument: unknown): Promise<void> {
    const { signal, pid, target } = argument as Partial<SignalRequest>;
    if (typeof signal !== "number") throw new CommandError("signal must be a number");
    try {
      await this.sandbox.signal({ pid: pid || this.#state.initPid, signal, target: target ?? "process" });
    } catch (error) {
      // The signal may have ended the container before its arrival was confirmed.
      if (!this.#isEnding) throw error;
    }
  }

  async #wait(argument: unknown): Promise<number> {
    const pid = (argument as { pid?: unknown } | null)?.pid;
    if (typeof pid === "number" && pid > 0 && pid !== this.#state.initPid)
      return exitCodeOf(await this.sandbox.wait(pid));
    return this.#exitCode();
  }

  #exitCode(): Promise<number> {
    return new Promise((resolve) => this.#exitWaiters.push(resolve));
  }

  /** A command with descriptors (exec) has connected. */
  #connection() {
    const relay = (request: Request, work: Promise<unknown>): void => {
      for (const fd of request.fds) void work.catch(() => undefined).finally(() => close(fd));
      work.then(
        (value) => request.reply(value),
        (error: unknown) => {
          if (error instanceof UrpcError) request.fail(error.errno, error.message);
          else request.fail(EIO, String(error));
        },
      );
    };
    const record = (request: Request): Record<string, never> => (request.argument ?? {}) as Record<string, never>;
    return {
      handlers: {
        exec: (request: Request) => {
          if (this.#state.status === "running" || this.#state.status === "created") {
            const exec = { ...(request.argument as ExecRequest), init: false, hold: false };
            relay(request, this.sandbox.exec(exec, request.fds));
            return;
          }
          relay(request, Promise.reject(new UrpcError(EINVAL, "cannot exec in a stopped container")));
        },
        wait: (request: Request) => {
          const controller = new AbortController();
          request.onCancel = () => controller.abort();
          const { pid } = record(request);
          relay(request, this.sandbox.wait(pid, controller.signal));
        },
        resize: (request: Request) => {
          const { pid, rows, columns } = record(request);
          relay(request, this.sandbox.resize(pid, rows, columns));
        },
        signal: (request: Request) => {
          relay(request, this.sandbox.signal(request.argument as SignalRequest));
        },
      },
    };
  }
}
