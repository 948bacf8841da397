/** Hosts that lack something: one clear line, the right exit code, nothing left behind. */

import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readdirSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FakePackage } from "./fake_package.ts";

let pack: FakePackage;

beforeAll(() => {
  pack = new FakePackage();
});

afterAll(() => pack.remove());

/** Runs `do exit 3` after `prepare`, a shell script, below the words of `wrapper`. `$D` is the package's directory. */
function runOn(wrapper: string[], prepare: string, root = pack.root, globals: string[] = []) {
  const [node, args] = pack.command("--root", root, ...globals, "do", "exit", "3");
  const script = `${prepare}\nexec "$@"`;
  const [file, ...words] = [...wrapper, "sh", "-c", script, "sh", node, ...args];
  const { status, stdout, stderr } = spawnSync(file, words, {
    encoding: "utf8",
    env: { PATH: process.env.PATH, D: pack.directory },
  });
  return { status, stdout, stderr };
}

const isRoot = process.getuid?.() === 0;

describe.runIf(isRoot)("as root", () => {
  test.each([
    [
      "without user namespaces",
      ["unshare", "-Ur"],
      "echo 0 >/proc/sys/user/max_user_namespaces",
      /^runsc-ms: starting sandbox: the (sentry|gofer) could not be started: user namespaces are not available here[^\n]*\n$/,
    ],
    [
      "with a masked /proc",
      ["unshare", "-m"],
      "mount -t tmpfs none /proc/sys",
      /^runsc-ms: starting sandbox: the (sentry|gofer) could not be started: cannot mount proc on \/proc[^\n]*\n$/,
    ],
    [
      "without /proc",
      ["unshare", "-m"],
      "umount -l /proc",
      /^runsc-ms: starting sandbox: the (sentry|gofer) could not be started: open \/proc\/[^\n]*\n$/,
    ],
  ])("%s", (_what, wrapper, prepare, message) => {
    const { status, stdout, stderr } = runOn(wrapper, prepare);
    expect([status, stdout]).toEqual([128, ""]);
    expect(stderr).toMatch(message);
    expect(pack.leftovers()).toEqual([]);
    expect(pack.processes()).toEqual([]);
  });

  const ordinary = ["setpriv", "--reuid", "1000", "--regid", "1000", "--clear-groups"];

  test("an ordinary user needs no privilege, only a state directory of their own", () => {
    chmodSync(pack.directory, 0o755);
    const own = path.join(pack.directory, "theirs");
    mkdirSync(own);
    chmodSync(own, 0o777);
    expect(runOn(ordinary, ":", path.join(own, "state"))).toEqual({ status: 3, stdout: "", stderr: "" });
    expect(runOn(ordinary, ":", "/root/state")).toMatchObject({
      status: 1,
      stderr: "runsc-ms: cannot make the state directory: mkdir /root/state: permission denied\n",
    });
  });

  test("a disk without room for the state, or for a log", () => {
    mkdirSync(path.join(pack.directory, "full"));
    const fill = "mount -t tmpfs -o size=4k,nr_inodes=4 none $D/full; head -c 4096 /dev/zero >$D/full/f";
    expect(runOn(["unshare", "-m"], fill, path.join(pack.directory, "full/state"))).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/^runsc-ms: cannot write the state: [^\n]*no space left on device\n$/),
    });
    const log = path.join(pack.directory, "full/log");
    const logged = runOn(["unshare", "-m"], `${fill}; touch ${log}`, pack.root, ["--debug", "--debug-log", log]);
    expect(logged).toEqual({ status: 3, stdout: "", stderr: "" });
    expect(readdirSync(path.join(pack.directory, "full"))).toEqual([]);
  });
});
