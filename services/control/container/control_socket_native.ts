/**
 * The control socket of a sandbox: questions and answers as JSON events over node-ipc. This is the only file that knows node-ipc, and
 * only processes that serve no application load it, when they need it. Descriptors don't go this way but over urpc.
 *
 * What node-ipc lacks is supplied here: a path that doesn't fit is refused, not cut; a live socket is never unlinked; peers must be root
 * or our own user; no retries; nothing on the console; events other than ours, long messages and peers that don't read end the
 * connection (its "assured" parser).
 */

import { chmodSync, existsSync } from "node:fs";
import type { Socket } from "node:net";
import path from "node:path";
import { peerCredentials } from "../../../native/host.ts";
import { SOCKET_PATH_BYTES } from "../../../shared/urpc/socket_native.ts";
import { CommandError, describeError } from "../errors.ts";

export type ControlHandler = (method: string, argument: unknown) => Promise<unknown>;

interface Question {
  id: number;
  method: string;
  argument: unknown;
}

interface Answer {
  id: number;
  value?: unknown;
  error?: { message: string; exitCode: number };
}

const MAX_MESSAGE_BYTES = 1 << 20;
const MAX_CONNECTIONS = 64;

/** A fresh, quiet instance; node-ipc's own singleton is never touched. */
async function makeIpc(socketPath: string) {
  const { IPCModule } = await import("node-ipc");
  const ipc = new IPCModule();
  Object.assign(ipc.config, {
    socketRoot: `${path.dirname(socketPath)}/`,
    appspace: "",
    silent: true,
    logger: () => undefined,
    parser: "assured",
    allowedEvents: ["question", "answer"],
    maxMessageSize: MAX_MESSAGE_BYTES,
    maxPendingBytes: 8 * MAX_MESSAGE_BYTES,
    messageTimeout: 10_000,
    maxConnections: MAX_CONNECTIONS,
    unlink: false,
    stopRetrying: true,
    maxRetries: 0,
  });
  return ipc;
}

/** Throws for a path that bind(2) would cut. */
export function checkSocketPath(socketPath: string): void {
  const length = Buffer.byteLength(socketPath);
  if (length < SOCKET_PATH_BYTES) return;
  const most = SOCKET_PATH_BYTES - 1;
  throw new CommandError(
    `socket path too long (${length} bytes, at most ${most}): ${socketPath}: use a shorter --root`,
  );
}

function isOwnPeer(socket: Socket): boolean {
  const fd = (socket as unknown as { _handle?: { fd?: number } })._handle?.fd;
  const peer = typeof fd === "number" ? peerCredentials(fd) : -1;
  return typeof peer !== "number" && (peer.uid === 0 || peer.uid === process.getuid?.());
}

function isQuestion(data: unknown): data is Question {
  if (typeof data !== "object" || data === null) return false;
  const { id, method } = data as Partial<Question>;
  return Number.isSafeInteger(id) && typeof method === "string";
}

export interface ControlServer {
  close(): void;
}

/** Serves `socketPath`, in a directory of our own. What `handle` throws goes to the caller as a message and an exit code. */
export async function serveControl(socketPath: string, handle: ControlHandler): Promise<ControlServer> {
  checkSocketPath(socketPath);
  if (existsSync(socketPath)) throw new CommandError(`control socket exists already: ${socketPath}`);
  const ipc = await makeIpc(socketPath);
  await new Promise<void>((resolve, reject) => {
    ipc.serve(socketPath, resolve);
    ipc.server.on("error", reject);
    ipc.server.start();
  });
  chmodSync(socketPath, 0o600);
  const { server } = ipc;
  // From here on an error is a client's: its connection is gone already.
  server.on("error", () => undefined);
  server.on("connect", (socket: Socket) => {
    if (!isOwnPeer(socket)) socket.destroy();
    else socket.unref();
  });
  server.on("question", (data: unknown, socket: Socket) => {
    if (!isQuestion(data)) {
      socket.destroy();
      return;
    }
    const { id } = data;
    const send = (answer: Answer): void => {
      if (!socket.destroyed) server.emit(socket, "answer", answer);
    };
    handle(data.method, data.argument).then(
      (value) => send({ id, value: value ?? null }),
      (error: unknown) => {
        const exitCode = error instanceof CommandError ? error.exitCode : 1;
        send({ id, error: { message: describeError(error), exitCode } });
      },
    );
  });
  (server.server as { unref(): void }).unref();
  return { close: () => server.stop() };
}

/** Asks the control process behind `socketPath`. Throws CommandError: its answer, or that it can't be reached. */
export async function askControl(
  socketPath: string,
  method: string,
  argument: unknown,
  timeoutMs: number,
): Promise<unknown> {
  checkSocketPath(socketPath);
  const ipc = await makeIpc(socketPath);
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined;
    const finish = (settle: () => void): void => {
      clearTimeout(timer);
      ipc.disconnect("control");
      settle();
    };
    const fail = (why: string): void => finish(() => reject(new CommandError(`cannot reach the sandbox: ${why}`)));
    ipc.connectTo("control", socketPath);
    const client = ipc.of.control;
    if (timeoutMs > 0) timer = setTimeout(() => fail(`no answer in ${timeoutMs} ms`), timeoutMs);
    client.on("connect", () => {
      if (isOwnPeer(client.socket)) client.emit("question", { id: 1, method, argument } satisfies Question);
      else fail("its socket belongs to another user");
    });
    client.on("error", (error: Error) => fail(error.message));
    client.on("disconnect", () => fail("it has closed the connection"));
    client.on("answer", (answer: Answer) => {
      finish(() => {
        if (answer?.error === undefined) resolve(answer?.value);
        else reject(new CommandError(String(answer.error.message), Number(answer.error.exitCode) || 1));
      });
    });
  });
}
