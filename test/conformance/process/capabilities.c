// Dropping root drops capabilities, unless they are kept; they can be given up one by one; capabilities(7).
#include "../check.h"
#include <linux/capability.h>
#include <sys/prctl.h>

static uint64_t get(int which) {
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct data[2];
  CHECK(syscall(SYS_capget, &header, data) == 0);
  if (which == 'e') return data[0].effective | (uint64_t)data[1].effective << 32;
  return data[0].permitted | (uint64_t)data[1].permitted << 32;
}

static int drop(void) {
  CHECK(setuid(1000) == 0);
  SHOW(get('e'));
  SHOW(get('p'));
  return 0;
}

static int keep(void) {
  SHOW(prctl(PR_SET_KEEPCAPS, 1));
  uint64_t before = get('p');
  CHECK(setuid(1000) == 0);
  SHOW(get('e'));
  SHOW(get('p') == before);
  return 0;
}

static int effective_only(void) {
  CHECK(seteuid(1000) == 0);
  SHOW(get('e'));
  CHECK(seteuid(0) == 0);
  SHOW(get('e') == get('p'));
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct data[2] = {{1 << CAP_CHOWN, 1 << CAP_CHOWN, 0}};
  SHOW(syscall(SYS_capset, &header, data));
  SHOW(get('p'));
  data[0].permitted |= 1 << CAP_SETUID;
  SHOW(syscall(SYS_capset, &header, data));
  SHOW(setuid(5));
  return 0;
}

int main(void) {
  SHOW((get('e') >> CAP_CHOWN & 1) && (get('e') >> CAP_SETUID & 1));
  show_status("drop", in_child(drop));
  show_status("keep", in_child(keep));
  show_status("effective", in_child(effective_only));
  SHOW(prctl(PR_CAPBSET_READ, CAP_CHOWN));
  SHOW(prctl(PR_CAPBSET_READ, 99));
  struct __user_cap_header_struct header = {0x12345, 0};
  SHOW(syscall(SYS_capget, &header, (void *)&header));
  printf("%#x\n", header.version);
  return 0;
}
