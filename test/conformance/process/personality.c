// personality(-1) reads the execution domain, and ADDR_NO_RANDOMIZE fixes addresses over exec; personality(2).
#include "../check.h"
#include <sys/personality.h>

int main(int argc, char **argv) {
  if (argc > 1) {
    printf("%s: %#x\n", argv[1], personality(0xffffffff));
    return 0;
  }
  printf("%#x\n", personality(0xffffffff));
  SHOW(personality(ADDR_NO_RANDOMIZE));
  printf("%#x\n", personality(0xffffffff));
  execl("/proc/self/exe", "again", "after exec", NULL);
  return 1;
}
