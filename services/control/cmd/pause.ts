/** `pause` and `resume`. */

import { toText } from "../caller.ts";
import { parseFlags } from "../command_line.ts";
import { ContainerClient } from "../container/container_client.ts";
import { CommandError } from "../errors.ts";
import { type Command, takeWords } from "./command.ts";

function command(verb: "pause" | "resume", summary: string): Command {
  return {
    summary,
    usage: "<container-id>",
    flags: {},
    async run({ options }, words) {
      const [id] = takeWords(verb, this.usage, parseFlags(words, this.flags).rest, 1).map(toText);
      const container = ContainerClient.open(options, id);
      if (!container.isAlive) throw new CommandError(`container not ${verb === "pause" ? "running" : "paused"}`);
      await container.ask(verb);
      return 0;
    },
  };
}

export const pauseCommand = command("pause", "stop all processes of a container where they are");
export const resumeCommand = command("resume", "let a paused container go on");
