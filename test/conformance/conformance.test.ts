/** Each conformance program prints the same in the sandbox as on the host. CONFORMANCE=substring runs some of them. */
import { beforeAll, describe, expect, test } from "vitest";
import { findPrograms, inPairs, prepare, runInSandbox, runOnHost } from "./runner.ts";

const TIMEOUT_MS = 30_000;

const filter = process.env.CONFORMANCE;
const programs = findPrograms(filter ? [filter] : []);
const commands = new Map<string, readonly string[]>();

beforeAll(async () => {
  await inPairs(programs, async (program) => {
    commands.set(program.name, await prepare(program));
  });
}, 300_000);

test("there are programs to run", () => {
  expect(programs.length).toBeGreaterThan(filter ? 0 : 150);
});

describe("conformance", () => {
  test.each(programs.map((program) => program.name))(
    "%s",
    async (name) => {
      const command = commands.get(name) ?? [];
      const host = await runOnHost(command, TIMEOUT_MS);
      expect(host.status, `on the host: ${host.stderr}`).toBe("exit 0");
      expect(await runInSandbox(command, TIMEOUT_MS)).toEqual(host);
    },
    2 * TIMEOUT_MS + 5_000,
  );
});
