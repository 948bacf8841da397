/** Runs a program and collects what it prints. */

import { spawn } from "node:child_process";

export interface Finished {
  /** Exit status; 128 + n for signal n is the shell's affair: here a signal or a failed start is -1. */
  readonly status: number;
  /** Standard output and standard error, in the order they came. */
  readonly output: string;
  readonly timedOut: boolean;
}

/** From the polite signal at the end of the time to the other one. */
const GRACE_MS = 10_000;
const NO_TIMEOUT_MS = 0x7fff_ffff;

export function run(
  program: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv; echo?: boolean; timeoutMs?: number } = {},
): Promise<Finished> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd: options.cwd, env: options.env, stdio: ["ignore", "pipe", "pipe"] });
    const chunks: Buffer[] = [];
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      child.kill("SIGTERM");
      setTimeout(() => child.kill("SIGKILL"), GRACE_MS).unref();
    }, options.timeoutMs ?? NO_TIMEOUT_MS);
    const finish = (status: number, output: string): void => {
      clearTimeout(timer);
      resolve({ status, output, timedOut });
    };
    const onData = (chunk: Buffer): void => {
      chunks.push(chunk);
      if (options.echo === true) process.stdout.write(chunk);
    };
    child.stdout.on("data", onData);
    child.stderr.on("data", onData);
    child.on("error", (error) => finish(-1, `${program}: ${error.message}\n`));
    child.on("close", (status) => finish(status ?? -1, Buffer.concat(chunks).toString()));
  });
}
