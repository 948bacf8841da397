/**
 * The host calls that remain to the sentry once it serves, by name. Everything else answers ENOSYS (V8 and the C library know how to do without); a test
 * counts the list. There is no open(2) of a path that means anything (its root is empty but for the /proc of its own stubs), no socket(2), no
 * execve(2), no clone(2): stubs are cloned by stubs, on orders.
 */

/** Stubs: their notifications, memory, signals and ends. */
const PLATFORM_CALLS = [
  "ioctl",
  "process_vm_readv",
  "process_vm_writev",
  "openat",
  "pidfd_open",
  "pidfd_send_signal",
  "tgkill",
  "sched_setaffinity",
  "rt_tgsigqueueinfo",
  "kill",
  "wait4",
  "waitid",
  "clock_gettime",
  "timerfd_settime",
] as const;

/** Files in memory, donated files and standard streams. */
const FILE_CALLS = [
  "read",
  "write",
  "pread64",
  "pwrite64",
  "preadv",
  "pwritev",
  "preadv2",
  "pwritev2",
  "writev",
  "close",
  "dup",
  "fcntl",
  "fstat",
  "lseek",
  "ftruncate",
  "fallocate",
  "fsync",
  "fdatasync",
  "memfd_create",
] as const;

/** Control's socket, the gofer's channel, terminals. */
const CHANNEL_CALLS = ["sendmsg", "recvmsg", "shutdown"] as const;

/** What the runtime does by itself: the event loop, memory, its threads' waiting, its end. */
const RUNTIME_CALLS = [
  "poll",
  "ppoll",
  "epoll_create1",
  "epoll_ctl",
  "epoll_wait",
  "epoll_pwait",
  "eventfd2",
  "futex",
  "mmap",
  "munmap",
  "mprotect",
  "mremap",
  "madvise",
  "brk",
  "rt_sigaction",
  "rt_sigprocmask",
  "rt_sigreturn",
  "restart_syscall",
  "sched_yield",
  "sched_getaffinity",
  "sched_getparam",
  "sched_getscheduler",
  "getpid",
  "gettid",
  "getrandom",
  "getrusage",
  "sysinfo",
  "clock_nanosleep",
  "nanosleep",
  "exit",
  "exit_group",
] as const;

export const SECCOMP_ALLOW: readonly string[] = [...PLATFORM_CALLS, ...FILE_CALLS, ...CHANNEL_CALLS, ...RUNTIME_CALLS];
