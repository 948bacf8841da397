// Starting a process without Node's child_process, which costs a starting command more than the start itself.

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>

#include <string>
#include <vector>

#include "addon.h"
#include "napi_util.h"

namespace {

std::string GetString(napi_env env, napi_value value) {
  size_t length = 0;
  napi_get_value_string_utf8(env, value, nullptr, 0, &length);
  std::string text(length, '\0');
  napi_get_value_string_utf8(env, value, text.data(), length + 1, &length);
  return text;
}

// spawn(words, fds: Int32Array): the new process's pid or -errno. words[0] is the file; descriptor i becomes fds[i], nothing else is
// inherited that isn't close-on-exec. An empty environment, default signals, cwd as here.
napi_value Spawn(napi_env env, napi_callback_info info) {
  Args<2> args(env, info);
  uint32_t count = 0;
  napi_get_array_length(env, args[0], &count);
  std::vector<std::string> words(count);
  std::vector<char*> argv(count + 1, nullptr);
  for (uint32_t i = 0; i < count; i++) {
    napi_value word;
    napi_get_element(env, args[0], i, &word);
    words[i] = GetString(env, word);
    argv[i] = words[i].data();
  }
  ByteView view = GetView(args[1]);
  const int* fds = reinterpret_cast<const int*>(view.data);
  int fd_count = static_cast<int>(view.length / sizeof(int));
  for (int i = 0; i < fd_count; i++) {
    // A source below the targets would be overwritten by an earlier dup2.
    if (fds[i] < fd_count && fds[i] != i) return MakeNumber(env, -EINVAL);
  }

  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_init(&actions);
  posix_spawnattr_init(&attributes);
  for (int i = 0; i < fd_count; i++) posix_spawn_file_actions_adddup2(&actions, fds[i], i);
  sigset_t signals;
  sigfillset(&signals);
  posix_spawnattr_setsigdefault(&attributes, &signals);
  sigemptyset(&signals);
  posix_spawnattr_setsigmask(&attributes, &signals);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
  char* environment[] = {nullptr};
  pid_t pid = 0;
  int error = count == 0 ? EINVAL : posix_spawn(&pid, argv[0], &actions, &attributes, argv.data(), environment);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  return MakeNumber(env, error != 0 ? -error : pid);
}

}  // namespace

void RegisterHostSpawn(napi_env env, napi_value exports) { ExportFunction(env, exports, "spawn", Spawn); }
