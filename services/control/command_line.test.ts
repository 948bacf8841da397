import { expect, test } from "vitest";
import { parseFlags, parsePid } from "./command_line.ts";
import { parseGlobalOptions } from "./global_options.ts";

const FLAGS = {
  all: { kind: "bool", alias: "a", help: "" },
  cwd: { kind: "string", help: "" },
  volume: { kind: "list", alias: "v", help: "" },
  format: { kind: "string", oneOf: ["table", "json"], help: "" },
} as const;

test("every Go spelling of a flag", () => {
  const { values, rest } = parseFlags(
    ["-a", "--cwd=/x", "-volume", "a:b", "--v=c", "--all=false", "--", "-not-a-flag"],
    FLAGS,
  );
  expect(values).toEqual({ all: false, cwd: "/x", volume: ["a:b", "c"], format: "" });
  expect(rest).toEqual(["-not-a-flag"]);
});

test("flags end at the first other word", () => {
  expect(parseFlags(["--all", "ls", "--all"], FLAGS).rest).toEqual(["ls", "--all"]);
  expect(parseFlags(["-"], FLAGS).rest).toEqual(["-"]);
});

test.each([
  [["--nope"], "flag provided but not defined: -nope"],
  [["-nope=1"], "flag provided but not defined: -nope"],
  [["--cwd"], "flag needs an argument: -cwd"],
  [["--all=maybe"], 'invalid boolean value "maybe" for flag -all'],
  [["--format", "xml"], 'invalid value "xml" for flag -format: must be one of table, json'],
  [["--__proto__"], "flag provided but not defined: -__proto__"],
])("%j is refused", (words, message) => {
  expect(() => parseFlags(words, FLAGS)).toThrow(message);
});

test("process numbers", () => {
  expect([parsePid("pid", ""), parsePid("pid", "12")]).toEqual([0, 12]);
  for (const word of ["x", "0", "-1", "1.5", " 1"]) {
    expect(() => parsePid("pid", word)).toThrow(`invalid value "${word}" for flag -pid: must be a process number`);
  }
});

test("global options end at the verb", () => {
  const { options, rest } = parseGlobalOptions([
    "--rootless",
    "-debug",
    "--overlay2=none",
    "do",
    "--",
    "ls",
    "--rootless",
  ]);
  expect(options).toMatchObject({ debug: true, overlay: "none", words: ["--rootless", "-debug", "--overlay2=none"] });
  expect(rest).toEqual(["do", "--", "ls", "--rootless"]);
});

test.each([
  [["--network=host"], "--network=host is not available"],
  [["--network=bridge"], "must be one of none, sandbox, host"],
  [["--platform=kvm"], "--platform=kvm is not available"],
  [["--overlay2=disk"], "none, root:memory or all:memory"],
])("%j is refused", (words, message) => {
  expect(() => parseGlobalOptions(words)).toThrow(message);
});
