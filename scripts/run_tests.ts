/** Runs the checks and all tests, and counts: the last line is `N passed, N failed`. Arguments go to vitest. */

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { CHECKS, root, runChecks, toolEnvironment } from "./lib/checks.ts";
import { run } from "./lib/run.ts";

/** Set-up included, the whole is to end within 25 minutes. */
const TESTS_TIMEOUT_MS = 21 * 60_000;

const failed = await runChecks(CHECKS);
let passed = CHECKS.length - failed.length;

const directory = mkdtempSync(path.join(os.tmpdir(), "runsc-ms-test-"));
const results = path.join(directory, "results");
const vitest = await run(
  "vitest",
  ["run", "--reporter=default", "--reporter=./scripts/lib/counting_reporter.ts", ...process.argv.slice(2)],
  {
    cwd: root,
    env: { ...toolEnvironment(), RUNSC_MS_TEST_RESULTS: results },
    echo: true,
    timeoutMs: TESTS_TIMEOUT_MS,
  },
);
let lines: string[] = [];
try {
  lines = readFileSync(results, "latin1").split("\n");
} catch {
  failed.push("vitest ran no test");
}
rmSync(directory, { recursive: true, force: true });

for (const line of lines) {
  if (line.startsWith("passed ")) passed++;
  else if (line.startsWith("failed ")) failed.push(line.slice("failed ".length));
}
const skipped = lines.filter((line) => line.startsWith("skipped ")).length;
if (vitest.timedOut) failed.push(`the tests took longer than ${TESTS_TIMEOUT_MS / 60_000} minutes`);
else if (vitest.status !== 0 && failed.length === 0) failed.push("vitest failed");
for (const name of failed) console.log(`FAIL ${name}`);
if (skipped > 0) console.log(`${skipped} skipped`);
console.log(`${passed} passed, ${failed.length} failed`);
process.exitCode = failed.length > 0 ? 1 : 0;
