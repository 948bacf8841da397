/** `delete`: removes what is left of a container; with --force, kills it first. */

import { toText } from "../caller.ts";
import { parseFlags } from "../command_line.ts";
import { ContainerClient } from "../container/container_client.ts";
import { processStartTime } from "../container/state_directory.ts";
import { CommandError } from "../errors.ts";
import { type Command, takeWords } from "./command.ts";

const FLAGS = { force: { kind: "bool", alias: "f", help: "kill the container if it runs" } } as const;
const GONE_TIMEOUT_MS = 5000;

/** Pids are reused: only the process that started then is meant. */
function killOwner(pid: number, startTime: number): void {
  if (processStartTime(pid) === startTime) process.kill(pid, "SIGKILL");
}

/** Waits until the owner has ended, and with it everything it owns; kills it when it takes too long. */
async function awaitOwner(pid: number, startTime: number): Promise<void> {
  for (const end = Date.now() + GONE_TIMEOUT_MS; processStartTime(pid) === startTime; ) {
    if (Date.now() > end) killOwner(pid, startTime);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

export const deleteCommand: Command = {
  summary: "delete a container that has stopped",
  usage: "[flags] <container-id>",
  flags: FLAGS,
  async run({ options }, words) {
    const { values, rest } = parseFlags(words, FLAGS);
    const [id] = takeWords("delete", this.usage, rest, 1).map(toText);
    let container: ContainerClient;
    try {
      container = ContainerClient.open(options, id);
    } catch (error) {
      if (values.force) return 0;
      throw error;
    }
    const { status, controlPid, controlStartTime } = container.state;
    if (container.isAlive) {
      if (!values.force && status !== "created") {
        throw new CommandError(`cannot delete container ${id} that is not stopped: ${status}`);
      }
      await container.ask("destroy").catch(() => killOwner(controlPid, controlStartTime));
      await awaitOwner(controlPid, controlStartTime);
    }
    container.directory.remove();
    return 0;
  },
};
