/** What a verb is; one file per verb beside this one. Words are latin1 byte strings. */

import { writeSync } from "node:fs";
import type { Logger } from "../../../shared/log/log.ts";
import type { Flags } from "../command_line.ts";
import { CommandError } from "../errors.ts";
import type { GlobalOptions } from "../global_options.ts";

export interface CommandContext {
  options: GlobalOptions;
  /** Opens this process's debug log, for the sandbox `id`. */
  openLog(id: string): Logger;
}

export interface Command {
  /** One line for `help`. */
  summary: string;
  /** After the verb: "[flags] <container-id>". */
  usage: string;
  flags: Flags;
  /** Absent from the overview: started by the program itself. */
  internal?: boolean;
  /** Returns the exit code. */
  run(context: CommandContext, words: string[]): Promise<number>;
}

/** Exactly `count` words, or the command's usage as an error. */
export function takeWords(
  verb: string,
  usage: string,
  words: readonly string[],
  least: number,
  most = least,
): string[] {
  if (words.length < least || words.length > most) {
    throw new CommandError(`${verb}: wrong number of arguments: usage: runsc-ms ${verb} ${usage}`);
  }
  return [...words];
}

/** Writes to a standard descriptor without a stream: those would make a pipe that others share non-blocking. */
function writeAll(fd: number, text: string): void {
  const bytes = Buffer.from(text, "utf8");
  for (let sent = 0; sent < bytes.length; ) {
    try {
      sent += writeSync(fd, bytes, sent);
    } catch (error) {
      // Somebody else's non-blocking pipe is full; any other error has nobody to be told to.
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") return;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}

export function print(text: string): void {
  writeAll(1, text);
}

export function printError(line: string): void {
  writeAll(2, `${line}\n`);
}
