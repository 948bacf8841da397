// execve() says why a file can't be executed; execve(2).
#include "../check.h"

static void attempt(const char *path) {
  char *arguments[] = {"x", NULL};
  execve(path, arguments, arguments + 1);
  printf("%s: %s\n", path, check_name(errno));
}

int main(void) {
  enter_tmp();
  write_file("plain", "not a program");
  write_file("text", "no magic here");
  write_file("empty", "");
  write_file("script", "#!/missing/interpreter\n");
  write_file("no-name", "#!\n");
  write_file("short-elf", "\177ELF");
  write_file("loop", "#!loop\n");
  CHECK(chmod("text", 0755) == 0 && chmod("empty", 0755) == 0 && chmod("script", 0755) == 0);
  CHECK(chmod("no-name", 0755) == 0 && chmod("short-elf", 0755) == 0 && chmod("loop", 0755) == 0);
  CHECK(mkdir("dir", 0755) == 0 && symlink("self", "self") == 0);
  attempt("plain");
  attempt("text");
  attempt("empty");
  attempt("script");
  attempt("no-name");
  attempt("short-elf");
  attempt("loop");
  attempt("dir");
  attempt("self");
  attempt("missing");
  attempt("text/x");
  attempt("");
  return 0;
}
