/** Which headers hold the constants of each file of shared/abi. */

import * as capability from "../../shared/abi/capability.ts";
import * as dirent from "../../shared/abi/dirent.ts";
import * as elf from "../../shared/abi/elf.ts";
import * as epoll from "../../shared/abi/epoll.ts";
import * as errno from "../../shared/abi/errno.ts";
import * as eventfd from "../../shared/abi/eventfd.ts";
import * as fcntl from "../../shared/abi/fcntl.ts";
import * as futex from "../../shared/abi/futex.ts";
import * as inotify from "../../shared/abi/inotify.ts";
import * as ioctl from "../../shared/abi/ioctl.ts";
import * as ipc from "../../shared/abi/ipc.ts";
import * as kcmp from "../../shared/abi/kcmp.ts";
import * as limits from "../../shared/abi/limits.ts";
import * as mman from "../../shared/abi/mman.ts";
import * as mount from "../../shared/abi/mount.ts";
import * as pidfd from "../../shared/abi/pidfd.ts";
import * as poll from "../../shared/abi/poll.ts";
import * as prctl from "../../shared/abi/prctl.ts";
import * as ptrace from "../../shared/abi/ptrace.ts";
import * as resource from "../../shared/abi/resource.ts";
import * as sched from "../../shared/abi/sched.ts";
import * as seccomp from "../../shared/abi/seccomp.ts";
import * as signal from "../../shared/abi/signal.ts";
import * as signalfd from "../../shared/abi/signalfd.ts";
import * as socket from "../../shared/abi/socket.ts";
import * as stat from "../../shared/abi/stat.ts";
import * as sysinfo from "../../shared/abi/sysinfo.ts";
import * as termios from "../../shared/abi/termios.ts";
import * as time from "../../shared/abi/time.ts";
import * as timerfd from "../../shared/abi/timerfd.ts";
import * as uio from "../../shared/abi/uio.ts";
import * as utsname from "../../shared/abi/utsname.ts";
import * as wait from "../../shared/abi/wait.ts";

interface ConstantSource {
  readonly name: string;
  readonly module: object;
  readonly headers: readonly string[];
}

export const CONSTANT_SOURCES: readonly ConstantSource[] = [
  { name: "capability", module: capability, headers: ["linux/capability.h"] },
  { name: "dirent", module: dirent, headers: ["dirent.h"] },
  { name: "elf", module: elf, headers: ["elf.h"] },
  { name: "epoll", module: epoll, headers: ["linux/eventpoll.h"] },
  { name: "errno", module: errno, headers: ["errno.h"] },
  { name: "eventfd", module: eventfd, headers: ["sys/eventfd.h"] },
  { name: "fcntl", module: fcntl, headers: ["linux/fcntl.h", "linux/openat2.h", "linux/fs.h", "linux/falloc.h"] },
  { name: "futex", module: futex, headers: ["linux/futex.h"] },
  { name: "inotify", module: inotify, headers: ["linux/inotify.h"] },
  {
    name: "ioctl",
    module: ioctl,
    headers: [
      "asm/termbits.h",
      "asm/ioctls.h",
      "linux/ioctl.h",
      "linux/sockios.h",
      "linux/fs.h",
      "linux/random.h",
      "linux/kd.h",
      "linux/vt.h",
    ],
  },
  { name: "ipc", module: ipc, headers: ["linux/ipc.h", "linux/shm.h", "linux/sem.h", "linux/msg.h"] },
  { name: "kcmp", module: kcmp, headers: ["linux/kcmp.h"] },
  { name: "limits", module: limits, headers: ["linux/limits.h"] },
  { name: "mman", module: mman, headers: ["linux/mman.h"] },
  { name: "mount", module: mount, headers: ["linux/mount.h", "linux/magic.h"] },
  { name: "pidfd", module: pidfd, headers: ["linux/pidfd.h", "linux/fcntl.h"] },
  { name: "poll", module: poll, headers: ["asm/poll.h", "linux/posix_types.h"] },
  { name: "prctl", module: prctl, headers: ["linux/prctl.h", "asm/prctl.h"] },
  { name: "ptrace", module: ptrace, headers: ["linux/ptrace.h", "asm/ptrace-abi.h"] },
  { name: "resource", module: resource, headers: ["linux/resource.h"] },
  { name: "sched", module: sched, headers: ["linux/sched.h"] },
  { name: "seccomp", module: seccomp, headers: ["linux/seccomp.h", "linux/filter.h", "linux/audit.h"] },
  {
    name: "signal",
    module: signal,
    headers: ["linux/signal.h", "asm/siginfo.h", "asm/sigcontext.h", "asm/ucontext.h"],
  },
  { name: "signalfd", module: signalfd, headers: ["linux/signalfd.h"] },
  {
    name: "socket",
    module: socket,
    headers: [
      "sys/socket.h",
      "sys/un.h",
      "linux/sockios.h",
      "linux/net.h",
      "linux/in.h",
      "linux/tcp.h",
      "linux/netlink.h",
    ],
  },
  { name: "stat", module: stat, headers: ["linux/stat.h"] },
  { name: "sysinfo", module: sysinfo, headers: ["linux/random.h", "linux/reboot.h", "sys/klog.h"] },
  { name: "termios", module: termios, headers: ["asm/termbits.h", "asm/termios.h"] },
  { name: "time", module: time, headers: ["linux/time.h", "linux/timex.h"] },
  { name: "timerfd", module: timerfd, headers: ["linux/timerfd.h"] },
  { name: "uio", module: uio, headers: ["linux/uio.h"] },
  { name: "utsname", module: utsname, headers: ["linux/utsname.h", "linux/personality.h"] },
  { name: "wait", module: wait, headers: ["linux/wait.h"] },
];

/**
 * Constants without a macro in those headers: internal to the kernel, from a header that clashes with the others, or newer
 * than the headers of a stable distribution. They are checked where a macro exists all the same.
 */
const OUTSIDE_HEADERS: Record<string, readonly string[]> = {
  elf: ["ELF_MAGIC"],
  errno: ["ERESTARTSYS", "ERESTARTNOINTR", "ERESTARTNOHAND", "ERESTART_RESTARTBLOCK"],
  fcntl: [
    "O_ASYNC",
    "FASYNC",
    "OPEN_HOW_SIZE_VER0",
    "F_OK",
    "X_OK",
    "W_OK",
    "R_OK",
    "F_SEAL_EXEC",
    "POSIX_FADV_NORMAL",
    "POSIX_FADV_RANDOM",
    "POSIX_FADV_SEQUENTIAL",
    "POSIX_FADV_WILLNEED",
    "POSIX_FADV_DONTNEED",
    "POSIX_FADV_NOREUSE",
    "CLOSE_RANGE_UNSHARE",
    "CLOSE_RANGE_CLOEXEC",
    "SPLICE_F_MOVE",
    "SPLICE_F_NONBLOCK",
    "SPLICE_F_MORE",
    "SPLICE_F_GIFT",
    "MFD_CLOEXEC",
    "MFD_ALLOW_SEALING",
    "MFD_HUGETLB",
    "MFD_NOEXEC_SEAL",
    "MFD_EXEC",
    "XATTR_CREATE",
    "XATTR_REPLACE",
  ],
  futex: ["FUTEX2_SIZE_U32", "FUTEX2_PRIVATE"],
  ioctl: ["SIOCSPGRP", "SIOCGPGRP", "SIOCATMARK"],
  ipc: ["SHM_DEST", "SHM_LOCKED"],
  limits: ["MAXSYMLINKS", "MAX_ARG_STRLEN", "MAX_ARG_STRINGS", "BINPRM_BUF_SIZE", "TASK_COMM_LEN"],
  mman: [
    "MAP_ANON",
    "MAP_DROPPABLE",
    "MADV_GUARD_INSTALL",
    "MADV_GUARD_REMOVE",
    "MPOL_DEFAULT",
    "MPOL_PREFERRED",
    "MPOL_BIND",
    "MPOL_INTERLEAVE",
    "MPOL_LOCAL",
    "MPOL_F_NODE",
    "MPOL_F_ADDR",
    "MPOL_F_MEMS_ALLOWED",
    "MEMBARRIER_CMD_QUERY",
    "MEMBARRIER_CMD_GLOBAL",
    "MEMBARRIER_CMD_GLOBAL_EXPEDITED",
    "MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED",
    "MEMBARRIER_CMD_PRIVATE_EXPEDITED",
    "MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED",
    "MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE",
    "MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE",
    "MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ",
    "MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_RSEQ",
    "PAGE_SIZE",
    "PAGE_SHIFT",
    "TASK_SIZE",
  ],
  mount: [
    "MNT_FORCE",
    "MNT_DETACH",
    "MNT_EXPIRE",
    "UMOUNT_NOFOLLOW",
    "ST_RDONLY",
    "ST_NOSUID",
    "ST_NODEV",
    "ST_NOEXEC",
    "ST_SYNCHRONOUS",
    "ST_VALID",
    "ST_MANDLOCK",
    "ST_NOATIME",
    "ST_NODIRATIME",
    "ST_RELATIME",
    "ST_NOSYMFOLLOW",
    "MQUEUE_MAGIC",
  ],
  pidfd: ["PIDFD_NONBLOCK", "PIDFD_THREAD"],
  poll: ["FD_SETSIZE"],
  resource: ["RLIM_NLIMITS", "RLIM_INFINITY"],
  sched: [
    "PRIO_PROCESS",
    "PRIO_PGRP",
    "PRIO_USER",
    "IOPRIO_WHO_PROCESS",
    "IOPRIO_WHO_PGRP",
    "IOPRIO_WHO_USER",
    "RSEQ_FLAG_UNREGISTER",
  ],
  signal: [
    "SIGRTMAX",
    "SIGSET_BYTES",
    "SIG_DFL",
    "SIG_IGN",

    "SS_ONSTACK",
    "SS_DISABLE",
    "SS_AUTODISARM",
    "MINSIGSTKSZ",
    "SIGSTKSZ",
  ],
  socket: [
    "SOCK_TYPE_MASK",
    "SOL_IP",
    "SOL_TCP",
    "SOL_UDP",
    "SOL_IPV6",
    "SOL_ICMPV6",
    "SO_PASSPIDFD",
    "SO_PEERPIDFD",
    "MSG_CMSG_COMPAT",
    "SCM_SECURITY",
    "SCM_PIDFD",
    "SCM_MAX_FD",
    "UNIX_PATH_MAX",
    "SOCKADDR_STORAGE_BYTES",
  ],
  stat: ["UTIME_NOW", "UTIME_OMIT"],
  sysinfo: [
    "SI_LOAD_SHIFT",
    "SYSLOG_ACTION_CLOSE",
    "SYSLOG_ACTION_OPEN",
    "SYSLOG_ACTION_READ",
    "SYSLOG_ACTION_READ_ALL",
    "SYSLOG_ACTION_READ_CLEAR",
    "SYSLOG_ACTION_CLEAR",
    "SYSLOG_ACTION_CONSOLE_OFF",
    "SYSLOG_ACTION_CONSOLE_ON",
    "SYSLOG_ACTION_CONSOLE_LEVEL",
    "SYSLOG_ACTION_SIZE_UNREAD",
    "SYSLOG_ACTION_SIZE_BUFFER",
  ],
  termios: ["N_TTY"],
  time: ["CLK_TCK"],
  uio: ["MAX_RW_COUNT"],
  utsname: ["UTS_FIELD_BYTES"],
};

export function isNamedOutsideHeaders(file: string, constant: string): boolean {
  return OUTSIDE_HEADERS[file]?.includes(constant) ?? false;
}
