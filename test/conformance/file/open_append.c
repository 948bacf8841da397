// O_APPEND writes go to the end whatever the offset, and move it there; open(2).
#include "../check.h"

int main(void) {
  enter_tmp();
  write_file("log", "start\n");
  int first = open("log", O_WRONLY | O_APPEND), second = open("log", O_WRONLY | O_APPEND);
  CHECK(first >= 0 && second >= 0);
  SHOW(write(first, "one\n", 4));
  SHOW(write(second, "two\n", 4));
  SHOW(lseek(first, 0, SEEK_SET));
  SHOW(write(first, "three\n", 6));
  SHOW(lseek(first, 0, SEEK_CUR));
  SHOW(lseek(second, 0, SEEK_CUR));
  SHOW(pwrite(second, "four\n", 5, 0));
  printf("%s", read_file("log"));
  return 0;
}
