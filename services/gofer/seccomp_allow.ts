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

/** Donating descriptors, and the last words to control. */
const CHANNEL_CALLS = ["sendmsg", "write"] as const;

/**
 * What the runtime does by itself: memory, its own threads' waiting, its end. V8's own timers have a thread with an event loop; a
 * wait that a stop signal interrupts is resumed by restart_syscall. Two must not be refused: the C library takes any answer of brk(2) but
 * a smaller break for success, and a crash without rt_sigaction(2) hangs in its own handler.
 */
const RUNTIME_CALLS = [
  "futex",
  "brk",
  "mmap",
  "munmap",
  "mprotect",
  "madvise",
  "rt_sigaction",
  "rt_sigreturn",
  "restart_syscall",
  "epoll_pwait",
  "read",
  "exit_group",
] as const;

export const SECCOMP_ALLOW: readonly string[] = [...FILE_CALLS, ...CHANNEL_CALLS, ...RUNTIME_CALLS];
