// Giving up privilege in every thread of a process that is already threaded: capset(2), the bounding set and no_new_privs are per
// thread, so they are applied by a signal that each thread handles; seccomp has TSYNC for the same purpose.

#include <dirent.h>
#include <errno.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/futex.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <set>

#include "addon.h"
#include "napi_util.h"

namespace {

// The kernel's sigaction, for a signal that the C library keeps from its users.
struct KernelSigaction {
  void (*handler)(int);
  unsigned long flags;
  void (*restorer)();
  uint64_t mask;
};

constexpr unsigned long kSaRestorer = 0x04000000;
// glibc's SIGCANCEL: the one signal besides its SIGSETXID that its sigmask functions never let a thread block, so that threads which
// "block everything" (Node's inspector starter) still run the handler. Nothing here cancels threads.
constexpr int kBroadcastSignal = 32;
constexpr int kLastCapability = 63;

extern "C" void runsc_ms_restore();
asm(".text\n.globl runsc_ms_restore\n.hidden runsc_ms_restore\n.p2align 4\nrunsc_ms_restore:\nmov $15, %eax\nsyscall\n");

uint64_t wanted_capabilities;
std::atomic<int> threads_done;
std::atomic<int> first_error;

void DropHere(int) {
  int saved_errno = errno;
  // EINVAL ends the list of capabilities; EPERM means there is nothing that could be dropped.
  for (int capability = 0; capability <= kLastCapability; capability++) {
    if ((wanted_capabilities >> capability) & 1) continue;
    if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) < 0) break;
  }
  prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct data[2] = {};
  for (int i = 0; i < 2; i++) {
    data[i].effective = data[i].permitted = static_cast<uint32_t>(wanted_capabilities >> (32 * i));
  }
  int error = 0;
  if (syscall(SYS_capset, &header, data) < 0) error = errno;
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 && error == 0) error = errno;
  int none = 0;
  if (error != 0) first_error.compare_exchange_strong(none, error);
  threads_done.fetch_add(1);
  errno = saved_errno;
}

// Signals every thread that is not in `seen`; returns how many were new, or -errno.
int SignalNewThreads(DIR* directory, std::set<int>& seen) {
  rewinddir(directory);
  int pid = getpid();
  int self = static_cast<int>(syscall(SYS_gettid));
  int signalled = 0;
  while (dirent* entry = readdir(directory)) {
    int tid = atoi(entry->d_name);
    if (tid <= 0 || tid == self || !seen.insert(tid).second) continue;
    if (syscall(SYS_tgkill, pid, tid, kBroadcastSignal) == 0) {
      signalled++;
    } else if (errno != ESRCH) {
      signalled = -errno;
      break;
    }
  }
  return signalled;
}

// dropPrivileges(low, high, fd of /proc/self/task, which it closes): keeps only those capabilities (permitted and effective), in every
// thread, and sets no_new_privs. A thread that exits in the middle is not waited for longer than a second.
napi_value DropPrivileges(napi_env env, napi_callback_info info) {
  Args<3> args(env, info);
  DIR* directory = fdopendir(GetInt32(env, args[2]));
  if (directory == nullptr) return MakeNumber(env, -errno);
  wanted_capabilities = static_cast<uint64_t>(static_cast<uint32_t>(GetInt64(env, args[0]))) |
                        static_cast<uint64_t>(static_cast<uint32_t>(GetInt64(env, args[1]))) << 32;
  threads_done = 0;
  first_error = 0;
  KernelSigaction action = {DropHere, kSaRestorer | SA_RESTART, runsc_ms_restore, ~0ull};
  KernelSigaction previous;
  if (syscall(SYS_rt_sigaction, kBroadcastSignal, &action, &previous, 8) < 0) {
    int error = errno;
    closedir(directory);
    return MakeNumber(env, -error);
  }
  std::set<int> seen;
  int expected = 0;
  int error = 0;
  // A thread may be starting while the list is read; one pass without a new thread, after all have answered, ends it.
  for (;;) {
    int signalled = SignalNewThreads(directory, seen);
    if (signalled < 0) error = -signalled;
    if (signalled <= 0) break;
    expected += signalled;
    for (int tries = 0; threads_done < expected; tries++) {
      if (tries == 1000) {
        error = ETIMEDOUT;
        break;
      }
      timespec pause = {0, tries < 20 ? 20'000 : 1'000'000};
      nanosleep(&pause, nullptr);
    }
    if (error != 0) break;
  }
  closedir(directory);
  DropHere(0);
  if (error == 0) error = first_error;
  syscall(SYS_rt_sigaction, kBroadcastSignal, &previous, nullptr, 8);
  return MakeNumber(env, -error);
}

// installFilter(program: bytes of struct sock_filter[], flags): seccomp(SECCOMP_SET_MODE_FILTER).
napi_value InstallFilter(napi_env env, napi_callback_info info) {
  Args<2> args(env, info);
  ByteView program = GetView(args[0]);
  sock_fprog filter = {static_cast<unsigned short>(program.length / sizeof(sock_filter)),
                       reinterpret_cast<sock_filter*>(program.data)};
  long result = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, GetInt64(env, args[1]), &filter);
  return MakeNumber(env, result < 0 ? -errno : result);
}

}  // namespace

void RegisterHostDrop(napi_env env, napi_value exports) {
  ExportFunction(env, exports, "dropPrivileges", DropPrivileges);
  ExportFunction(env, exports, "installFilter", InstallFilter);
}
