import { chmodSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { FakePackage } from "./fake_package.ts";

let pack: FakePackage;

beforeAll(() => {
  pack = new FakePackage();
});

afterAll(() => pack.remove());

test("exit codes, signals, stdin and stdout pass through; nothing stays", () => {
  expect(pack.run(["do", "exit", "7"])).toEqual({ status: 7, stdout: "", stderr: "" });
  expect(pack.run(["do", "die", "9"]).status).toBe(137);
  expect(pack.run(["do", "--", "cat"], { input: "one\ntwo\n" })).toEqual({
    status: 0,
    stdout: "one\ntwo\n",
    stderr: "",
  });
  expect(pack.leftovers()).toEqual([]);
  expect(pack.processes()).toEqual([]);
});

test("argv, environment, cwd and user are the caller's, byte for byte", () => {
  const env = { PATH: "/bin", RUNSC_MS_KEEP_NODE_OPTIONS: "--x", ODD: "ü" };
  const { stdout } = pack.run(["do", "show", "-a", "--", "ü"], { env, cwd: "/usr/lib" });
  const shown = JSON.parse(Buffer.from(stdout, "latin1").toString("utf8"));
  const bytes = Buffer.from("ü").toString("latin1");
  expect(shown.argv).toEqual(["show", "-a", "--", bytes]);
  expect(shown.env.sort()).toEqual(["NODE_OPTIONS=--x", `ODD=${bytes}`, "PATH=/bin"]);
  expect(shown).toMatchObject({ cwd: "/usr/lib", uid: process.getuid!(), terminal: null, stdio: ["fd", "fd", "fd"] });
});

test.each([
  [["missing"], 127, 'starting container: exec: "missing": executable file not found in $PATH'],
  [["/missing"], 127, 'starting container: exec: "/missing": stat /missing: no such file or directory'],
  [["noexec"], 126, 'starting container: exec: "noexec": permission denied'],
  [["badelf"], 126, 'starting container: exec: "badelf": exec format error'],
  [["--root=/nonexistent", "exit", "0"], 128, "root: stat /nonexistent: no such file or directory"],
  [["--root=/etc/passwd", "exit", "0"], 128, "root: /etc/passwd: not a directory"],
  [["--volume=/nonexistent:/x", "exit", "0"], 128, "volume: stat /nonexistent: no such file or directory"],
  [["--volume=relative:/x", "exit", "0"], 1, 'invalid volume "relative:/x": paths must be absolute'],
  [["--nope", "exit", "0"], 1, "flag provided but not defined: -nope"],
  [[], 1, "do: a program to run is missing"],
])("do %j: one line and exit code %i", (words, status, message) => {
  expect(pack.run(["do", ...words])).toEqual({ status, stdout: "", stderr: `runsc-ms: ${message}\n` });
  expect(pack.leftovers()).toEqual([]);
  expect(pack.processes()).toEqual([]);
});

test("a sentry that crashes is named, with its last words", () => {
  const { status, stderr } = pack.run(["do", "crash"]);
  expect([status, stderr]).toEqual([128, "runsc-ms: the sentry exited with code 1: Error: fake crash\n"]);
  expect(pack.leftovers()).toEqual([]);
});

test("a sentry that lies about a status is killed", () => {
  const { status, stderr } = pack.run(["do", "lie"]);
  expect(status).toBe(128);
  expect(stderr).toMatch(/^runsc-ms: the sentry [^\n]*\n$/);
});

test("global errors: one line each, and in --log as runc's JSON", () => {
  const log = path.join(pack.directory, "log.json");
  const globals = ["--log", log, "--log-format", "json"];
  expect(pack.run([...globals, "nope"])).toMatchObject({ status: 3, stderr: expect.stringMatching(/^[^\n]+\n$/) });
  expect(pack.run(["--network=host", "do", "exit", "0"]).stderr).toContain("--network=host is not available");
  expect(pack.run([...globals, "state", "nosuch"])).toEqual({
    status: 1,
    stdout: "",
    stderr: "runsc-ms: container does not exist\n",
  });
});

test("a state root whose socket path doesn't fit", () => {
  const long = path.join(pack.directory, "x".repeat(90));
  const { status, stderr } = pack.run(["--root", long, "do", "exit", "0"]);
  expect(status).toBe(1);
  expect(stderr).toMatch(/^runsc-ms: socket path too long \(\d+ bytes, at most 107\): [^\n]+\n$/);
});

test("a log that can't be opened, and one on a full device", () => {
  expect(pack.run(["--debug-log=/nonexistent/x", "do", "exit", "0"])).toMatchObject({
    status: 1,
    stderr: "runsc-ms: cannot open the debug log: open /nonexistent/x: no such file or directory\n",
  });
  const made = path.join(pack.directory, "made/logs");
  expect(pack.run([`--debug-log=${made}/`, "do", "exit", "0"])).toEqual({ status: 0, stdout: "", stderr: "" });
  expect(
    readdirSync(made)
      .map((name) => String(name.split(".").at(-2)))
      .sort(),
  ).toEqual(["boot", "control", "gofer"]);
  expect(pack.run(["--debug", "--debug-log=/dev/full", "do", "exit", "3"])).toEqual({
    status: 3,
    stdout: "",
    stderr: "",
  });
  expect(pack.run(["--log=/dev/full", "nope"]).status).toBe(3);
});

test("a state root that others may write to", () => {
  const open = path.join(pack.directory, "open");
  mkdirSync(open);
  chmodSync(open, 0o777);
  const { status, stderr } = pack.run(["--root", open, "do", "exit", "0"]);
  expect([status, stderr]).toEqual([1, `runsc-ms: state directory ${open} can be changed by other users\n`]);
});

test("a root that isn't a directory", () => {
  const file = path.join(pack.directory, "file");
  writeFileSync(file, "");
  const { status, stderr } = pack.run(["--root", file, "do", "exit", "0"]);
  expect(status).toBe(1);
  expect(stderr).toMatch(/^runsc-ms: cannot make the state directory: [^\n]+\n$/);
});
