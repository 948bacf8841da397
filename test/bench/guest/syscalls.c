// Times one operation after another, the same binary everywhere: `syscalls MILLISECONDS [OPERATION...]` prints "name nanoseconds" lines, the
// best of five batches each. `syscalls exit` ends at once: what the exec operations run.
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MUST(condition) do { if (!(condition)) { perror(#condition); _exit(9); } } while (0)
#define RW (PROT_READ | PROT_WRITE)
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)

static char block[1 << 20], name[] = "/tmp/bench.XXXXXX", nested[256];
static int file, ends[2], echo_in[2], echo_out[2], stream[2], counter, poller, futex_word;
static const char *program;

static void getpid_patchable(void) { long r; __asm__ volatile("mov $39, %%eax; syscall" : "=a"(r) : : "rcx", "r11", "memory"); }
static void getpid_by_trap(void) {
  // The number comes from another register and both neighbours of the instruction are jump targets.
  long r, nr = 39;
  __asm__ volatile("mov %1, %%rax; jmp 1f; 1: syscall; jmp 2f; 2:" : "=a"(r) : "r"(nr) : "rcx", "r11", "memory");
}
static void clock_read(void) { struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); }
static void stat_file(void) { struct stat s; MUST(!stat(name, &s)); }
static void stat_missing(void) { struct stat s; MUST(stat("/tmp/bench-is-not-here", &s)); }
static void stat_nested(void) { struct stat s; MUST(!stat(nested, &s)); }
static void stat_root(void) { struct stat s; MUST(!stat("/etc/passwd", &s)); }
static void open_close(void) { int fd = open("/etc/passwd", O_RDONLY); MUST(fd >= 0); close(fd); }
static void pread_1(void) { MUST(pread(file, block, 1, 0) == 1); }
static void pread_4k(void) { MUST(pread(file, block, 4096, 4096) == 4096); }
static void pread_64k(void) { MUST(pread(file, block, 65536, 0) == 65536); }
static void pread_1m(void) { MUST(pread(file, block, sizeof block, 0) == sizeof block); }
static void pwrite_4k(void) { MUST(pwrite(file, block, 4096, 4096) == 4096); }
static void pipe_w_r(void) { char c = 0; MUST(write(ends[1], &c, 1) == 1 && read(ends[0], &c, 1) == 1); }
static void socket_w_r(void) { char c = 0; MUST(write(stream[1], &c, 1) == 1 && read(stream[0], &c, 1) == 1); }
static void eventfd_epoll(void) {
  uint64_t one = 1;
  struct epoll_event event;
  MUST(write(counter, &one, 8) == 8 && epoll_wait(poller, &event, 1, -1) == 1 && read(counter, &one, 8) == 8);
}
static void mmap_munmap(void) { void *m = mmap(NULL, 4096, RW, ANON, -1, 0); MUST(m != MAP_FAILED && !munmap(m, 4096)); }
static void mmap_touch(void) { char *m = mmap(NULL, 4096, RW, ANON, -1, 0); MUST(m != MAP_FAILED); *(volatile char *)m = 1; munmap(m, 4096); }
static void mprotect_pair(void) {
  static char *m;
  if (m == NULL) m = mmap(NULL, 4096, RW, ANON, -1, 0);
  MUST(!mprotect(m, 4096, PROT_READ) && !mprotect(m, 4096, RW));
}
static void page_fault(void) {
  char *m = mmap(NULL, 4 << 20, RW, ANON, -1, 0);
  MUST(m != MAP_FAILED);
  for (long i = 0; i < 4 << 20; i += 4096) ((volatile char *)m)[i] = 1;
  munmap(m, 4 << 20);
}
static void ignore(int signal) { (void)signal; }
static void signal_self(void) { raise(SIGUSR1); }
static void futex_wake(void) { syscall(SYS_futex, &futex_word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0); }
static void *nothing(void *argument) { return argument; }
static void thread(void) { pthread_t t; MUST(!pthread_create(&t, NULL, nothing, NULL)); pthread_join(t, NULL); }
static void reap(pid_t pid) { int status; MUST(pid > 0 && waitpid(pid, &status, 0) == pid && status == 0); }
static void fork_wait(void) { pid_t pid = fork(); if (pid == 0) _exit(0); reap(pid); }
static void fork_exec(void) { pid_t pid = fork(); if (pid == 0) { execl(program, program, "exit", NULL); _exit(9); } reap(pid); }
static void vfork_exec(void) { pid_t pid = vfork(); if (pid == 0) { execl(program, program, "exit", NULL); _exit(9); } reap(pid); }
static void pingpong(void) { char c = 0; MUST(write(echo_in[1], &c, 1) == 1 && read(echo_out[0], &c, 1) == 1); }

static const struct { const char *name; void (*once)(void); int units; } operations[] = {
  {"getpid", getpid_patchable, 1}, {"getpid_unpatchable", getpid_by_trap, 1}, {"clock_gettime", clock_read, 1},
  {"stat_tmp", stat_file, 1}, {"stat_enoent", stat_missing, 1}, {"stat_deep8", stat_nested, 1}, {"stat_rootfs", stat_root, 1},
  {"open_close", open_close, 1}, {"pread_1", pread_1, 1}, {"pread_4k", pread_4k, 1}, {"pread_64k", pread_64k, 1},
  {"pread_1m", pread_1m, 1}, {"pwrite_4k", pwrite_4k, 1}, {"pipe_w_r", pipe_w_r, 1}, {"socketpair_w_r", socket_w_r, 1},
  {"eventfd_epoll", eventfd_epoll, 1}, {"mmap_munmap", mmap_munmap, 1}, {"mmap_touch_munmap", mmap_touch, 1},
  {"mprotect_pair", mprotect_pair, 1}, {"page_fault", page_fault, 1024}, {"signal_self", signal_self, 1},
  {"futex_wake", futex_wake, 1}, {"thread_create_join", thread, 1}, {"fork_wait", fork_wait, 1},
  {"fork_exec_wait", fork_exec, 1}, {"vfork_exec_wait", vfork_exec, 1}, {"pipe_pingpong", pingpong, 1},
};

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e9 + t.tv_nsec;
}

static void prepare(void) {
  MUST((file = mkstemp(name)) >= 0 && write(file, block, sizeof block) == sizeof block);
  strcpy(nested, "/tmp/bench-nested");
  mkdir(nested, 0755);
  for (int i = 0; i < 6; i++) mkdir(strcat(nested, "/d"), 0755);
  MUST(!pipe(ends) && !pipe(echo_in) && !pipe(echo_out) && !socketpair(AF_UNIX, SOCK_STREAM, 0, stream));
  MUST((counter = eventfd(0, 0)) >= 0 && (poller = epoll_create1(0)) >= 0);
  struct epoll_event event = {.events = EPOLLIN};
  MUST(!epoll_ctl(poller, EPOLL_CTL_ADD, counter, &event));
  signal(SIGUSR1, ignore);
}

/** Answers each byte until the other end is closed. */
static void echo(void) {
  char c;
  close(echo_in[1]);
  while (read(echo_in[0], &c, 1) == 1 && write(echo_out[1], &c, 1) == 1) continue;
  _exit(0);
}

static int is_wanted(int argc, char **argv, const char *operation) {
  for (int i = 2; i < argc; i++) if (!strcmp(argv[i], operation)) return 1;
  return argc < 3;
}

int main(int argc, char **argv) {
  if (argc > 1 && !strcmp(argv[1], "exit")) return 0;
  program = argv[0];
  double batch_ns = (argc > 1 ? atof(argv[1]) : 100) * 1e6 / 5;
  prepare();
  for (size_t i = 0; i < sizeof operations / sizeof *operations; i++) {
    if (!is_wanted(argc, argv, operations[i].name)) continue;
    if (operations[i].once == pingpong && fork() == 0) echo();
    double best = 1e18;
    for (int batch = 0; batch < 5; batch++) {
      long runs = 0;
      double start = now(), end;
      do {
        for (int k = 0; k < 4; k++) operations[i].once();
        runs += 4;
        end = now();
      } while (end - start < batch_ns);
      double each = (end - start) / runs / operations[i].units;
      if (each < best) best = each;
    }
    printf("%s %.0f\n", operations[i].name, best);
    fflush(stdout);
  }
  unlink(name);
  return 0;
}
