/** Internal `control`: owns a detached container from `create` to its end, and ends with the container's exit code. */

import { closeSync, openSync, writeFileSync, writeSync } from "node:fs";
import path from "node:path";
import type { Logger } from "../../../shared/log/log.ts";
import { ContainerHost } from "../container/container_host_native.ts";
import { CommandError, describeError } from "../errors.ts";
import type { GlobalOptions } from "../global_options.ts";
import { bundleSandbox } from "../oci/bundle_sandbox.ts";
import { processRequest } from "../oci/process_request.ts";
import { readSpec } from "../oci/spec.ts";
import type { Command } from "./command.ts";
import { CREATE_FLAGS, type CreateOptions, parseCreate } from "./create.ts";
import { donatedStdio } from "./foreground.ts";

/** The pipe on which `create` waits. */
const REPORT_FD = 3;
const USAGE = "[flags] <container-id>";

function report(outcome: { error?: string; exitCode?: number }): void {
  try {
    writeSync(REPORT_FD, JSON.stringify(outcome));
    closeSync(REPORT_FD);
  } catch {
    // `create` was killed; the container stands all the same.
  }
}

/** Nothing but the sandbox may hold the container's stdin, stdout and stderr: readers wait for their end. */
function releaseStdio(): void {
  for (const fd of [0, 1, 2]) {
    closeSync(fd);
    openSync("/dev/null", "r+");
  }
}

async function createHost(create: CreateOptions, options: GlobalOptions, log: Logger): Promise<ContainerHost> {
  const spec = readSpec(create.bundle);
  const host = await ContainerHost.start({
    id: create.id,
    bundle: create.bundle,
    rootfs: path.resolve(create.bundle, spec.root.path),
    annotations: spec.annotations ?? {},
    ociVersion: spec.ociVersion,
    ephemeral: false,
    contents: bundleSandbox(spec, create.bundle, options),
    options,
    log,
  });
  const { stdio, fds } = donatedStdio();
  const request = processRequest(spec.process, (warning) => log.warn(warning));
  await host.execInit({ ...request, terminal: null, stdio, init: true, hold: true }, fds);
  await host.serve();
  if (create.pidFile !== "") writeFileSync(create.pidFile, String(process.pid), { mode: 0o644 });
  return host;
}

export const controlCommand: Command = {
  summary: "own a detached container",
  usage: USAGE,
  flags: CREATE_FLAGS,
  internal: true,
  async run({ options, openLog }, words) {
    // Whatever ends the user's session doesn't end a detached container.
    for (const signal of ["SIGHUP", "SIGINT", "SIGTERM"] as const) process.on(signal, () => undefined);
    let host: ContainerHost;
    try {
      const create = parseCreate("control", USAGE, words);
      host = await createHost(create, options, openLog(create.id));
    } catch (error) {
      const exitCode = error instanceof CommandError ? error.exitCode : 1;
      report({ error: describeError(error), exitCode });
      return exitCode;
    }
    releaseStdio();
    report({});
    const end = await host.ended;
    return end.exitCode;
  },
};
