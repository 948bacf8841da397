/*
 * Starts a service's Node process in namespaces of its own. A threaded process can't enter user and mount namespaces, so this happens
 * before Node runs; and what a process needs to start (its program, libraries) is not what it may see later, so this only *prepares*
 * the root directory, to which the service changes by pivot_root(2) when it has started (shared/isolation).
 *
 *   launcher --parent PID --root DIR [--proc] [--bind SRC NAME ro|rw]... [--hide NAME]... -- PROGRAM [ARG...]
 *
 * DIR gets a read-only tmpfs, in the new mount namespace only, with the given directories and files bound below it by name.
 * --hide covers a directory below DIR by an empty one; --proc mounts the new PID namespace's proc at DIR/proc.
 *
 * Two processes: the outer one writes the ID maps, waits and repeats the end of the inner one, which becomes PROGRAM as process 1 of
 * its PID namespace. Each dies with its parent. Errors are one line on stderr, exit code 125.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
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

static void die_with(pid_t parent) {
  if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0) fail("prctl(PR_SET_PDEATHSIG)");
  /* 0: the parent is outside our PID namespace, and alive if it still holds the pipe. */
  if (parent != 0 && getppid() != parent) _exit(EXIT_LAUNCHER);
}

static void write_file(const char *path, const char *text) {
  int fd = open(path, O_WRONLY | O_CLOEXEC);
  if (fd < 0) fail("open %s", path);
  if (write(fd, text, strlen(text)) != (ssize_t)strlen(text)) fail("write %s", path);
  close(fd);
}

/* With CAP_SETUID every ID keeps its number; without, only the caller exists, as root. */
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
  snprintf(map, sizeof(map), "0 %u 1", uid);
  write_file(path, map);
  snprintf(path, sizeof(path), "/proc/%d/gid_map", pid);
  snprintf(map, sizeof(map), "0 %u 1", gid);
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

static void run_inner(int ready, char **program) {
  char byte;
  /* The outer process writes when the ID maps are in place; its end is end of file. */
  if (read(ready, &byte, 1) != 1) _exit(EXIT_LAUNCHER);
  close(ready);
  errno = 0;
  if (setresgid(0, 0, 0) < 0) fail("setresgid");
  if (setresuid(0, 0, 0) < 0) fail("setresuid");
  die_with(0);
  build_root();
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
  die_with(parent);
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
  /* Nothing that was handed on may be held here: its other ends wait for the end of file. */
  close_range(0, ~0u, 0);
  int status;
  while (waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) _exit(EXIT_LAUNCHER);
  }
  repeat_end(status);
}
