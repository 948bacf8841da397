/** The `#!` line of an interpreter script, execve(2) "Interpreter scripts". */
import { ENOEXEC, type Errno } from "../../../shared/abi/errno.ts";

/** How much of the file Linux looks at (BINPRM_BUF_SIZE). */
export const SCRIPT_HEAD_BYTES = 256;

export interface ScriptLine {
  readonly interpreter: string;
  /** Everything behind the interpreter as one argument, or undefined. */
  readonly argument: string | undefined;
}

/** Parses `head`, the first SCRIPT_HEAD_BYTES of the file as latin1 (shorter if the file is). Null if it isn't a script. */
export function parseScriptLine(head: string): ScriptLine | null | Errno {
  if (!head.startsWith("#!")) return null;
  const newline = head.indexOf("\n");
  const isCut = newline < 0 && head.length >= SCRIPT_HEAD_BYTES;
  const line = head.slice(2, newline < 0 ? undefined : newline).replace(/\0.*$/s, "");
  const text = line.replace(/^[ \t]+|[ \t]+$/g, "");
  if (text === "") return -ENOEXEC;
  const split = /^([^ \t]+)(?:[ \t]+(.*))?$/s.exec(text);
  if (split === null) return -ENOEXEC;
  const interpreter = split[1] as string;
  // A path that the buffer may have cut must not be run; a cut argument is passed cut, as Linux does.
  if (isCut && split[2] === undefined && !/[ \t]$/.test(line)) return -ENOEXEC;
  return { interpreter, argument: split[2] };
}
