// Makes system calls with numbers and arguments at random, from a seed: wild_calls SEED BATCHES CALLS [NUMBER]. Each batch runs in a process of
// its own, which may die of it as it likes; this one must stay alive and in charge, and prints "done" at the end.
// With NUMBER, every other call is that one.

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static uint64_t state;

static uint64_t next(void) {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return state * 0x2545f4914f6cdd1dULL;
}

static unsigned below(unsigned limit) { return (next() >> 33) % limit; }

#define BLOCK_SIZE 0x10000
static unsigned char *block;

static const uint64_t odd_numbers[] = {
    0, 1, 2, 3, 4, 7, 8, 12, 16, 24, 32, 64, 100, 128, 255, 256, 4095, 4096, 4097, 65535, 65536, 0x100000, 0x7fffffff, 0x80000000,
    0xffffffff, 0x100000000, 0x7ffffffff000, 0x7fffffffffff, 0x800000000000, 0x1fffffffffffff, 0x20000000000000, 0x7fffffffffffffff,
    0x8000000000000000, 0xffff800000000000, 0xffffffff80000000, 0xfffffffffffff000, -4095, -200, -100, -2, -1,
};
static const char *const paths[] = {
    "/", ".", "..", "/tmp", "/tmp/wild", "/tmp/wild/a", "/tmp/wild/b", "/proc/self/mem", "/proc/self/fd/3", "/proc/self/maps", "/proc/self/root",
    "/proc/self/exe", "/dev/null", "/dev/ptmx", "/dev/full", "/dev/zero", "/proc/self/ns/pid", "/proc/1/environ", "/proc/sys/kernel/hostname",
    "/sys", "", "/dev/shm/x", "a", "/proc/self/task", "/proc/self/oom_score_adj", "tmpfs", "proc", "user.x", "overlay", "/proc/self/attr",
    "/proc/thread-self/comm", "/etc/passwd", "/tmp/wild/\xff\xfe",
};

static uint64_t argument(void) {
  switch (below(10)) {
    case 0:
      return odd_numbers[below(sizeof odd_numbers / sizeof *odd_numbers)];
    case 1:
      return below(40);
    case 2:
    case 3:
      return (uintptr_t)(block + below(64) * 64);
    case 4:
      return (uintptr_t)(block + BLOCK_SIZE - below(64));
    case 5: {
      char *place = (char *)block + 0x2000 + below(16) * 64;
      strcpy(place, paths[below(sizeof paths / sizeof *paths)]);
      return (uintptr_t)place;
    }
    case 6:
      return 1ULL << below(64);
    case 7:
      return below(4096);
    case 8:
      return (next() & 1) ? (uint64_t)-100 : below(16);
    default:
      return next() >> below(64);
  }
}

// Words of a block are pointers into it, small numbers and noise, so that they make structures of some sense.
static void fill(void) {
  uint64_t *words = (uint64_t *)block;
  for (int i = 0; i < 0x1000 / 8; i++) words[i] = argument();
}

static int isLeftOut(long number) {
  switch (number) {
    case SYS_exit:
    case SYS_exit_group:
    case SYS_rt_sigreturn:
    case SYS_pause:
    case SYS_vfork:
    case SYS_reboot:
      return 1;
  }
  return 0;
}

static void openSome(void) {
  mkdir("/tmp/wild", 0777);
  if (chdir("/tmp/wild")) return;
  open("/tmp/wild/a", O_RDWR | O_CREAT, 0666);
  open("/tmp/wild", O_RDONLY | O_DIRECTORY);
  open("/etc/passwd", O_RDONLY);
  int pair[2];
  if (pipe(pair)) return;
  socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
  socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair);
  socket(AF_INET, SOCK_STREAM, 0);
  socket(AF_INET6, SOCK_DGRAM, 0);
  socket(AF_NETLINK, SOCK_RAW, 0);
  eventfd(0, 0);
  epoll_create1(0);
  timerfd_create(CLOCK_MONOTONIC, 0);
  inotify_init1(IN_NONBLOCK);
  memfd_create("wild", MFD_ALLOW_SEALING);
  open("/dev/ptmx", O_RDWR | O_NOCTTY);
  open("/proc/self/maps", O_RDONLY);
  open("/tmp", O_PATH);
  open("/proc/self/mem", O_RDWR);
  syscall(SYS_pidfd_open, getpid(), 0);
}

static void batch(int calls, long chosen) {
  setsid();
  int quiet = open("/dev/null", O_RDWR);
  for (int fd = 0; fd < 3; fd++) dup2(quiet, fd);
  openSome();
  for (int signal = 1; signal < 32; signal++)
    if (signal != SIGALRM && signal != SIGSEGV && signal != SIGBUS) sigaction(signal, &(struct sigaction){.sa_handler = SIG_IGN}, NULL);
  for (int i = 0; i < calls; i++) {
    long number = chosen >= 0 && (next() & 1) ? chosen : (long)below(470);
    if (next() % 97 == 0) number = next() >> below(64);
    if (isLeftOut((int)number)) continue;
    if (below(4) == 0) fill();
    uint64_t a[6];
    for (int k = 0; k < 6; k++) a[k] = argument();
    // Processes that share this one's memory and stack run into each other: only whole copies are made.
    if ((int)number == SYS_clone) a[0] = (a[0] & ~0x4100ULL) | SIGCHLD, a[1] = 0;
    if ((int)number == SYS_clone3) continue;
    long result = syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
    if (((int)number == SYS_fork || (int)number == SYS_clone) && result == 0) _exit(0);
  }
  _exit(0);
}

int main(int argc, char **argv) {
  if (argc < 4) return 2;
  uint64_t seed = strtoull(argv[1], NULL, 10);
  int batches = atoi(argv[2]), calls = atoi(argv[3]);
  long chosen = argc > 4 ? atol(argv[4]) : -1;
  for (int i = 0; i < batches; i++) {
    fflush(NULL);
    pid_t child = fork();
    if (child < 0) return perror("fork"), 1;
    if (child == 0) {
      state = (seed + i) * 0x9e3779b97f4a7c15ULL | 1;
      block = mmap(NULL, BLOCK_SIZE + 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
      mprotect(block + BLOCK_SIZE, 4096, PROT_NONE);
      batch(calls, chosen);
    }
    // Blocked for good is no fault: it ends by a signal.
    int status, waited = 0;
    while (waitpid(child, &status, WNOHANG) == 0) {
      if (waited++ == 100) kill(child, SIGKILL);
      usleep(10000);
    }
    while (waitpid(-1, &status, WNOHANG) > 0) continue;
  }
  puts("done");
  return 0;
}
