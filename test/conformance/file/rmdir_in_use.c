// A removed working directory stays usable as ".", but nothing can be made in it; rmdir(2), getcwd(2).
#include "../check.h"

int main(void) {
  enter_tmp();
  CHECK(mkdir("d", 0755) == 0);
  CHECK(chdir("d") == 0);
  SHOW(rmdir("../d"));
  char buffer[PATH_MAX];
  errno = 0;
  SHOW(syscall(SYS_getcwd, buffer, sizeof buffer));
  TRY(open("f", O_CREAT | O_RDWR, 0644));
  SHOW(mkdir("x", 0755));
  TRY(open(".", O_RDONLY));
  DIR *dir = opendir(".");
  CHECK(dir != NULL);
  int entries = 0;
  while (readdir(dir)) entries++;
  SHOW(entries);
  SHOW(chdir(".."));
  SHOW(access("d", F_OK));
  return 0;
}
