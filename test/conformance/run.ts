/**
 * Runs conformance programs and prints a line for each:
 *
 *     npx node test/conformance/run.ts [--host-only] [--batch] [--show] [--times N] [substring...]
 *
 * --host-only compares runs on the host with each other, --batch runs many programs per sandbox, --show prints what the
 * sandbox printed where it differs, --times N repeats everything.
 */
import { parseArgs } from "node:util";
import {
  compile,
  difference,
  findPrograms,
  inPairs,
  type Outcome,
  type Program,
  run,
  runBatch,
  runInSandbox,
} from "./runner.ts";

const TIMEOUT_MS = 20_000;

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    "host-only": { type: "boolean", default: false },
    batch: { type: "boolean", default: false },
    show: { type: "boolean", default: false },
    times: { type: "string", default: "1" },
  },
});

const programs = findPrograms(positionals);
const executables = new Map<Program, string>();
const truths = new Map<Program, Outcome>();
let failures = 0;
let runs = 0;

await inPairs(programs, async (program) => {
  executables.set(program, await compile(program));
});
for (let round = 0; round < Number(options.times); round++) {
  if (options["host-only"]) await inPairs(programs, checkHost);
  else if (options.batch) await checkBatch();
  else for (const program of programs) await checkSandbox(program);
}
console.log(`${runs - failures} ok, ${failures} differ`);
process.exitCode = failures > 0 ? 1 : 0;

/** The host's outcome, made once. */
async function truth(program: Program): Promise<Outcome> {
  const outcome = truths.get(program) ?? (await run([executable(program)], { timeoutMs: TIMEOUT_MS }));
  truths.set(program, outcome);
  return outcome;
}

function executable(program: Program): string {
  const path = executables.get(program);
  if (path === undefined) throw new Error(`${program.name} was not compiled`);
  return path;
}

async function checkHost(program: Program): Promise<void> {
  const first = await truth(program);
  const again = await run([executable(program)], { timeoutMs: TIMEOUT_MS });
  report(program, first.status === "exit 0" ? again : first, { ...first, status: "exit 0" });
}

async function checkSandbox(program: Program): Promise<void> {
  const expected = await truth(program);
  report(program, await runInSandbox([executable(program)], { timeoutMs: TIMEOUT_MS }), expected);
}

async function checkBatch(): Promise<void> {
  for (const program of programs) await truth(program);
  await runBatch(programs.map(executable), TIMEOUT_MS, (index, outcome) => {
    const program = programs[index];
    const expected = truths.get(program);
    if (expected !== undefined) report(program, outcome, expected);
  });
}

function report(program: Program, outcome: Outcome, expected: Outcome): void {
  runs++;
  const differs = difference(expected, outcome);
  if (differs === null) {
    console.log(`ok       ${program.name}`);
    return;
  }
  failures++;
  console.log(`differs  ${program.name}: ${differs}`);
  if (options.show) console.log(`${outcome.stdout}${outcome.stderr}[${outcome.status}]`);
}
