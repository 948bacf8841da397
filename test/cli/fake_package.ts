/** A built package in a temporary directory: the real control and launcher, fake services; and ways to run it. */

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { buildSync } from "esbuild";

const project = path.join(import.meta.dirname, "../..");

export interface Outcome {
  status: number | null;
  stdout: string;
  stderr: string;
}

export class FakePackage {
  readonly directory: string = mkdtempSync(path.join(tmpdir(), "rms-"));
  readonly root: string = path.join(this.directory, "state");
  readonly #children: ChildProcess[] = [];

  constructor() {
    mkdirSync(path.join(this.directory, "native"));
    symlinkSync(path.join(project, "native/build"), path.join(this.directory, "native/build"));
    symlinkSync(path.join(project, "package.json"), path.join(this.directory, "package.json"));
    this.#bundle("services/control/main.ts", "control");
    this.#bundle("test/cli/fake_service.ts", "sentry");
    this.#bundle("test/cli/fake_service.ts", "gofer");
  }

  #bundle(entry: string, name: string): void {
    buildSync({
      absWorkingDir: project,
      entryPoints: [entry],
      outfile: path.join(this.directory, `dist/${name}.cjs`),
      bundle: true,
      platform: "node",
      target: "node26",
      format: "cjs",
      external: ["koffi", "*.node"],
      define: {
        RUNSC_MS_BUNDLE: "true",
        "import.meta.dirname": "__dirname",
        "import.meta.url": "importMetaUrl",
      },
      banner: { js: 'const importMetaUrl = require("node:url").pathToFileURL(__filename).href;' },
      logLevel: "error",
    });
  }

  /** Words that start the command. */
  command(...words: string[]): [string, string[]] {
    return [process.execPath, [path.join(this.directory, "dist/control.cjs"), "--root", this.root, ...words]];
  }

  run(words: string[], options: { input?: string; env?: NodeJS.ProcessEnv; cwd?: string } = {}): Outcome {
    const [file, args] = this.command(...words);
    const { status, stdout, stderr } = spawnSync(file, args, { encoding: "latin1", timeout: 20_000, ...options });
    return { status, stdout, stderr };
  }

  start(...words: string[]): ChildProcess {
    const [file, args] = this.command(...words);
    const child = spawn(file, args, { stdio: ["ignore", "pipe", "pipe"] });
    this.#children.push(child);
    return child;
  }

  /** Host processes that have this package's directory on their command line, by what they are. */
  processes(): { pid: number; what: "control" | "launcher" | "sentry" | "gofer" }[] {
    const found: ReturnType<FakePackage["processes"]> = [];
    for (const name of readdirSync("/proc")) {
      if (!/^\d+$/.test(name)) continue;
      try {
        const words = readFileSync(`/proc/${name}/cmdline`, "latin1").split("\0");
        if (!words.some((word) => word.startsWith(`${this.directory}/dist/`))) continue;
        const service = words.some((word) => word.endsWith("/sentry.cjs"))
          ? "sentry"
          : words.some((word) => word.endsWith("/gofer.cjs"))
            ? "gofer"
            : "control";
        const stat = readFileSync(`/proc/${name}/stat`, "latin1");
        if (stat.slice(stat.lastIndexOf(")") + 2)[0] === "Z") continue;
        found.push({ pid: Number(name), what: words[0].endsWith("/launcher") ? "launcher" : service });
      } catch {
        // It has just ended.
      }
    }
    return found;
  }

  pidOf(what: string): number {
    const found = this.processes().find((process) => process.what === what);
    if (found === undefined) throw new Error(`no ${what}: ${JSON.stringify(this.processes())}`);
    return found.pid;
  }

  /** What is left under the state root. */
  leftovers(): string[] {
    try {
      return readdirSync(this.root);
    } catch {
      return [];
    }
  }

  remove(): void {
    for (const child of this.#children) child.kill("SIGKILL");
    for (const { pid } of this.processes()) process.kill(pid, "SIGKILL");
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** Resolves when `condition` holds; rejects after a second. */
export async function within(ms: number, what: string, condition: () => boolean): Promise<void> {
  const start = Date.now();
  while (!condition()) {
    if (Date.now() - start > ms) throw new Error(`not within ${ms} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
