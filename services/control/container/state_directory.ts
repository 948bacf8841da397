/**
 * What survives of a sandbox between commands: `<root>/<id>/` with state.json, written in one rename, and the two control sockets. Making
 * the directory is the lock on an ID: mkdir(2) succeeds once. A foreign entry under the root (runc's, say) is never touched.
 */

import { chmodSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { CommandError, describeError } from "../errors.ts";

export type ContainerStatus = "creating" | "created" | "running" | "stopped";

export interface ContainerState {
  /** Tells our files from other runtimes'. */
  runtime: "runsc-ms";
  ociVersion: string;
  id: string;
  status: ContainerStatus;
  /** The process that owns the sandbox, and its start time in clock ticks (pids are reused). */
  controlPid: number;
  controlStartTime: number;
  /** Guest pid of the first process; 0 before there is one. */
  initPid: number;
  bundle: string;
  rootfs: string;
  /** RFC 3339. */
  created: string;
  owner: string;
  annotations: Record<string, string>;
  /** Goes away with its control process. */
  ephemeral: boolean;
  /** Of the first process, once it has ended; -1 before. */
  exitCode: number;
  /** Why the sandbox died on its own. */
  culprit: string;
}

const STATE_FILE = "state.json";

export class StateDirectory {
  readonly path: string;

  private constructor(directory: string) {
    this.path = directory;
  }

  /** Takes the ID. Fails when it exists, whatever it is. */
  static create(root: string, id: string): StateDirectory {
    checkId(id);
    const directory = path.join(root, id);
    const cannot = (error: unknown): never => {
      throw new CommandError(`cannot make the state directory: ${describeError(error)}`);
    };
    try {
      mkdirSync(root, { recursive: true, mode: 0o700 });
    } catch (error) {
      cannot(error);
    }
    // Whoever may rename entries of the root could put sockets of their own in our place.
    const { uid, mode } = statSync(root);
    if ((uid !== 0 && uid !== process.geteuid?.()) || (mode & 0o022) !== 0) {
      throw new CommandError(`state directory ${root} can be changed by other users`);
    }
    try {
      mkdirSync(directory, { mode: 0o700 });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") cannot(error);
      throw new CommandError("container with given ID already exists");
    }
    // The caller's umask may have taken more away.
    chmodSync(directory, 0o700);
    return new StateDirectory(directory);
  }

  /** The directory of a container that exists and is ours. */
  static open(root: string, id: string): StateDirectory {
    checkId(id);
    const directory = new StateDirectory(path.join(root, id));
    if (directory.tryRead() === null) throw new CommandError("container does not exist");
    return directory;
  }

  /** All of ours below `root`, by ID. */
  static list(root: string): StateDirectory[] {
    let names: string[];
    try {
      names = readdirSync(root).sort();
    } catch {
      return [];
    }
    return names.map((name) => new StateDirectory(path.join(root, name))).filter((entry) => entry.tryRead() !== null);
  }

  file(name: string): string {
    return path.join(this.path, name);
  }

  /** The state with its status as it is now: a container whose control process is gone has stopped. */
  read(): ContainerState {
    const state = this.tryRead();
    if (state === null) throw new CommandError("container does not exist");
    return state;
  }

  tryRead(): ContainerState | null {
    let state: ContainerState;
    try {
      state = JSON.parse(readFileSync(this.file(STATE_FILE), "utf8"));
    } catch {
      return null;
    }
    if (state?.runtime !== "runsc-ms") return null;
    if (state.status !== "stopped" && processStartTime(state.controlPid) !== state.controlStartTime) {
      return { ...state, status: "stopped", culprit: "the control process was killed" };
    }
    return state;
  }

  write(state: ContainerState): void {
    const temporary = this.file(`.state.${process.pid}`);
    writeFileSync(temporary, JSON.stringify(state), { mode: 0o600 });
    renameSync(temporary, this.file(STATE_FILE));
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** An ID is a file name of letters, digits and `_+-.`. */
export function checkId(id: string): void {
  if (id === "") throw new CommandError("container id cannot be empty");
  if (!/^[\w+.-]+$/.test(id) || id === "." || id === ".." || id.length > 255) {
    throw new CommandError("invalid container ID format");
  }
}

/** Field 22 of /proc/[pid]/stat; -1 when there is no such process, or only its remains. */
export function processStartTime(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" || fields[0] === "X" ? -1 : Number(fields[19]);
  } catch {
    return -1;
  }
}
