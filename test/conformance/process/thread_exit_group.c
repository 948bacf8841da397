// exit() in any thread ends the process; pthread_exit() in the first leaves the others running; exit_group(2).
#include "../check.h"

static void *leave(void *unused) {
  sleep_ms(20);
  _exit(17);
  return unused;
}

static int by_thread(void) {
  pthread_t thread;
  pthread_create(&thread, NULL, leave, NULL);
  for (;;) pause();
  return 1;
}

static int main_ends_first(void) {
  pthread_t thread;
  pthread_create(&thread, NULL, leave, NULL);
  syscall(SYS_exit, 3);
  return 1;
}

static int abort_in_thread(void) {
  pthread_t thread;
  signal(SIGABRT, SIG_DFL);
  pthread_create(&thread, NULL, (void *(*)(void *))abort, NULL);
  for (;;) pause();
  return 1;
}

int main(void) {
  show_status("exit in a thread", in_child(by_thread));
  show_status("first thread ends first", in_child(main_ends_first));
  show_status("abort in a thread", in_child(abort_in_thread));
  return 0;
}
