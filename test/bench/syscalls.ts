/**
 * One system call (or small sequence) after another, on the host, in a peer and in the sandbox, interleaved.
 *
 *   npx node test/bench/syscalls.ts [--rounds N] [--budget-ms N] [--peer /path/to/runsc] [--cpus 0] [operation...]
 */
import { benchOptions, printTable, runSide, sides, withGuest } from "./lib/sides.ts";

const options = benchOptions();
const results = new Map<string, Record<string, number[]>>();
withGuest("syscalls.c", (program) => {
  const commands = sides(options, [program, String(options.budgetMs), ...options.operations]);
  for (let round = 0; round < options.rounds; round++) {
    for (const [side, command] of Object.entries(commands)) {
      for (const line of runSide(command).trim().split("\n")) {
        const [name, ns] = line.split(" ");
        const row = results.get(name) ?? Object.fromEntries(Object.keys(commands).map((key) => [key, [] as number[]]));
        row[side].push(Number(ns));
        results.set(name, row);
      }
    }
  }
});
printTable("ns", results);
