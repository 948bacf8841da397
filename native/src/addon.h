// The addon is one module; each source file registers its functions on the module's exports.
#ifndef RUNSC_MS_ADDON_H_
#define RUNSC_MS_ADDON_H_

#include <node_api.h>

void RegisterHost(napi_env env, napi_value exports);
void RegisterHostPoll(napi_env env, napi_value exports);
void RegisterHostDrop(napi_env env, napi_value exports);
void RegisterHostSpawn(napi_env env, napi_value exports);
void RegisterSystrap(napi_env env, napi_value exports);

#endif  // RUNSC_MS_ADDON_H_
