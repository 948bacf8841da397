// Argument and result helpers for Node-API functions. Callers are our own TypeScript façades, so a wrong type is a bug of ours
// and throws; values that come from an application have been checked before they get here.
#ifndef RUNSC_MS_NAPI_UTIL_H_
#define RUNSC_MS_NAPI_UTIL_H_

#include <node_api.h>
#include <v8.h>

#include <cstddef>
#include <cstdint>
#include <cstring>

// A Node-API value is a V8 handle; going to V8 directly for views accepts SharedArrayBuffer and saves three calls.
inline v8::Local<v8::Value> ToV8(napi_value value) {
  v8::Local<v8::Value> local;
  static_assert(sizeof(local) == sizeof(value));
  memcpy(static_cast<void*>(&local), &value, sizeof(value));
  return local;
}

struct ByteView {
  uint8_t* data = nullptr;
  size_t length = 0;
};

inline bool IsView(napi_value value) { return ToV8(value)->IsArrayBufferView(); }

// The bytes behind a TypedArray, DataView or Buffer, over an ArrayBuffer or a SharedArrayBuffer.
inline ByteView GetView(napi_value value) {
  v8::Local<v8::Value> local = ToV8(value);
  if (!local->IsArrayBufferView()) return {};
  v8::Local<v8::ArrayBufferView> view = local.As<v8::ArrayBufferView>();
  return {static_cast<uint8_t*>(view->Buffer()->Data()) + view->ByteOffset(), view->ByteLength()};
}

template <size_t N>
struct Args {
  napi_value values[N];
  size_t count = N;

  Args(napi_env env, napi_callback_info info) { napi_get_cb_info(env, info, &count, values, nullptr, nullptr); }
  napi_value operator[](size_t index) const { return values[index]; }
};

// Numbers are exact integers (U53/I53); anything else reads as 0.
inline int64_t GetInt64(napi_env env, napi_value value) {
  int64_t result = 0;
  napi_get_value_int64(env, value, &result);
  return result;
}

inline int32_t GetInt32(napi_env env, napi_value value) {
  int32_t result = 0;
  napi_get_value_int32(env, value, &result);
  return result;
}

inline napi_value MakeNumber(napi_env env, int64_t number) {
  napi_value result;
  if (number >= INT32_MIN && number <= INT32_MAX) {
    napi_create_int32(env, static_cast<int32_t>(number), &result);
  } else {
    napi_create_int64(env, number, &result);
  }
  return result;
}

inline napi_value ThrowRange(napi_env env, const char* message) {
  napi_throw_range_error(env, nullptr, message);
  return nullptr;
}

inline void ExportFunction(napi_env env, napi_value exports, const char* name, napi_callback callback) {
  napi_value function;
  napi_create_function(env, name, NAPI_AUTO_LENGTH, callback, nullptr, &function);
  napi_set_named_property(env, exports, name, function);
}

#endif  // RUNSC_MS_NAPI_UTIL_H_
