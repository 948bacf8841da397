/** Runs a program and collects what it prints. */

import { spawn } from "node:child_process";

export interface Finished {
  /** Exit status; 128 + n for signal n is the shell's affair: here a signal or a failed start is -1. */
  readonly status: number;
  /** Standard output and standard error, in the order they came. */
  readonly output: string;
}

export function run(
  program: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv; echo?: boolean; timeoutMs?: number } = {},
): Promise<Finished> {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: options.env,
      timeout: options.timeoutMs,
      killSignal: "SIGKILL",
      stdio: ["ignore", "pipe", "pipe"],
    });
    const chunks: Buffer[] = [];
    const onData = (chunk: Buffer): void => {
      chunks.push(chunk);
      if (options.echo === true) process.stdout.write(chunk);
    };
    child.stdout.on("data", onData);
    child.stderr.on("data", onData);
    child.on("error", (error) => resolve({ status: -1, output: `${program}: ${error.message}\n` }));
    child.on("close", (status) => resolve({ status: status ?? -1, output: Buffer.concat(chunks).toString() }));
  });
}
