/**
 * Logs: a debug log per process, and the runtime's own `--log` in runc's shapes. Lines are written at once by write(2), from no other
 * thread; a log that can't be written (full disk, closed pipe) loses lines and stops nothing.
 *
 * JSON lines are made by pino, which is loaded only where JSON was asked for.
 */

import { writeSync } from "node:fs";
import type { pino as makePino, Logger as PinoLogger } from "pino";

export type LogLevel = "debug" | "info" | "warn" | "error";
export type LogFormat = "text" | "json";

export interface Logger {
  /** Whether debug() writes anything, for callers whose message is dear to make. */
  readonly isDebug: boolean;
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/** Takes everything, writes nothing. */
export const nullLogger: Logger = { isDebug: false, debug() {}, info() {}, warn() {}, error() {} };

export interface LogOptions {
  /** Open for appending; the logger never closes it. */
  fd: number;
  format: LogFormat;
  debug: boolean;
  /** Process identification in text lines. */
  name: string;
}

/** Writes all of `text` or gives up without a word. */
function writeLine(fd: number, text: string): void {
  const bytes = Buffer.from(text, "utf8");
  try {
    for (let sent = 0; sent < bytes.length; ) sent += writeSync(fd, bytes, sent);
  } catch {
    // ENOSPC, EPIPE, EAGAIN: see above.
  }
}

const LETTERS: Record<LogLevel, string> = { debug: "D", info: "I", warn: "W", error: "E" };

/** `I1120 21:15:02.123456 boot] message`, after glog, as the peers' debug logs. UTC. */
export function formatTextLine(
  level: LogLevel,
  name: string,
  message: string,
  now: Date,
  microseconds: number,
): string {
  const stamp = now.toISOString(); // 2026-11-20T21:15:02.123Z
  const month = stamp.slice(5, 7);
  const day = stamp.slice(8, 10);
  const fraction = stamp.slice(19, 23) + String(microseconds % 1000).padStart(3, "0");
  return `${LETTERS[level]}${month}${day} ${stamp.slice(11, 19)}${fraction} ${name}] ${message}\n`;
}

class TextLogger implements Logger {
  readonly isDebug: boolean;
  readonly #fd: number;
  readonly #name: string;

  constructor(options: LogOptions) {
    this.isDebug = options.debug;
    this.#fd = options.fd;
    this.#name = options.name;
  }

  debug(message: string): void {
    if (this.isDebug) this.#log("debug", message);
  }

  info(message: string): void {
    this.#log("info", message);
  }

  warn(message: string): void {
    this.#log("warn", message);
  }

  error(message: string): void {
    this.#log("error", message);
  }

  #log(level: LogLevel, message: string): void {
    const microseconds = Math.trunc((performance.timeOrigin + performance.now()) * 1000);
    writeLine(this.#fd, formatTextLine(level, this.#name, message, new Date(microseconds / 1000), microseconds));
  }
}

class JsonLogger implements Logger {
  readonly isDebug: boolean;
  readonly #pino: PinoLogger;

  constructor(options: LogOptions, pino: typeof makePino) {
    this.isDebug = options.debug;
    this.#pino = pino(
      {
        level: options.debug ? "debug" : "info",
        base: null,
        // runc writes "warning"; its readers (containerd's shim) know both.
        formatters: { level: (label) => ({ level: label === "warn" ? "warning" : label }) },
        timestamp: () => `,"time":"${new Date().toISOString()}"`,
      },
      { write: (line: string) => writeLine(options.fd, line) },
    );
  }

  debug(message: string): void {
    this.#pino.debug(message);
  }

  info(message: string): void {
    this.#pino.info(message);
  }

  warn(message: string): void {
    this.#pino.warn(message);
  }

  error(message: string): void {
    this.#pino.error(message);
  }
}

/** A logger on an open descriptor. Text loggers are ready at once: see `textLogger`. */
export async function openLogger(options: LogOptions): Promise<Logger> {
  if (options.format === "text") return textLogger(options);
  const { default: pino } = await import("pino");
  return new JsonLogger(options, pino);
}

/** As `openLogger` for text, without waiting. */
export function textLogger(options: Omit<LogOptions, "format">): Logger {
  return new TextLogger({ ...options, format: "text" });
}
