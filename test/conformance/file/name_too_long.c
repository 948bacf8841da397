// A component over 255 bytes or a path over 4095 gives ENAMETOOLONG; path_resolution(7).
#include "../check.h"

int main(void) {
  enter_tmp();
  char name[300], path[5000];
  memset(name, 'n', 255);
  name[255] = 0;
  TRY(open(name, O_CREAT | O_RDWR, 0644));
  SHOW(access(name, F_OK));
  strcat(name, "n");
  TRY(open(name, O_CREAT | O_RDWR, 0644));
  SHOW(mkdir(name, 0755));
  SHOW(access(name, F_OK));
  SHOW(symlink("x", name));
  strcpy(path, "/tmp");
  while (strlen(path) < 4095) strcat(path, "/");
  SHOW(access(path, F_OK));
  strcat(path, "/");
  SHOW(access(path, F_OK));
  memset(path, 'a', 4096);
  path[4096] = 0;
  SHOW(symlink(path, "s"));
  return 0;
}
