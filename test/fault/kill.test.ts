/** kill -9 of each process of a sandbox: within a second all the others are gone, and so is everything they made. */

import { once } from "node:events";
import { afterAll, beforeAll, expect, test } from "vitest";
import { FakePackage, within } from "../cli/fake_package.ts";

let pack: FakePackage;

beforeAll(() => {
  pack = new FakePackage();
});

afterAll(() => pack.remove());

async function startSleeper() {
  const child = pack.start("do", "sleep");
  await once(child.stdout!, "data");
  let stderr = "";
  child.stderr!.on("data", (text) => (stderr += text));
  const ended = once(child, "close").then(([status]) => ({ status, stderr }));
  return { child, ended };
}

const allGone = () => pack.processes().length === 0 && pack.leftovers().length === 0;

test.each(["sentry", "gofer"])("the %s is killed", async (service) => {
  const { ended } = await startSleeper();
  process.kill(pack.pidOf(service), "SIGKILL");
  await within(1000, `end of all, left: ${JSON.stringify(pack.processes())}`, allGone);
  expect(await ended).toEqual({ status: 128, stderr: `runsc-ms: the ${service} was killed by SIGKILL\n` });
});

test("a launcher is killed", async () => {
  const { ended } = await startSleeper();
  process.kill(pack.pidOf("launcher"), "SIGKILL");
  await within(1000, "end of all", allGone);
  expect((await ended).stderr).toMatch(/^runsc-ms: the (sentry|gofer) was killed by SIGKILL\n$/);
});

test("control, the `do` client, is killed", async () => {
  const { child, ended } = await startSleeper();
  child.kill("SIGKILL");
  await within(1000, "end of all", allGone);
  await ended;
});

test("SIGTERM to `do` reaches the program", async () => {
  const { child, ended } = await startSleeper();
  child.kill("SIGTERM");
  expect(await ended).toEqual({ status: 143, stderr: "" });
  expect(allGone()).toBe(true);
});
