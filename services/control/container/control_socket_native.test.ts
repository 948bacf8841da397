import { mkdtempSync, rmSync, statSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { CommandError } from "../errors.ts";
import { askControl, type ControlServer, serveControl } from "./control_socket_native.ts";

let directory: string;
let socketPath: string;
let server: ControlServer | undefined;

beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), "control-"));
  socketPath = path.join(directory, "s");
});

afterEach(() => {
  server?.close();
  server = undefined;
  rmSync(directory, { recursive: true });
});

const echo = async (method: string, argument: unknown): Promise<unknown> => {
  if (method === "fail") throw new CommandError("no such thing", 42);
  return { method, argument };
};

test("questions are answered, errors keep their exit code", async () => {
  server = await serveControl(socketPath, echo);
  expect(statSync(socketPath).mode & 0o777).toBe(0o600);
  expect(await askControl(socketPath, "ps", [1, "ü"], 2000)).toEqual({ method: "ps", argument: [1, "ü"] });
  await expect(askControl(socketPath, "fail", null, 2000)).rejects.toMatchObject({
    message: "no such thing",
    exitCode: 42,
  });
});

test("a live socket isn't taken over", async () => {
  server = await serveControl(socketPath, echo);
  await expect(serveControl(socketPath, echo)).rejects.toThrow("exists already");
  expect(await askControl(socketPath, "x", null, 2000)).toEqual({ method: "x", argument: null });
});

test("a path too long is refused by server and client", async () => {
  const long = path.join(directory, "x".repeat(100));
  await expect(serveControl(long, echo)).rejects.toThrow("socket path too long");
  await expect(askControl(long, "x", null, 100)).rejects.toThrow("socket path too long");
});

test("nobody there, and nobody who answers, are errors at once or in time", async () => {
  await expect(askControl(socketPath, "x", null, 2000)).rejects.toThrow("cannot reach the sandbox");
  server = await serveControl(socketPath, () => new Promise(() => undefined));
  await expect(askControl(socketPath, "x", null, 50)).rejects.toThrow("no answer in 50 ms");
});

test.each([
  ["noise", "\x00\xff{{{\f"],
  ["an event of another name", '{"type":"connect","data":{}}\f'],
  ["a question without an id", '{"type":"question","data":{"method":"x"}}\f'],
])("%s ends the connection and nothing else", async (_what, text) => {
  server = await serveControl(socketPath, echo);
  const client = connect(socketPath);
  const closed = new Promise((resolve) => client.on("close", resolve).on("error", () => undefined));
  client.write(text);
  await closed;
  expect(await askControl(socketPath, "x", null, 2000)).toEqual({ method: "x", argument: null });
});
