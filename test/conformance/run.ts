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
  difference,
  findPrograms,
  findScripts,
  inPairs,
  type Outcome,
  type Program,
  prepare,
  runBatch,
  runInSandbox,
  runOnHost,
} from "./runner.ts";

/** No program takes a second on an idle machine, some scripts take a few. */
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

const programs = [...findPrograms(positionals), ...findScripts(positionals)];
const commands = new Map<Program, readonly string[]>();
const truths = new Map<Program, Outcome>();
let failures = 0;
let runs = 0;

await inPairs(programs, async (program) => {
  commands.set(program, await prepare(program));
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
  const outcome = truths.get(program) ?? (await runOnHost(command(program), TIMEOUT_MS));
  truths.set(program, outcome);
  return outcome;
}

function command(program: Program): readonly string[] {
  const words = commands.get(program);
  if (words === undefined) throw new Error(`${program.name} is not prepared`);
  return words;
}

async function checkHost(program: Program): Promise<void> {
  const first = await truth(program);
  const again = await runOnHost(command(program), TIMEOUT_MS);
  // A C program checks itself; a script's status is part of what it shows.
  const wanted = program.source.endsWith(".c") ? { ...first, status: "exit 0" } : first;
  report(program, first.status === wanted.status ? again : first, wanted);
}

async function checkSandbox(program: Program): Promise<void> {
  const expected = await truth(program);
  report(program, await runInSandbox(command(program), TIMEOUT_MS), expected);
}

async function checkBatch(): Promise<void> {
  for (const program of programs) await truth(program);
  await runBatch(programs.map(command), TIMEOUT_MS, (index, outcome) => {
    const program = programs[index];
    const expected = truths.get(program);
    if (expected !== undefined) report(program, outcome, expected);
  });
}

function report(program: Program, outcome: Outcome, expected: Outcome): void {
  runs++;
  const differs = difference(program, expected, outcome);
  if (differs === null) {
    console.log(`ok       ${program.name}`);
    return;
  }
  failures++;
  console.log(`differs  ${program.name}: ${differs}`);
  if (options.show) console.log(`${outcome.stdout}${outcome.stderr}[${outcome.status}]`);
}
