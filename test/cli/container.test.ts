/** The life of a detached container, command by command. */

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { FakePackage, within } from "./fake_package.ts";

let pack: FakePackage;

beforeAll(() => {
  pack = new FakePackage();
});

afterAll(() => pack.remove());

function makeBundle(name: string, ...args: string[]): string {
  const bundle = path.join(pack.directory, name);
  mkdirSync(path.join(bundle, "rootfs"), { recursive: true });
  pack.run(["spec", "--bundle", bundle, "--", ...args]);
  const file = path.join(bundle, "config.json");
  const spec = JSON.parse(readFileSync(file, "utf8"));
  spec.process.terminal = false;
  writeFileSync(file, JSON.stringify(spec));
  return bundle;
}

const ok = (stdout: unknown = "") => ({ status: 0, stdout, stderr: "" });
const failure = (message: string, status = 1) => ({ status, stdout: "", stderr: `runsc-ms: ${message}\n` });
const status = (id: string) => JSON.parse(pack.run(["state", id]).stdout).status;

test("create, start, exec, ps, kill, wait, delete", async () => {
  const bundle = makeBundle("b1", "sleep");
  const pidFile = path.join(pack.directory, "pid");
  expect(pack.run(["create", "--bundle", bundle, "--pid-file", pidFile, "c1"])).toEqual(ok(expect.anything()));
  const state = JSON.parse(pack.run(["state", "c1"]).stdout);
  expect(state).toMatchObject({ id: "c1", status: "created", bundle, pid: Number(readFileSync(pidFile, "utf8")) });
  expect(pack.run(["create", "--bundle", bundle, "c1"])).toEqual(failure("container with given ID already exists"));
  expect(pack.run(["start", "c1"])).toEqual(ok());
  expect(status("c1")).toBe("running");
  expect(pack.run(["start", "c1"])).toEqual(failure("cannot start an already running container"));
  expect(pack.run(["exec", "c1", "exit", "3"]).status).toBe(3);
  expect(pack.run(["exec", "c1", "cat"], { input: "through" })).toEqual(ok("through"));
  expect(pack.run(["exec", "c1", "missing"])).toEqual(
    failure('exec failed: exec: "missing": executable file not found in $PATH', 127),
  );
  const shown = JSON.parse(pack.run(["exec", "--user", "5:6", "--cwd", "/x", "-e", "A=b", "c1", "show"]).stdout);
  expect(shown).toMatchObject({ uid: 5, cwd: "/x", env: [expect.stringMatching(/^PATH=/), "A=b"] });
  expect(pack.run(["ps", "c1"]).stdout).toMatch(/^UID +PID +PPID.*\n0 +1 +0 .* sleep\n$/);
  expect(JSON.parse(pack.run(["ps", "--format", "json", "c1"]).stdout)).toHaveLength(2);
  expect(JSON.parse(pack.run(["events", "--stats", "c1"]).stdout)).toMatchObject({ type: "stats", id: "c1" });
  expect(pack.run(["debug", "--stacks", "c1"])).toEqual(ok("task 1: asleep\n"));
  expect(pack.run(["list", "-q"])).toEqual(ok("c1\n"));
  expect(pack.run(["delete", "c1"])).toEqual(failure("cannot delete container c1 that is not stopped: running"));
  expect(pack.run(["kill", "c1", "NOSIG"])).toEqual(failure('unknown signal "NOSIG"'));
  expect(pack.run(["kill", "c1", "KILL"])).toEqual(ok());
  await within(1000, "the container's end", () => status("c1") === "stopped");
  expect(pack.run(["wait", "c1"])).toEqual(ok('{"id":"c1","exitStatus":137}\n'));
  expect(pack.run(["kill", "c1"])).toEqual(failure("container not running"));
  expect(pack.run(["kill", "--all", "c1", "9"])).toEqual(ok());
  expect(pack.run(["delete", "c1"])).toEqual(ok());
  expect(pack.run(["delete", "c1"])).toEqual(failure("container does not exist"));
  expect(pack.run(["delete", "--force", "c1"])).toEqual(ok());
  expect(pack.leftovers()).toEqual([]);
  await within(1000, "no process", () => pack.processes().length === 0);
});

test("run in the foreground passes the exit code; detached leaves it running", async () => {
  const bundle = makeBundle("b2", "exit", "7");
  expect(pack.run(["run", "--bundle", bundle, "c2"])).toEqual({ status: 7, stdout: "", stderr: "" });
  const sleeper = makeBundle("b3", "sleep");
  expect(pack.run(["run", "-d", "--bundle", sleeper, "c3"]).status).toBe(0);
  expect(status("c3")).toBe("running");
  expect(pack.run(["delete", "--force", "c3"])).toEqual(ok());
  expect(pack.leftovers()).toEqual([]);
  expect(pack.processes()).toEqual([]);
});

test("a detached container whose sentry or control is killed has stopped, with the culprit", async () => {
  const bundle = makeBundle("b4", "sleep");
  pack.run(["run", "-d", "--bundle", bundle, "c4"]);
  process.kill(pack.pidOf("sentry"), "SIGKILL");
  await within(1000, "no process", () => pack.processes().length === 0);
  expect(JSON.parse(pack.run(["state", "c4"]).stdout)).toMatchObject({
    status: "stopped",
    culprit: "the sentry was killed by SIGKILL",
  });
  pack.run(["run", "-d", "--bundle", bundle, "c5"]);
  process.kill(pack.pidOf("control"), "SIGKILL");
  await within(1000, "no process", () => pack.processes().length === 0);
  expect(JSON.parse(pack.run(["state", "c5"]).stdout)).toMatchObject({
    status: "stopped",
    culprit: "the control process was killed",
  });
  for (const id of ["c4", "c5"]) expect(pack.run(["delete", id])).toEqual(ok());
});

test("broken bundles: one line, nothing left behind", () => {
  const bundle = makeBundle("b6", "sleep");
  const file = path.join(bundle, "config.json");
  const create = (what: string) => pack.run(["create", "--bundle", what, "c6"]);
  expect(create("/nonexistent")).toEqual(failure("JSON specification file /nonexistent/config.json not found"));
  writeFileSync(file, '{"process"');
  expect(create(bundle).stderr).toMatch(/^runsc-ms: .*config\.json is not valid JSON: [^\n]+\n$/);
  writeFileSync(file, '{"process":{"args":["x"],"cwd":"/"}}');
  expect(create(bundle)).toEqual(failure("root must be specified"));
  writeFileSync(file, '{"process":{"args":["x"],"cwd":"/"},"root":{"path":"gone"}}');
  expect(create(bundle).stderr).toMatch(/^runsc-ms: invalid rootfs: stat .*gone: no such file or directory\n$/);
  writeFileSync(file, '{"process":{"args":["missing"],"cwd":"/"},"root":{"path":"rootfs"}}');
  expect(create(bundle)).toEqual(
    failure('starting container: exec: "missing": executable file not found in $PATH', 127),
  );
  expect(pack.run(["create", "a/b"])).toEqual(failure("invalid container ID format"));
  expect(pack.run(["create", ""])).toEqual(failure("container id cannot be empty"));
  expect(pack.leftovers()).toEqual([]);
  expect(pack.processes()).toEqual([]);
});

test("another runtime's entries under the root are left alone", () => {
  const foreign = path.join(pack.root, "foreign");
  mkdirSync(foreign, { recursive: true });
  writeFileSync(path.join(foreign, "state.json"), '{"id":"foreign","init_process_pid":1}');
  expect(pack.run(["list", "-q"])).toEqual(ok());
  expect(pack.run(["delete", "--force", "foreign"])).toEqual(ok());
  expect(pack.run(["state", "foreign"])).toEqual(failure("container does not exist"));
  expect(pack.leftovers()).toEqual(["foreign"]);
});
