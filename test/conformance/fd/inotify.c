// inotify reports creation, writing, moving and removal of names in a directory; inotify(7).
#include "../check.h"
#include <sys/inotify.h>

static int fd;

static void show(const char *what) {
  char buffer[4096] __attribute__((aligned(8)));
  ssize_t n = read(fd, buffer, sizeof buffer);
  printf("%s:", what);
  uint32_t cookie = 0;
  for (ssize_t at = 0; at < n;) {
    struct inotify_event *e = (struct inotify_event *)(buffer + at);
    printf(" %#x(%s%s)", e->mask, e->len ? e->name : "", e->cookie && e->cookie == cookie ? " same cookie" : "");
    cookie = e->cookie;
    at += sizeof *e + e->len;
  }
  printf("\n");
}

int main(void) {
  enter_tmp();
  CHECK(mkdir("d", 0755) == 0);
  fd = inotify_init1(IN_NONBLOCK);
  int watch = inotify_add_watch(fd, "d", IN_CREATE | IN_DELETE | IN_MODIFY | IN_MOVE | IN_CLOSE_WRITE | IN_ATTRIB);
  SHOW(watch);
  char byte;
  SHOW(read(fd, &byte, 1));
  write_file("d/f", "x");
  show("write");
  CHECK(chmod("d/f", 0600) == 0);
  show("chmod");
  CHECK(rename("d/f", "d/g") == 0);
  show("rename");
  CHECK(mkdir("d/sub", 0755) == 0);
  show("mkdir");
  CHECK(unlink("d/g") == 0);
  show("unlink");
  SHOW(inotify_rm_watch(fd, watch));
  show("rm_watch");
  SHOW(inotify_rm_watch(fd, watch));
  SHOW(inotify_add_watch(fd, "missing", IN_CREATE));
  SHOW(inotify_add_watch(fd, "d", 0));
  SHOW(inotify_init1(0x1));
  return 0;
}
