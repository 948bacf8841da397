// statx() fills what is asked, agrees with stat() and rejects bad arguments; statx(2).
#include "../check.h"

int main(void) {
  enter_tmp();
  write_file("f", "12345");
  CHECK(chmod("f", 0640) == 0);
  struct statx stx;
  struct stat st;
  SHOW(statx(AT_FDCWD, "f", 0, STATX_BASIC_STATS, &stx));
  SHOW((stx.stx_mask & STATX_BASIC_STATS) == STATX_BASIC_STATS);
  SHOW(stx.stx_size);
  SHOW_OCTAL(stx.stx_mode & 07777);
  SHOW(stx.stx_nlink);
  CHECK(stat("f", &st) == 0);
  SHOW(stx.stx_ino == st.st_ino);
  SHOW(makedev(stx.stx_dev_major, stx.stx_dev_minor) == st.st_dev);
  SHOW(stx.stx_mtime.tv_sec == st.st_mtim.tv_sec && stx.stx_mtime.tv_nsec == st.st_mtim.tv_nsec);
  int fd = open("f", O_RDONLY);
  SHOW(statx(fd, "", AT_EMPTY_PATH, STATX_SIZE, &stx));
  SHOW(stx.stx_size);
  SHOW(statx(fd, "", 0, STATX_SIZE, &stx));
  SHOW(statx(AT_FDCWD, "f", 0, STATX__RESERVED, &stx));
  SHOW(statx(AT_FDCWD, "f", AT_STATX_FORCE_SYNC | AT_STATX_DONT_SYNC, STATX_SIZE, &stx));
  SHOW(statx(AT_FDCWD, "missing", 0, STATX_SIZE, &stx));
  return 0;
}
