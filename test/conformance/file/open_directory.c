// O_DIRECTORY accepts only directories, and directories can't be opened for writing; open(2).
#include "../check.h"

int main(void) {
  enter_tmp();
  write_file("file", "x");
  CHECK(mkdir("dir", 0755) == 0 && symlink("dir", "link") == 0);
  TRY(open("dir", O_RDONLY | O_DIRECTORY));
  TRY(open("file", O_RDONLY | O_DIRECTORY));
  TRY(open("link", O_RDONLY | O_DIRECTORY));
  TRY(open("link", O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
  TRY(open("dir", O_WRONLY));
  TRY(open("dir", O_RDWR));
  TRY(open("dir", O_RDONLY | O_CREAT, 0644));
  TRY(open("file/", O_RDONLY));
  TRY(open("new/", O_RDWR | O_CREAT, 0644));
  char byte;
  SHOW(read(open("dir", O_RDONLY), &byte, 1));
  return 0;
}
