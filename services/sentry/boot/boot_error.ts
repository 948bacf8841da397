/** A sandbox or process that can't be started, in words for the user. */
import { errnoName } from "../../../shared/abi/errno.ts";

export class BootError extends Error {
  /** Positive. */
  readonly errno: number;

  /** "what: ENOENT" unless the words say it all. */
  constructor(errno: number, what: string, saysWhy = false) {
    super(saysWhy ? what : `${what}: ${errnoName(errno)}`);
    this.name = "BootError";
    this.errno = errno;
  }
}

/** `result`, unless it is an errno: then a BootError about `what`. */
export function must<T>(result: T | number, what: string): T {
  if (typeof result === "number" && result < 0) throw new BootError(-result, what);
  return result as T;
}
