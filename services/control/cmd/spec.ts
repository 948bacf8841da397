/** `spec`: writes a config.json to start a bundle from. */

import { writeFileSync } from "node:fs";
import path from "node:path";
import { toText } from "../caller.ts";
import { parseFlags } from "../command_line.ts";
import { CommandError, describeError } from "../errors.ts";
import { defaultSpec } from "../oci/spec.ts";
import { type Command } from "./command.ts";

const FLAGS = {
  bundle: { kind: "string", alias: "b", help: "directory to write to (default: the current one)" },
  cwd: { kind: "string", help: "working directory of the process" },
} as const;

export const specCommand: Command = {
  summary: "write a config.json for a new bundle",
  usage: "[flags] [--] [args...]",
  flags: FLAGS,
  async run(_context, words) {
    const { values, rest } = parseFlags(words, FLAGS);
    const spec = defaultSpec();
    if (rest.length > 0) spec.process.args = rest.map(toText);
    if (values.cwd !== "") spec.process.cwd = toText(values.cwd);
    const file = path.join(toText(values.bundle || "."), "config.json");
    try {
      writeFileSync(file, `${JSON.stringify(spec, null, 2)}\n`, { flag: "wx" });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EEXIST") {
        throw new CommandError("File config.json exists. Remove it first");
      }
      throw new CommandError(`cannot write ${file}: ${describeError(error)}`);
    }
    return 0;
  },
};
