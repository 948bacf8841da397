// The module's entry: every source file registers its own functions.
#include "addon.h"

NAPI_MODULE_INIT() {
  RegisterHost(env, exports);
  RegisterHostPoll(env, exports);
  return exports;
}
