// Forks the zygote: a child of this process that gives up all it has, takes the stub image in and jumps to it for good.
//
// The child may run native code only and must not allocate: another thread of this process may hold any lock. It makes raw system
// calls, and reports the step that failed through a pipe.

#include <cpuid.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/close_range.h>
#include <poll.h>
#include <sched.h>
#include <sys/auxv.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../stub/layout.h"
#include "addon.h"
#include "napi_util.h"
#include "stub_image.h"
#include "systrap.h"

// Since glibc 2.35 (sys/rseq.h); absent elsewhere, and then nothing is registered.
extern "C" {
extern const ptrdiff_t __rseq_offset __attribute__((weak));
extern const unsigned int __rseq_size __attribute__((weak));
}

namespace {

// struct zygote_start of stub/stub.c.
struct ZygoteStart {
  uint64_t filter_length, filter;
};

struct Options {
  uint64_t base;
  ByteView filter;
  int arena, shared, status;
  // The vDSO and its data pages: pairs of start and length.
  ByteView vdso;
};

enum Step { kNone, kLimits, kNamespaces, kRoot, kDescriptors, kMemory, kSignals, kPrivileges, kVdso };

struct Status {
  int32_t step, error;
};

struct KernelSigaction {
  uint64_t handler, flags, restorer, mask;
};

constexpr uint64_t kSaRestorer = 0x04000000;

uint32_t ImageWord(int index) {
  uint32_t word;
  memcpy(&word, kStubImage + index * 4, 4);
  return word;
}

[[noreturn]] void Fail(const Options& options, Step step) {
  Status status = {step, errno};
  (void)!write(options.status, &status, sizeof(status));
  _exit(1);
}

void Check(bool ok, const Options& options, Step step) {
  if (!ok) Fail(options, step);
}

void* MapAt(uint64_t address, size_t length, int protection, int flags, int fd, const Options& options) {
  void* result = mmap(reinterpret_cast<void*>(address), length, protection, flags | MAP_FIXED_NOREPLACE, fd, 0);
  Check(result == reinterpret_cast<void*>(address), options, kMemory);
  return result;
}

// An empty root; where the host's root can't be pivoted away from (an initramfs) a chroot has to do, and the filter forbids all paths anyway.
void EnterEmptyRoot(const Options& options) {
  Check(mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0, options, kRoot);
  const char* place = nullptr;
  for (const char* candidate : {"/tmp", "/proc", "/dev", "/sys", "/run"}) {
    if (mount("empty", candidate, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, "size=4k,mode=0555") == 0) {
      place = candidate;
      break;
    }
  }
  if (place == nullptr) {
    // The sentry's own root is already empty: there is no directory to mount on, and nothing to leave.
    Check(errno == ENOENT, options, kRoot);
    return;
  }
  Check(chdir(place) == 0, options, kRoot);
  if (syscall(SYS_pivot_root, ".", ".") == 0) {
    Check(umount2(".", MNT_DETACH) == 0, options, kRoot);
  } else {
    Check(chroot(".") == 0, options, kRoot);
  }
  Check(chdir("/") == 0, options, kRoot);
}

void DropPrivileges(const Options& options) {
  for (int capability = 0; capability < 64; capability++) {
    if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) < 0 && errno == EINVAL) break;
  }
  prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct none[2] = {};
  Check(syscall(SYS_capset, &header, none) == 0, options, kPrivileges);
  Check(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0, options, kPrivileges);
  Check(prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) == 0, options, kPrivileges);
  Check(prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == 0, options, kPrivileges);
}

void SetSignals(const Options& options, uint64_t area) {
  uint64_t none = 0;
  Check(syscall(SYS_rt_sigprocmask, SIG_SETMASK, &none, nullptr, 8) == 0, options, kSignals);
  for (int number : {SIGSYS, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, KICK_SIGNAL}) {
    KernelSigaction action = {options.base + ImageWord(IMAGE_HANDLER),
                              SA_SIGINFO | SA_ONSTACK | SA_NODEFER | kSaRestorer, options.base + ImageWord(IMAGE_RESTORER), 0};
    Check(syscall(SYS_rt_sigaction, number, &action, nullptr, 8) == 0, options, kSignals);
  }
  // Stubs are reaped by the host itself.
  KernelSigaction ignore = {1, 0, 0, 0};
  Check(syscall(SYS_rt_sigaction, SIGCHLD, &ignore, nullptr, 8) == 0, options, kSignals);
  stack_t stack = {};
  stack.ss_sp = reinterpret_cast<void*>(area);
  stack.ss_size = AREA_STACK_SIZE;
  Check(sigaltstack(&stack, nullptr) == 0, options, kSignals);
}

// The C library's restartable sequence area would be written by the host kernel after its memory has gone.
void UnregisterRestartableSequences(const Options& options) {
  if (&__rseq_size == nullptr || &__rseq_offset == nullptr || __rseq_size == 0) return;
  void* area = static_cast<char*>(__builtin_thread_pointer()) + __rseq_offset;
  constexpr uint32_t kSignature = 0x53053053;
  constexpr int kUnregister = 1;
  // The registered length is 32 at least, and larger where the kernel offers more.
  if (syscall(SYS_rseq, area, 32, kUnregister, kSignature) == 0) return;
  Check(syscall(SYS_rseq, area, getauxval(27), kUnregister, kSignature) == 0, options, kMemory);
}

// Code and data of the vDSO know each other by their distance, so all ranges move by the same.
void MoveVdso(const Options& options) {
  const double* ranges = reinterpret_cast<const double*>(options.vdso.data);
  uint64_t first = static_cast<uint64_t>(ranges[0]);
  for (size_t i = 0; i + 1 < options.vdso.length / 8; i += 2) {
    uint64_t start = static_cast<uint64_t>(ranges[i]), length = static_cast<uint64_t>(ranges[i + 1]);
    void* target = reinterpret_cast<void*>(options.base + VDSO_OFFSET + (start - first));
    Check(mremap(reinterpret_cast<void*>(start), length, length, MREMAP_MAYMOVE | MREMAP_FIXED, target) == target, options, kVdso);
  }
}

[[noreturn]] void BecomeZygote(Options options) {
  rlimit no_core = {0, 0};
  Check(setrlimit(RLIMIT_CORE, &no_core) == 0, options, kLimits);
  setsid();
  // High numbers first, so that nothing is overwritten; the status pipe goes to 2, where the sentry later puts something harmless.
  int arena = fcntl(options.arena, F_DUPFD, 100), shared = fcntl(options.shared, F_DUPFD, 100), status = fcntl(options.status, F_DUPFD, 100);
  Check(arena >= 0 && shared >= 0 && status >= 0, options, kDescriptors);
  Check(dup2(status, 2) == 2, options, kDescriptors);
  options.status = 2;
  Check(dup2(arena, ARENA_FD) == ARENA_FD, options, kDescriptors);
  close(LISTENER_FD);

  uint64_t text = options.base + TEXT_OFFSET;
  MapAt(text, TEXT_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, options);
  memcpy(reinterpret_cast<void*>(text), kStubImage, sizeof(kStubImage));
  Check(mprotect(reinterpret_cast<void*>(text), TEXT_SIZE, PROT_READ | PROT_EXEC) == 0, options, kMemory);
  MapAt(options.base + SHARED_OFFSET, SHARED_SIZE, PROT_READ, MAP_SHARED, shared, options);
  MapAt(options.base + SLOTS_OFFSET, CHUNK_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, ARENA_FD, options);
  uint64_t area = options.base + AREAS_OFFSET;
  MapAt(area, AREAS_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, options);
  // A page or two per thread is touched; a huge page each would cost more than the whole process.
  madvise(reinterpret_cast<void*>(area), AREAS_SIZE, MADV_NOHUGEPAGE);
  uint64_t top = area + AREA_SIZE - AREA_TOP;
  ZygoteStart start = {options.filter.length / 8, top + 256};
  memcpy(reinterpret_cast<void*>(top), &start, sizeof(start));
  memcpy(reinterpret_cast<void*>(top + 256), options.filter.data, options.filter.length);

  MoveVdso(options);
  UnregisterRestartableSequences(options);
  EnterEmptyRoot(options);
  Check(syscall(SYS_close_range, 3, ~0u, 0) == 0, options, kDescriptors);
  SetSignals(options, area);
  DropPrivileges(options);
  Status ready = {kNone, 0};
  Check(write(2, &ready, sizeof(ready)) == sizeof(ready), options, kDescriptors);
  asm volatile(
      "mov %0, %%rsp\n\t"
      "mov %0, %%rdi\n\t"
      "xor %%ebp, %%ebp\n\t"
      "jmp *%1" ::"r"(top),
      "r"(options.base + ImageWord(IMAGE_ZYGOTE))
      : "rdi", "memory");
  __builtin_unreachable();
}

const char* StepName(int step) {
  static const char* const names[] = {"none", "set limits", "create namespaces", "enter an empty root", "set up descriptors", "map the stub", "set up signals", "drop privileges", "move the vDSO"};
  return step >= 0 && step <= kVdso ? names[step] : "start";
}

// zygoteStart(base, filter, arenaFd, sharedFd, vdso: Float64Array of starts and lengths, out: Int32Array): the child's pid, or -errno with the
// failed step in out[0].
napi_value ZygoteStartCall(napi_env env, napi_callback_info info) {
  Args<6> args(env, info);
  Options options = {};
  options.base = static_cast<uint64_t>(GetInt64(env, args[0]));
  options.filter = GetView(args[1]);
  options.arena = GetInt32(env, args[2]);
  options.shared = GetInt32(env, args[3]);
  options.vdso = GetView(args[4]);
  ByteView out = GetView(args[5]);
  if (options.vdso.length < 16 || out.length < 4 || options.filter.data == nullptr || options.filter.length > 2048) return ThrowRange(env, "bad view");
  int32_t* step = reinterpret_cast<int32_t*>(out.data);
  int pipe_fds[2];
  if (pipe2(pipe_fds, O_CLOEXEC) < 0) return MakeNumber(env, -errno);
  options.status = pipe_fds[1];
  *step = kNamespaces;
  unsigned long flags = CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWNS;
  long pid = syscall(SYS_clone, flags, nullptr, nullptr, nullptr, nullptr);
  if (pid == 0) BecomeZygote(options);
  int error = errno;
  close(pipe_fds[1]);
  if (pid < 0) {
    close(pipe_fds[0]);
    return MakeNumber(env, -error);
  }
  Status status = {kNone, EPIPE};
  ssize_t got;
  do {
    got = read(pipe_fds[0], &status, sizeof(status));
  } while (got < 0 && errno == EINTR);
  close(pipe_fds[0]);
  if (got != sizeof(status) || status.step != kNone) {
    *step = status.step;
    kill(static_cast<pid_t>(pid), SIGKILL);
    waitpid(static_cast<pid_t>(pid), nullptr, __WALL);
    return MakeNumber(env, -status.error);
  }
  return MakeNumber(env, pid);
}

// stubSyscallEntry(): the offset in the stub image where thunks enter.
napi_value StubSyscallEntry(napi_env env, napi_callback_info) { return MakeNumber(env, ImageWord(IMAGE_SYSCALL_ENTRY)); }

napi_value ZygoteStepName(napi_env env, napi_callback_info info) {
  Args<1> args(env, info);
  napi_value result;
  napi_create_string_utf8(env, StepName(GetInt32(env, args[0])), NAPI_AUTO_LENGTH, &result);
  return result;
}

// cpuFeatures(out: Int32Array of 3): out = user XSAVE features that the stub saves (x87 to AVX-512), their XSAVE size in bytes, and 1 if
// user code may read and write the fs and gs bases.
napi_value CpuFeatures(napi_env env, napi_callback_info info) {
  Args<1> args(env, info);
  ByteView out = GetView(args[0]);
  if (out.length < 12) return ThrowRange(env, "bad view");
  uint32_t a, b, c, d;
  __cpuid_count(1, 0, a, b, c, d);
  int32_t result[3] = {0, 0, 0};
  if (c & (1u << 27)) {
    uint32_t low, high;
    asm volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    uint32_t features = low & 0xe7;
    uint32_t size = 576;
    for (int i = 2; i < 8; i++) {
      if (!(features & (1u << i))) continue;
      __cpuid_count(0xd, i, a, b, c, d);
      if (b + a > size) size = b + a;
    }
    result[0] = static_cast<int32_t>(features);
    result[1] = static_cast<int32_t>((size + 63) & ~63u);
  }
  // HWCAP2_FSGSBASE, bit 1 of AT_HWCAP2.
  result[2] = (getauxval(26) >> 1) & 1;
  memcpy(out.data, result, sizeof(result));
  napi_value undefined;
  napi_get_undefined(env, &undefined);
  return undefined;
}

}  // namespace

void RegisterSystrapZygote(napi_env env, napi_value exports) {
  ExportFunction(env, exports, "zygoteStart", ZygoteStartCall);
  ExportFunction(env, exports, "zygoteStepName", ZygoteStepName);
  ExportFunction(env, exports, "stubSyscallEntry", StubSyscallEntry);
  ExportFunction(env, exports, "cpuFeatures", CpuFeatures);
}
