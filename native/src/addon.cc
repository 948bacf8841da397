// The addon's entry point: each other file of this directory registers what it exports.
#include "addon.h"

NAPI_MODULE_INIT() {
  RegisterHost(env, exports);
  RegisterHostPoll(env, exports);
  RegisterHostDrop(env, exports);
  RegisterHostSpawn(env, exports);
  RegisterSystrap(env, exports);
  return exports;
}
