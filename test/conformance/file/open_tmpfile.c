// O_TMPFILE makes a nameless file that linkat() can publish; open(2).
#include "../check.h"

int main(void) {
  enter_tmp();
  int fd = open(".", O_TMPFILE | O_RDWR, 0640);
  CHECK(fd >= 0);
  struct stat st;
  CHECK(fstat(fd, &st) == 0);
  SHOW(st.st_nlink);
  SHOW_OCTAL(st.st_mode & 07777);
  SHOW(write(fd, "text", 4));
  TRY(open(".", O_TMPFILE | O_RDONLY, 0640));
  char path[64];
  snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  SHOW(linkat(AT_FDCWD, path, AT_FDCWD, "named", AT_SYMLINK_FOLLOW));
  CHECK(fstat(fd, &st) == 0);
  SHOW(st.st_nlink);
  SHOW_STRING(read_file("named"));
  return 0;
}
