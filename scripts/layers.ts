/** Checks that imports go one way; the rules are in lib/layers.ts. `node scripts/layers.ts` prints each import that doesn't. */

import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { importsOf, violation } from "./lib/layers.ts";

const root = path.join(import.meta.dirname, "..");
let files = 0;
let imports = 0;
let violations = 0;
for (const file of globSync("{services,shared,native,scripts,test}/**/*.ts", { cwd: root }).sort()) {
  files++;
  for (const imported of importsOf(file, readFileSync(path.join(root, file), "utf8"))) {
    imports++;
    const why = violation(imported);
    if (why === null) continue;
    violations++;
    console.log(`${file}:${imported.line}: "${imported.specifier}": ${why}`);
  }
}
console.log(`${files} files, ${imports} imports, ${violations} in the wrong direction`);
if (violations > 0) process.exitCode = 1;
