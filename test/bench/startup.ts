/**
 * How long `do -- /bin/true` and a few short programs take as whole processes, interleaved.
 *
 *   npx node test/bench/startup.ts [--rounds N] [--peer /path/to/runsc]
 */
import { benchOptions, printTable, runSide, sides } from "./lib/sides.ts";

const PROGRAMS: Readonly<Record<string, readonly string[]>> = {
  true: ["/bin/true"],
  "bash -c :": ["/bin/bash", "-c", ":"],
  "20 x /bin/true": ["/bin/bash", "-c", "for i in {1..20}; do /bin/true; done"],
  "python3 import": ["/usr/bin/python3", "-c", "import json, ssl"],
};

const options = benchOptions();
const results = new Map<string, Record<string, number[]>>();
for (let round = 0; round <= options.rounds; round++) {
  for (const [name, argv] of Object.entries(PROGRAMS)) {
    const commands = sides(options, argv);
    const row = results.get(name) ?? Object.fromEntries(Object.keys(commands).map((key) => [key, [] as number[]]));
    results.set(name, row);
    for (const [side, command] of Object.entries(commands)) {
      const start = performance.now();
      runSide(command);
      // The first round warms the caches.
      if (round > 0) row[side].push(performance.now() - start);
    }
  }
}
printTable("ms", results);
