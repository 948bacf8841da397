/** `list`: the containers under --root. */

import { parseFlags } from "../command_line.ts";
import { type ContainerState, StateDirectory } from "../container/state_directory.ts";
import { type Command, print, takeWords } from "./command.ts";

const FLAGS = {
  format: { kind: "string", alias: "f", oneOf: ["table", "json"], help: "table (default) or json" },
  quiet: { kind: "bool", alias: "q", help: "print IDs only" },
} as const;

function table(states: readonly ContainerState[]): string {
  const header = ["ID", "PID", "STATUS", "BUNDLE", "CREATED", "OWNER"];
  const rows = states.map(({ id, controlPid, status, bundle, created, owner }) => {
    const pid = status === "stopped" ? 0 : controlPid;
    return [id, String(pid), status, bundle || "-", created, owner || "root"];
  });
  const widths = header.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i].length)));
  return [header, ...rows]
    .map(
      (row) =>
        `${row
          .map((cell, i) => cell.padEnd(widths[i]))
          .join("  ")
          .trimEnd()}\n`,
    )
    .join("");
}

export const listCommand: Command = {
  summary: "list containers",
  usage: "[flags]",
  flags: FLAGS,
  async run({ options }, words) {
    const { values, rest } = parseFlags(words, FLAGS);
    takeWords("list", this.usage, rest, 0);
    const states: ContainerState[] = [];
    for (const directory of StateDirectory.list(options.root)) {
      const state = directory.read();
      // What a killed `do` could not take with it.
      if (state.ephemeral && state.status === "stopped") directory.remove();
      else states.push(state);
    }
    if (values.quiet) {
      print(states.map(({ id }) => `${id}\n`).join(""));
    } else if (values.format === "json") {
      const shown = states.map(({ ociVersion, id, controlPid, status, bundle, rootfs, created, owner }) => {
        return { ociVersion, id, pid: status === "stopped" ? 0 : controlPid, status, bundle, rootfs, created, owner };
      });
      print(`${JSON.stringify(shown.length === 0 ? null : shown)}\n`);
    } else {
      print(table(states));
    }
    return 0;
  },
};
