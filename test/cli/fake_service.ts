/**
 * A sentry or gofer that only plays its part on the control socket, so that control can be tested by itself: the first word of a
 * process's argv says what it "does". Started by fake_package.ts in place of the real services.
 */

import { closeSync, readSync, writeSync } from "node:fs";
import { Socket } from "node:net";
import { isolate } from "../../shared/isolation/isolate_native.ts";
import type { Request } from "../../shared/urpc/endpoint.ts";
import {
  type BootRequest,
  type ExecRequest,
  type GoferBoot,
  type ResizeRequest,
  SERVICE_SOCKET_FD,
  type SignalRequest,
} from "../../shared/urpc/sandbox_protocol.ts";
import { openEndpoint } from "../../shared/urpc/socket_native.ts";

const ENOENT = 2;
const ENOEXEC = 8;
const EACCES = 13;
const everything = Array.from({ length: 470 }, (_, number) => number);

interface FakeProcess {
  pid: number;
  status: number | null;
  waiters: Request[];
  argv: string[];
}

const screens = new Map<number, Socket>();
const processes = new Map<number, FakeProcess>();

function end(process: FakeProcess, status: number): void {
  process.status = status;
  for (const waiter of process.waiters.splice(0)) waiter.reply({ status });
}

function exec(request: Request): void {
  const { argv, env, cwd, uid, stdio, terminal } = request.argument as ExecRequest;
  const failures: Record<string, number> = { missing: ENOENT, "/missing": ENOENT, noexec: EACCES, badelf: ENOEXEC };
  const errno = failures[argv[0]];
  if (errno !== undefined) {
    for (const fd of request.fds) closeSync(fd);
    return request.fail(errno);
  }
  const pid = processes.size + 1;
  const process_: FakeProcess = { pid, status: null, waiters: [], argv };
  processes.set(pid, process_);
  request.reply({ pid });
  const fdOf = (n: number): number => {
    const from = stdio[n];
    return from.kind === "fd" ? request.fds[from.fd] : from.kind === "terminal" ? request.fds[terminal!.socketFd] : -1;
  };
  switch (argv[0]) {
    case "exit":
      end(process_, Number(argv[1]) << 8);
      break;
    case "die":
      end(process_, Number(argv[1]));
      break;
    case "show":
      writeSync(fdOf(1), JSON.stringify({ argv, env, cwd, uid, terminal, stdio: stdio.map(({ kind }) => kind) }));
      end(process_, 0);
      break;
    case "cat": {
      const bytes = Buffer.alloc(4096);
      for (let n: number; (n = readSync(fdOf(0), bytes)) > 0; ) writeSync(fdOf(1), bytes, 0, n);
      end(process_, 0);
      break;
    }
    case "screen": {
      // Shows its size, then each key in hex; ^C is a key like the others and ends it.
      const screen = new Socket({ fd: fdOf(0), readable: true, writable: true });
      screen.write(`${terminal?.rows}x${terminal?.columns} ${stdio.map(({ kind }) => kind).join()}\r\n`);
      screens.set(pid, screen);
      screen.on("data", (keys: Buffer) => {
        screen.write(`<${keys.toString("hex")}>`);
        if (!keys.includes("\x03")) return;
        screen.end("last words", "latin1");
        end(process_, 5 << 8);
      });
      return;
    }
    case "crash":
      setImmediate(() => {
        throw new Error("fake crash");
      });
      break;
    case "lie":
      end(process_, -1);
      break;
    default: // "sleep": until a signal comes
      if (stdio[1].kind === "fd") writeSync(fdOf(1), "started\n");
  }
  for (const fd of request.fds) closeSync(fd);
}

const endpoint = openEndpoint(SERVICE_SOCKET_FD, {
  onClose: () => process.exit(0),
  handlers: {
    boot(request) {
      const { isolationRoot } = request.argument as BootRequest | GoferBoot;
      try {
        isolate({ root: isolationRoot, keepCapabilities: [], allowed: everything, otherwise: "kill" });
      } catch (error) {
        endpoint.notify("fatal", { message: String(error) });
        throw error;
      }
      request.reply({ hostPids: [] });
    },
    exec,
    start: (request) => request.reply(null),
    wait(request) {
      const found = processes.get((request.argument as { pid: number }).pid);
      if (found === undefined) request.fail(10);
      else if (found.status !== null) request.reply({ status: found.status });
      else found.waiters.push(request);
    },
    signal(request) {
      const { pid, signal } = request.argument as SignalRequest;
      const found = processes.get(pid);
      if (found?.status === null) end(found, signal);
      request.reply(null);
    },
    ps(request) {
      const running = [...processes.values()].filter(({ status }) => status === null);
      const common = { ppid: 0, uid: 0, gid: 0, cpuSeconds: 1.5, startTimeMs: 0, tty: "", state: "S", threads: 1 };
      request.reply({ processes: running.map(({ pid, argv }) => ({ ...common, pid, command: argv[0], argv })) });
    },
    events: (request) => request.reply({ cpuTotalNs: 5, memoryBytes: 6, processCount: 1, counters: { traps: 7 } }),
    stacks: (request) => request.reply({ text: "task 1: asleep" }),
    resize(request) {
      const { pid, rows, columns } = request.argument as ResizeRequest;
      screens.get(pid)?.write(`[${rows}x${columns}]`);
      request.reply(null);
    },
  },
});
