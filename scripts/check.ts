/** `npm run check`: the gate before every commit. Format, lint, types, unused code, layers, unit tests; seconds. */

import { CHECKS, runChecks, UNIT_TESTS } from "./lib/checks.ts";

const failed = await runChecks([...CHECKS, UNIT_TESTS]);
console.log(failed.length === 0 ? "check: all passed" : `check: failed: ${failed.join(", ")}`);
if (failed.length > 0) process.exitCode = 1;
