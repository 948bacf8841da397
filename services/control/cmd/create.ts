/** `create`, and what `run --detach` shares with it: a container in a `control` process of its own. */

import path from "node:path";
import { serviceCommand } from "../../../shared/runtime/services.ts";
import { toText } from "../caller.ts";
import { parseFlags } from "../command_line.ts";
import { checkId } from "../container/state_directory.ts";
import { CommandError } from "../errors.ts";
import type { GlobalOptions } from "../global_options.ts";
import { readSpec } from "../oci/spec.ts";
import { type Command, takeWords } from "./command.ts";

export const CREATE_FLAGS = {
  bundle: { kind: "string", alias: "b", help: "directory with config.json (default: the current one)" },
  "pid-file": { kind: "string", help: "file to write the container's process number to" },
  "console-socket": { kind: "string", help: "socket that receives the terminal; refused in this version" },
  detach: { kind: "bool", alias: "d", help: "run: leave the container running" },
} as const;

export interface CreateOptions {
  bundle: string;
  pidFile: string;
  detach: boolean;
  id: string;
}

export function parseCreate(verb: string, usage: string, words: readonly string[]): CreateOptions {
  const { values, rest } = parseFlags(words, CREATE_FLAGS);
  const [id] = takeWords(verb, usage, rest, 1).map(toText);
  checkId(id);
  if (values["console-socket"] !== "") throw new CommandError("--console-socket is not available in this version");
  const bundle = path.resolve(toText(values.bundle || "."));
  return { bundle, pidFile: toText(values["pid-file"]), detach: values.detach, id };
}

/** Starts `control` for the container and waits for its word that the container is created. */
export async function createDetached(create: CreateOptions, options: GlobalOptions): Promise<void> {
  // What is wrong with the bundle is found here, where it can be said at once.
  const spec = readSpec(create.bundle);
  if (spec.process.terminal) throw new CommandError("a detached container can't have a terminal in this version");
  const words = [...options.words.map(toText), "control", "--bundle", create.bundle];
  if (create.pidFile !== "") words.push("--pid-file", path.resolve(create.pidFile));
  const [node, ...args] = serviceCommand("control", [...words, create.id]);
  // Loaded only here: it takes its time, and most commands do without.
  const { spawn } = process.getBuiltinModule("node:child_process");
  const child = spawn(node, args, { detached: true, stdio: [0, 1, 2, "pipe"], cwd: "/" });
  let answer = "";
  for await (const chunk of child.stdio[3] as NodeJS.ReadableStream) answer += chunk;
  child.unref();
  let outcome: { error?: string; exitCode?: number };
  try {
    outcome = JSON.parse(answer);
  } catch {
    outcome = { error: "the control process was killed while it created the container" };
  }
  if (outcome.error !== undefined) throw new CommandError(outcome.error, outcome.exitCode ?? 1);
}

const USAGE = "[flags] <container-id>";

export const createCommand: Command = {
  summary: "create a container from a bundle, to be started by `start`",
  usage: USAGE,
  flags: CREATE_FLAGS,
  async run({ options }, words) {
    await createDetached(parseCreate("create", USAGE, words), options);
    return 0;
  },
};
