/**
 * Command lines with Go-style flags: `-name`, `--name`, `--name=value`, `--name value`, `--flag=false`; flags end at the first other
 * word or at `--`. Words are latin1 byte strings.
 */

import { CommandError } from "./errors.ts";

export interface Flag {
  /** "list" may be given several times. */
  kind: "bool" | "string" | "list";
  /** One-letter or older name. */
  alias?: string;
  /** Allowed values of a "string". */
  oneOf?: readonly string[];
  help: string;
}

export type Flags = Record<string, Flag>;

export type FlagValues<F extends Flags> = {
  [name in keyof F]: F[name]["kind"] extends "bool" ? boolean : F[name]["kind"] extends "list" ? string[] : string;
};

export interface ParsedFlags<F extends Flags> {
  values: FlagValues<F>;
  /** The names that were given. */
  given: ReadonlySet<string>;
  rest: string[];
}

const TRUE = ["1", "t", "T", "true", "TRUE", "True"];
const FALSE = ["0", "f", "F", "false", "FALSE", "False"];

/** `defaults` gives the values of strings that aren't given; bools are false, lists empty. */
export function parseFlags<F extends Flags>(
  words: readonly string[],
  flags: F,
  defaults: Partial<Record<keyof F, string | boolean>> = {},
): ParsedFlags<F> {
  const values: Record<string, string | boolean | string[]> = {};
  const names = new Map<string, string>();
  for (const [name, flag] of Object.entries(flags)) {
    names.set(name, name);
    if (flag.alias !== undefined) names.set(flag.alias, name);
    values[name] = flag.kind === "list" ? [] : (defaults[name] ?? (flag.kind === "bool" ? false : ""));
  }
  const given = new Set<string>();
  let at = 0;
  for (; at < words.length; at++) {
    const word = words[at];
    if (word === "--") {
      at++;
      break;
    }
    if (word.length < 2 || word[0] !== "-") break;
    const text = word.slice(word[1] === "-" ? 2 : 1);
    const equals = text.indexOf("=");
    const typed = equals < 0 ? text : text.slice(0, equals);
    const name = names.get(typed);
    if (name === undefined) throw new CommandError(`flag provided but not defined: -${typed}`);
    const flag = flags[name];
    given.add(name);
    if (flag.kind === "bool") {
      const value = equals < 0 ? "true" : text.slice(equals + 1);
      if (!TRUE.includes(value) && !FALSE.includes(value)) {
        throw new CommandError(`invalid boolean value ${JSON.stringify(value)} for flag -${typed}`);
      }
      values[name] = TRUE.includes(value);
      continue;
    }
    if (equals < 0 && at + 1 >= words.length) throw new CommandError(`flag needs an argument: -${typed}`);
    const value = equals < 0 ? words[++at] : text.slice(equals + 1);
    if (flag.oneOf !== undefined && !flag.oneOf.includes(value)) {
      const choices = flag.oneOf.join(", ");
      throw new CommandError(`invalid value ${JSON.stringify(value)} for flag -${typed}: must be one of ${choices}`);
    }
    if (flag.kind === "list") (values[name] as string[]).push(value);
    else values[name] = value;
  }
  return { values: values as FlagValues<F>, given, rest: words.slice(at) };
}

/** A process number that a flag gives; 0 where the flag isn't given. */
export function parsePid(flag: string, word: string): number {
  if (word !== "" && !/^[1-9]\d{0,9}$/.test(word)) {
    throw new CommandError(`invalid value ${JSON.stringify(word)} for flag -${flag}: must be a process number`);
  }
  return Number(word);
}

/** Help text for flags, in the order of their table. */
export function describeFlags(flags: Flags): string {
  return Object.entries(flags)
    .map(([name, flag]) => {
      const shown = flag.kind === "bool" ? `--${name}` : `--${name} ${flag.oneOf?.join("|") ?? "VALUE"}`;
      return `  ${shown}\n        ${flag.help}\n`;
    })
    .join("");
}
