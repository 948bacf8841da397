/** `ps`: the processes of a container; as JSON, the host's process numbers of the sandbox, which is what Docker looks for. */

import { checkPsReply, type ProcessInfo } from "../../../shared/urpc/sandbox_protocol.ts";
import { toText } from "../caller.ts";
import { parseFlags } from "../command_line.ts";
import { ContainerClient } from "../container/container_client.ts";
import { CommandError } from "../errors.ts";
import { type Command, print, takeWords } from "./command.ts";

const FLAGS = {
  format: { kind: "string", alias: "f", oneOf: ["table", "json"], help: "table (default) or json" },
} as const;

function clock(seconds: number): string {
  const whole = Math.trunc(seconds);
  const two = (n: number): string => String(n).padStart(2, "0");
  return `${two(Math.trunc(whole / 3600))}:${two(Math.trunc(whole / 60) % 60)}:${two(whole % 60)}`;
}

export function processTable(processes: readonly ProcessInfo[]): string {
  const rows = processes.map((p) => [
    String(p.uid),
    String(p.pid),
    String(p.ppid),
    p.state,
    p.tty || "?",
    new Date(p.startTimeMs).toISOString().slice(11, 16),
    clock(p.cpuSeconds),
    toText(p.argv.length > 0 ? p.argv.join(" ") : p.command),
  ]);
  const header = ["UID", "PID", "PPID", "S", "TTY", "STIME", "TIME", "CMD"];
  const widths = header.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i].length)));
  const line = (cells: string[]): string =>
    cells
      .map((cell, i) => cell.padEnd(widths[i]))
      .join("  ")
      .trimEnd();
  return `${[header, ...rows].map(line).join("\n")}\n`;
}

export const psCommand: Command = {
  summary: "list the processes of a container",
  usage: "[flags] <container-id>",
  flags: FLAGS,
  async run({ options }, words) {
    const { values, rest } = parseFlags(words, FLAGS);
    const [id] = takeWords("ps", this.usage, rest, 1).map(toText);
    const container = ContainerClient.open(options, id);
    if (values.format === "json") {
      print(container.isAlive ? `${JSON.stringify(await container.ask("pids"))}\n` : "null\n");
      return 0;
    }
    if (!container.isAlive) throw new CommandError("container not running");
    const reply = checkPsReply(await container.ask("ps"));
    print(processTable(reply?.processes ?? []));
    return 0;
  },
};
