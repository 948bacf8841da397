// A pseudo-terminal pair: opening, naming, both directions, isatty, hang-up; pty(7).
#include "../check.h"
#include <termios.h>

int main(void) {
  int master = posix_openpt(O_RDWR | O_NOCTTY);
  CHECK(master >= 0);
  SHOW(grantpt(master));
  SHOW(unlockpt(master));
  SHOW(strncmp(ptsname(master), "/dev/pts/", 9));
  int slave = open(ptsname(master), O_RDWR | O_NOCTTY);
  CHECK(slave >= 0);
  SHOW(isatty(master));
  SHOW(isatty(slave));
  struct termios settings;
  CHECK(tcgetattr(slave, &settings) == 0);
  settings.c_lflag &= ~(ECHO | ICANON);
  settings.c_oflag &= ~OPOST;
  CHECK(tcsetattr(slave, TCSANOW, &settings) == 0);
  char buffer[32] = {0};
  SHOW(write(master, "down", 4));
  SHOW(read(slave, buffer, 32));
  SHOW_STRING(buffer);
  SHOW(write(slave, "up\n", 3));
  SHOW(read(master, buffer, 32));
  SHOW(memcmp(buffer, "up\n", 3));
  struct stat st;
  CHECK(fstat(slave, &st) == 0);
  SHOW(S_ISCHR(st.st_mode));
  SHOW(major(st.st_rdev));
  close(slave);
  SHOW(read(master, buffer, 32));
  SHOW(isatty(0));
  SHOW(tcgetattr(0, &settings));
  return 0;
}
