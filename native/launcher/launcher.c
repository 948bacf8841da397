/*
 * Starts a service's Node process in namespaces of its own. A threaded process can't enter user and mount namespaces, so this happens
 * before Node runs; and what a process needs to start (its program, libraries) is not what it may see later, so this only *prepares*
 * the root directory, to which the service changes by pivot_root(2) when it has started (shared/isolation).
 *
 *   launcher --parent PID --root DIR [--proc] [--bind SRC NAME ro|rw]... [--hide NAME]... [--remove DIR] -- PROGRAM [ARG...]
 *
 * DIR gets a read-only tmpfs, in the new mount namespace only, with the given directories and files bound below it by name.
 * --hide covers a directory below DIR by an empty one; --proc mounts the new PID namespace's proc at DIR/proc; --remove deletes a
 * directory when the parent has died without doing so itself.
 *
 * Two processes: the outer one writes the ID maps, waits and repeats the end of the inner one, which becomes PROGRAM as process 1 of
 * its PID namespace. Each dies with its parent. Errors are one line on stderr, exit code 125.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/mount.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define EXIT_LAUNCHER 125
#define MAX_ENTRIES 128

struct bind {
  const char *source;
  const char *name;
  int read_only;
};

static const char *root;
static struct bind binds[MAX_ENTRIES];
static int bind_count;
static const char *hidden[MAX_ENTRIES];
static int hidden_count;
static int want_proc;
static const char *removed;
static volatile sig_atomic_t parent_died;

static _Noreturn void fail(const char *format, ...) {
  int error = errno;
  char line[1024];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(line, sizeof(line), format, arguments);
  va_end(arguments);
  dprintf(2, "%s%s%s\n", line, error ? ": " : "", error ? strerror(error) : "");
  _exit(EXIT_LAUNCHER);
}

static void die_with_parent(int signal) {
  if (prctl(PR_SET_PDEATHSIG, signal, 0, 0, 0) < 0) fail("prctl(PR_SET_PDEATHSIG)");
}

static void write_file(const char *path, const char *text) {
  int fd = open(path, O_WRONLY | O_CLOEXEC);
  if (fd < 0) fail("open %s", path);
  if (write(fd, text, strlen(text)) != (ssize_t)strlen(text)) fail("write %s", path);
  close(fd);
}

/* With CAP_SETUID every ID keeps its number; without, only the caller exists, with its own. */
static void write_id_maps(pid_t pid, uid_t uid, gid_t gid) {
  char path[64];
  char map[64];
  if (uid == 0) {
    snprintf(path, sizeof(path), "/proc/%d/uid_map", pid);
    write_file(path, "0 0 4294967295");
    snprintf(path, sizeof(path), "/proc/%d/gid_map", pid);
    write_file(path, "0 0 4294967295");
    return;
  }
  snprintf(path, sizeof(path), "/proc/%d/setgroups", pid);
  write_file(path, "deny");
  snprintf(path, sizeof(path), "/proc/%d/uid_map", pid);
  snprintf(map, sizeof(map), "%u %u 1", uid, uid);
  write_file(path, map);
  snprintf(path, sizeof(path), "/proc/%d/gid_map", pid);
  snprintf(map, sizeof(map), "%u %u 1", gid, gid);
  write_file(path, map);
}

static void join(char *path, size_t size, const char *name) {
  if (snprintf(path, size, "%s/%s", root, name) >= (int)size) {
    errno = ENAMETOOLONG;
    fail("%s/%s", root, name);
  }
}

static void bind_one(const struct bind *entry) {
  char target[4096];
  struct stat info;
  join(target, sizeof(target), entry->name);
  if (stat(entry->source, &info) < 0) fail("stat %s", entry->source);
  if (S_ISDIR(info.st_mode)) {
    if (mkdir(target, 0755) < 0) fail("mkdir %s", target);
  } else {
    int fd = open(target, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (fd < 0) fail("create %s", target);
    close(fd);
  }
  if (mount(entry->source, target, NULL, MS_BIND | MS_REC, NULL) < 0) fail("bind %s", entry->source);
  if (!entry->read_only) return;
  struct mount_attr attributes = {.attr_set = MOUNT_ATTR_RDONLY};
  if (syscall(SYS_mount_setattr, AT_FDCWD, target, AT_RECURSIVE, &attributes, sizeof(attributes)) < 0) {
    fail("make %s read-only", entry->source);
  }
}

static void mount_proc(const char *path) {
  if (mount("proc", path, "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0) {
    fail("cannot mount proc on %s (is the host's own /proc missing or masked?)", path);
  }
}

static void build_root(void) {
  char path[4096];
  if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0) fail("make mounts private");
  if (mount("none", root, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=0755,size=1m") < 0) fail("mount tmpfs on %s", root);
  for (int i = 0; i < bind_count; i++) bind_one(&binds[i]);
  for (int i = 0; i < hidden_count; i++) {
    join(path, sizeof(path), hidden[i]);
    if (mount("none", path, "tmpfs", MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=0555,size=4k") < 0 && errno != ENOENT) {
      fail("hide %s", path);
    }
  }
  /* The program must see its own process numbers, whatever it does before it changes its root. */
  mount_proc("/proc");
  if (want_proc) {
    join(path, sizeof(path), "proc");
    if (mkdir(path, 0555) < 0) fail("mkdir %s", path);
    mount_proc(path);
  }
  if (mount(NULL, root, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0) fail("remount %s", root);
}

/* execve(2) takes the new user namespace's capabilities away from every user but root, unless they are ambient. */
static void keep_capabilities(void) {
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct data[2];
  if (geteuid() == 0) return;
  if (syscall(SYS_capget, &header, data) < 0) fail("capget");
  for (int i = 0; i < 2; i++) data[i].inheritable = data[i].permitted;
  if (syscall(SYS_capset, &header, data) < 0) fail("capset");
  for (int capability = 0; prctl(PR_CAPBSET_READ, capability, 0, 0, 0) >= 0; capability++) {
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0);
  }
}

/*
 * libuv makes an io_uring whenever it can and then can't do without; a service's list of host calls has no place for it. It does without
 * where the host never had one.
 */
static void refuse_io_uring(void) {
  struct sock_filter filter[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, SYS_io_uring_setup, 0, 2),
      BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, SYS_io_uring_register, 1, 0),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog program = {sizeof(filter) / sizeof(filter[0]), filter};
  if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) < 0) fail("seccomp filters are not available here");
}

static void run_inner(int ready, char **program) {
  char byte;
  /* The outer process writes when the ID maps are in place; its end is end of file. */
  if (read(ready, &byte, 1) != 1) _exit(EXIT_LAUNCHER);
  die_with_parent(SIGKILL);
  /* It may have died just before; then the pipe is at its end instead of empty. */
  struct pollfd poll_ready = {ready, POLLIN, 0};
  if (poll(&poll_ready, 1, 0) != 0) _exit(EXIT_LAUNCHER);
  close(ready);
  build_root();
  refuse_io_uring();
  keep_capabilities();
  if (chdir("/") < 0) fail("chdir /");
  if (chdir(root) < 0 || chdir("/") < 0) fail("chdir %s", root);
  execv(program[0], program);
  fail("exec %s", program[0]);
}

/* Ends as the child did. */
static _Noreturn void repeat_end(int status) {
  if (WIFSIGNALED(status)) {
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    signal(WTERMSIG(status), SIG_DFL);
    raise(WTERMSIG(status));
    _exit(128 + WTERMSIG(status));
  }
  _exit(WEXITSTATUS(status));
}

static int remove_entry(const char *path, const struct stat *info, int type, struct FTW *walk) {
  (void)info;
  (void)type;
  (void)walk;
  remove(path);
  return 0;
}

static void ignore_signal(int signal) { (void)signal; }

/* The parent has gone: the inner process is killed by the caller's loop. */
static void on_parent_death(int signal) {
  (void)signal;
  parent_died = 1;
}

static const char *take(char ***argument) {
  if ((*argument)[1] == NULL) {
    errno = EINVAL;
    fail("launcher: %s lacks a value", **argument);
  }
  return *++*argument;
}

int main(int argc, char **argv) {
  pid_t parent = 0;
  char **argument = argv + 1;
  (void)argc;
  for (; *argument != NULL && strcmp(*argument, "--") != 0; argument++) {
    if (strcmp(*argument, "--parent") == 0) {
      parent = atoi(take(&argument));
    } else if (strcmp(*argument, "--root") == 0) {
      root = take(&argument);
    } else if (strcmp(*argument, "--proc") == 0) {
      want_proc = 1;
    } else if (strcmp(*argument, "--remove") == 0) {
      removed = take(&argument);
    } else if (strcmp(*argument, "--bind") == 0 && bind_count < MAX_ENTRIES) {
      struct bind *entry = &binds[bind_count++];
      entry->source = take(&argument);
      entry->name = take(&argument);
      entry->read_only = strcmp(take(&argument), "ro") == 0;
    } else if (strcmp(*argument, "--hide") == 0 && hidden_count < MAX_ENTRIES) {
      hidden[hidden_count++] = take(&argument);
    } else {
      errno = EINVAL;
      fail("launcher: %s", *argument);
    }
  }
  if (*argument == NULL || argument[1] == NULL || root == NULL || parent == 0) {
    errno = EINVAL;
    fail("launcher: usage");
  }
  struct sigaction action = {.sa_handler = on_parent_death};
  sigaction(SIGTERM, &action, NULL);
  die_with_parent(SIGTERM);
  if (getppid() != parent) _exit(EXIT_LAUNCHER);
  setsid();
  uid_t uid = geteuid();
  gid_t gid = getegid();
  int ready[2];
  if (pipe2(ready, O_CLOEXEC) < 0) fail("pipe");
  unsigned long flags = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | SIGCHLD;
  pid_t child = (pid_t)syscall(SYS_clone, flags, NULL, NULL, NULL, NULL);
  if (child < 0) {
    fail(errno == EPERM || errno == EINVAL || errno == ENOSPC || errno == ENOSYS
             ? "user namespaces are not available here (kernel setting, or not enough privilege)"
             : "clone");
  }
  if (child == 0) {
    close(ready[1]);
    run_inner(ready[0], argument + 1);
  }
  write_id_maps(child, uid, gid);
  if (write(ready[1], "", 1) != 1) fail("write to inner process");
  /* Nothing that was handed on may be held here: its other ends wait for the end of file. The pipe says that this process lives. */
  dup2(ready[1], 0);
  close_range(1, ~0u, 0);
  int status;
  sigset_t blocked, previous;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGTERM);
  sigaddset(&blocked, SIGCHLD);
  signal(SIGCHLD, ignore_signal);
  sigprocmask(SIG_BLOCK, &blocked, &previous);
  while (waitpid(child, &status, WNOHANG) == 0) {
    if (parent_died) kill(child, SIGKILL);
    sigsuspend(&previous);
  }
  if (parent_died && removed != NULL) nftw(removed, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
  repeat_end(status);
}
