// What only root may do gives EPERM to others; intro(2).
#include "../check.h"
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/swap.h>

static int as_user(void) {
  CHECK(setgroups(0, NULL) == 0 && setgid(1000) == 0 && setuid(1000) == 0);
  struct timespec now = {1000000000, 0};
  SHOW(mount("none", "/tmp", "tmpfs", 0, NULL));
  SHOW(umount("/tmp"));
  SHOW(sethostname("x", 1));
  SHOW(clock_settime(CLOCK_REALTIME, &now));
  SHOW(chroot("/tmp"));
  SHOW(swapon("/tmp", 0));
  SHOW(reboot(RB_DISABLE_CAD));
  SHOW(setpriority(PRIO_PROCESS, 0, -5));
  SHOW(mknod("/tmp/conformance-device", S_IFCHR | 0644, makedev(1, 3)));
  SHOW(unshare(CLONE_NEWUTS));
  struct rlimit limit;
  CHECK(getrlimit(RLIMIT_CORE, &limit) == 0);
  limit.rlim_max = limit.rlim_cur = 100;
  CHECK(setrlimit(RLIMIT_CORE, &limit) == 0);
  limit.rlim_max = 200;
  SHOW(setrlimit(RLIMIT_CORE, &limit));
  return 0;
}

int main(void) {
  show_status("user", in_child(as_user));
  return 0;
}
