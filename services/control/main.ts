/** The command line: `runsc-ms [global flags] <verb> ...`. One line on stderr and in --log for whatever goes wrong. */

import { closeSync, openSync, readFileSync } from "node:fs";
import path from "node:path";
import { type Logger, nullLogger, openLogger, textLogger } from "../../shared/log/log.ts";
import { callerArguments, toPath, toText } from "./caller.ts";
import { type Command, print, printError } from "./cmd/command.ts";
import { controlCommand } from "./cmd/control.ts";
import { createCommand } from "./cmd/create.ts";
import { debugCommand } from "./cmd/debug.ts";
import { deleteCommand } from "./cmd/delete.ts";
import { doCommand } from "./cmd/do.ts";
import { eventsCommand } from "./cmd/events.ts";
import { execCommand } from "./cmd/exec.ts";
import { makeHelpCommand } from "./cmd/help.ts";
import { killCommand } from "./cmd/kill.ts";
import { listCommand } from "./cmd/list.ts";
import { psCommand } from "./cmd/ps.ts";
import { runCommand } from "./cmd/run.ts";
import { bootCommand, goferCommand } from "./cmd/services.ts";
import { specCommand } from "./cmd/spec.ts";
import { startCommand } from "./cmd/start.ts";
import { stateCommand } from "./cmd/state.ts";
import { waitCommand } from "./cmd/wait.ts";
import { openDebugLogFile } from "./debug_log.ts";
import { CommandError, describeError, EXIT_UNKNOWN_COMMAND } from "./errors.ts";
import { type GlobalOptions, parseGlobalOptions } from "./global_options.ts";

const COMMANDS: Record<string, Command> = {
  do: doCommand,
  run: runCommand,
  create: createCommand,
  start: startCommand,
  state: stateCommand,
  exec: execCommand,
  kill: killCommand,
  ps: psCommand,
  wait: waitCommand,
  list: listCommand,
  delete: deleteCommand,
  events: eventsCommand,
  spec: specCommand,
  debug: debugCommand,
  control: controlCommand,
  boot: bootCommand,
  gofer: goferCommand,
};
COMMANDS.help = makeHelpCommand(COMMANDS);

function version(): string {
  const file = path.join(import.meta.dirname, "../package.json");
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    text = readFileSync(path.join(import.meta.dirname, "../../package.json"), "utf8");
  }
  return `runsc-ms version ${JSON.parse(text).version}\nspec: 1.0.2\n`;
}

/** The debug log of a process that owns a sandbox. One that can't be opened is reported; a full disk later on is not. */
function openDebugLog(options: GlobalOptions, id: string): Logger {
  if (options.debugLog === "") return nullLogger;
  const fd = openDebugLogFile(options.debugLog, { id, command: "control", now: new Date() });
  return textLogger({ fd, debug: options.debug, name: "control" });
}

/** Appends to --log, in the shape that containerd reads. */
async function logError(options: GlobalOptions, message: string): Promise<void> {
  if (options.log === "") return;
  try {
    const fd = openSync(toPath(options.log), "a", 0o644);
    (await openLogger({ fd, format: options.logFormat, debug: false, name: "runsc-ms" })).error(message);
    closeSync(fd);
  } catch {
    // The line on stderr has to do.
  }
}

async function main(): Promise<number> {
  let options: GlobalOptions | undefined;
  try {
    const words = callerArguments();
    if (/^--?(version|v)$/.test(words[0] ?? "")) {
      print(version());
      return 0;
    }
    const isHelp = /^--?(help|h)$/.test(words[0] ?? "help");
    const parsed = parseGlobalOptions(isHelp ? [] : words);
    options = parsed.options;
    const [verb = "help", ...rest] = isHelp ? ["help", ...words.slice(1)] : parsed.rest;
    if (!Object.hasOwn(COMMANDS, verb)) {
      const name = JSON.stringify(toText(verb));
      throw new CommandError(`unknown command ${name}: see runsc-ms help`, EXIT_UNKNOWN_COMMAND);
    }
    const context = { options, openLog: (id: string) => openDebugLog(parsed.options, id) };
    if (rest.length === 1 && /^--?(help|h)$/.test(rest[0])) return await COMMANDS.help.run(context, [verb]);
    return await COMMANDS[verb].run(context, rest);
  } catch (error) {
    const message = describeError(error).replaceAll("\n", " ");
    printError(`runsc-ms: ${message}`);
    if (options !== undefined) await logError(options, message);
    return error instanceof CommandError ? error.exitCode : 1;
  }
}

void main().then((exitCode) => process.exit(exitCode));
