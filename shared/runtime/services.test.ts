import path from "node:path";
import { expect, test } from "vitest";
import { serviceCommand } from "./services.ts";

test("in a source tree a service runs from its TypeScript entry, on the runtime that runs us", () => {
  const root = path.join(import.meta.dirname, "../..");
  const command = serviceCommand("gofer", ["--debug"]);
  expect(command[0]).toBe(process.execPath);
  expect(command.slice(-2)).toEqual([path.join(root, "services/gofer/main.ts"), "--debug"]);
});
