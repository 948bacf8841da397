/**
 * A service (sentry or gofer) as a child process: started through native/launcher, spoken to over an inherited socket pair, watched
 * until its end.
 */

import { openSync } from "node:fs";
import { constants } from "node:os";
import { builtFile } from "../../../native/addon.ts";
import {
  close,
  POLLER_DISCONNECT,
  POLLER_READABLE,
  Poller,
  pidfdOpen,
  pipe,
  read,
  socketpair,
  spawnProcess,
  tryWait,
} from "../../../native/host.ts";
import { EAGAIN } from "../../../shared/abi/errno.ts";
import { SOCK_STREAM } from "../../../shared/abi/socket.ts";
import { serviceCommand } from "../../../shared/runtime/services.ts";
import type { Endpoint } from "../../../shared/urpc/endpoint.ts";
import { openEndpoint } from "../../../shared/urpc/socket_native.ts";
import { CommandError, errnoText } from "../errors.ts";

/** The launcher's own exit code for "could not even start". */
const EXIT_LAUNCHER = 125;
/** How much of a service's stderr is kept. */
const LAST_WORDS_BYTES = 4096;

export interface ServiceOptions {
  service: "sentry" | "gofer";
  /** Empty directory on which the launcher builds the service's later root. */
  isolationRoot: string;
  /** Mount the PID namespace's proc there. */
  proc: boolean;
  /** Host directories and files that appear below that root. */
  binds: readonly { source: string; name: string; readOnly: boolean }[];
  /** Directories below it that are covered by empty ones. */
  hidden: readonly string[];
  /** Directory to delete when this process is killed without a chance to; or "". */
  removeOnDeath: string;
  args: readonly string[];
}

/** How a service ended. */
export interface ServiceEnd {
  /** In words: "was killed by SIGKILL", "exited with code 1: ..." */
  how: string;
  /** 0: of its own will, as when its peer has gone; 1: with an error; 2: by a signal. The other service's end is often a consequence. */
  weight: number;
}

export class ServiceProcess {
  readonly name: "sentry" | "gofer";
  readonly endpoint: Endpoint;
  readonly ended: Promise<ServiceEnd>;
  readonly pid: number;
  #hasEnded = false;
  #fatalMessage = "";
  #stderr = "";

  private constructor(service: "sentry" | "gofer", pid: number, socket: number, stderr: number) {
    this.name = service;
    this.pid = pid;
    this.endpoint = openEndpoint(socket, {
      onNotice: (name, argument) => {
        if (name !== "fatal" || typeof argument !== "object" || argument === null) return;
        const { message } = argument as { message?: unknown };
        if (typeof message === "string") this.#fatalMessage = message.slice(0, LAST_WORDS_BYTES);
      },
    });
    // The end of its stderr is the end of the service proper, behind the launcher.
    this.ended = Promise.all([this.#awaitExit(), this.#readStderr(stderr)]).then(([status]) => {
      this.endpoint.close(`the ${this.name} has ended`);
      const signal = status & 0x7f;
      const code = (status >> 8) & 0xff;
      return { how: this.#describeEnd(code, signal), weight: signal !== 0 ? 2 : code === 0 ? 0 : 1 };
    });
  }

  static start(options: ServiceOptions): ServiceProcess {
    const words = [builtFile("launcher"), "--parent", String(process.pid), "--root", options.isolationRoot];
    if (options.proc) words.push("--proc");
    for (const { source, name, readOnly } of options.binds) words.push("--bind", source, name, readOnly ? "ro" : "rw");
    for (const name of options.hidden) words.push("--hide", name);
    if (options.removeOnDeath !== "") words.push("--remove", options.removeOnDeath);
    words.push("--", ...serviceCommand(options.service, options.args));
    const sockets = socketpair(SOCK_STREAM);
    if (typeof sockets === "number") throw new CommandError(`cannot make a socket pair: ${errnoText(-sockets)}`);
    const stderr = pipe();
    if (typeof stderr === "number") throw new CommandError(`cannot make a pipe: ${errnoText(-stderr)}`);
    const nothing = openSync("/dev/null", "r+");
    // The service's socket becomes descriptor 3 (SERVICE_SOCKET_FD).
    const pid = spawnProcess(words, [nothing, nothing, stderr[1], sockets[1]]);
    for (const fd of [nothing, stderr[1], sockets[1]]) close(fd);
    if (pid < 0) throw new CommandError(`cannot start ${words[0]}: ${errnoText(-pid)}`);
    return new ServiceProcess(options.service, pid, sockets[0], stderr[0]);
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  kill(): void {
    if (!this.#hasEnded) process.kill(this.pid, "SIGKILL");
  }

  /** Resolves with the wait status, once reaped: the pid is nobody's afterwards. */
  #awaitExit(): Promise<number> {
    return new Promise((resolve) => {
      const pidfd = pidfdOpen(this.pid);
      const poller = Poller.watch(pidfd, POLLER_READABLE, () => {
        const status = tryWait(this.pid);
        if (status === -EAGAIN) return;
        this.#hasEnded = true;
        if (typeof poller !== "number") poller.close();
        close(pidfd);
        resolve(Math.max(status, 0));
      });
    });
  }

  /** Keeps the last of what it says, until its end. */
  #readStderr(fd: number): Promise<void> {
    return new Promise((resolve) => {
      const bytes = Buffer.alloc(LAST_WORDS_BYTES);
      const poller = Poller.watch(fd, POLLER_READABLE | POLLER_DISCONNECT, () => {
        const count = read(fd, bytes, 0, bytes.length);
        if (count > 0) {
          this.#stderr = (this.#stderr + bytes.toString("latin1", 0, count)).slice(-LAST_WORDS_BYTES);
          return;
        }
        if (typeof poller !== "number") poller.close();
        close(fd);
        resolve();
      });
    });
  }

  #describeEnd(code: number, signal: number): string {
    const words = this.#stderr.trim().split("\n");
    if (code === EXIT_LAUNCHER && this.#stderr !== "") return `could not be started: ${words[0]}`;
    const how = signal === 0 ? `exited with code ${code}` : `was killed by ${signalName(signal)}`;
    if (this.#fatalMessage !== "") return `${how}: ${this.#fatalMessage}`;
    // What a killed service has said before has nothing to do with its end.
    if (signal === constants.signals.SIGKILL) return how;
    // An uncaught exception: Node prints the place, then the error.
    const error = words.find((line) => /^\w*Error\b/.test(line)) ?? words[0];
    return error === "" ? how : `${how}: ${error}`;
  }
}

function signalName(signal: number): string {
  return Object.entries(constants.signals).find(([, number]) => number === signal)?.[0] ?? `signal ${signal}`;
}
