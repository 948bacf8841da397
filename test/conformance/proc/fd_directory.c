// /proc/self/fd lists the open descriptors, and fdinfo their offset and flags; proc(5).
#include "../check.h"

int main(void) {
  for (int fd = 3; fd < 100; fd++) close(fd);
  enter_tmp();
  write_file("f", "0123456789");
  int fd = open("f", O_RDWR | O_APPEND);
  CHECK(dup2(fd, 60) == 60 && dup2(0, 70) == 70);
  close(fd);
  CHECK(lseek(60, 7, SEEK_SET) == 7);
  DIR *dir = opendir("/proc/self/fd");
  int seen[200] = {0};
  for (struct dirent *e; (e = readdir(dir));)
    if (e->d_name[0] != '.') {
      CHECK(e->d_type == DT_LNK);
      seen[atoi(e->d_name)] = 1;
    }
  for (int i = 0; i < 200; i++)
    if (seen[i] && i != dirfd(dir)) printf("%d\n", i);
  char key[32], value[32];
  FILE *info = fopen("/proc/self/fdinfo/60", "r");
  CHECK(info != NULL);
  while (fscanf(info, "%31s %31s", key, value) == 2) {
    if (!strcmp(key, "pos:")) printf("pos %s\n", value);
    if (!strcmp(key, "flags:")) printf("flags %lo\n", strtoul(value, NULL, 8) & (O_ACCMODE | O_APPEND | O_CLOEXEC));
  }
  struct stat st;
  SHOW(lstat("/proc/self/fd/60", &st));
  SHOW_OCTAL(st.st_mode);
  SHOW(access("/proc/self/fd/61", F_OK));
  return 0;
}
