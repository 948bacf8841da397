// statfs() describes the file system of a path; proc and tmpfs have their magic numbers; statfs(2).
#include "../check.h"
#include <sys/vfs.h>

int main(void) {
  struct statfs fs;
  SHOW(statfs("/proc", &fs));
  printf("proc magic %#lx\n", (long)fs.f_type);
  SHOW(statfs("/dev/shm", &fs));
  printf("shm magic %#lx\n", (long)fs.f_type);
  SHOW(fs.f_namelen);
  SHOW(statfs("/tmp", &fs));
  SHOW(fs.f_bsize >= 512 && fs.f_namelen == 255);
  SHOW(fs.f_bfree <= fs.f_blocks && fs.f_bavail <= fs.f_bfree);
  SHOW(statfs("/missing", &fs));
  SHOW(fstatfs(-1, &fs));
  int fds[2];
  CHECK(pipe(fds) == 0);
  SHOW(fstatfs(fds[0], &fs));
  printf("pipe magic %#lx\n", (long)fs.f_type);
  return 0;
}
