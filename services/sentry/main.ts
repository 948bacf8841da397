/**
 * The sentry: the kernel of one sandbox.
 *
 * Control starts it and sends `boot` (shared/urpc/sandbox_protocol.ts), then asks for processes. When control is gone, so is the sandbox:
 * the stubs die with this process. `--print-syscalls` prints the compatibility table as JSON instead.
 */
import { EINVAL, EIO } from "../../shared/abi/errno.ts";
import { type Logger, nullLogger, textLogger } from "../../shared/log/log.ts";
import { prepareTrim } from "../../shared/runtime/trim_native.ts";
import type { Request } from "../../shared/urpc/endpoint.ts";
import {
  type BootRequest,
  type ExecRequest,
  type ResizeRequest,
  SERVICE_SOCKET_FD,
  type SignalRequest,
  type StartRequest,
  type WaitRequest,
} from "../../shared/urpc/sandbox_protocol.ts";
import { openEndpoint } from "../../shared/urpc/socket_native.ts";
import { bootSandbox } from "./boot/boot.ts";
import { BootError } from "./boot/boot_error.ts";
import type { Sandbox } from "./boot/sandbox.ts";
import { compatibilityTable } from "./syscalls/compatibility.ts";
import { SYSCALL_TABLE } from "./syscalls/table.ts";

/** When the text that only starting needed is given back. */
const TRIM_AFTER_MS = 1000;

function serve(): void {
  let sandbox: Sandbox | null = null;
  let log: Logger = nullLogger;

  const endpoint = openEndpoint(SERVICE_SOCKET_FD, {
    handlers: {
      boot: answering((request) => {
        if (sandbox !== null) throw new BootError(EINVAL, "the sandbox is booted already", true);
        const spec = request.argument as BootRequest;
        if (spec.logFd >= 0)
          log = textLogger({ fd: request.fds[spec.logFd] as number, debug: spec.debug, name: "boot" });
        sandbox = bootSandbox(spec, request.fds, log, die);
        setTimeout(() => prepareTrim(false)(), TRIM_AFTER_MS).unref();
        return { hostPids: [] };
      }),
      start: answering((request) => booted().start((request.argument as StartRequest).pid)),
      signal: answering((request) => booted().signal(request.argument as SignalRequest)),
      resize: answering((request) => booted().resize(request.argument as ResizeRequest)),
      ps: answering(() => ({ processes: booted().ps() })),
      events: answering(() => booted().events()),
      stacks: answering(() => ({ text: booted().stacks() })),
      exec: (request) => {
        attempt(request, () =>
          booted().exec(request.argument as ExecRequest, request.fds, (result) => {
            if (result instanceof BootError) request.fail(result.errno, result.message);
            else request.reply({ pid: result });
          }),
        );
      },
      wait: (request) => {
        attempt(request, () =>
          booted().wait((request.argument as WaitRequest).pid, (status) => request.reply({ status })),
        );
      },
    },
    onClose: () => {
      sandbox?.shutdown();
      process.exit(0);
    },
  });

  function booted(): Sandbox {
    if (sandbox === null) throw new BootError(EINVAL, "the sandbox is not booted", true);
    return sandbox;
  }

  /** A handler whose return value is the answer. */
  function answering(body: (request: Request) => unknown): (request: Request) => void {
    return (request) => attempt(request, () => request.reply(body(request) ?? null));
  }

  function attempt(request: Request, body: () => void): void {
    try {
      body();
    } catch (error) {
      if (error instanceof BootError) request.fail(error.errno, error.message);
      else {
        log.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
        request.fail(EIO, error instanceof Error ? error.message : String(error));
      }
    }
  }

  /** Something that must not happen: says so and takes the sandbox down. */
  function die(why: string): void {
    log.error(why);
    endpoint.notify("fatal", { message: why });
    // The notice goes out with the turn of the event loop.
    setImmediate(() => process.exit(1));
  }

  process.on("uncaughtException", (error) => die(error.stack ?? error.message));
}

if (process.argv[2] === "--print-syscalls")
  process.stdout.write(`${JSON.stringify(compatibilityTable(SYSCALL_TABLE))}\n`);
else serve();
