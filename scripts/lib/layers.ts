/** Which file may import which: the rules as data, and the check of one import against them. */

import path from "node:path";

/** One import, as written: `from` and `target` are paths below the project's root, or `target` is a package's name. */
export interface Import {
  readonly from: string;
  readonly line: number;
  readonly specifier: string;
  /** `import type`, erased before anything runs. */
  readonly isType: boolean;
}

/** Inside a service, a directory imports its own line and the lines below it, never one above. */
const LADDERS: { readonly [directory: string]: readonly (readonly string[])[] } = {
  "services/sentry": [
    ["main.ts", "boot", "plugin"],
    ["seccomp_allow.ts"],
    ["syscalls"],
    ["fsimpl", "socket", "tty"],
    ["kernel"],
    ["loader"],
    ["vfs", "mm"],
    ["arch", "platform"],
  ],
  "services/netstack": [["main.ts"], ["socket"], ["stack"], ["transport"], ["network"], ["link"], ["wire"]],
};

/** What the top directories may import besides themselves. Unnamed ones (test, scripts) may import anything but each other. */
const REACH: { readonly [top: string]: readonly string[] } = {
  services: ["shared", "native"],
  shared: ["native"],
  native: ["shared"],
  scripts: ["shared", "services", "native"],
  test: ["shared", "services", "native", "scripts"],
};

/** Packages that only some files may import. */
const PACKAGES: readonly { readonly name: string; readonly where: RegExp; readonly why: string }[] = [
  { name: "koffi", where: /_native\.ts$|^native\//, why: "only files named *_native.ts call the host" },
  {
    name: "node-ipc",
    where: /^shared\/urpc\/|^services\/control\//,
    why: "node-ipc belongs to the control socket alone",
  },
  { name: "typescript", where: /^scripts\//, why: "a tool" },
  { name: "esbuild", where: /^scripts\/|^test\//, why: "a tool" },
  { name: "vitest", where: /\.test\.ts$|^test\/|\/testing\/|\.config\.ts$|^scripts\//, why: "for tests only" },
  { name: "fast-check", where: /\.test\.ts$|^test\/|\/testing\//, why: "for tests only" },
];

const IMPORT =
  /(?:^|[;}])[ \t]*(?:import|export)\b(?<type>[ \t]+type\b)?(?:[^;"'`()]*?\bfrom)?\s*"(?<statement>[^"\n]+)"|\bimport\(\s*"(?<call>[^"\n]+)"\s*\)/gm;

/** The imports of a source file. Strings and comments that look like an import at the start of a line count too: none should. */
export function importsOf(from: string, source: string): Import[] {
  const imports: Import[] = [];
  for (const match of source.matchAll(IMPORT)) {
    const { type, statement, call } = match.groups ?? {};
    const specifier = statement ?? call;
    if (specifier === undefined) continue;
    const line = source.slice(0, match.index + match[0].length).split("\n").length;
    imports.push({ from, line, specifier, isType: type !== undefined });
  }
  return imports;
}

/** Why an import breaks the rules, or null. */
export function violation(imported: Import): string | null {
  const { from, specifier, isType } = imported;
  if (!specifier.startsWith(".")) return packageViolation(from, specifier);
  const isTest = from.endsWith(".test.ts");
  const target = path.posix.normalize(path.posix.join(path.posix.dirname(from), specifier));
  const [fromTop = "", fromSecond = ""] = from.split("/");
  const [targetTop = "", targetSecond = ""] = target.split("/");

  if (from.startsWith("shared/abi/") && !target.startsWith("shared/abi/")) return "shared/abi imports nothing";
  if (fromTop !== targetTop && fromTop in REACH && !REACH[fromTop].includes(targetTop)) {
    return `${fromTop}/ may import ${REACH[fromTop].join(" and ")} only`;
  }
  if (fromTop === "services" && targetTop === "services" && fromSecond !== targetSecond) {
    return `services don't know each other (${fromSecond} and ${targetSecond})`;
  }
  if (
    targetTop === "native" &&
    fromTop !== "native" &&
    fromTop !== "test" &&
    !isTest &&
    !isType &&
    !from.endsWith("_native.ts")
  ) {
    return "only files named *_native.ts import native/";
  }
  return isTest ? null : ladderViolation(from, target);
}

function packageViolation(from: string, specifier: string): string | null {
  if (specifier.startsWith("node:")) {
    return from.startsWith("shared/abi/") && !from.endsWith(".test.ts") ? "shared/abi imports nothing" : null;
  }
  const rule = PACKAGES.find(({ name }) => specifier === name || specifier.startsWith(`${name}/`));
  return rule === undefined || rule.where.test(from) ? null : `${rule.name} can't be imported here: ${rule.why}`;
}

function ladderViolation(from: string, target: string): string | null {
  for (const [directory, ladder] of Object.entries(LADDERS)) {
    if (!from.startsWith(`${directory}/`) || !target.startsWith(`${directory}/`)) continue;
    const rung = (file: string): [string, number] => {
      const name = file.slice(directory.length + 1).split("/")[0];
      return [name, ladder.findIndex((names) => names.includes(name))];
    };
    const [fromName, fromRung] = rung(from);
    const [targetName, targetRung] = rung(target);
    if (fromRung < 0) return `${directory}/${fromName} has no place in the layers (scripts/lib/layers.ts)`;
    if (targetRung < 0) return `${directory}/${targetName} has no place in the layers (scripts/lib/layers.ts)`;
    if (targetRung < fromRung) return `${fromName} lies below ${targetName}`;
  }
  return null;
}
