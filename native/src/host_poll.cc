// uv_poll_t for TypeScript: readiness of a descriptor as a callback on the event loop.

#include <errno.h>
#include <fcntl.h>
#include <uv.h>

#include "addon.h"
#include "napi_util.h"

namespace {

struct Poll {
  uv_poll_t handle;
  napi_env env;
  napi_ref callback;
  bool closed;
};

void OnReady(uv_poll_t* handle, int status, int events) {
  Poll* poll = static_cast<Poll*>(handle->data);
  napi_env env = poll->env;
  napi_handle_scope scope;
  napi_open_handle_scope(env, &scope);
  napi_value callback, receiver;
  napi_get_reference_value(env, poll->callback, &callback);
  napi_get_global(env, &receiver);
  napi_value argument = MakeNumber(env, status < 0 ? status : events);
  if (napi_make_callback(env, nullptr, receiver, callback, 1, &argument, nullptr) == napi_pending_exception) {
    napi_value error;
    napi_get_and_clear_last_exception(env, &error);
    napi_fatal_exception(env, error);
  }
  napi_close_handle_scope(env, scope);
}

Poll* GetPoll(napi_env env, napi_value value) {
  void* pointer = nullptr;
  napi_get_value_external(env, value, &pointer);
  return static_cast<Poll*>(pointer);
}

void Close(Poll* poll) {
  if (poll->closed) return;
  poll->closed = true;
  uv_poll_stop(&poll->handle);
}

// pollOpen(fd, callback(events | -errno)): an external, or -errno. libuv sets O_NONBLOCK, which is undone: the open file may be
// shared with processes outside, like a donated terminal with the user's shell.
napi_value PollOpen(napi_env env, napi_callback_info info) {
  Args<2> args(env, info);
  uv_loop_t* loop;
  napi_get_uv_event_loop(env, &loop);
  Poll* poll = new Poll{};
  poll->env = env;
  int fd = GetInt32(env, args[0]);
  int flags = fcntl(fd, F_GETFL);
  int error = uv_poll_init(loop, &poll->handle, fd);
  if (flags >= 0 && (flags & O_NONBLOCK) == 0) fcntl(fd, F_SETFL, flags);
  if (error < 0) {
    delete poll;
    return MakeNumber(env, error);
  }
  poll->handle.data = poll;
  napi_create_reference(env, args[1], 1, &poll->callback);
  napi_value external;
  napi_create_external(env, poll, nullptr, nullptr, &external);
  return external;
}

// pollSet(poll, UV_READABLE | UV_WRITABLE | UV_DISCONNECT), 0 pauses it.
napi_value PollSet(napi_env env, napi_callback_info info) {
  Args<2> args(env, info);
  Poll* poll = GetPoll(env, args[0]);
  if (poll == nullptr || poll->closed) return MakeNumber(env, -EBADF);
  int events = GetInt32(env, args[1]);
  if (events == 0) return MakeNumber(env, uv_poll_stop(&poll->handle));
  return MakeNumber(env, uv_poll_start(&poll->handle, events, OnReady));
}

// pollRef(poll, on): whether the poll keeps the event loop alive.
napi_value PollRef(napi_env env, napi_callback_info info) {
  Args<2> args(env, info);
  Poll* poll = GetPoll(env, args[0]);
  if (poll == nullptr || poll->closed) return nullptr;
  uv_handle_t* handle = reinterpret_cast<uv_handle_t*>(&poll->handle);
  bool on = true;
  napi_get_value_bool(env, args[1], &on);
  on ? uv_ref(handle) : uv_unref(handle);
  return nullptr;
}

// pollClose(poll): the descriptor may be closed at once afterwards; the poll must not be used again.
napi_value PollClose(napi_env env, napi_callback_info info) {
  Args<1> args(env, info);
  Poll* poll = GetPoll(env, args[0]);
  if (poll == nullptr || poll->closed) return nullptr;
  Close(poll);
  napi_delete_reference(env, poll->callback);
  uv_close(reinterpret_cast<uv_handle_t*>(&poll->handle), [](uv_handle_t* handle) { delete static_cast<Poll*>(handle->data); });
  return nullptr;
}

}  // namespace

void RegisterHostPoll(napi_env env, napi_value exports) {
  ExportFunction(env, exports, "pollOpen", PollOpen);
  ExportFunction(env, exports, "pollSet", PollSet);
  ExportFunction(env, exports, "pollRef", PollRef);
  ExportFunction(env, exports, "pollClose", PollClose);
}
