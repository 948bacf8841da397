// fsync(), fdatasync(), sync_file_range() and syncfs() work on files, not on pipes; fsync(2).
#include "../check.h"

int main(void) {
  enter_tmp();
  int fd = open("f", O_RDWR | O_CREAT, 0644), dir = open(".", O_RDONLY), fds[2];
  CHECK(fd >= 0 && dir >= 0 && pipe(fds) == 0);
  CHECK(write(fd, "text", 4) == 4);
  SHOW(fsync(fd));
  SHOW(fdatasync(fd));
  SHOW(fsync(dir));
  SHOW(sync_file_range(fd, 0, 4, SYNC_FILE_RANGE_WRITE));
  SHOW(sync_file_range(fd, 0, 4, 0x100));
  SHOW(sync_file_range(fd, -1, 4, SYNC_FILE_RANGE_WRITE));
  SHOW(fsync(fds[0]));
  SHOW(fdatasync(-1));
  SHOW(posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED));
  SHOW(posix_fadvise(fd, 0, 0, 77));
  SHOW(posix_fadvise(fds[0], 0, 0, POSIX_FADV_NORMAL));
  SHOW(readahead(fd, 0, 4096));
  return 0;
}
