// shm_open() names memory that processes share and that lives until unlinked and unmapped; shm_open(3).
#include "../check.h"

static const char *name;

static int child(void) {
  int fd = shm_open(name, O_RDWR, 0);
  CHECK(fd >= 0);
  char *memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  CHECK(memory != MAP_FAILED);
  SHOW_STRING(memory);
  strcpy(memory, "from child");
  return 0;
}

int main(void) {
  char text[64];
  snprintf(text, sizeof text, "/conformance-%d", getpid());
  name = text;
  int fd = shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0600);
  CHECK(fd >= 0);
  TRY(shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0600));
  SHOW(ftruncate(fd, 4096));
  char *memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  CHECK(memory != MAP_FAILED);
  strcpy(memory, "from parent");
  show_status("child", in_child(child));
  SHOW_STRING(memory);
  SHOW(fcntl(fd, F_GETFD));
  SHOW(shm_unlink(name));
  TRY(shm_open(name, O_RDWR, 0));
  SHOW(shm_unlink(name));
  SHOW_STRING(memory);
  return 0;
}
