// O_CREAT|O_EXCL fails when the name exists, even as a dangling symlink; open(2).
#include "../check.h"

int main(void) {
  enter_tmp();
  TRY(open("new", O_RDWR | O_CREAT | O_EXCL, 0644));
  TRY(open("new", O_RDWR | O_CREAT | O_EXCL, 0644));
  TRY(open("new", O_RDWR | O_CREAT, 0644));
  CHECK(symlink("nowhere", "dangling") == 0);
  TRY(open("dangling", O_RDWR | O_CREAT | O_EXCL, 0644));
  TRY(access("nowhere", F_OK));
  TRY(open("dangling", O_RDWR | O_CREAT, 0644));
  TRY(access("nowhere", F_OK));
  return 0;
}
