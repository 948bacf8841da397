// Host calls without policy: a raw system call, reads and writes in the middle of a buffer, and descriptors over sockets.
// Every function returns the result or -errno, and none is interrupted half way: EINTR is the caller's to see.

#include <errno.h>
#include <malloc.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "addon.h"
#include "napi_util.h"

namespace {

// SCM_MAX_FD of the host kernel (include/net/scm.h).
constexpr size_t kMaxFds = 253;
constexpr size_t kMaxSegments = 64;

inline int64_t OrErrno(int64_t result) { return result < 0 ? -errno : result; }

// syscall(nr, a0..a5): numbers are values, views are pointers to their first byte.
napi_value Syscall(napi_env env, napi_callback_info info) {
  Args<7> args(env, info);
  long words[7] = {};
  for (size_t i = 0; i < args.count && i < 7; i++) {
    words[i] = IsView(args[i]) ? reinterpret_cast<long>(GetView(args[i]).data) : GetInt64(env, args[i]);
  }
  return MakeNumber(env, OrErrno(syscall(words[0], words[1], words[2], words[3], words[4], words[5], words[6])));
}

// The range (view, start, length) that arguments 1..3 of a read or write name; `data` is null when it leaves the view.
struct Range {
  uint8_t* data;
  size_t length;
};

Range GetRange(napi_env env, napi_value memory, napi_value start, napi_value length) {
  ByteView view = GetView(memory);
  int64_t first = GetInt64(env, start);
  int64_t count = GetInt64(env, length);
  if (view.data == nullptr || first < 0 || count < 0 || static_cast<uint64_t>(first) > view.length ||
      static_cast<uint64_t>(count) > view.length - first) {
    return {nullptr, 0};
  }
  return {view.data + first, static_cast<size_t>(count)};
}

template <typename Call>
napi_value Transfer(napi_env env, napi_callback_info info, Call call) {
  Args<5> args(env, info);
  Range range = GetRange(env, args[1], args[2], args[3]);
  if (range.data == nullptr) return ThrowRange(env, "range outside the buffer");
  return MakeNumber(env, OrErrno(call(GetInt32(env, args[0]), range, args.count > 4 ? GetInt64(env, args[4]) : 0)));
}

napi_value Read(napi_env env, napi_callback_info info) {
  return Transfer(env, info, [](int fd, Range range, int64_t) { return read(fd, range.data, range.length); });
}

napi_value Write(napi_env env, napi_callback_info info) {
  return Transfer(env, info, [](int fd, Range range, int64_t) { return write(fd, range.data, range.length); });
}

napi_value Pread(napi_env env, napi_callback_info info) {
  return Transfer(env, info, [](int fd, Range range, int64_t at) { return pread(fd, range.data, range.length, at); });
}

napi_value Pwrite(napi_env env, napi_callback_info info) {
  return Transfer(env, info, [](int fd, Range range, int64_t at) { return pwrite(fd, range.data, range.length, at); });
}

// preadv/pwritev(fd, memory, Float64Array of (start, length) pairs, pair count, position or -1 for the file offset).
template <typename Call>
napi_value TransferVector(napi_env env, napi_callback_info info, Call call) {
  Args<5> args(env, info);
  ByteView memory = GetView(args[1]);
  ByteView pairs = GetView(args[2]);
  size_t count = static_cast<size_t>(GetInt64(env, args[3]));
  if (memory.data == nullptr || count > kMaxSegments || count * 16 > pairs.length) {
    return ThrowRange(env, "bad segment list");
  }
  const double* numbers = reinterpret_cast<const double*>(pairs.data);
  iovec segments[kMaxSegments];
  for (size_t i = 0; i < count; i++) {
    double start = numbers[2 * i];
    double length = numbers[2 * i + 1];
    if (!(start >= 0 && length >= 0 && start + length <= static_cast<double>(memory.length))) {
      return ThrowRange(env, "segment outside the buffer");
    }
    segments[i] = {memory.data + static_cast<size_t>(start), static_cast<size_t>(length)};
  }
  return MakeNumber(env, OrErrno(call(GetInt32(env, args[0]), segments, static_cast<int>(count), GetInt64(env, args[4]))));
}

napi_value Preadv(napi_env env, napi_callback_info info) {
  return TransferVector(env, info, [](int fd, const iovec* segments, int count, int64_t at) {
    return at < 0 ? readv(fd, segments, count) : preadv(fd, segments, count, at);
  });
}

napi_value Pwritev(napi_env env, napi_callback_info info) {
  return TransferVector(env, info, [](int fd, const iovec* segments, int count, int64_t at) {
    return at < 0 ? writev(fd, segments, count) : pwritev(fd, segments, count, at);
  });
}

// sendFds(socket, memory, start, length, fds: Int32Array, fd count, flags): sendmsg with SCM_RIGHTS.
napi_value SendFds(napi_env env, napi_callback_info info) {
  Args<7> args(env, info);
  Range range = GetRange(env, args[1], args[2], args[3]);
  ByteView fds = GetView(args[4]);
  size_t count = static_cast<size_t>(GetInt64(env, args[5]));
  if (range.data == nullptr || count > kMaxFds || count * sizeof(int) > fds.length) {
    return ThrowRange(env, "bad buffer or descriptor list");
  }
  iovec segment = {range.data, range.length};
  alignas(cmsghdr) char control[CMSG_SPACE(kMaxFds * sizeof(int))];
  msghdr message = {};
  message.msg_iov = &segment;
  message.msg_iovlen = 1;
  if (count > 0) {
    memset(control, 0, CMSG_SPACE(count * sizeof(int)));
    message.msg_control = control;
    message.msg_controllen = CMSG_SPACE(count * sizeof(int));
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(count * sizeof(int));
    memcpy(CMSG_DATA(header), fds.data, count * sizeof(int));
  }
  return MakeNumber(env, OrErrno(sendmsg(GetInt32(env, args[0]), &message, GetInt32(env, args[6]) | MSG_NOSIGNAL)));
}

// recvFds(socket, memory, start, length, out: Int32Array, flags): recvmsg. Descriptors go to out[1..], their number to out[0].
// A message with more descriptors than `out` holds loses all of them and returns -EMSGSIZE: half a set is of no use.
napi_value RecvFds(napi_env env, napi_callback_info info) {
  Args<6> args(env, info);
  Range range = GetRange(env, args[1], args[2], args[3]);
  ByteView out = GetView(args[4]);
  if (range.data == nullptr || out.length < sizeof(int)) return ThrowRange(env, "bad buffer or descriptor list");
  int* slots = reinterpret_cast<int*>(out.data);
  size_t room = out.length / sizeof(int) - 1;
  iovec segment = {range.data, range.length};
  alignas(cmsghdr) char control[CMSG_SPACE(kMaxFds * sizeof(int))];
  msghdr message = {};
  message.msg_iov = &segment;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof(control);
  slots[0] = 0;
  int64_t received = OrErrno(recvmsg(GetInt32(env, args[0]), &message, GetInt32(env, args[5]) | MSG_CMSG_CLOEXEC));
  if (received < 0) return MakeNumber(env, received);
  bool overflow = (message.msg_flags & MSG_CTRUNC) != 0;
  size_t used = 0;
  for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr; header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (size_t i = 0; i < count; i++) {
      int fd;
      memcpy(&fd, CMSG_DATA(header) + i * sizeof(int), sizeof(int));
      if (used < room) {
        slots[1 + used++] = fd;
      } else {
        close(fd);
        overflow = true;
      }
    }
  }
  if (overflow) {
    for (size_t i = 0; i < used; i++) close(slots[1 + i]);
    return MakeNumber(env, -EMSGSIZE);
  }
  slots[0] = static_cast<int>(used);
  return MakeNumber(env, received);
}

// Where a view's bytes lie in this process, for structs that hold pointers. Valid while the view's buffer lives.
napi_value AddressOf(napi_env env, napi_callback_info info) {
  Args<1> args(env, info);
  return MakeNumber(env, reinterpret_cast<int64_t>(GetView(args[0]).data));
}

// trimHeap(): gives free memory of the C library's heaps back to the host.
napi_value TrimHeap(napi_env env, napi_callback_info) {
  return MakeNumber(env, malloc_trim(0));
}

}  // namespace

void RegisterHost(napi_env env, napi_value exports) {
  ExportFunction(env, exports, "syscall", Syscall);
  ExportFunction(env, exports, "read", Read);
  ExportFunction(env, exports, "write", Write);
  ExportFunction(env, exports, "pread", Pread);
  ExportFunction(env, exports, "pwrite", Pwrite);
  ExportFunction(env, exports, "preadv", Preadv);
  ExportFunction(env, exports, "pwritev", Pwritev);
  ExportFunction(env, exports, "sendFds", SendFds);
  ExportFunction(env, exports, "recvFds", RecvFds);
  ExportFunction(env, exports, "addressOf", AddressOf);
  ExportFunction(env, exports, "trimHeap", TrimHeap);
}
