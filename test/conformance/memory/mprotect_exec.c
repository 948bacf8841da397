// Code written to memory runs once it is executable, faults while it is not, and can be rewritten; mprotect(2).
#include "../check.h"

int main(void) {
  unsigned char *code = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  CHECK(code != MAP_FAILED);
  memcpy(code, "\xb8\x2a\x00\x00\x00\xc3", 6);
  struct sigaction action = {.sa_sigaction = fault_handler, .sa_flags = SA_SIGINFO};
  CHECK(sigaction(SIGSEGV, &action, NULL) == 0);
  if (sigsetjmp(fault_return, 1) == 0) printf("ran without permission: %d\n", ((int (*)(void))code)());
  else printf("%s\n", fault_info.si_code == SEGV_ACCERR && fault_info.si_addr == code ? "SEGV_ACCERR" : "other");
  CHECK(mprotect(code, 4096, PROT_READ | PROT_EXEC) == 0);
  SHOW(((int (*)(void))code)());
  CHECK(mprotect(code, 4096, PROT_READ | PROT_WRITE | PROT_EXEC) == 0);
  for (int i = 0; i < 100; i++) {
    code[1] = i;
    CHECK(((int (*)(void))code)() == i);
  }
  // getpid by the raw instruction, in memory that is still writable.
  memcpy(code, "\xb8\x27\x00\x00\x00\x0f\x05\xc3", 8);
  for (int i = 0; i < 100; i++) CHECK(((int (*)(void))code)() == getpid());
  SHOW(((int (*)(void))code)() == getpid());
  return 0;
}
