// Faults without a handler end the process with their signal, blocked or ignored as well; signal(7).
#include "../check.h"

static volatile int zero;
static int divide(void) { return 100 / zero; }
static int store(void) { return *(volatile char *)16 = 1; }
static int illegal(void) {
  __asm__ volatile("ud2");
  return 0;
}
static int trap(void) {
  __asm__ volatile("int3");
  return 0;
}
static int blocked(void) {
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_BLOCK, &all, NULL);
  return store();
}
static int ignored(void) {
  signal(SIGSEGV, SIG_IGN);
  return store();
}

int main(void) {
  struct rlimit none = {0, 0};
  setrlimit(RLIMIT_CORE, &none);
  show_status("divide", in_child(divide));
  show_status("store", in_child(store));
  show_status("illegal", in_child(illegal));
  show_status("trap", in_child(trap));
  show_status("blocked", in_child(blocked));
  show_status("ignored", in_child(ignored));
  show_status("abort", in_child((int (*)(void))abort));
  return 0;
}
