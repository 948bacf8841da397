/** Mount options of devpts: Documentation/filesystems/devpts.rst. */
import { EINVAL, type Errno } from "../../../../shared/abi/errno.ts";
import { parseMountOptions } from "../../vfs/filesystem_type.ts";

const MAXIMUM = 1 << 20;

export interface DevptsOptions {
  /** Owner of new terminals; null: whoever opens the master. */
  uid: number | null;
  gid: number | null;
  /** Permissions of new terminals. */
  mode: number;
  /** Permissions of ptmx in here. */
  ptmxMode: number;
  /** How many terminals there may be. */
  max: number;
}

export function parseDevptsOptions(text: string): DevptsOptions | Errno {
  const options: DevptsOptions = { uid: null, gid: null, mode: 0o600, ptmxMode: 0, max: MAXIMUM };
  for (const [name, value] of parseMountOptions(text)) {
    const isOctal = name === "mode" || name === "ptmxmode";
    if (name === "newinstance") continue;
    if (!(isOctal ? /^[0-7]{1,7}$/ : /^\d{1,10}$/).test(value)) return -EINVAL;
    const number = Number.parseInt(value, isOctal ? 8 : 10);
    if (number > 0xffff_ffff) return -EINVAL;
    switch (name) {
      case "uid":
        options.uid = number;
        break;
      case "gid":
        options.gid = number;
        break;
      case "mode":
        options.mode = number & 0o7777;
        break;
      case "ptmxmode":
        options.ptmxMode = number & 0o7777;
        break;
      case "max":
        if (number > MAXIMUM) return -EINVAL;
        options.max = number;
        break;
      default:
        return -EINVAL;
    }
  }
  return options;
}

/** As /proc/mounts shows them. */
export function formatDevptsOptions(options: DevptsOptions): string {
  const octal = (mode: number): string => mode.toString(8).padStart(3, "0");
  const parts: string[] = [];
  if (options.uid !== null) parts.push(`uid=${options.uid}`);
  if (options.gid !== null) parts.push(`gid=${options.gid}`);
  parts.push(`mode=${octal(options.mode)}`, `ptmxmode=${octal(options.ptmxMode)}`);
  if (options.max < MAXIMUM) parts.push(`max=${options.max}`);
  return parts.join(",");
}
