// Waiting for the seccomp listener as part of Node's event loop, but without an iteration of that loop per notification.
//
// A check handle runs after each poll of the loop. It calls the sentry, and while the sentry has nothing to do it sleeps in poll(2) on
// the listener and on the loop's own backend descriptor, for as long as the loop itself would have slept. It returns to the loop
// as soon as the loop has anything to do.

#include <errno.h>
#include <poll.h>
#include <time.h>
#include <uv.h>

#include "addon.h"
#include "napi_util.h"
#include "systrap.h"

namespace {

// Stays away from the loop no longer than this while there is work.
constexpr uint64_t kTurnNs = 2000000;

struct Loop {
  uv_check_t check;
  uv_idle_t idle;
  napi_env env;
  napi_ref callback;
  int listener;
  int open_handles;
  bool closed;
};

// With an active idle handle the loop never sleeps in its own poll.
void OnIdle(uv_idle_t*) {}

// What the sentry says: 1 when it wants to be called again soon, 0 when it may sleep; -1 when it threw.
int CallSentry(Loop* loop, bool listener_ready) {
  napi_env env = loop->env;
  napi_handle_scope scope;
  napi_open_handle_scope(env, &scope);
  napi_value callback, receiver, result = nullptr;
  napi_get_reference_value(env, loop->callback, &callback);
  napi_get_global(env, &receiver);
  napi_value argument = MakeNumber(env, listener_ready ? 1 : 0);
  int answer = -1;
  if (napi_make_callback(env, nullptr, receiver, callback, 1, &argument, &result) == napi_pending_exception) {
    napi_value error;
    napi_get_and_clear_last_exception(env, &error);
    napi_fatal_exception(env, error);
  } else if (result != nullptr) {
    answer = GetInt32(env, result);
  }
  napi_close_handle_scope(env, scope);
  return answer;
}

bool LoopHasWork(uv_loop_t* loop) {
  // Descriptors that were added since are told to the kernel in the loop's own poll only.
  return loop->watcher_queue.next != &loop->watcher_queue;
}

void OnCheck(uv_check_t* handle) {
  Loop* loop = static_cast<Loop*>(handle->data);
  uv_loop_t* uv = handle->loop;
  uint64_t start = uv_hrtime();
  bool ready = false;
  for (;;) {
    int answer = CallSentry(loop, ready);
    if (answer != 0 || loop->closed || LoopHasWork(uv)) return;
    uv_idle_stop(&loop->idle);
    uv_update_time(uv);
    int timeout = uv_backend_timeout(uv);
    uv_idle_start(&loop->idle, OnIdle);
    if (timeout == 0) return;
    pollfd fds[2] = {{loop->listener, POLLIN, 0}, {uv_backend_fd(uv), POLLIN, 0}};
    int count = poll(fds, 2, timeout);
    ready = count > 0 && fds[0].revents != 0;
    if (!ready || fds[1].revents != 0) {
      // The next call comes after the loop's own poll, which is without waiting; tell then what was found.
      if (ready) CallSentry(loop, true);
      return;
    }
    if (uv_hrtime() - start > kTurnNs) {
      CallSentry(loop, true);
      return;
    }
  }
}

Loop* GetLoop(napi_env env, napi_value value) {
  void* pointer = nullptr;
  napi_get_value_external(env, value, &pointer);
  return static_cast<Loop*>(pointer);
}

void OnClosed(uv_handle_t* handle) {
  Loop* loop = static_cast<Loop*>(handle->data);
  if (--loop->open_handles == 0) delete loop;
}

// loopOpen(listener, callback(listenerReady) => 0 | 1): an external.
napi_value LoopOpen(napi_env env, napi_callback_info info) {
  Args<2> args(env, info);
  uv_loop_t* uv;
  napi_get_uv_event_loop(env, &uv);
  Loop* loop = new Loop{};
  loop->env = env;
  loop->listener = GetInt32(env, args[0]);
  napi_create_reference(env, args[1], 1, &loop->callback);
  uv_check_init(uv, &loop->check);
  uv_idle_init(uv, &loop->idle);
  loop->check.data = loop->idle.data = loop;
  loop->open_handles = 2;
  uv_check_start(&loop->check, OnCheck);
  uv_idle_start(&loop->idle, OnIdle);
  napi_value result;
  napi_create_external(env, loop, nullptr, nullptr, &result);
  return result;
}

// loopClose(external): once.
napi_value LoopClose(napi_env env, napi_callback_info info) {
  Args<1> args(env, info);
  Loop* loop = GetLoop(env, args[0]);
  if (loop != nullptr && !loop->closed) {
    loop->closed = true;
    uv_check_stop(&loop->check);
    uv_idle_stop(&loop->idle);
    napi_delete_reference(env, loop->callback);
    uv_close(reinterpret_cast<uv_handle_t*>(&loop->check), OnClosed);
    uv_close(reinterpret_cast<uv_handle_t*>(&loop->idle), OnClosed);
  }
  return MakeNumber(env, 0);
}

}  // namespace

void RegisterSystrapLoop(napi_env env, napi_value exports) {
  ExportFunction(env, exports, "loopOpen", LoopOpen);
  ExportFunction(env, exports, "loopClose", LoopClose);
}
