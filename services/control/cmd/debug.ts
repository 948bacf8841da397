/** `debug`: a look into a running sandbox. */

import { toText } from "../caller.ts";
import { parseFlags } from "../command_line.ts";
import { ContainerClient } from "../container/container_client.ts";
import { CommandError } from "../errors.ts";
import { type Command, print, takeWords } from "./command.ts";

const FLAGS = {
  stacks: { kind: "bool", help: "print what every task is doing" },
  ps: { kind: "bool", help: "print the processes as JSON" },
  counters: { kind: "bool", help: "print the platform's counters" },
} as const;

export const debugCommand: Command = {
  summary: "look into a running sandbox",
  usage: "[flags] <container-id>",
  flags: FLAGS,
  async run({ options }, words) {
    const { values, rest } = parseFlags(words, FLAGS);
    const [id] = takeWords("debug", this.usage, rest, 1).map(toText);
    const container = ContainerClient.open(options, id);
    if (!container.isAlive) throw new CommandError("container not running");
    if (values.stacks) print(`${String(await container.ask("stacks"))}\n`);
    if (values.ps) print(`${JSON.stringify(await container.ask("ps"), null, 2)}\n`);
    if (values.counters) print(`${JSON.stringify(await container.ask("events"), null, 2)}\n`);
    return 0;
  },
};
