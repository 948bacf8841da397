/** `start`: lets a created container run. */

import { toText } from "../caller.ts";
import { parseFlags } from "../command_line.ts";
import { ContainerClient } from "../container/container_client.ts";
import { CommandError } from "../errors.ts";
import { type Command, takeWords } from "./command.ts";

export const startCommand: Command = {
  summary: "start a created container",
  usage: "<container-id>",
  flags: {},
  async run({ options }, words) {
    const [id] = takeWords("start", this.usage, parseFlags(words, this.flags).rest, 1).map(toText);
    const container = ContainerClient.open(options, id);
    if (!container.isAlive) throw new CommandError("cannot start a container that has stopped");
    await container.ask("start");
    return 0;
  },
};
