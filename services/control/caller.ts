/**
 * What the caller gave us, in its own bytes: Node's argv and env are decoded as UTF-8, which loses whatever isn't.
 */

import { readFileSync } from "node:fs";

/** The launcher moved these out of Node's way under this prefix. */
const KEPT_PREFIX = "RUNSC_MS_KEEP_";

function nulSeparated(file: string): string[] {
  const text = readFileSync(file, "latin1");
  return text === "" ? [] : text.replace(/\0$/, "").split("\0");
}

/** The words after the program's name. */
export function callerArguments(): string[] {
  try {
    const words = nulSeparated("/proc/self/cmdline");
    const count = process.argv.length - 2;
    return count === 0 ? [] : words.slice(-count);
  } catch {
    return process.argv.slice(2).map(toBytes);
  }
}

/** The caller's environment, with what the launcher hid put back. */
export function callerEnvironment(): string[] {
  let entries: string[];
  try {
    entries = nulSeparated("/proc/self/environ");
  } catch {
    entries = Object.entries(process.env).map(([name, value]) => toBytes(`${name}=${value}`));
  }
  return entries.map((entry) => (entry.startsWith(KEPT_PREFIX) ? entry.slice(KEPT_PREFIX.length) : entry));
}

/** A JavaScript string as the latin1 byte string of its UTF-8 form. */
export function toBytes(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1");
}

/** A latin1 byte string as text for people. */
export function toText(bytes: string): string {
  return Buffer.from(bytes, "latin1").toString("utf8");
}

/** A path in bytes for Node's file functions. */
export function toPath(bytes: string): Buffer {
  return Buffer.from(bytes, "latin1");
}
