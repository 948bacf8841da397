// A process that has blocked every host signal, by a signal frame of its own and the stub's rt_sigreturn, and never makes a call: SIGKILL ends it
// nevertheless. Prints "done".

#include <immintrin.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "../../native/stub/layout.h"

enum { UC_FLAGS, UC_LINK, UC_STACK, UC_STACK_FLAGS, UC_STACK_SIZE, UC_REGISTERS, UC_MASK = 37 };
enum { FRAME_RSP = UC_REGISTERS + 15, FRAME_RIP, FRAME_EFLAGS, FRAME_SELECTORS };

static uint64_t frame[128] __attribute__((aligned(16)));

static void spin(void) {
  for (;;) _mm_pause();
}

static void goDeaf(void) {
  uint64_t base = (_readgsbase_u64() - SLOTS_OFFSET) & ~0x1fffffULL;
  uint32_t restorer = ((uint32_t *)base)[IMAGE_RESTORER];
  frame[UC_FLAGS] = 6;
  frame[UC_STACK_FLAGS] = 2;
  frame[UC_MASK] = -1;
  frame[FRAME_RSP] = (uint64_t)&frame[120];
  frame[FRAME_RIP] = (uint64_t)spin;
  frame[FRAME_EFLAGS] = 0x202;
  frame[FRAME_SELECTORS] = 0x33 | 0x2bULL << 48;
  __asm__ volatile("mov %0, %%rsp; jmp *%1" ::"r"(frame), "r"(base + restorer));
}

int main(void) {
  pid_t deaf = fork();
  if (deaf == 0) goDeaf();
  usleep(200000);
  kill(deaf, SIGKILL);
  int status = 0, waited = 0;
  while (waitpid(deaf, &status, WNOHANG) == 0 && waited++ < 1500) usleep(10000);
  puts(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL ? "done" : "it lives");
  return 0;
}
