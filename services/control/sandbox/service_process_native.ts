/**
 * A service (sentry or gofer) as a child process: started through native/launcher, spoken to over an inherited socket pair, watched
 * until its end.
 */

import { type ChildProcess, spawn } from "node:child_process";
import { builtFile } from "../../../native/addon.ts";
import { close, socketpair } from "../../../native/host.ts";
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
  readonly #child: ChildProcess;
  #hasEnded = false;
  #fatalMessage = "";
  #stderr = "";

  private constructor(options: ServiceOptions, child: ChildProcess, socket: number) {
    this.name = options.service;
    this.#child = child;
    child.stderr?.setEncoding("latin1").on("data", (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-LAST_WORDS_BYTES);
    });
    this.ended = new Promise((resolve) => {
      const end = (how: string, weight: number): void => {
        this.#hasEnded = true;
        this.endpoint.close(`the ${this.name} has ended`);
        resolve({ how, weight });
      };
      child.once("error", (error) => end(`could not be started: ${error.message}`, 2));
      // "close" comes after stderr has been read.
      child.once("close", (code, signal) => {
        end(this.#describeEnd(code, signal), signal !== null ? 2 : code === 0 ? 0 : 1);
      });
    });
    this.endpoint = openEndpoint(socket, {
      onNotice: (name, argument) => {
        if (name !== "fatal" || typeof argument !== "object" || argument === null) return;
        const { message } = argument as { message?: unknown };
        if (typeof message === "string") this.#fatalMessage = message.slice(0, LAST_WORDS_BYTES);
      },
    });
  }

  static start(options: ServiceOptions): ServiceProcess {
    const pair = socketpair(SOCK_STREAM);
    if (typeof pair === "number") throw new CommandError(`cannot make a socket pair: ${errnoText(-pair)}`);
    const words = ["--parent", String(process.pid), "--root", options.isolationRoot];
    if (options.proc) words.push("--proc");
    for (const { source, name, readOnly } of options.binds) words.push("--bind", source, name, readOnly ? "ro" : "rw");
    for (const name of options.hidden) words.push("--hide", name);
    if (options.removeOnDeath !== "") words.push("--remove", options.removeOnDeath);
    words.push("--", ...serviceCommand(options.service, options.args));
    const child = spawn(builtFile("launcher"), words, {
      // The service's socket becomes descriptor 3 (SERVICE_SOCKET_FD).
      stdio: ["ignore", "ignore", "pipe", pair[1]],
      env: {},
      cwd: "/",
    });
    close(pair[1]);
    return new ServiceProcess(options, child, pair[0]);
  }

  /** Host pid of the launcher's outer process, which ends as the service ends; 0 when it was never started. */
  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  kill(): void {
    if (!this.#hasEnded) this.#child.kill("SIGKILL");
  }

  /** Lets this process end although the service runs (it dies then). */
  unref(): void {
    this.#child.unref();
  }

  #describeEnd(code: number | null, signal: NodeJS.Signals | null): string {
    const words = this.#stderr.trim().split("\n");
    if (code === EXIT_LAUNCHER && this.#stderr !== "") return `could not be started: ${words[0]}`;
    const how = signal === null ? `exited with code ${code}` : `was killed by ${signal}`;
    if (this.#fatalMessage !== "") return `${how}: ${this.#fatalMessage}`;
    // An uncaught exception: Node prints the place, then the error.
    const error = words.find((line) => /^\w*Error\b/.test(line)) ?? words[0];
    return error === "" ? how : `${how}: ${error}`;
  }
}
