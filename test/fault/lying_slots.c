// Writes nonsense to its own slot, and reports it to the sentry as an event by a doorbell of its own: lying_slots SEED COUNT [EVENT].
// Each liar is a process of its own and may die of it; this one must stay alive, and prints "done" at the end.

#define _GNU_SOURCE
#include <immintrin.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "../../native/stub/layout.h"

static uint64_t state;

static uint64_t next(void) {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return state * 0x2545f4914f6cdd1dULL;
}

static uint32_t word(void) {
  switch (next() % 6) {
    case 0:
      return next();
    case 1:
      return next() % 64;
    case 2:
      return -(int)(next() % 4100);
    case 3:
      return SLOT_SIZE - next() % 64;
    case 4:
      return next() >> 40;
    default:
      return 0;
  }
}

// host_call in native/stub/entry.S: the stub's own way to the host.
static void *findHostCall(uint64_t base) {
  static const unsigned char code[] = {0x49, 0x89, 0xca, 0x48, 0x8b, 0x44, 0x24, 0x08, 0x0f, 0x05};
  return memmem((void *)(base + TEXT_OFFSET), 0x4000, code, sizeof code);
}

static void ring(void *hostCall, uint64_t cookie) {
  register uint64_t r8 __asm__("r8") = 0;
  register uint64_t r9 __asm__("r9") = 0;
  uint64_t address = DOORBELL_ADDRESS, zero = 0;
  __asm__ volatile("sub $128, %%rsp; push $9; call *%[call]; add $136, %%rsp"
                   : "+D"(address), "+S"(cookie), "+d"(zero), "+c"(zero)
                   : [call] "b"(hostCall), "r"(r8), "r"(r9)
                   : "rax", "r10", "r11", "memory");
}

static void lie(int event) {
  static const int events[] = {EVENT_SYSCALL, EVENT_SYSCALL, EVENT_FAULT, EVENT_INTERRUPT, EVENT_INTERRUPT_IN_FUTEX, EVENT_COPY_FAULT, EVENT_TRAPPED};
  static const int signals[] = {SIGILL, SIGTRAP, SIGBUS, SIGFPE, SIGSEGV};
  uint64_t slot = _readgsbase_u64(), base = (slot - SLOTS_OFFSET) & ~0x1fffffULL;
  void *hostCall = findHostCall(base);
  if (!hostCall) _exit(2);
  volatile uint32_t *words = (uint32_t *)slot;
  alarm(2);
  for (int round = 0; round < 50; round++) {
    for (int i = 1; i < SLOT_HEADER_SIZE / 4; i++)
      if (next() % 4 == 0) words[i] = word();
    // With an event given, even the fault's signal is nonsense.
    words[SLOT_FAULT_SIGNAL / 4] = event ? word() : (uint32_t)signals[next() % 5];
    int what = event ? event : events[next() % (sizeof events / sizeof *events)];
    uint32_t number = next() % 3 ? next() % 470 : next();
    uint32_t turn = TURN_SENTRY | what << TURN_EVENT_SHIFT | (next() & TURN_LIVE_FPU) | number << TURN_NUMBER_SHIFT;
    __atomic_store_n((uint32_t *)slot, turn, __ATOMIC_SEQ_CST);
    ring(hostCall, next() % 3);
    while (words[0] & TURN_MASK) _mm_pause();
  }
  _exit(0);
}

int main(int argc, char **argv) {
  if (argc < 3) return 2;
  int seed = atoi(argv[1]), count = atoi(argv[2]), event = argc > 3 ? atoi(argv[3]) : 0;
  for (int i = 0; i < count; i++) {
    pid_t liar = fork();
    if (liar < 0) return perror("fork"), 1;
    if (liar == 0) {
      // Calls that hit a process group or a parent by chance shall not end the test.
      setsid();
      state = (seed + i + 1) * 0x9e3779b97f4a7c15ULL;
      lie(event);
    }
    int status, waited = 0;
    while (waitpid(liar, &status, WNOHANG) == 0) {
      if (waited++ == 100) kill(liar, SIGKILL);
      usleep(10000);
    }
  }
  puts("done");
  return 0;
}
