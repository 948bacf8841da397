// telldir() positions taken while reading can be returned to; telldir(3).
#include "../check.h"

int main(void) {
  enter_tmp();
  char name[16], third[256], again[256];
  for (int i = 0; i < 20; i++) {
    snprintf(name, sizeof name, "f%d", i);
    write_file(name, "");
  }
  DIR *dir = opendir(".");
  CHECK(dir != NULL);
  CHECK(readdir(dir) && readdir(dir));
  long position = telldir(dir);
  strcpy(third, readdir(dir)->d_name);
  int rest = 0;
  while (readdir(dir)) rest++;
  SHOW(rest);
  seekdir(dir, position);
  strcpy(again, readdir(dir)->d_name);
  SHOW(strcmp(third, again));
  rewinddir(dir);
  int all = 0;
  while (readdir(dir)) all++;
  SHOW(all);
  return 0;
}
