// umask() takes bits away from what open(), mkdir() and mkfifo() ask for, not from chmod(); umask(2).
#include "../check.h"

static int mode(const char *path) {
  struct stat st;
  CHECK(stat(path, &st) == 0);
  return st.st_mode & 07777;
}

int main(void) {
  enter_tmp();
  umask(0);
  SHOW_OCTAL(umask(07027));
  SHOW_OCTAL(umask(027));
  CHECK(open("f", O_CREAT | O_WRONLY, 0777) >= 0 && mkdir("d", 0777) == 0 && mkfifo("p", 0666) == 0);
  SHOW_OCTAL(mode("f"));
  SHOW_OCTAL(mode("d"));
  SHOW_OCTAL(mode("p"));
  CHECK(chmod("f", 0777) == 0);
  SHOW_OCTAL(mode("f"));
  CHECK(open("closed", O_CREAT | O_WRONLY, 0) >= 0);
  SHOW_OCTAL(mode("closed"));
  pid_t pid = fork();
  if (pid == 0) _exit(umask(0) == 027 ? 0 : 1);
  reap("child inherits", pid);
  SHOW_OCTAL(umask(0));
  return 0;
}
