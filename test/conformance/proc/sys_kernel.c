// /proc/sys/kernel and vm hold the identity and the limits; proc(5).
#include "../check.h"

int main(void) {
  SHOW_STRING(read_file("/proc/sys/kernel/ostype"));
  SHOW(atoi(read_file("/proc/sys/kernel/osrelease")) >= 5);
  SHOW(strlen(read_file("/proc/sys/kernel/version")) > 1);
  SHOW(atol(read_file("/proc/sys/kernel/pid_max")) >= 1024);
  SHOW(atol(read_file("/proc/sys/kernel/threads-max")) > 0);
  SHOW(strlen(read_file("/proc/sys/kernel/random/boot_id")));
  char one[64];
  strcpy(one, read_file("/proc/sys/kernel/random/uuid"));
  SHOW(strlen(one));
  SHOW(strcmp(one, read_file("/proc/sys/kernel/random/uuid")) != 0);
  int overcommit = atoi(read_file("/proc/sys/vm/overcommit_memory"));
  SHOW(overcommit >= 0 && overcommit <= 2);
  SHOW(atol(read_file("/proc/sys/vm/max_map_count")) >= 65530);
  SHOW(atol(read_file("/proc/sys/fs/file-max")) > 0);
  SHOW(atol(read_file("/proc/sys/fs/pipe-max-size")) >= 65536);
  SHOW(atol(read_file("/proc/sys/fs/nr_open")) >= 1024);
  SHOW(access("/proc/sys/kernel/nothing", F_OK));
  return 0;
}
