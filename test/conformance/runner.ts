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
const SANDBOX = [join(ROOT, "scripts", "runsc-ms"), "--network", "none", "do", "--"];
const COMPILER = ["gcc", "-O1", "-w", "-pthread"];

/** A C program of this directory ("family/program") or a script of ../programs ("programs/name"). */
export interface Program {
  readonly name: string;
  readonly source: string;
}

/** Scripts see the same environment everywhere, whatever the user's shell sets. */
const SCRIPT_ENVIRONMENT = {
  PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
  HOME: "/root",
  LC_ALL: "C.UTF-8",
};

/** How a run ended, and what it printed, one character per byte. */
export interface Outcome {
  readonly status: string;
  readonly stdout: string;
  readonly stderr: string;
}

/** The C programs whose name contains one of the filters; all of them without filters. */
export function findPrograms(filters: readonly string[]): Program[] {
  const families = readdirSync(HERE, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return families
    .flatMap((family) => sources(join(HERE, family.name), ".c"))
    .filter((program) => matches(program, filters))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The scripts of ../programs whose name contains one of the filters. */
export function findScripts(filters: readonly string[]): Program[] {
  return sources(join(HERE, "..", "programs"), ".sh").filter((script) => matches(script, filters));
}

function sources(directory: string, suffix: string): Program[] {
  return readdirSync(directory)
    .filter((file) => file.endsWith(suffix))
    .map((file) => ({ name: `${basename(directory)}/${basename(file, suffix)}`, source: join(directory, file) }));
}

function matches(program: Program, filters: readonly string[]): boolean {
  return filters.length === 0 || filters.some((filter) => program.name.includes(filter));
}

/** The command that runs a program, compiled first if it has to be. */
export async function prepare(program: Program): Promise<string[]> {
  if (!program.source.endsWith(".c")) return ["sh", program.source];
  return [await compile(program)];
}

/** Compiles a program, unless the same source has been compiled before, and returns the executable's path. */
async function compile(program: Program): Promise<string> {
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
  const outcome = await runOnHost([...COMPILER, "-o", fresh, program.source], 60_000);
  if (outcome.status !== "exit 0") throw new Error(`${program.name} does not compile:\n${outcome.stderr}`);
  renameSync(fresh, executable);
  return executable;
}

/** Runs a command on the host. */
export function runOnHost(command: readonly string[], timeoutMs: number): Promise<Outcome> {
  return run(command, timeoutMs, () => false);
}

/** Runs a command in a sandbox of its own. */
export function runInSandbox(command: readonly string[], timeoutMs: number): Promise<Outcome> {
  return run([...SANDBOX, ...command], timeoutMs, () => false);
}

/**
 * Runs a command with empty standard input in an empty directory, in a process group of its own that is killed after
 * the time given. When onOutput returns true, the time starts anew.
 */
function run(command: readonly string[], timeoutMs: number, onOutput: (text: string) => boolean): Promise<Outcome> {
  const scratch = mkdtempSync(join(tmpdir(), "conformance-cwd-"));
  return new Promise((resolve, reject) => {
    const child = spawn(command[0], command.slice(1), {
      cwd: scratch,
      detached: true,
      env: { ...process.env, ...SCRIPT_ENVIRONMENT },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stdout = "";
    let stderr = "";
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      killGroup(child);
    }, timeoutMs);
    child.stdout.setEncoding("latin1").on("data", (text: string) => {
      stdout += text;
      if (onOutput(text)) timer.refresh();
    });
    child.stderr.setEncoding("latin1").on("data", (text: string) => {
      stderr += text;
    });
    const cleanUp = () => {
      clearTimeout(timer);
      rmSync(scratch, { recursive: true, force: true });
    };
    child.on("error", (error) => {
      cleanUp();
      reject(error);
    });
    child.on("close", (code, signal) => {
      cleanUp();
      const status = timedOut ? `timed out after ${timeoutMs / 1000} s` : signalOrCode(code, signal);
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

/** What differs first between two runs of a program, or null. What scripts say on standard error is their own affair. */
export function difference(program: Program, host: Outcome, sandbox: Outcome): string | null {
  const streams = program.source.endsWith(".c") ? (["stdout", "stderr"] as const) : (["stdout"] as const);
  for (const stream of streams) {
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
function batchScript(commands: readonly (readonly string[])[], marker: string): string {
  const lines = commands.map(
    (command, index) =>
      `mkdir /tmp/${marker}-${index}; cd /tmp/${marker}-${index}; printf '\\n${marker} start ${index}\\n'\n` +
      `${command.join(" ")} </dev/null 2>"$errors"; code=$?\n` +
      `printf '\\n${marker} code %s\\n' $code\ncat "$errors"\nprintf '\\n${marker} end ${index}\\n'\n`,
  );
  return `errors=/tmp/${marker}\n${lines.join("")}`;
}

/**
 * Runs many commands one after the other in as few sandboxes as possible. When a program hangs or takes its sandbox
 * down, it is reported so and a new sandbox goes on with the next one.
 */
export async function runBatch(
  commands: readonly (readonly string[])[],
  timeoutMs: number,
  onOutcome: (index: number, outcome: Outcome) => void,
): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "conformance-batch-"));
  try {
    for (let first = 0; first < commands.length; ) {
      const marker = `batch-${randomBytes(8).toString("hex")}`;
      const script = join(directory, marker);
      writeFileSync(script, batchScript(commands.slice(first), marker));
      const base = first;
      const reader = new BatchReader(marker, (index, outcome) => {
        first = base + index + 1;
        onOutcome(base + index, outcome);
      });
      const ended = await run([...SANDBOX, "sh", script], timeoutMs, (text) => reader.push(text));
      if (first < commands.length) {
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
