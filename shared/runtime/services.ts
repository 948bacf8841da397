/**
 * How the services' programs are started: one Node process each, from the bundle in dist/ or, in a source tree, from the
 * TypeScript files themselves.
 *
 * V8's code cache, made by scripts/build.ts, counts only for the flags it was made with; so the flags are written here
 * once. scripts/runsc-ms repeats those of `control` (a test compares them).
 */

import path from "node:path";

export type ServiceName = "control" | "sentry" | "gofer";

/**
 * No debugger's thread; and V8's strings hash as in Node's snapshot instead of being hashed anew at each start, a sixth of an empty start:
 * an application that could make use of foreseeable hashes would slow down its own kernel only.
 */
const ALL = ["--disable-sigusr1", "--no-rehash-snapshot"];

/** No threads of V8's own, in processes that have little to compile and to collect. For --expose-gc see trim_native.ts. */
const SMALL = [...ALL, "--expose-gc", "--single-threaded-gc", "--v8-pool-size=0"];

export const SERVICE_NODE_FLAGS: { readonly [service in ServiceName]: readonly string[] } = {
  control: SMALL,
  sentry: ALL,
  gofer: SMALL,
};

/** Set by esbuild in what ships. */
declare const RUNSC_MS_BUNDLE: boolean | undefined;

/** True in a process that runs from dist/. */
export const IS_BUNDLE = typeof RUNSC_MS_BUNDLE !== "undefined";

/** The file that starts a service: absolute. */
export function serviceProgram(service: ServiceName): string {
  const here = import.meta.dirname;
  return IS_BUNDLE ? path.join(here, `${service}.cjs`) : path.join(here, "../../services", service, "main.ts");
}

/** The argument vector of a service's process, ready for spawn or execve: the pinned runtime, its flags, the program. */
export function serviceCommand(service: ServiceName, args: readonly string[]): [string, ...string[]] {
  return [process.execPath, ...SERVICE_NODE_FLAGS[service], serviceProgram(service), ...args];
}
