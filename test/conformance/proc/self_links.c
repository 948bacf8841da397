// /proc/self, thread-self, exe, cwd, root and fd links name what they stand for; proc(5).
#include "../check.h"

static char text[PATH_MAX];
static const char *link_of(const char *path) {
  memset(text, 0, sizeof text);
  CHECK(readlink(path, text, sizeof text - 1) >= 0);
  return text;
}

int main(void) {
  enter_tmp();
  SHOW(atoi(link_of("/proc/self")) == getpid());
  SHOW(strstr(link_of("/proc/thread-self"), "/task/") != NULL);
  SHOW(strstr(link_of("/proc/self/exe"), "self_links") != NULL);
  SHOW(strcmp(link_of("/proc/self/cwd"), check_tmp));
  SHOW_STRING(link_of("/proc/self/root"));
  write_file("f", "x");
  int fd = open("f", O_RDONLY), fds[2];
  CHECK(dup2(fd, 50) == 50 && pipe(fds) == 0 && dup2(fds[0], 51) == 51);
  CHECK(dup2(socket(AF_UNIX, SOCK_STREAM, 0), 52) == 52 && dup2(memfd_create("name", 0), 53) == 53);
  SHOW_STRING(link_of("/proc/self/fd/50") + strlen(check_tmp));
  SHOW(strncmp(link_of("/proc/self/fd/51"), "pipe:[", 6));
  SHOW(strncmp(link_of("/proc/self/fd/52"), "socket:[", 8));
  SHOW_STRING(link_of("/proc/self/fd/53"));
  CHECK(unlink("f") == 0);
  SHOW_STRING(link_of("/proc/self/fd/50") + strlen(check_tmp));
  CHECK(mkdir("d", 0755) == 0 && chdir("d") == 0 && rmdir("../d") == 0);
  SHOW_STRING(link_of("/proc/self/cwd") + strlen(check_tmp));
  SHOW(readlink("/proc/self/fd/999", text, 10));
  return 0;
}
