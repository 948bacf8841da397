/**
 * The host calls that remain to the gofer once it serves, by name. Everything else answers ENOSYS (V8 and the C library know how to do
 * without); a test counts the list.
 *
 * Only calls on descriptors, or on names below a descriptor, are here: there is no open(2), no socket(2), no execve(2), no clone(2).
 */

/** What serving files takes: hostfs_native.ts. */
const FILE_CALLS = [
  "openat2",
  "close",
  "fcntl",
  "statx",
  "readlinkat",
  "pread64",
  "pwrite64",
  "getdents64",
  "lseek",
  "fsync",
  "fallocate",
  "ftruncate",
  "fchmodat",
  "fchownat",
  "utimensat",
  "fstatfs",
  "mkdirat",
  "symlinkat",
  "mknodat",
  "linkat",
  "renameat2",
  "unlinkat",
  "fgetxattr",
  "fsetxattr",
  "flistxattr",
  "fremovexattr",
] as const;

/** The FD channel and the last words to control. */
const CHANNEL_CALLS = ["sendmsg", "recvmsg", "write"] as const;

/**
 * What the runtime does by itself: memory, its own threads' waiting, its end. V8's own timers have a thread with an event loop; a
 * wait that a stop signal interrupts is resumed by restart_syscall.
 */
const RUNTIME_CALLS = [
  "futex",
  "mmap",
  "munmap",
  "mprotect",
  "madvise",
  "brk",
  "mremap",
  "rt_sigreturn",
  "restart_syscall",
  "getpid",
  "epoll_pwait",
  "read",
  "exit_group",
] as const;

export const SECCOMP_ALLOW: readonly string[] = [...FILE_CALLS, ...CHANNEL_CALLS, ...RUNTIME_CALLS];
