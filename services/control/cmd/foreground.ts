/** A container whose first process uses this command's stdin, stdout and stderr, until it ends: `do` and foreground `run`. */

import { constants } from "node:os";
import type { ExecRequest, StdioSpec, TerminalSpec } from "../../../shared/urpc/sandbox_protocol.ts";
import { ContainerHost, type HostSpec } from "../container/container_host_native.ts";
import { CommandError, EXIT_SANDBOX_FAILURE } from "../errors.ts";
import type { TerminalClient } from "../terminal/terminal_client_native.ts";
import { isTerminal, windowSize } from "../terminal/window_native.ts";

type ProcessRequest = Omit<ExecRequest, "terminal" | "stdio" | "init" | "hold">;

/** Stdio for a new process and what must be done about it. */
export interface StdioPlan {
  terminal: TerminalSpec | null;
  stdio: [StdioSpec, StdioSpec, StdioSpec];
  fds: number[];
  client: TerminalClient | null;
}

/** The three descriptors as they are. */
export function donatedStdio(): StdioPlan {
  const donated = (fd: number): StdioSpec => ({ kind: "fd", fd });
  return { terminal: null, stdio: [donated(0), donated(1), donated(2)], fds: [0, 1, 2], client: null };
}

/** With `wantTerminal`, those of 0, 1 and 2 that are terminals become the sandbox's own terminal; the others are donated. */
export async function planStdio(
  wantTerminal: boolean,
  onResize: (rows: number, columns: number) => void,
): Promise<StdioPlan> {
  if (!wantTerminal) return donatedStdio();
  const { TerminalClient } = await import("../terminal/terminal_client_native.ts");
  const client = new TerminalClient(({ rows, columns }) => onResize(rows, columns));
  const fds = [client.remoteFd];
  const stdio = [0, 1, 2].map((fd): StdioSpec => {
    if (isTerminal(fd)) return { kind: "terminal" };
    fds.push(fd);
    return { kind: "fd", fd: fds.length - 1 };
  });
  return { terminal: { socketFd: 0, ...windowSize(0) }, stdio: stdio as StdioPlan["stdio"], fds, client };
}

/** Signals that reach this command are passed on: those of the keyboard to the process group, as a terminal sends them. */
const FORWARDED = ["SIGINT", "SIGQUIT", "SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGALRM"] as const;
const KEYBOARD: ReadonlySet<string> = new Set(["SIGINT", "SIGQUIT"]);

export function forwardSignals(send: (signal: number, target: "process" | "group") => void): void {
  for (const name of FORWARDED) {
    process.on(name, () => send(constants.signals[name], KEYBOARD.has(name) ? "group" : "process"));
  }
}

/** Runs the container to its end; returns the exit code. `serveAfterMs`: when to open the control sockets. */
export async function runForeground(
  spec: HostSpec,
  request: ProcessRequest,
  wantTerminal: boolean,
  serveAfterMs: number,
  onStarted: (host: ContainerHost) => void = () => undefined,
): Promise<number> {
  const host = await ContainerHost.start(spec);
  const ignore = (): void => undefined;
  const plan = await planStdio(wantTerminal, (rows, columns) => {
    if (host.initPid !== 0) host.sandbox.resize(host.initPid, rows, columns).catch(ignore);
  });
  forwardSignals((signal, target) => {
    if (host.initPid === 0) void host.kill();
    else host.sandbox.signal({ pid: host.initPid, signal, target }).catch(ignore);
  });
  try {
    const { terminal, stdio } = plan;
    await host.execInit({ ...request, terminal, stdio, init: true, hold: false }, plan.fds);
  } catch (error) {
    plan.client?.abandon();
    throw error;
  } finally {
    plan.client?.closeRemote();
  }
  const { client } = plan;
  client?.start();
  if (client !== null) host.onInitEnded = () => client.finish();
  onStarted(host);
  const timer = setTimeout(() => {
    host.serve().catch((error: unknown) => spec.log.warn(`no control socket: ${String(error)}`));
  }, serveAfterMs);
  const end = await host.ended;
  clearTimeout(timer);
  await client?.finish();
  if (end.culprit !== "") throw new CommandError(end.culprit, EXIT_SANDBOX_FAILURE);
  return end.exitCode;
}
