// Terminal settings are read back as set; the defaults are cooked; termios(3).
#include "../check.h"
#include <termios.h>

int main(void) {
  int master = posix_openpt(O_RDWR | O_NOCTTY);
  CHECK(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0);
  int slave = open(ptsname(master), O_RDWR | O_NOCTTY);
  struct termios settings, again;
  SHOW(tcgetattr(slave, &settings));
  SHOW_OCTAL(settings.c_iflag);
  SHOW_OCTAL(settings.c_oflag);
  SHOW_OCTAL(settings.c_lflag);
  SHOW((settings.c_cflag & CSIZE) == CS8 && (settings.c_cflag & CREAD));
  SHOW(settings.c_cc[VINTR]);
  SHOW(settings.c_cc[VEOF]);
  SHOW(settings.c_cc[VERASE]);
  SHOW(settings.c_cc[VSUSP]);
  SHOW(settings.c_cc[VMIN]);
  SHOW(cfgetospeed(&settings) == B38400);
  cfmakeraw(&settings);
  settings.c_cc[VMIN] = 3;
  settings.c_cc[VTIME] = 5;
  SHOW(tcsetattr(slave, TCSAFLUSH, &settings));
  SHOW(tcgetattr(master, &again));
  SHOW(again.c_lflag == settings.c_lflag && again.c_cc[VMIN] == 3 && again.c_cc[VTIME] == 5);
  SHOW(tcflush(slave, TCIOFLUSH));
  SHOW(tcdrain(slave));
  SHOW(tcsetattr(open("/dev/null", O_RDWR), TCSANOW, &settings));
  return 0;
}
