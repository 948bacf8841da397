import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { debugLogPath } from "./debug_log_path.ts";
import { formatTextLine, openLogger } from "./log.ts";

async function logged(format: "text" | "json", debug: boolean): Promise<string> {
  const directory = mkdtempSync(path.join(tmpdir(), "log-"));
  const file = path.join(directory, "log");
  const fd = openSync(file, "a");
  const log = await openLogger({ fd, format, debug, name: "boot" });
  log.debug("fine");
  log.warn("naïve \xff\n");
  log.error("over");
  closeSync(fd);
  const text = readFileSync(file, "utf8");
  rmSync(directory, { recursive: true });
  return text;
}

test("JSON lines have runc's keys and an RFC 3339 time", async () => {
  const lines = (await logged("json", false))
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(lines.map(({ level, msg }) => [level, msg])).toEqual([
    ["warning", "naïve \xff\n"],
    ["error", "over"],
  ]);
  for (const line of lines) {
    expect(Object.keys(line).sort()).toEqual(["level", "msg", "time"]);
    expect(line.time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  }
});

test("text lines are glog's", async () => {
  expect(formatTextLine("info", "boot", "x", new Date("2026-11-20T21:15:02.123Z"), 123456)).toBe(
    "I1120 21:15:02.123456 boot] x\n",
  );
  expect((await logged("text", true)).split("\n").length).toBe(5);
});

test("a full disk loses lines and nothing else", async () => {
  const fd = openSync("/dev/full", "a");
  for (const format of ["text", "json"] as const) {
    (await openLogger({ fd, format, debug: true, name: "boot" })).error("lost");
  }
  closeSync(fd);
});

test("debug log patterns and directories", () => {
  const names = { id: "c1", command: "boot", now: new Date("2026-11-20T21:15:02.123Z") };
  expect(debugLogPath("/l/%ID%.%COMMAND%.%TIMESTAMP%", names)).toBe("/l/c1.boot.20261120-211502.123000");
  expect(debugLogPath("/l/", names)).toBe("/l/runsc-ms.log.20261120-211502.123000.c1.boot.txt");
});
