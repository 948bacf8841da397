// File names are bytes: any but NUL and slash, no encoding; path_resolution(7).
#include "../check.h"

int main(void) {
  enter_tmp();
  const char *names[] = {"\xff\xfe", "\xc3\xa4", "\xe4", "new\nline", " ", "...", "-", "\x01"};
  for (int i = 0; i < 8; i++) write_file(names[i], names[i]);
  int found = 0, entries = 0;
  DIR *dir = opendir(".");
  for (struct dirent *e; (e = readdir(dir));) {
    entries++;
    for (int i = 0; i < 8; i++) found += !strcmp(e->d_name, names[i]);
  }
  SHOW(entries);
  SHOW(found);
  for (int i = 0; i < 8; i++) CHECK(!strcmp(read_file(names[i]), names[i]));
  char target[16] = {0};
  CHECK(symlink("\xff\xe4", "s") == 0);
  SHOW(readlink("s", target, sizeof target));
  SHOW(memcmp(target, "\xff\xe4", 3));
  return 0;
}
