// Packet mode tells the master of flow control, flushes and settings; TIOCPKT in ioctl_tty(2).
#include "../check.h"
#include <sys/ioctl.h>
#include <termios.h>

static int master, slave;

static void next(void) {
  unsigned char buffer[64];
  struct pollfd ready = {master, POLLIN | POLLPRI, 0};
  // On Linux a worker carries bytes over.
  usleep(10000);
  poll(&ready, 1, 20);
  printf("events %x ", ready.revents & ~POLLOUT);
  if (!(ready.revents & POLLIN)) {
    printf("nothing\n");
    return;
  }
  int n = read(master, buffer, sizeof buffer);
  printf("read %d:", n);
  for (int i = 0; i < n; i++) printf(" %02x", buffer[i]);
  printf("\n");
}

int main(void) {
  int on = 1, off = 0, is = -1;
  master = posix_openpt(O_RDWR | O_NOCTTY);
  CHECK(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0);
  slave = open(ptsname(master), O_RDWR | O_NOCTTY);
  CHECK(slave >= 0);
  SHOW(ioctl(master, TIOCPKT, &on));
  SHOW(ioctl(master, TIOCGPKT, &is));
  SHOW(is);
  SHOW(ioctl(slave, TIOCPKT, &on));
  next();
  SHOW(write(slave, "hi\n", 3));
  next();
  SHOW(write(master, "\x13", 1));
  next();
  SHOW(write(master, "\x11", 1));
  next();
  SHOW(tcflush(slave, TCIFLUSH));
  next();
  SHOW(tcflush(slave, TCIOFLUSH));
  next();
  SHOW(tcflow(slave, TCOOFF));
  SHOW(tcflow(slave, TCOOFF));
  next();
  SHOW(tcflow(slave, TCOON));
  next();
  struct termios settings;
  CHECK(tcgetattr(slave, &settings) == 0);
  settings.c_iflag &= ~IXON;
  SHOW(tcsetattr(slave, TCSANOW, &settings));
  next();
  settings.c_iflag |= IXON;
  SHOW(tcsetattr(slave, TCSANOW, &settings));
  next();
  settings.c_lflag |= EXTPROC;
  SHOW(tcsetattr(slave, TCSANOW, &settings));
  next();
  settings.c_lflag &= ~EXTPROC;
  SHOW(tcsetattr(slave, TCSANOW, &settings));
  next();
  next();
  SHOW(write(slave, "x", 1));
  usleep(10000);
  char one;
  SHOW(read(master, &one, 1));
  SHOW(one);
  next();
  SHOW(ioctl(master, TIOCPKT, &off));
  SHOW(write(slave, "y", 1));
  next();
  return 0;
}
