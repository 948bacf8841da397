// set_robust_list() and get_robust_list() keep the head, and check its size; set_robust_list(2).
#include "../check.h"

static void *body(void *unused) {
  void *head = NULL;
  size_t length = 0;
  SHOW(syscall(SYS_get_robust_list, 0, &head, &length));
  SHOW(head != NULL);
  SHOW(length);
  return unused;
}

int main(void) {
  pthread_t thread;
  CHECK(pthread_create(&thread, NULL, body, NULL) == 0 && pthread_join(thread, NULL) == 0);
  struct { void *next; long offset; void *pending; } own = {&own, 0, NULL};
  SHOW(syscall(SYS_set_robust_list, &own, sizeof own));
  void *head = NULL;
  size_t length = 0;
  SHOW(syscall(SYS_get_robust_list, 0, &head, &length));
  SHOW(head == &own);
  SHOW(syscall(SYS_set_robust_list, &own, 8));
  SHOW(syscall(SYS_get_robust_list, 999999999, &head, &length));
  return 0;
}
