/** A container as other commands see it: its state, and questions to the process that owns it. */

import type { GlobalOptions } from "../global_options.ts";
import { CONTROL_SOCKET } from "./container_host_native.ts";
import { askControl } from "./control_socket_native.ts";
import { type ContainerState, StateDirectory } from "./state_directory.ts";

const ANSWER_TIMEOUT_MS = 15_000;

export class ContainerClient {
  readonly directory: StateDirectory;
  readonly state: ContainerState;

  private constructor(directory: StateDirectory) {
    this.directory = directory;
    this.state = directory.read();
  }

  static open(options: GlobalOptions, id: string): ContainerClient {
    return new ContainerClient(StateDirectory.open(options.root, id));
  }

  get isAlive(): boolean {
    return this.state.status !== "stopped";
  }

  /** `timeoutMs` 0: as long as it takes. */
  ask(method: string, argument: unknown = null, timeoutMs: number = ANSWER_TIMEOUT_MS): Promise<unknown> {
    return askControl(this.directory.file(CONTROL_SOCKET), method, argument, timeoutMs);
  }
}
