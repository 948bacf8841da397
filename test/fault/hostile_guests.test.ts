/** Programs that attack the kernel under them: it stays, and they stay in its hands. Needs a build. */

import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

const COMMAND = path.join(import.meta.dirname, "../../scripts/runsc-ms");

let directory: string;

beforeAll(() => {
  directory = mkdtempSync(path.join(tmpdir(), "rmh-"));
  for (const name of ["wild_calls", "lying_slots", "deaf_thread"]) {
    const source = path.join(import.meta.dirname, `${name}.c`);
    execFileSync("gcc", ["-O1", "-w", "-mfsgsbase", "-o", path.join(directory, name), source]);
  }
});

afterAll(() => rmSync(directory, { recursive: true, force: true }));

function run(program: string, ...args: string[]) {
  const all = ["--root", directory, "do", "--", path.join(directory, program), ...args];
  const { status, stdout, stderr } = spawnSync(COMMAND, all, {
    timeout: 60_000,
    killSignal: "SIGKILL",
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

const DONE = { status: 0, stdout: "done\n", stderr: "" };

test.each([1, 50, 100])("system calls at random (seed %i)", (seed) => {
  expect(run("wild_calls", String(seed), "12", "1000")).toEqual(DONE);
});

test("slots full of lies", () => {
  expect(run("lying_slots", "1", "60")).toEqual(DONE);
});

test.each([2, 3, 4, 5, 6, 7, 8, 9, 10, 15])("lies about event %i", (event) => {
  expect(run("lying_slots", "1", "10", String(event))).toEqual(DONE);
});

test("a process that lets no interrupt in is killed all the same", () => {
  expect(run("deaf_thread")).toEqual(DONE);
});
