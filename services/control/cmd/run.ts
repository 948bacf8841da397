/** `run`: create and start in one; in the foreground unless detached. */

import { writeFileSync } from "node:fs";
import path from "node:path";
import { CONTROL_SOCKET } from "../container/container_host_native.ts";
import { askControl } from "../container/control_socket_native.ts";
import { StateDirectory } from "../container/state_directory.ts";
import { CommandError } from "../errors.ts";
import { bundleSandbox } from "../oci/bundle_sandbox.ts";
import { processRequest } from "../oci/process_request.ts";
import { readSpec } from "../oci/spec.ts";
import { isTerminal } from "../terminal/window_native.ts";
import type { Command } from "./command.ts";
import { CREATE_FLAGS, createDetached, parseCreate } from "./create.ts";
import { runForeground } from "./foreground.ts";

const USAGE = "[flags] <container-id>";

export const runCommand: Command = {
  summary: "create a container from a bundle, start it and wait for its end",
  usage: USAGE,
  flags: CREATE_FLAGS,
  async run({ options, openLog }, words) {
    const create = parseCreate("run", USAGE, words);
    if (create.detach) {
      await createDetached(create, options);
      const directory = StateDirectory.open(options.root, create.id);
      await askControl(directory.file(CONTROL_SOCKET), "start", null, 10_000);
      return 0;
    }
    const spec = readSpec(create.bundle);
    if (spec.process.terminal && !isTerminal(0)) {
      throw new CommandError("process.terminal is set, but stdin is not a terminal");
    }
    const log = openLog(create.id);
    const host = {
      id: create.id,
      bundle: create.bundle,
      rootfs: path.resolve(create.bundle, spec.root.path),
      annotations: spec.annotations ?? {},
      ociVersion: spec.ociVersion,
      ephemeral: true,
      contents: bundleSandbox(spec, create.bundle, options),
      options,
      log,
    };
    const request = processRequest(spec.process, (warning) => log.warn(warning));
    return runForeground(host, request, spec.process.terminal ?? false, 0, () => {
      if (create.pidFile !== "") writeFileSync(create.pidFile, String(process.pid), { mode: 0o644 });
    });
  },
};
