/** `exec`: runs one more process in a container, on this command's stdin, stdout and stderr. */

import { ECONNRESET } from "../../../shared/abi/errno.ts";
import { Endpoint, UrpcError } from "../../../shared/urpc/endpoint.ts";
import { checkWaitReply, type ExecRequest } from "../../../shared/urpc/sandbox_protocol.ts";
import { connectEndpoint } from "../../../shared/urpc/socket_native.ts";
import { toText } from "../caller.ts";
import { parseFlags } from "../command_line.ts";
import { ContainerClient } from "../container/container_client.ts";
import { URPC_SOCKET } from "../container/container_host_native.ts";
import { CommandError, EXIT_EXEC_FAILURE, errnoText } from "../errors.ts";
import { processRequest, rootCapabilities, userCapabilities } from "../oci/process_request.ts";
import { type OciProcess, readProcess } from "../oci/spec.ts";
import { execFailure, exitCodeOf } from "../sandbox/exit_code.ts";
import { isTerminal } from "../terminal/window_native.ts";
import { type Command, type CommandContext, printError, takeWords } from "./command.ts";
import { forwardSignals, planStdio } from "./foreground.ts";

const FLAGS = {
  process: { kind: "string", alias: "p", help: "file with an OCI process object" },
  cwd: { kind: "string", help: "working directory" },
  env: { kind: "list", alias: "e", help: "NAME=VALUE, may be repeated" },
  user: { kind: "string", alias: "u", help: "UID[:GID]" },
  tty: { kind: "bool", alias: "t", help: "give it a terminal" },
} as const;

const DEFAULT_PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

function parseUser(word: string): { uid: number; gid: number } {
  const match = /^(\d+)(?::(\d+))?$/.exec(word || "0:0");
  if (match === null) throw new CommandError(`invalid user ${JSON.stringify(word)}: must be UID[:GID]`);
  return { uid: Number(match[1]), gid: Number(match[2] ?? 0) };
}

type Values = ReturnType<typeof parseFlags<typeof FLAGS>>["values"];

function describeProcess(values: Values, argv: string[]) {
  if (values.process !== "") {
    const process: OciProcess = readProcess(toText(values.process));
    const request = processRequest(process, (warning) => printError(`runsc-ms: ${warning}`));
    return { request, terminal: process.terminal ?? values.tty };
  }
  if (argv.length === 0) throw new CommandError("process args cannot be empty");
  const { uid, gid } = parseUser(values.user);
  const env = values.env.some((entry) => entry.startsWith("PATH=")) ? values.env : [DEFAULT_PATH, ...values.env];
  const request = {
    argv,
    executable: "",
    env,
    cwd: values.cwd || "/",
    uid,
    gid,
    groups: [],
    umask: 0o022,
    capabilities: uid === 0 ? rootCapabilities() : userCapabilities(),
    noNewPrivileges: false,
    rlimits: [],
    oomScoreAdj: 0,
  };
  return { request, terminal: values.tty };
}

async function runExec(context: CommandContext, words: string[], usage: string): Promise<number> {
  const { values, rest } = parseFlags(words, FLAGS);
  const [id] = takeWords("exec", usage, rest.slice(0, 1), 1).map(toText);
  const container = ContainerClient.open(context.options, id);
  const { status } = container.state;
  if (status === "stopped") throw new CommandError(`cannot exec in a ${status} container`);
  const argv = rest[1] === "--" ? rest.slice(2) : rest.slice(1);
  const { request, terminal } = describeProcess(values, argv);
  if (terminal && !isTerminal(0)) throw new CommandError("a terminal was asked for, but stdin is not one");
  const endpoint = connectEndpoint(container.directory.file(URPC_SOCKET));
  if (!(endpoint instanceof Endpoint)) throw new CommandError(`cannot reach the sandbox: ${errnoText(-endpoint)}`);
  return superviseExec(endpoint, request, terminal);
}

async function superviseExec(
  endpoint: Endpoint,
  process: ReturnType<typeof processRequest>,
  terminal: boolean,
): Promise<number> {
  let pid = 0;
  const tell = (method: string, argument: object): void => {
    if (pid !== 0) endpoint.call(method, { pid, ...argument }).catch(() => undefined);
  };
  const plan = await planStdio(terminal, (rows, columns) => tell("resize", { rows, columns }));
  const request: ExecRequest = { ...process, terminal: plan.terminal, stdio: plan.stdio, init: false, hold: false };
  try {
    pid = Number((await endpoint.call("exec", request, { fds: plan.fds })).value);
  } catch (error) {
    plan.client?.abandon();
    throw error instanceof UrpcError ? execFailure("exec failed", request, error) : error;
  } finally {
    plan.client?.closeRemote();
  }
  plan.client?.start();
  forwardSignals((signal, target) => tell("signal", { signal, target }));
  try {
    const status = Number((await endpoint.call("wait", { pid })).value);
    const reply = checkWaitReply({ status });
    return reply === null ? EXIT_EXEC_FAILURE : exitCodeOf(reply.status);
  } catch (error) {
    // The container has ended, and all its processes with it.
    if (error instanceof UrpcError && error.errno === ECONNRESET) return 137;
    throw error;
  } finally {
    await plan.client?.finish();
    endpoint.close();
  }
}

export const execCommand: Command = {
  summary: "run a process in a running container",
  usage: "[flags] <container-id> <program> [args...]",
  flags: FLAGS,
  async run(context, words) {
    try {
      return await runExec(context, words, this.usage);
    } catch (error) {
      if (!(error instanceof CommandError) || error.exitCode !== 1) throw error;
      throw new CommandError(error.message, EXIT_EXEC_FAILURE);
    }
  },
};
