/** `events`: figures of a running container, one JSON line every interval. */

import { checkEventsReply } from "../../../shared/urpc/sandbox_protocol.ts";
import { toText } from "../caller.ts";
import { parseFlags } from "../command_line.ts";
import { ContainerClient } from "../container/container_client.ts";
import { CommandError } from "../errors.ts";
import { type Command, print, takeWords } from "./command.ts";

const FLAGS = {
  stats: { kind: "bool", help: "print once and end" },
  interval: { kind: "string", help: "time between lines: 5s (default), 500ms, 1m" },
} as const;

export function parseDuration(word: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(word);
  if (match === null) throw new CommandError(`invalid duration ${JSON.stringify(word)}`);
  const unit = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }[match[2] as "ms" | "s" | "m" | "h"];
  const ms = Number(match[1]) * unit;
  if (ms <= 0) throw new CommandError("duration interval must be greater than 0");
  return ms;
}

export const eventsCommand: Command = {
  summary: "print figures of a container as JSON lines",
  usage: "[flags] <container-id>",
  flags: FLAGS,
  async run({ options }, words) {
    const { values, rest } = parseFlags(words, FLAGS);
    const [id] = takeWords("events", this.usage, rest, 1).map(toText);
    const intervalMs = parseDuration(values.interval || "5s");
    const container = ContainerClient.open(options, id);
    if (!container.isAlive) throw new CommandError("container not running");
    for (;;) {
      const reply = checkEventsReply(await container.ask("events"));
      if (reply === null) throw new CommandError("malformed answer");
      const data = {
        cpu: { usage: { total: reply.cpuTotalNs } },
        memory: { usage: { usage: reply.memoryBytes } },
        pids: { current: reply.processCount },
        counters: reply.counters,
      };
      print(`${JSON.stringify({ type: "stats", id, data })}\n`);
      if (values.stats) return 0;
      await new Promise((resolve) => setTimeout(resolve, intervalMs));
      if (container.directory.tryRead()?.status !== "running") return 0;
    }
  },
};
