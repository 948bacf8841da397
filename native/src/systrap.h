// The systrap platform's source files.
#ifndef RUNSC_MS_SYSTRAP_H_
#define RUNSC_MS_SYSTRAP_H_

#include <node_api.h>

void RegisterSystrapZygote(napi_env env, napi_value exports);
void RegisterSystrapLoop(napi_env env, napi_value exports);

#endif  // RUNSC_MS_SYSTRAP_H_
