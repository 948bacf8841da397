/** Names of flags of the socket calls, for strace. */
import * as s from "../../../shared/abi/socket.ts";

type Names = readonly (readonly [value: number, name: string])[];

export const ADDRESS_FAMILIES: Names = [
  [s.AF_UNSPEC, "AF_UNSPEC"],
  [s.AF_UNIX, "AF_UNIX"],
  [s.AF_INET, "AF_INET"],
  [s.AF_INET6, "AF_INET6"],
  [s.AF_NETLINK, "AF_NETLINK"],
  [s.AF_PACKET, "AF_PACKET"],
  [s.AF_VSOCK, "AF_VSOCK"],
  [s.AF_ALG, "AF_ALG"],
];

/** A type with flags: the lower bits are one value, but none of these shares a bit with another that is used with it. */
export const SOCKET_TYPES: Names = [
  [s.SOCK_STREAM, "SOCK_STREAM"],
  [s.SOCK_DGRAM, "SOCK_DGRAM"],
  [s.SOCK_SEQPACKET, "SOCK_SEQPACKET"],
  [s.SOCK_CLOEXEC, "SOCK_CLOEXEC"],
  [s.SOCK_NONBLOCK, "SOCK_NONBLOCK"],
];

export const MESSAGE_FLAGS: Names = [
  [s.MSG_OOB, "MSG_OOB"],
  [s.MSG_PEEK, "MSG_PEEK"],
  [s.MSG_DONTROUTE, "MSG_DONTROUTE"],
  [s.MSG_CTRUNC, "MSG_CTRUNC"],
  [s.MSG_TRUNC, "MSG_TRUNC"],
  [s.MSG_DONTWAIT, "MSG_DONTWAIT"],
  [s.MSG_EOR, "MSG_EOR"],
  [s.MSG_WAITALL, "MSG_WAITALL"],
  [s.MSG_ERRQUEUE, "MSG_ERRQUEUE"],
  [s.MSG_NOSIGNAL, "MSG_NOSIGNAL"],
  [s.MSG_MORE, "MSG_MORE"],
  [s.MSG_CMSG_CLOEXEC, "MSG_CMSG_CLOEXEC"],
];

export const SHUTDOWN_HOW: Names = [
  [s.SHUT_RD, "SHUT_RD"],
  [s.SHUT_WR, "SHUT_WR"],
  [s.SHUT_RDWR, "SHUT_RDWR"],
];

export const SOCKET_LEVELS: Names = [
  [s.SOL_SOCKET, "SOL_SOCKET"],
  [s.SOL_IP, "SOL_IP"],
  [s.SOL_TCP, "SOL_TCP"],
  [s.SOL_UDP, "SOL_UDP"],
  [s.SOL_IPV6, "SOL_IPV6"],
];
