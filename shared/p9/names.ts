/** Which path components may travel: no separators, no navigation, no NUL, none longer than a host's NAME_MAX. */

import { EINVAL, ENAMETOOLONG } from "../abi/errno.ts";
import { MAX_NAME_BYTES } from "./limits.ts";

const NUL = 0;
const SLASH = 0x2f;

/** 0, or -ENAMETOOLONG, or -EINVAL for "", ".", ".." and names with '/' or NUL. */
export function checkName(name: string): number {
  if (name.length > MAX_NAME_BYTES) return -ENAMETOOLONG;
  if (name === "" || name === "." || name === "..") return -EINVAL;
  for (let i = 0; i < name.length; i++) {
    const c = name.charCodeAt(i);
    if (c === NUL || c === SLASH || c > 0xff) return -EINVAL;
  }
  return 0;
}
