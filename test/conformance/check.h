// Helpers of the conformance programs. A program shows one behaviour of Linux; what it prints must not depend on
// the machine, the time, process numbers or addresses, so that the host and the sandbox can be compared byte by byte.
#ifndef CHECK_H
#define CHECK_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/sysmacros.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define HELPER static inline __attribute__((unused))

// Stops the program unless the condition holds.
#define CHECK(condition)                                                                                          \
  do {                                                                                                            \
    if (!(condition)) {                                                                                           \
      int check_errno = errno;                                                                                    \
      fflush(stdout);                                                                                             \
      fprintf(stderr, "%s:%d: %s [%s]\n", check_file(__FILE__), __LINE__, #condition, check_name(check_errno));   \
      exit(1);                                                                                                    \
    }                                                                                                             \
  } while (0)

// Prints a number, and the error's name when it is -1.
#define SHOW(expression)                                                      \
  do {                                                                        \
    errno = 0;                                                                \
    long show_value = (long)(expression);                                     \
    int show_errno = errno;                                                   \
    if (show_value == -1 && show_errno != 0)                                  \
      printf("%s = -1 [%s]\n", #expression, check_name(show_errno));          \
    else                                                                      \
      printf("%s = %ld\n", #expression, show_value);                          \
  } while (0)

// Prints whether a call worked, for results that differ from run to run (descriptors, addresses, process numbers).
#define TRY(expression)                                                                       \
  do {                                                                                        \
    errno = 0;                                                                                \
    long try_value = (long)(expression);                                                      \
    int try_errno = errno;                                                                    \
    printf("%s: %s\n", #expression, try_value == -1 ? check_name(try_errno) : "ok");          \
  } while (0)

#define SHOW_OCTAL(expression) printf("%s = %#o\n", #expression, (unsigned)(expression))
#define SHOW_STRING(expression) printf("%s = \"%s\"\n", #expression, (expression))

HELPER const char *check_name(int error) {
  const char *name = error == 0 ? "no error" : strerrorname_np(error);
  return name ? name : "unknown error";
}

HELPER const char *check_file(const char *path) {
  const char *slash = strrchr(path, '/');
  return slash ? slash + 1 : path;
}

// Children made by fork() must not print their parent's buffer again, and printing must not allocate memory.
static __attribute__((constructor)) void check_start(void) {
  static char buffer[4096];
  setvbuf(stdout, buffer, _IOLBF, sizeof buffer);
  umask(022);
}

static char check_tmp[64];
static pid_t check_tmp_owner;

HELPER void remove_tree(int parent, const char *name) {
  if (unlinkat(parent, name, 0) == 0) return;
  int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  DIR *dir = fd < 0 ? NULL : fdopendir(fd);
  for (struct dirent *entry; dir && (entry = readdir(dir));)
    if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..")) remove_tree(fd, entry->d_name);
  if (dir) closedir(dir);
  unlinkat(parent, name, AT_REMOVEDIR);
}

HELPER void leave_tmp(void) {
  if (getpid() != check_tmp_owner || chdir("/") < 0) return;
  remove_tree(AT_FDCWD, check_tmp);
}

// Makes an empty directory, removed at exit, and changes to it.
HELPER void enter_tmp(void) {
  strcpy(check_tmp, "/tmp/conformance-XXXXXX");
  CHECK(mkdtemp(check_tmp) != NULL);
  check_tmp_owner = getpid();
  atexit(leave_tmp);
  CHECK(chdir(check_tmp) == 0);
  CHECK(chmod(".", 0755) == 0);
}

HELPER void write_file(const char *path, const char *text) {
  int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
  CHECK(fd >= 0);
  CHECK(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
  CHECK(close(fd) == 0);
}

// The first bytes of a file as a string; valid until the second next call.
HELPER const char *read_file(const char *path) {
  static char buffers[2][65536];
  static int turn;
  char *buffer = buffers[turn ^= 1];
  int fd = open(path, O_RDONLY);
  CHECK(fd >= 0);
  size_t length = 0;
  ssize_t n;
  while ((n = read(fd, buffer + length, sizeof buffers[0] - 1 - length)) > 0) length += n;
  CHECK(n == 0 || length == sizeof buffers[0] - 1);
  buffer[length] = 0;
  close(fd);
  return buffer;
}

HELPER void show_status(const char *label, int status) {
  if (WIFEXITED(status)) printf("%s: exited with %d\n", label, WEXITSTATUS(status));
  else if (WIFSIGNALED(status)) printf("%s: killed by SIG%s\n", label, sigabbrev_np(WTERMSIG(status)));
  else if (WIFSTOPPED(status)) printf("%s: stopped by SIG%s\n", label, sigabbrev_np(WSTOPSIG(status)));
  else if (WIFCONTINUED(status)) printf("%s: continued\n", label);
  else printf("%s: status %#x\n", label, status);
}

// Runs the function in a child and returns the wait status; its result is the exit code.
HELPER int in_child(int (*body)(void)) {
  pid_t pid = fork();
  CHECK(pid >= 0);
  if (pid == 0) {
    int code = body();
    fflush(stdout);
    _exit(code);
  }
  int status;
  CHECK(waitpid(pid, &status, 0) == pid);
  return status;
}

HELPER void reap(const char *label, pid_t pid) {
  int status;
  CHECK(waitpid(pid, &status, 0) == pid);
  show_status(label, status);
}

HELPER void sleep_ms(long ms) {
  struct timespec left = {ms / 1000, ms % 1000 * 1000000};
  while (nanosleep(&left, &left) < 0 && errno == EINTR) continue;
}

HELPER int64_t now_ns(clockid_t clock) {
  struct timespec now;
  CHECK(clock_gettime(clock, &now) == 0);
  return now.tv_sec * 1000000000LL + now.tv_nsec;
}

HELPER void on_signal(int number, void (*handler)(int), int flags) {
  struct sigaction action = {.sa_handler = handler, .sa_flags = flags};
  CHECK(sigaction(number, &action, NULL) == 0);
}

// One-shot gates between processes or threads: opened once, waited for once.
typedef struct {
  int fds[2];
} Gate;

HELPER Gate gate_make(void) {
  Gate gate;
  CHECK(pipe2(gate.fds, O_CLOEXEC) == 0);
  return gate;
}

HELPER void gate_open(Gate gate) { CHECK(write(gate.fds[1], "x", 1) == 1); }

HELPER void gate_wait(Gate gate) {
  char byte;
  ssize_t n;
  while ((n = read(gate.fds[0], &byte, 1)) < 0 && errno == EINTR) continue;
  CHECK(n == 1);
}

static sigjmp_buf fault_return;
static siginfo_t fault_info;

static __attribute__((unused)) void fault_handler(int number, siginfo_t *info, void *context) {
  (void)number, (void)context;
  fault_info = *info;
  siglongjmp(fault_return, 1);
}

// The name of the fault that touching a byte gives, "none" if it gives none.
HELPER const char *fault_at(volatile char *address, int writes) {
  struct sigaction action = {.sa_sigaction = fault_handler, .sa_flags = SA_SIGINFO};
  CHECK(sigaction(SIGSEGV, &action, NULL) == 0 && sigaction(SIGBUS, &action, NULL) == 0);
  if (sigsetjmp(fault_return, 1) == 0) {
    if (writes) *address = 'w';
    else (void)*address;
    return "none";
  }
  if (fault_info.si_addr != address) return "fault at another address";
  if (fault_info.si_signo == SIGBUS) return fault_info.si_code == BUS_ADRERR ? "SIGBUS BUS_ADRERR" : "SIGBUS other";
  if (fault_info.si_code == SEGV_MAPERR) return "SIGSEGV SEGV_MAPERR";
  return fault_info.si_code == SEGV_ACCERR ? "SIGSEGV SEGV_ACCERR" : "SIGSEGV other";
}

#endif
