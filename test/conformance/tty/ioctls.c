// The rarer requests of terminals, and those that fail; ioctl_tty(2).
#include "../check.h"
#include <asm/termbits.h>
#include <sys/ioctl.h>

int main(void) {
  int value, on = 1, off = 0;
  int master = open("/dev/ptmx", O_RDWR | O_NOCTTY);
  CHECK(master >= 0);
  char name[64];
  SHOW(ioctl(master, TIOCGPTN, &value));
  snprintf(name, sizeof name, "/dev/pts/%d", value);
  SHOW(ioctl(master, TIOCGPTLCK, &value));
  SHOW(value);
  SHOW(open(name, O_RDWR | O_NOCTTY));
  SHOW(ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY));
  SHOW(ioctl(master, TIOCSPTLCK, &off));
  int peer = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY);
  CHECK(peer >= 0);
  SHOW(fcntl(peer, F_GETFD));
  SHOW(fcntl(peer, F_GETFL) & O_ACCMODE);
  char link[64], target[64] = "";
  snprintf(link, sizeof link, "/proc/self/fd/%d", peer);
  CHECK(readlink(link, target, sizeof target - 1) > 0);
  SHOW(strcmp(target, name));
  int slave = open(name, O_RDWR | O_NOCTTY);
  CHECK(slave >= 0);
  SHOW(ioctl(slave, TIOCGPTN, &value));
  SHOW(ioctl(slave, TIOCSPTLCK, &on));
  SHOW(ioctl(slave, TIOCGPTPEER, O_RDWR));
  SHOW(ioctl(master, TIOCSPTLCK, NULL));
  struct stat by_name, by_fd;
  CHECK(stat(name, &by_name) == 0 && fstat(peer, &by_fd) == 0);
  SHOW(by_name.st_ino == by_fd.st_ino && by_name.st_rdev == by_fd.st_rdev);
  unsigned device;
  SHOW(ioctl(slave, TIOCGDEV, &device));
  SHOW(device == by_name.st_rdev);
  SHOW(ioctl(master, TIOCGDEV, &device));
  SHOW(device == by_name.st_rdev);

  SHOW(ioctl(slave, TIOCEXCL));
  SHOW(ioctl(slave, TIOCGEXCL, &value));
  SHOW(value);
  SHOW(ioctl(slave, TIOCNXCL));
  SHOW(ioctl(slave, TIOCGEXCL, &value));
  SHOW(value);

  SHOW(ioctl(slave, TIOCGETD, &value));
  SHOW(value);
  SHOW(ioctl(slave, TIOCGPGRP, &value));
  SHOW(ioctl(slave, TIOCGSID, &value));
  SHOW(ioctl(slave, TIOCSPGRP, &value));
  SHOW(ioctl(master, TIOCGPGRP, &value));
  SHOW(value);
  SHOW(ioctl(master, TIOCGSID, &value));
  SHOW(ioctl(slave, TIOCNOTTY));
  SHOW(ioctl(slave, TIOCMGET, &value));
  SHOW(ioctl(slave, 0x5499, &value));
  SHOW(ioctl(master, 0x5499, &value));
  SHOW(ioctl(slave, TCXONC, 9));
  SHOW(ioctl(slave, TCFLSH, 9));
  SHOW(ioctl(master, TCFLSH, 9));
  SHOW(ioctl(slave, TCSBRK, 1));
  SHOW(ioctl(slave, TCSBRK, 0));
  SHOW(ioctl(slave, TCSBRKP, 3));
  SHOW(ioctl(slave, TIOCSBRK, 0));
  SHOW(ioctl(slave, TIOCCBRK, 0));
  SHOW(ioctl(master, TIOCSIG, SIGKILL));
  SHOW(ioctl(master, TIOCSIG, SIGINT));
  SHOW(ioctl(slave, TIOCSIG, SIGINT));
  SHOW(ioctl(slave, TCGETS, NULL));
  SHOW(ioctl(slave, TIOCGWINSZ, NULL));

  struct termios2 settings;
  SHOW(ioctl(slave, TCGETS2, &settings));
  SHOW(settings.c_ispeed);
  SHOW(settings.c_ospeed);
  settings.c_cflag = (settings.c_cflag & ~CBAUD) | BOTHER;
  settings.c_ospeed = 12345;
  settings.c_ispeed = 12345;
  SHOW(ioctl(slave, TCSETS2, &settings));
  memset(&settings, 0, sizeof settings);
  SHOW(ioctl(slave, TCGETS2, &settings));
  SHOW(settings.c_ospeed);
  SHOW_OCTAL(settings.c_cflag & CBAUD);
  settings.c_cflag = (settings.c_cflag & ~(CBAUD | CSIZE)) | B115200 | CS5 | PARENB;
  SHOW(ioctl(slave, TCSETSW2, &settings));
  SHOW(ioctl(slave, TCGETS2, &settings));
  SHOW(settings.c_ospeed);
  SHOW_OCTAL(settings.c_cflag & (CSIZE | PARENB | CREAD));
  struct termio old;
  memset(&old, 0xaa, sizeof old);
  SHOW(ioctl(slave, TCGETA, &old));
  SHOW_OCTAL(old.c_iflag);
  SHOW_OCTAL(old.c_oflag);
  SHOW_OCTAL(old.c_lflag);
  SHOW(old.c_line);
  for (int i = 0; i < 8; i++) SHOW(old.c_cc[i]);
  old.c_lflag &= ~ECHO;
  SHOW(ioctl(slave, TCSETA, &old));
  SHOW(ioctl(master, TCGETS2, &settings));
  SHOW_OCTAL(settings.c_lflag);

  SHOW(ioctl(slave, TIOCOUTQ, &value));
  SHOW(value);
  SHOW(write(slave, "abc\n", 4));
  usleep(20000);
  SHOW(ioctl(master, FIONREAD, &value));
  SHOW(value);
  SHOW(ioctl(master, TCFLSH, TCIFLUSH));
  SHOW(lseek(slave, 0, SEEK_SET));
  SHOW(ftruncate(slave, 0));
  SHOW(fsync(slave));
  return 0;
}
