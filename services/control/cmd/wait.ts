/** `wait`: waits for a container's end and prints its exit status as JSON. */

import { toText } from "../caller.ts";
import { parseFlags, parsePid } from "../command_line.ts";
import { ContainerClient } from "../container/container_client.ts";
import { CommandError } from "../errors.ts";
import { type Command, print, takeWords } from "./command.ts";

const FLAGS = { pid: { kind: "string", help: "wait for this process of the sandbox instead" } } as const;

export const waitCommand: Command = {
  summary: "wait for a container's end and print its exit status",
  usage: "[flags] <container-id>",
  flags: FLAGS,
  async run({ options }, words) {
    const { values, rest } = parseFlags(words, FLAGS);
    const [id] = takeWords("wait", this.usage, rest, 1).map(toText);
    const pid = parsePid("pid", values.pid);
    const container = ContainerClient.open(options, id);
    let exitStatus = container.state.exitCode;
    if (container.isAlive) {
      try {
        exitStatus = Number(await container.ask("wait", { pid }, 0));
      } catch (error) {
        // The owner went away while we waited: the state on disk may say how it ended.
        const state = container.directory.tryRead();
        if (state?.status !== "stopped") throw error;
        if (state.exitCode < 0) throw new CommandError(state.culprit || "the container has ended");
        exitStatus = state.exitCode;
      }
    } else if (exitStatus < 0) {
      throw new CommandError(container.state.culprit || "the container has ended");
    }
    print(`${JSON.stringify({ id, exitStatus })}\n`);
    return 0;
  },
};
