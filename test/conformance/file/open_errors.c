// open() names what is wrong with a path; open(2).
#include "../check.h"

int main(void) {
  enter_tmp();
  write_file("file", "x");
  TRY(open("", O_RDONLY));
  TRY(open("missing", O_RDONLY));
  TRY(open("missing/file", O_RDONLY));
  TRY(open("missing/file", O_RDWR | O_CREAT, 0644));
  TRY(open("file/file", O_RDONLY));
  TRY(open("file/..", O_RDONLY));
  TRY(open("file/.", O_RDONLY));
  TRY(openat(-1, "file", O_RDONLY));
  TRY(openat(open("file", O_RDONLY), "file", O_RDONLY));
  TRY(openat(-1, "/tmp", O_RDONLY));
  TRY(open(NULL, O_RDONLY));
  TRY(open("file", O_RDWR | O_CREAT | O_DIRECTORY, 0644));
  return 0;
}
