/** Tbind, Tconnect: unix sockets of the host, where the attach point allows them. */

import { EINVAL, EPERM, EPROTONOSUPPORT } from "../../../shared/abi/errno.ts";
import { SOCK_DGRAM, SOCK_SEQPACKET, SOCK_STREAM } from "../../../shared/abi/socket.ts";
import { S_IFSOCK } from "../../../shared/abi/stat.ts";
import { NOFID } from "../../../shared/p9/limits.ts";
import * as type from "../../../shared/p9/message_type.ts";
import { Rmade, Tbind, Tconnect } from "../../../shared/p9/messages_names.ts";
import { Rempty } from "../../../shared/p9/messages_session.ts";
import { row } from "../server/checks.ts";
import type { Fid } from "../server/fid.ts";
import type { Session } from "../server/session.ts";
import { adopt } from "./names.ts";

export const SOCKET_ROWS = [
  row({
    type: type.Tbind,
    request: Tbind,
    reply: Rmade,
    fid: (q) => q.dfid,
    kind: "directory",
    changes: true,
    newfid: (q) => q.newfid,
    run: bind,
  }),
  row({
    type: type.Tconnect,
    request: Tconnect,
    reply: Rempty,
    fid: (q) => q.fid,
    kind: "socket",
    changes: false,
    run: connect,
  }),
];

/** Datagram sockets don't listen, so only connected kinds can be bound here. */
function bind(session: Session, directory: Fid, request: Tbind, reply: Rmade): number {
  const { host, fdSender } = session;
  if (!directory.attach.sockets || fdSender === null) return -EPERM;
  if (request.type !== SOCK_STREAM && request.type !== SOCK_SEQPACKET) return -EPROTONOSUPPORT;
  if (request.newfid === NOFID) return -EINVAL;
  const socket = host.bindSocket(directory.fd, request.name, request.type);
  if (socket < 0) return socket;
  let result = adopt(session, directory, request, S_IFSOCK, reply.attr);
  if (result === 0) {
    result = fdSender.sendFd(socket, request.newfid);
    if (result < 0) {
      session.fids.remove(request.newfid);
      host.unlink(directory.fd, request.name, 0);
    }
  }
  host.close(socket);
  return result;
}

function connect(session: Session, fid: Fid, request: Tconnect): number {
  const { host, fdSender } = session;
  if (!fid.attach.sockets || fdSender === null) return -EPERM;
  if (request.type !== SOCK_STREAM && request.type !== SOCK_SEQPACKET && request.type !== SOCK_DGRAM) {
    return -EPROTONOSUPPORT;
  }
  const socket = host.connectSocket(fid.fd, request.type);
  if (socket < 0) return socket;
  const result = fdSender.sendFd(socket, request.fid);
  host.close(socket);
  return result;
}
