/**
 * A vitest reporter that appends one line per finished test to the file named by RUNSC_MS_TEST_RESULTS, so that a run that
 * is cut off has still counted.
 */

import { appendFileSync } from "node:fs";
import type { Reporter, TestCase, TestModule } from "vitest/node";

export default class CountingReporter implements Reporter {
  readonly #file = process.env.RUNSC_MS_TEST_RESULTS;

  onTestCaseResult(testCase: TestCase): void {
    this.#note(testCase.result().state, `${testCase.module.relativeModuleId} > ${testCase.fullName}`);
  }

  /** A file that can't be loaded, or fails outside its tests, has no failed test to show for it. */
  onTestModuleEnd(testModule: TestModule): void {
    const errors = testModule.errors();
    if (errors.length > 0) this.#note("failed", `${testModule.relativeModuleId}: ${errors[0].message}`);
  }

  #note(state: string, name: string): void {
    if (this.#file !== undefined) appendFileSync(this.#file, `${state} ${name.replaceAll("\n", " ")}\n`);
  }
}
