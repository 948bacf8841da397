/** Each script, which uses Debian's own programs, does the same in the sandbox as on the host. PROGRAMS=substring runs some. */
import { describe, expect, test } from "vitest";
import { findScripts, prepare, runInSandbox, runOnHost } from "../conformance/runner.ts";

const TIMEOUT_MS = 60_000;

const filter = process.env.PROGRAMS;

describe("programs", () => {
  test.each(findScripts(filter ? [filter] : []))(
    "$name",
    async (script) => {
      const command = await prepare(script);
      const host = await runOnHost(command, TIMEOUT_MS);
      const sandbox = await runInSandbox(command, TIMEOUT_MS);
      expect({ stdout: sandbox.stdout, status: sandbox.status }, sandbox.stderr).toEqual({
        stdout: host.stdout,
        status: host.status,
      });
    },
    2 * TIMEOUT_MS + 5_000,
  );
});
