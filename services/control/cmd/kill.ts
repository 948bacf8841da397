/** `kill`: sends a signal to a container's first process, or to all. */

import { constants } from "node:os";
import { toText } from "../caller.ts";
import { parseFlags, parsePid } from "../command_line.ts";
import { ContainerClient } from "../container/container_client.ts";
import { CommandError } from "../errors.ts";
import { type Command, takeWords } from "./command.ts";

const LAST_SIGNAL = 64;

/** A number, or a name with or without SIG, in any case. */
export function parseSignal(word: string): number {
  const unknown = (): never => {
    throw new CommandError(`unknown signal ${JSON.stringify(word)}`);
  };
  if (/^\d+$/.test(word)) {
    const number = Number(word);
    return number <= LAST_SIGNAL ? number : unknown();
  }
  const name = word.toUpperCase();
  const signals = constants.signals as Record<string, number>;
  return signals[name.startsWith("SIG") ? name : `SIG${name}`] ?? unknown();
}

const FLAGS = {
  all: { kind: "bool", alias: "a", help: "send it to every process" },
  pid: { kind: "string", help: "send it to this process of the sandbox" },
} as const;

export const killCommand: Command = {
  summary: "send a signal to a container (default SIGTERM)",
  usage: "[flags] <container-id> [signal]",
  flags: FLAGS,
  async run({ options }, words) {
    const { values, rest } = parseFlags(words, FLAGS);
    const [id, word = "SIGTERM"] = takeWords("kill", this.usage, rest, 1, 2).map(toText);
    const signal = parseSignal(word);
    const pid = parsePid("pid", values.pid);
    const container = ContainerClient.open(options, id);
    if (!container.isAlive) {
      if (values.all) return 0;
      throw new CommandError("container not running");
    }
    await container.ask("signal", { signal, pid, target: values.all ? "all" : "process" });
    return 0;
  },
};
