/** Which address families there are: socket(2) looks here. A netstack registers AF_INET and the like beside the ones of the kernel itself. */
import { EAFNOSUPPORT, EINVAL, EPROTONOSUPPORT, type Errno, ESOCKTNOSUPPORT } from "../../../shared/abi/errno.ts";
import { AF_MAX, AF_UNIX, SOCK_DGRAM, SOCK_RAW, SOCK_SEQPACKET, SOCK_STREAM } from "../../../shared/abi/socket.ts";
import type { Task } from "../kernel/task.ts";
import type { Socket } from "./socket.ts";
import { UnixMessageSocket } from "./unix/unix_message_socket.ts";
import { UnixStreamSocket } from "./unix/unix_stream.ts";

export interface SocketFamily {
  /** A new socket; `flags` may hold O_NONBLOCK. */
  create(task: Task, type: number, protocol: number, flags: number): Socket | Errno;
  /** socketpair(2). */
  createPair(task: Task, type: number, protocol: number, flags: number): [Socket, Socket] | Errno;
}

const families = new Map<number, SocketFamily>();

export function registerFamily(family: number, implementation: SocketFamily): void {
  families.set(family, implementation);
}

export function familyOf(family: number): SocketFamily | Errno {
  if (family < 0 || family >= AF_MAX) return -EAFNOSUPPORT;
  return families.get(family) ?? -EAFNOSUPPORT;
}

/** Whether Linux knows a socket type of that number at all. */
export function isSocketType(type: number): boolean {
  return type >= SOCK_STREAM && type <= 10;
}

registerFamily(AF_UNIX, {
  create(task, type, protocol, flags) {
    const checked = unixType(type, protocol);
    if (checked < 0) return checked;
    return checked === SOCK_STREAM
      ? new UnixStreamSocket(task.credentials, flags)
      : new UnixMessageSocket(checked, task.credentials, flags);
  },
  createPair(task, type, protocol, flags) {
    const checked = unixType(type, protocol);
    if (checked < 0) return checked;
    return checked === SOCK_STREAM ? UnixStreamSocket.pair(task, flags) : UnixMessageSocket.pair(task, checked, flags);
  },
});

/** The type that is made, or an errno; raw sockets are datagrams, as ever on Linux. */
function unixType(type: number, protocol: number): number | Errno {
  if (protocol !== 0 && protocol !== AF_UNIX) return -EPROTONOSUPPORT;
  switch (type) {
    case SOCK_STREAM:
    case SOCK_DGRAM:
    case SOCK_SEQPACKET:
      return type;
    case SOCK_RAW:
      return SOCK_DGRAM;
    default:
      return isSocketType(type) ? -ESOCKTNOSUPPORT : -EINVAL;
  }
}
