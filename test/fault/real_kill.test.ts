/** As kill.test.ts, with the real services, an application that runs, and its stubs. Needs a build. */

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { within } from "../cli/fake_package.ts";

const COMMAND = path.join(import.meta.dirname, "../../scripts/runsc-ms");

interface Found {
  pid: number;
  what: "control" | "sentry launcher" | "gofer launcher" | "sentry" | "gofer" | "stub";
}

let root: string;
let client: ChildProcess;

beforeAll(() => {
  root = mkdtempSync(path.join(tmpdir(), "rmk-"));
});

afterEach(() => void client.kill("SIGKILL"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

function children(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((tid) =>
    readFileSync(`/proc/${pid}/task/${tid}/children`, "latin1").split(" ").filter(Boolean).map(Number),
  );
}

/** The processes of a sandbox, from `pid` down. */
function tree(pid: number, inside: Found["what"] = "control"): Found[] {
  const words = readFileSync(`/proc/${pid}/cmdline`, "latin1").split("\0");
  let what = inside;
  if (words[0]?.endsWith("/launcher")) {
    what = words.some((word) => word.endsWith("sentry.cjs")) ? "sentry launcher" : "gofer launcher";
  }
  const below = { "sentry launcher": "sentry", "gofer launcher": "gofer", sentry: "stub", stub: "stub" } as const;
  const next = what in below ? below[what as keyof typeof below] : "control";
  return [{ pid, what }, ...children(pid).flatMap((child) => tree(child, next))];
}

/** A zombie counts as gone: its parent, outside the sandbox perhaps, has yet to look. */
function isGone({ pid }: Found): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    return stat.slice(stat.lastIndexOf(")") + 2)[0] === "Z";
  } catch {
    return true;
  }
}

async function startSandbox() {
  const script = "sleep 100 & sleep 100 & echo started; wait";
  client = spawn(COMMAND, ["--root", root, "do", "--", "sh", "-c", script], { stdio: ["ignore", "pipe", "pipe"] });
  let stderr = "";
  client.stderr?.on("data", (text) => (stderr += text));
  const ended = once(client, "close").then(([status]) => ({ status, stderr }));
  await once(client.stdout!, "data");
  const processes = tree(client.pid!);
  expect(new Set(processes.map(({ what }) => what)).size).toBe(6);
  return { processes, ended };
}

async function expectAllGone(processes: readonly Found[]): Promise<void> {
  await within(
    1000,
    "end of every process and of the state",
    () => processes.every(isGone) && readdirSync(root).length === 0,
  );
}

test.each([
  ["sentry", "sentry"],
  ["gofer", "gofer"],
  ["sentry launcher", "sentry"],
  ["gofer launcher", "gofer"],
] as const)("the %s is killed", async (victim, culprit) => {
  const { processes, ended } = await startSandbox();
  process.kill(processes.find(({ what }) => what === victim)!.pid, "SIGKILL");
  await expectAllGone(processes);
  expect(await ended).toEqual({ status: 128, stderr: `runsc-ms: the ${culprit} was killed by SIGKILL\n` });
});

test("control, the `do` client, is killed", async () => {
  const { processes, ended } = await startSandbox();
  client.kill("SIGKILL");
  await expectAllGone(processes);
  await ended;
});

test("the first stub, parent of all others, is killed", async () => {
  const { processes, ended } = await startSandbox();
  process.kill(processes.find(({ what }) => what === "stub")!.pid, "SIGKILL");
  await expectAllGone(processes);
  // The sentry sees its stubs die: to the application that is a SIGKILL.
  expect(await ended).toEqual({ status: 137, stderr: "" });
});

test("SIGTERM to `do` ends the program, and with it everything", async () => {
  const { processes, ended } = await startSandbox();
  client.kill("SIGTERM");
  expect(await ended).toEqual({ status: 143, stderr: "" });
  await expectAllGone(processes);
});
