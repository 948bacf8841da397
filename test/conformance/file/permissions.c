// An unprivileged user gets what owner, group or other bits allow, the first class that fits; path_resolution(7).
#include "../check.h"

static int as_user(void) {
  CHECK(setgroups(0, NULL) == 0 && setresgid(2000, 2000, 2000) == 0 && setresuid(1000, 1000, 1000) == 0);
  TRY(open("owner", O_RDONLY));
  TRY(open("owner", O_WRONLY));
  TRY(open("group", O_RDONLY));
  TRY(open("group", O_WRONLY));
  TRY(open("other", O_RDONLY));
  TRY(open("other", O_WRONLY));
  TRY(open("none", O_RDONLY));
  TRY(open("closed/f", O_RDONLY));
  TRY(open("list", O_RDONLY));
  TRY(open("list/f", O_RDONLY));
  TRY(open("pass", O_RDONLY));
  TRY(open("pass/f", O_RDONLY));
  TRY(open("new", O_CREAT | O_WRONLY, 0644));
  SHOW(unlink("other"));
  SHOW(chmod("other", 0777));
  SHOW(chown("owner", 0, -1));
  SHOW(mkdir("pass/d", 0755));
  return 0;
}

static void make(const char *path, int mode, int uid, int gid) {
  write_file(path, "x");
  CHECK(chown(path, uid, gid) == 0 && chmod(path, mode) == 0);
}

int main(void) {
  enter_tmp();
  CHECK(mkdir("closed", 0755) == 0 && mkdir("list", 0755) == 0 && mkdir("pass", 0755) == 0);
  make("owner", 0477, 1000, 0);
  make("group", 0727, 0, 2000);
  make("other", 0774, 0, 0);
  make("none", 0660, 0, 0);
  make("closed/f", 0666, 0, 0);
  make("list/f", 0666, 0, 0);
  make("pass/f", 0666, 0, 0);
  CHECK(chmod("closed", 0700) == 0 && chmod("list", 0704) == 0 && chmod("pass", 0701) == 0);
  show_status("user", in_child(as_user));
  return 0;
}
