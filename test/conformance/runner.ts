/**
 * Runs the conformance programs: the same executable on the host and in the sandbox, compared byte by byte. What the
 * host prints is the truth, so a program must end with 0 there. Used by conformance.test.ts, programs.test.ts and run.ts.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";

const HERE = import.meta.dirname;
const ROOT = join(HERE, "..", "..");
const CACHE = join(ROOT, "node_modules", ".cache", "conformance");
const RUNSC = join(ROOT, "scripts", "runsc-ms");
const COMPILER = ["gcc", "-O1", "-w", "-pthread"];

/** A program of this directory; the name is "family/program". */
export interface Program {
  readonly name: string;
  readonly source: string;
}

/** How a run ended, and what it printed, one character per byte. */
export interface Outcome {
  readonly status: string;
  readonly stdout: string;
  readonly stderr: string;
}

/** The programs whose name contains one of the filters; all of them without filters. */
export function findPrograms(filters: readonly string[]): Program[] {
  const families = readdirSync(HERE, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return families
    .flatMap((family) =>
      readdirSync(join(HERE, family.name))
        .filter((file) => file.endsWith(".c"))
        .map((file) => ({ name: `${family.name}/${basename(file, ".c")}`, source: join(HERE, family.name, file) })),
    )
    .filter((program) => filters.length === 0 || filters.some((filter) => program.name.includes(filter)))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Compiles a program, unless the same source has been compiled before, and returns the executable's path. */
export async function compile(program: Program): Promise<string> {
  const hash = createHash("sha256")
    .update(COMPILER.join(" "))
    .update(readFileSync(join(HERE, "check.h")))
    .update(readFileSync(program.source))
    .digest("hex")
    .slice(0, 16);
  const executable = join(CACHE, hash, basename(program.name));
  if (existsSync(executable)) return executable;
  mkdirSync(dirname(executable), { recursive: true });
  const fresh = `${executable}.${randomBytes(4).toString("hex")}`;
  const outcome = await run([...COMPILER, "-o", fresh, program.source], { timeoutMs: 60_000 });
  if (outcome.status !== "exit 0") throw new Error(`${program.name} does not compile:\n${outcome.stderr}`);
  renameSync(fresh, executable);
  return executable;
}

export interface RunOptions {
  readonly timeoutMs: number;
  /** Default: an empty directory, removed afterwards. */
  readonly cwd?: string;
  /** Called with each piece of standard output; true starts the time anew. */
  readonly onOutput?: (text: string) => boolean;
}

/** Runs a command on the host with empty standard input, in a process group of its own that a timeout kills. */
export function run(command: readonly string[], options: RunOptions): Promise<Outcome> {
  const scratch = options.cwd === undefined ? mkdtempSync(join(tmpdir(), "conformance-cwd-")) : null;
  return new Promise((resolve, reject) => {
    const child = spawn(command[0], command.slice(1), {
      cwd: options.cwd ?? scratch ?? undefined,
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stdout = "";
    let stderr = "";
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      killGroup(child);
    }, options.timeoutMs);
    child.stdout.setEncoding("latin1").on("data", (text: string) => {
      stdout += text;
      if (options.onOutput?.(text)) timer.refresh();
    });
    child.stderr.setEncoding("latin1").on("data", (text: string) => {
      stderr += text;
    });
    const cleanUp = () => {
      clearTimeout(timer);
      if (scratch !== null) rmSync(scratch, { recursive: true, force: true });
    };
    child.on("error", (error) => {
      cleanUp();
      reject(error);
    });
    child.on("close", (code, signal) => {
      cleanUp();
      const status = timedOut ? `timed out after ${options.timeoutMs / 1000} s` : signalOrCode(code, signal);
      resolve({ status, stdout, stderr });
    });
  });
}

function signalOrCode(code: number | null, signal: string | null): string {
  return signal === null ? `exit ${code}` : `killed by ${signal}`;
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    child.kill("SIGKILL");
  }
}

/** Runs a command in a sandbox of its own. */
export function runInSandbox(command: readonly string[], options: RunOptions): Promise<Outcome> {
  return run([RUNSC, "--network", "none", "do", "--", ...command], options);
}

/** What differs first between two runs, or null. */
export function difference(host: Outcome, sandbox: Outcome): string | null {
  for (const stream of ["stdout", "stderr"] as const) {
    if (host[stream] === sandbox[stream]) continue;
    const expected = host[stream].split("\n");
    const got = sandbox[stream].split("\n");
    const line = expected.findIndex((text, index) => text !== got[index]);
    const at = line < 0 ? expected.length : line;
    const status = host.status === sandbox.status ? "" : ` (${sandbox.status})`;
    return `${stream} line ${at + 1}: expected ${quote(expected[at])}, got ${quote(got[at])}${status}`;
  }
  return host.status === sandbox.status ? null : `expected ${host.status}, got ${sandbox.status}`;
}

function quote(line: string | undefined): string {
  return line === undefined ? "the end" : JSON.stringify(line);
}

/** One shell loop in one sandbox. The marker tells the loop's own lines from what the programs print. */
function batchScript(executables: readonly string[], marker: string): string {
  const lines = executables.map(
    (executable, index) =>
      `printf '\\n${marker} start ${index}\\n'\n` +
      `${executable} </dev/null 2>"$errors"; code=$?\n` +
      `printf '\\n${marker} code %s\\n' $code\ncat "$errors"\nprintf '\\n${marker} end ${index}\\n'\n`,
  );
  return `errors=/tmp/${marker}\n${lines.join("")}`;
}

/**
 * Runs many executables one after the other in as few sandboxes as possible. When a program hangs or takes its sandbox
 * down, it is reported so and a new sandbox goes on with the next one.
 */
export async function runBatch(
  executables: readonly string[],
  timeoutMs: number,
  onOutcome: (index: number, outcome: Outcome) => void,
): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "conformance-batch-"));
  try {
    for (let first = 0; first < executables.length; ) {
      const marker = `batch-${randomBytes(8).toString("hex")}`;
      const script = join(directory, marker);
      writeFileSync(script, batchScript(executables.slice(first), marker));
      const base = first;
      const reader = new BatchReader(marker, (index, outcome) => {
        first = base + index + 1;
        onOutcome(base + index, outcome);
      });
      const ended = await runInSandbox(["sh", script], {
        timeoutMs,
        cwd: directory,
        onOutput: (text) => reader.push(text),
      });
      if (first < executables.length) {
        const status = ended.status.startsWith("timed out") ? ended.status : `sandbox ended: ${ended.status}`;
        onOutcome(first, { status, stdout: reader.partialOutput(), stderr: ended.stderr });
        first += 1;
      }
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Cuts a batch's output into the outcomes of its programs. */
class BatchReader {
  readonly #marker: string;
  readonly #onOutcome: (index: number, outcome: Outcome) => void;
  #text = "";

  constructor(marker: string, onOutcome: (index: number, outcome: Outcome) => void) {
    this.#marker = marker;
    this.#onOutcome = onOutcome;
  }

  /** Takes more output; true if it completed an outcome. */
  push(text: string): boolean {
    this.#text += text;
    const pattern = new RegExp(
      `\\n${this.#marker} start (\\d+)\\n([^]*?)\\n${this.#marker} code (\\d+)\\n([^]*?)\\n${this.#marker} end \\1\\n`,
    );
    let completed = false;
    for (let match = pattern.exec(this.#text); match !== null; match = pattern.exec(this.#text)) {
      this.#text = this.#text.slice(match.index + match[0].length);
      const code = Number(match[3]);
      this.#onOutcome(Number(match[1]), { status: `exit ${code}`, stdout: match[2], stderr: match[4] });
      completed = true;
    }
    return completed;
  }

  /** What the unfinished program has printed. */
  partialOutput(): string {
    const start = this.#text.lastIndexOf(`${this.#marker} start `);
    return start < 0 ? "" : this.#text.slice(this.#text.indexOf("\n", start) + 1);
  }
}

/** Runs a task for each item, two at a time, as the machine that tests this has two cores. */
export async function inPairs<T>(items: readonly T[], task: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items];
  const worker = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await task(item);
  };
  await Promise.all([worker(), worker()]);
}
