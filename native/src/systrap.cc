// What the systrap platform needs from native code: the arena as an ArrayBuffer, the hot host calls on it, seccomp notifications
// and reads of other processes' memory. Without policy: addresses and numbers have been checked by the caller.

#include <errno.h>
#include <linux/futex.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "addon.h"
#include "napi_util.h"
#include "systrap.h"

namespace {

inline int64_t OrErrno(int64_t result) { return result < 0 ? -errno : result; }

// mapMemory(fd, length, protection): an ArrayBuffer over the file, mapped for the life of the process, or -errno. V8 doesn't count it
// as garbage to collect, and the pages are never given to a forked child by accident.
napi_value MapMemory(napi_env env, napi_callback_info info) {
  Args<3> args(env, info);
  size_t length = static_cast<size_t>(GetInt64(env, args[1]));
  void* data = mmap(nullptr, length, GetInt32(env, args[2]), MAP_SHARED | MAP_NORESERVE, GetInt32(env, args[0]), 0);
  if (data == MAP_FAILED) return MakeNumber(env, -errno);
  madvise(data, length, MADV_DONTFORK);
  v8::Isolate* isolate = v8::Isolate::GetCurrent();
  v8::Local<v8::ArrayBuffer> buffer = v8::ArrayBuffer::New(
      isolate, v8::ArrayBuffer::NewBackingStore(data, length, v8::BackingStore::EmptyDeleter, nullptr));
  napi_value result;
  memcpy(static_cast<void*>(&result), static_cast<void*>(&buffer), sizeof(result));
  return result;
}

// futexWake(memory, offset, count): waiters woken. For words shared between processes.
napi_value FutexWake(napi_env env, napi_callback_info info) {
  Args<3> args(env, info);
  ByteView view = GetView(args[0]);
  int64_t offset = GetInt64(env, args[1]);
  if (view.data == nullptr || offset < 0 || static_cast<uint64_t>(offset) + 4 > view.length) return ThrowRange(env, "futex outside the buffer");
  return MakeNumber(env, OrErrno(syscall(SYS_futex, view.data + offset, FUTEX_WAKE, GetInt32(env, args[2]), nullptr, nullptr, 0)));
}

// futexWait(memory, offset, expected, timeoutNs): 0, or -errno (-EAGAIN, -EINTR, -ETIMEDOUT). The timeout is relative; negative waits forever.
napi_value FutexWait(napi_env env, napi_callback_info info) {
  Args<4> args(env, info);
  ByteView view = GetView(args[0]);
  int64_t offset = GetInt64(env, args[1]);
  int64_t timeout = GetInt64(env, args[3]);
  if (view.data == nullptr || offset < 0 || static_cast<uint64_t>(offset) + 4 > view.length) return ThrowRange(env, "futex outside the buffer");
  timespec time = {timeout / 1000000000, timeout % 1000000000};
  return MakeNumber(env, OrErrno(syscall(SYS_futex, view.data + offset, FUTEX_WAIT, GetInt32(env, args[2]), timeout < 0 ? nullptr : &time, nullptr, 0)));
}

// notificationReceive(listener, view of 80 bytes, ready): 1 with a struct seccomp_notif in the view, 0 when there is none, or -errno.
// `ready` says that poll(2) has just found one, which nobody else can have taken.
napi_value NotificationReceive(napi_env env, napi_callback_info info) {
  Args<3> args(env, info);
  ByteView view = GetView(args[1]);
  if (view.length < sizeof(seccomp_notif)) return ThrowRange(env, "notification view too small");
  pollfd ready = {GetInt32(env, args[0]), POLLIN, 0};
  if (GetInt32(env, args[2]) == 0) {
    if (poll(&ready, 1, 0) <= 0) return MakeNumber(env, 0);
    if (!(ready.revents & POLLIN)) return MakeNumber(env, -EPIPE);
  }
  memset(view.data, 0, sizeof(seccomp_notif));
  if (ioctl(ready.fd, SECCOMP_IOCTL_NOTIF_RECV, view.data) < 0) return MakeNumber(env, errno == ENOENT || errno == EINTR ? 0 : -errno);
  return MakeNumber(env, 1);
}

// notificationSend(listener, idLow, idHigh, value, goOn): answers with `value`, or lets the call go on.
napi_value NotificationSend(napi_env env, napi_callback_info info) {
  Args<5> args(env, info);
  seccomp_notif_resp response = {};
  response.id = static_cast<uint64_t>(static_cast<uint32_t>(GetInt64(env, args[1]))) | static_cast<uint64_t>(GetInt64(env, args[2])) << 32;
  int64_t value = GetInt64(env, args[3]);
  if (GetInt32(env, args[4]) != 0) {
    response.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
  } else if (value < 0) {
    response.error = static_cast<int32_t>(value);
  } else {
    response.val = value;
  }
  return MakeNumber(env, OrErrno(ioctl(GetInt32(env, args[0]), SECCOMP_IOCTL_NOTIF_SEND, &response)));
}

// notificationAddFd(listener, idLow, idHigh, fd, number): puts a copy of `fd` at `number` in the notifying process.
napi_value NotificationAddFd(napi_env env, napi_callback_info info) {
  Args<5> args(env, info);
  seccomp_notif_addfd add = {};
  add.id = static_cast<uint64_t>(static_cast<uint32_t>(GetInt64(env, args[1]))) | static_cast<uint64_t>(GetInt64(env, args[2])) << 32;
  add.flags = SECCOMP_ADDFD_FLAG_SETFD;
  add.srcfd = GetInt32(env, args[3]);
  add.newfd = GetInt32(env, args[4]);
  return MakeNumber(env, OrErrno(ioctl(GetInt32(env, args[0]), SECCOMP_IOCTL_NOTIF_ADDFD, &add)));
}

// notificationSyncWakeUp(listener, on): whether who waits for the listener or for an answer is woken on the waker's core.
napi_value NotificationSyncWakeUp(napi_env env, napi_callback_info info) {
  Args<2> args(env, info);
  // SECCOMP_IOCTL_NOTIF_SET_FLAGS and SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP, of Linux 6.6; older headers lack them.
  return MakeNumber(env, OrErrno(ioctl(GetInt32(env, args[0]), SECCOMP_IOW(4, uint64_t), GetInt32(env, args[1]) != 0 ? 1ul : 0ul)));
}

// processRead/processWrite(pid, address, memory, start, length): bytes moved before a bad address, or -errno.
template <typename Call>
napi_value ProcessTransfer(napi_env env, napi_callback_info info, Call call) {
  Args<5> args(env, info);
  ByteView view = GetView(args[2]);
  int64_t start = GetInt64(env, args[3]), length = GetInt64(env, args[4]);
  if (view.data == nullptr || start < 0 || length < 0 || static_cast<uint64_t>(start) > view.length ||
      static_cast<uint64_t>(length) > view.length - start) {
    return ThrowRange(env, "range outside the buffer");
  }
  iovec local = {view.data + start, static_cast<size_t>(length)};
  iovec remote = {reinterpret_cast<void*>(GetInt64(env, args[1])), static_cast<size_t>(length)};
  return MakeNumber(env, OrErrno(call(GetInt32(env, args[0]), &local, &remote)));
}

napi_value ProcessRead(napi_env env, napi_callback_info info) {
  return ProcessTransfer(env, info, [](pid_t pid, iovec* local, iovec* remote) { return process_vm_readv(pid, local, 1, remote, 1, 0); });
}

napi_value ProcessWrite(napi_env env, napi_callback_info info) {
  return ProcessTransfer(env, info, [](pid_t pid, iovec* local, iovec* remote) { return process_vm_writev(pid, local, 1, remote, 1, 0); });
}

// fileToProcess(fd, offset, length, pid, address): copies bytes of a file into another process without a stop in between. Bytes moved, less
// than asked for at the end of the file or before a bad address; or -errno.
napi_value FileToProcess(napi_env env, napi_callback_info info) {
  Args<5> args(env, info);
  int fd = GetInt32(env, args[0]);
  int64_t offset = GetInt64(env, args[1]), length = GetInt64(env, args[2]);
  struct stat status;
  if (offset < 0 || length < 0) return MakeNumber(env, -EINVAL);
  // Not the C library's, which makes a newfstatat(2) of it; the sentry has no use for paths.
  if (syscall(SYS_fstat, fd, &status) < 0) return MakeNumber(env, -errno);
  if (length > status.st_size - offset) length = status.st_size - offset;
  if (length <= 0) return MakeNumber(env, 0);
  int64_t skip = offset % 4096;
  void* data = mmap(nullptr, length + skip, PROT_READ, MAP_SHARED | MAP_POPULATE, fd, offset - skip);
  if (data == MAP_FAILED) return MakeNumber(env, -errno);
  iovec local = {static_cast<char*>(data) + skip, static_cast<size_t>(length)};
  iovec remote = {reinterpret_cast<void*>(GetInt64(env, args[4])), static_cast<size_t>(length)};
  int64_t result = OrErrno(process_vm_writev(GetInt32(env, args[3]), &local, 1, &remote, 1, 0));
  munmap(data, length + skip);
  return MakeNumber(env, result);
}

// monotonicNs(): CLOCK_MONOTONIC as a double.
napi_value MonotonicNs(napi_env env, napi_callback_info) {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  napi_value result;
  napi_create_double(env, static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec), &result);
  return result;
}

}  // namespace

void RegisterSystrap(napi_env env, napi_value exports) {
  ExportFunction(env, exports, "mapMemory", MapMemory);
  ExportFunction(env, exports, "futexWake", FutexWake);
  ExportFunction(env, exports, "futexWait", FutexWait);
  ExportFunction(env, exports, "notificationReceive", NotificationReceive);
  ExportFunction(env, exports, "notificationSend", NotificationSend);
  ExportFunction(env, exports, "notificationAddFd", NotificationAddFd);
  ExportFunction(env, exports, "notificationSyncWakeUp", NotificationSyncWakeUp);
  ExportFunction(env, exports, "processRead", ProcessRead);
  ExportFunction(env, exports, "processWrite", ProcessWrite);
  ExportFunction(env, exports, "fileToProcess", FileToProcess);
  ExportFunction(env, exports, "monotonicNs", MonotonicNs);
  RegisterSystrapZygote(env, exports);
  RegisterSystrapLoop(env, exports);
}
