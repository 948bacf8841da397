// uname() names a Linux on x86_64, and sethostname() changes the node for all; uname(2).
#include "../check.h"
#include <sys/utsname.h>

int main(void) {
  struct utsname name;
  SHOW(uname(&name));
  SHOW_STRING(name.sysname);
  SHOW_STRING(name.machine);
  SHOW(strlen(name.nodename) > 0);
  SHOW(strlen(name.version) > 0);
  int major = 0, minor = -1;
  SHOW(sscanf(name.release, "%d.%d", &major, &minor));
  SHOW(major >= 5 && minor >= 0);
  char host[65];
  SHOW(gethostname(host, sizeof host));
  SHOW(strcmp(host, name.nodename));
  SHOW(strncmp(read_file("/proc/sys/kernel/hostname"), host, strlen(host)));
  SHOW(strncmp(read_file("/proc/sys/kernel/osrelease"), name.release, strlen(name.release)));
  return 0;
}
