/**
 * The gofer: serves the sandbox's host directories to the sentry, over p9, and can do nothing else.
 *
 * Control starts it and sends `boot` (shared/urpc/sandbox_protocol.ts) with a memory file and a socket. Once it has isolated itself,
 * its one thread belongs to flipcall; it ends when its parent dies, when the sentry breaks the protocol, or when control kills it.
 */

import {
  CAP_CHOWN,
  CAP_DAC_OVERRIDE,
  CAP_DAC_READ_SEARCH,
  CAP_FOWNER,
  CAP_FSETID,
} from "../../shared/abi/capability.ts";
import { EINVAL, ENOSYS, errnoName, isErrno } from "../../shared/abi/errno.ts";
import { SYSCALL_NAMES } from "../../shared/abi/syscall_numbers.ts";
import { Area } from "../../shared/flipcall/area_native.ts";
import { MESSAGE_CAPACITY } from "../../shared/flipcall/layout.ts";
import { FlipcallServer } from "../../shared/flipcall/server_native.ts";
import { isolate } from "../../shared/isolation/isolate_native.ts";
import { type Logger, nullLogger, textLogger } from "../../shared/log/log.ts";
import { FdChannel } from "../../shared/p9/fd_channel_native.ts";
import { prepareTrim } from "../../shared/runtime/trim_native.ts";
import type { Request } from "../../shared/urpc/endpoint.ts";
import { type GoferBoot, SERVICE_SOCKET_FD } from "../../shared/urpc/sandbox_protocol.ts";
import { openEndpoint } from "../../shared/urpc/socket_native.ts";
import { Hostfs } from "./hostfs/hostfs_native.ts";
import { SECCOMP_ALLOW } from "./seccomp_allow.ts";
import type { AttachPoint } from "./server/attach_point.ts";
import { Connection } from "./server/connection.ts";

/** What making and changing other users' files takes. */
const KEPT_CAPABILITIES = [CAP_CHOWN, CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, CAP_FOWNER, CAP_FSETID];
/** Descriptors that aren't fids: standard streams, sockets, the runtime's own, and those open for the length of one request. */
const RESERVED_DESCRIPTORS = 64;
/** More fids than this are a client that forgets to let go. */
const MOST_FIDS = 200_000;

const endpoint = openEndpoint(SERVICE_SOCKET_FD, { handlers: { boot }, onClose: () => process.exit(0) });

function boot(request: Request): void {
  try {
    const serve = prepare(request.argument as GoferBoot, request.fds);
    request.reply(null);
    serve();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (request.isOpen) request.fail(EINVAL, message);
    endpoint.notify("fatal", { message });
    process.exit(1);
  }
  process.exit(0);
}

/** Does all that can fail; the result serves until the sentry is gone. */
function prepare(spec: GoferBoot, fds: readonly number[]): () => void {
  const log = spec.logFd < 0 ? nullLogger : textLogger({ fd: fds[spec.logFd], debug: spec.debug, name: "gofer" });
  const host = must("open /proc/self/fd", Hostfs.open());
  const area = must("map the flipcall area", Area.map(fds[spec.connection.memoryFd]));
  const channel = new FdChannel(fds[spec.connection.channelFd]);
  host.close(fds[spec.connection.memoryFd]);
  host.clearUmask();
  const trim = prepareTrim(true);
  const maxFids = Math.min(host.descriptorLimit() - RESERVED_DESCRIPTORS, MOST_FIDS);
  isolate({
    root: spec.isolationRoot,
    keepCapabilities: KEPT_CAPABILITIES,
    allowed: SECCOMP_ALLOW.map((name) => SYSCALL_NAMES.indexOf(name)),
    otherwise: { errno: ENOSYS },
  });
  const connection = new Connection({
    host,
    attachPoints: spec.attachPoints.map((point, i) => attachPoint(host, point, i, log)),
    fdSender: channel,
    maxFids,
    capacity: MESSAGE_CAPACITY,
  });
  // Control ends this process as soon as the sentry has ended.
  const server = new FlipcallServer(area, () => true);
  return () => {
    log.info(`serving, ${maxFids} fids at most`);
    server.serve((memory, offset, length) => connection.handle(memory, offset, length), trim);
    log.info("the sentry is gone");
  };
}

/** Clients call attach points by their index, in decimal. */
function attachPoint(host: Hostfs, point: GoferBoot["attachPoints"][number], i: number, log: Logger): AttachPoint {
  const fd = must(`open ${point.path}`, host.openAttachPoint(point.path));
  log.debug(`attach point ${i}: ${point.path}${point.readOnly ? ", read-only" : ""}`);
  return { name: String(i), fd, readonly: point.readOnly, sockets: false };
}

function must<T>(what: string, result: T | number): T {
  if (isErrno(result)) throw new Error(`gofer: ${what}: ${errnoName(result)}`);
  return result as T;
}
