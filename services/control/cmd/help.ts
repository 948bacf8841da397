/** `help`: an overview, one command, the system calls, or the platforms. */

import { serviceCommand } from "../../../shared/runtime/services.ts";
import { toText } from "../caller.ts";
import { describeFlags, parseFlags } from "../command_line.ts";
import { CommandError, EXIT_UNKNOWN_COMMAND } from "../errors.ts";
import { describeGlobalFlags } from "../global_options.ts";
import { missingForSystrap } from "../platform_support_native.ts";
import { type Command, print } from "./command.ts";

const FLAGS = {
  format: { kind: "string", oneOf: ["table", "csv", "json"], help: "help syscalls: table (default), csv or json" },
} as const;

/** One row of `sentry --print-syscalls`. */
interface SyscallRow {
  number: number;
  name: string;
  support: "full" | "partial" | "unsupported";
  note: string;
}

/** The table belongs to the sentry: it prints its own. */
function syscallRows(): SyscallRow[] {
  const [node, ...args] = serviceCommand("sentry", ["--print-syscalls"]);
  // Loaded only here: it takes its time, and most commands do without.
  const { spawnSync } = process.getBuiltinModule("node:child_process");
  const run = spawnSync(node, args, { encoding: "utf8", env: {}, maxBuffer: 16 << 20 });
  if (run.status !== 0) throw new CommandError(`the sentry can't print its table: ${run.stderr.split("\n")[0]}`);
  return JSON.parse(run.stdout) as SyscallRow[];
}

export function formatSyscalls(rows: readonly SyscallRow[], format: string): string {
  if (format === "json") return `${JSON.stringify(rows, null, 2)}\n`;
  if (format === "csv") {
    const quote = (text: string): string => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
    const lines = rows.map(({ number, name, support, note }) =>
      [String(number), name, support, note].map(quote).join(","),
    );
    return `${["number,name,support,note", ...lines].join("\n")}\n`;
  }
  const width = Math.max(4, ...rows.map(({ name }) => name.length));
  const line = (number: string, name: string, support: string, note: string): string =>
    `${number.padStart(4)}  ${name.padEnd(width)}  ${support.padEnd(11)}  ${note}`.trimEnd();
  const lines = rows.map(({ number, name, support, note }) => line(String(number), name, support, note));
  const count = (level: string): number => rows.filter(({ support }) => support === level).length;
  const summary = `${count("full")} full, ${count("partial")} partial, ${count("unsupported")} unsupported`;
  return `${[line("NR", "NAME", "SUPPORT", "NOTE"), ...lines, "", summary].join("\n")}\n`;
}

function platforms(): string {
  const missing = missingForSystrap();
  const here = missing.length === 0 ? "available" : `not available here: lacks ${missing.join(", ")}`;
  return "PLATFORM  NOTE\n" + `systrap   ${here}; default: seccomp, shared memory and rewritten system call sites\n`;
}

function overview(commands: Readonly<Record<string, Command>>): string {
  const verbs = Object.entries(commands).filter(([, command]) => !command.internal);
  const width = Math.max(...verbs.map(([verb]) => verb.length));
  const lines = verbs.map(([verb, { summary }]) => `  ${verb.padEnd(width)}  ${summary}\n`);
  return (
    "Usage: runsc-ms [global flags] <command> [flags] [arguments]\n\nCommands:\n" +
    `${lines.join("")}\nAlso: help <command>, help syscalls, help platforms, --version\n\n` +
    `Global flags:\n${describeGlobalFlags()}`
  );
}

export function makeHelpCommand(commands: Readonly<Record<string, Command>>): Command {
  return {
    summary: "describe commands, system calls or platforms",
    usage: "[command | syscalls [--format table|csv|json] | platforms]",
    flags: FLAGS,
    async run(_context, words) {
      const before = parseFlags(words, FLAGS);
      const [topic, ...rest] = before.rest;
      if (topic === undefined) {
        print(overview(commands));
        return 0;
      }
      if (topic === "syscalls") {
        const after = parseFlags(rest, FLAGS);
        print(formatSyscalls(syscallRows(), after.values.format || before.values.format));
        return 0;
      }
      if (topic === "platforms") {
        print(platforms());
        return 0;
      }
      const command = Object.hasOwn(commands, topic) ? commands[topic] : undefined;
      if (command === undefined)
        throw new CommandError(`unknown command ${JSON.stringify(toText(topic))}`, EXIT_UNKNOWN_COMMAND);
      print(`Usage: runsc-ms ${topic} ${command.usage}\n${command.summary}\n\n${describeFlags(command.flags)}`);
      return 0;
    },
  };
}
