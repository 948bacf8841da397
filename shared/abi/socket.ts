/**
 * socket(2), socket(7), unix(7), cmsg(3); include/linux/socket.h, asm-generic/socket.h.
 */

import { Bytes, I32, pad, struct, U16, U16BE, U32, U32BE, U53 } from "./layout.ts";

// Address families.
export const AF_UNSPEC = 0;
export const AF_UNIX = 1;
export const AF_LOCAL = 1;
export const AF_INET = 2;
export const AF_INET6 = 10;
export const AF_NETLINK = 16;
export const AF_PACKET = 17;
export const AF_VSOCK = 40;
export const AF_ALG = 38;
export const AF_BLUETOOTH = 31;
export const AF_MAX = 46;

// Socket types and creation flags.
export const SOCK_STREAM = 1;
export const SOCK_DGRAM = 2;
export const SOCK_RAW = 3;
export const SOCK_RDM = 4;
export const SOCK_SEQPACKET = 5;
export const SOCK_CLOEXEC = 0o2000000;
export const SOCK_NONBLOCK = 0o4000;

// The part of the type argument that is a type (include/linux/net.h).
export const SOCK_TYPE_MASK = 0xf;

// Protocol levels.
export const SOL_SOCKET = 1;
export const SOL_RAW = 255;
export const SOL_PACKET = 263;
export const SOL_NETLINK = 270;

export const SOL_IP = 0;
export const SOL_TCP = 6;
export const SOL_UDP = 17;
export const SOL_IPV6 = 41;
export const SOL_ICMPV6 = 58;

// IP protocols.
export const IPPROTO_IP = 0;
export const IPPROTO_ICMP = 1;
export const IPPROTO_TCP = 6;
export const IPPROTO_UDP = 17;
export const IPPROTO_IPV6 = 41;
export const IPPROTO_RAW = 255;

// Options of SOL_SOCKET.
export const SO_DEBUG = 1;
export const SO_REUSEADDR = 2;
export const SO_TYPE = 3;
export const SO_ERROR = 4;
export const SO_DONTROUTE = 5;
export const SO_BROADCAST = 6;
export const SO_SNDBUF = 7;
export const SO_RCVBUF = 8;
export const SO_KEEPALIVE = 9;
export const SO_OOBINLINE = 10;
export const SO_NO_CHECK = 11;
export const SO_PRIORITY = 12;
export const SO_LINGER = 13;
export const SO_BSDCOMPAT = 14;
export const SO_REUSEPORT = 15;
export const SO_PASSCRED = 16;
export const SO_PEERCRED = 17;
export const SO_RCVLOWAT = 18;
export const SO_SNDLOWAT = 19;
export const SO_RCVTIMEO = 20;
export const SO_SNDTIMEO = 21;
export const SO_SECURITY_AUTHENTICATION = 22;
export const SO_SECURITY_ENCRYPTION_TRANSPORT = 23;
export const SO_SECURITY_ENCRYPTION_NETWORK = 24;
export const SO_BINDTODEVICE = 25;
export const SO_ATTACH_FILTER = 26;
export const SO_GET_FILTER = 26;
export const SO_DETACH_BPF = 27;
export const SO_DETACH_FILTER = 27;
export const SO_PEERNAME = 28;
export const SO_TIMESTAMP = 29;
export const SO_ACCEPTCONN = 30;
export const SO_PEERSEC = 31;
export const SO_SNDBUFFORCE = 32;
export const SO_RCVBUFFORCE = 33;
export const SO_PASSSEC = 34;
export const SO_TIMESTAMPNS = 35;
export const SO_MARK = 36;
export const SO_TIMESTAMPING = 37;
export const SO_PROTOCOL = 38;
export const SO_DOMAIN = 39;
export const SO_RXQ_OVFL = 40;
export const SO_WIFI_STATUS = 41;
export const SO_PEEK_OFF = 42;
export const SO_NOFCS = 43;
export const SO_LOCK_FILTER = 44;
export const SO_SELECT_ERR_QUEUE = 45;
export const SO_BUSY_POLL = 46;
export const SO_MAX_PACING_RATE = 47;
export const SO_BPF_EXTENSIONS = 48;
export const SO_INCOMING_CPU = 49;
export const SO_ATTACH_BPF = 50;
export const SO_ATTACH_REUSEPORT_CBPF = 51;
export const SO_ATTACH_REUSEPORT_EBPF = 52;
export const SO_CNX_ADVICE = 53;
export const SO_MEMINFO = 55;
export const SO_INCOMING_NAPI_ID = 56;
export const SO_COOKIE = 57;
export const SO_PEERGROUPS = 59;
export const SO_ZEROCOPY = 60;
export const SO_TXTIME = 61;
export const SO_BINDTOIFINDEX = 62;
export const SO_DETACH_REUSEPORT_BPF = 68;
export const SO_PREFER_BUSY_POLL = 69;
export const SO_BUSY_POLL_BUDGET = 70;
export const SO_NETNS_COOKIE = 71;
export const SO_BUF_LOCK = 72;
export const SO_RESERVE_MEM = 73;
export const SO_TXREHASH = 74;
export const SO_RCVMARK = 75;

export const SO_PASSPIDFD = 76;
export const SO_PEERPIDFD = 77;

// Messages.
export const MSG_OOB = 1;
export const MSG_PEEK = 2;
export const MSG_DONTROUTE = 4;
export const MSG_TRYHARD = 4;
export const MSG_CTRUNC = 8;
export const MSG_PROXY = 0x10;
export const MSG_TRUNC = 0x20;
export const MSG_DONTWAIT = 0x40;
export const MSG_EOR = 0x80;
export const MSG_WAITALL = 0x100;
export const MSG_FIN = 0x200;
export const MSG_SYN = 0x400;
export const MSG_CONFIRM = 0x800;
export const MSG_RST = 0x1000;
export const MSG_ERRQUEUE = 0x2000;
export const MSG_NOSIGNAL = 0x4000;
export const MSG_MORE = 0x8000;
export const MSG_WAITFORONE = 0x10000;
export const MSG_BATCH = 0x40000;
export const MSG_ZEROCOPY = 0x4000000;
export const MSG_FASTOPEN = 0x20000000;
export const MSG_CMSG_CLOEXEC = 0x40000000;

export const MSG_CMSG_COMPAT = 0x80000000;

// Control messages.
export const SCM_RIGHTS = 1;
export const SCM_CREDENTIALS = 2;
export const SCM_TIMESTAMP = 29;

export const SCM_SECURITY = 3;
export const SCM_PIDFD = 4;
export const SCM_MAX_FD = 253;

// shutdown(2).
export const SHUT_RD = 0;
export const SHUT_WR = 1;
export const SHUT_RDWR = 2;

// Limits.
export const SOMAXCONN = 4096;

export const UNIX_PATH_MAX = 108;
export const SOCKADDR_STORAGE_BYTES = 128;

// TCP options.
export const TCP_NODELAY = 1;
export const TCP_MAXSEG = 2;
export const TCP_CORK = 3;
export const TCP_KEEPIDLE = 4;
export const TCP_KEEPINTVL = 5;
export const TCP_KEEPCNT = 6;
export const TCP_SYNCNT = 7;
export const TCP_LINGER2 = 8;
export const TCP_DEFER_ACCEPT = 9;
export const TCP_WINDOW_CLAMP = 10;
export const TCP_INFO = 11;
export const TCP_QUICKACK = 12;
export const TCP_CONGESTION = 13;
export const TCP_USER_TIMEOUT = 18;
export const TCP_FASTOPEN = 23;
export const TCP_ULP = 31;

// netlink(7) families.
export const NETLINK_ROUTE = 0;
export const NETLINK_SOCK_DIAG = 4;
export const NETLINK_KOBJECT_UEVENT = 15;
export const NETLINK_AUDIT = 9;
export const NETLINK_GENERIC = 16;

/** struct user_msghdr, sendmsg(2). */
export const MsghdrLayout = struct(
  56,
  {
    name: new U53(0),
    namelen: new I32(8),
    iov: new U53(16),
    iovlen: new U53(24),
    control: new U53(32),
    controllen: new U53(40),
    flags: new U32(48),
  },
  pad(12, 4),
  pad(52, 4),
);

/** struct mmsghdr, sendmmsg(2): a MsghdrLayout and the bytes transferred. */
export const MmsghdrLayout = struct(64, { hdr: new Bytes(0, 56), len: new U32(56) }, pad(60, 4));

/** struct cmsghdr; data follows, the next header is aligned to 8. */
export const CmsghdrLayout = struct(16, { len: new U53(0), level: new I32(8), type: new I32(12) });

/** struct ucred, SO_PEERCRED and SCM_CREDENTIALS. */
export const UcredLayout = struct(12, { pid: new I32(0), uid: new U32(4), gid: new U32(8) });

/** struct linger. */
export const LingerLayout = struct(8, { onoff: new I32(0), linger: new I32(4) });

/** struct sockaddr_un. */
export const SockaddrUnLayout = struct(110, { family: new U16(0), path: new Bytes(2, 108) });

/** struct sockaddr_in. */
export const SockaddrInLayout = struct(16, { family: new U16(0), port: new U16BE(2), addr: new U32BE(4) }, pad(8, 8));

/** struct sockaddr_in6. */
export const SockaddrIn6Layout = struct(28, {
  family: new U16(0),
  port: new U16BE(2),
  flowinfo: new U32BE(4),
  addr: new Bytes(8, 16),
  scopeId: new U32(24),
});

/** struct sockaddr_nl. */
export const SockaddrNlLayout = struct(12, { family: new U16(0), pid: new U32(4), groups: new U32(8) }, pad(2, 2));
