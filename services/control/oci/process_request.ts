/** An OCI process as the sentry's ExecRequest: names to numbers, text to bytes. */

import * as capability from "../../../shared/abi/capability.ts";
import * as resource from "../../../shared/abi/resource.ts";
import type { CapabilitySets, ExecRequest, RlimitSpec } from "../../../shared/urpc/sandbox_protocol.ts";
import { toBytes } from "../caller.ts";
import { CommandError } from "../errors.ts";
import type { OciProcess } from "./spec.ts";

function numberOf(table: object, name: string): number | undefined {
  const value = (table as Record<string, unknown>)[name];
  return typeof value === "number" ? value : undefined;
}

/** [low, high] masks; unknown names are left out, with a warning to `onUnknown`, as runc does. */
function capabilityMask(names: readonly string[], onUnknown: (name: string) => void): [number, number] {
  let low = 0;
  let high = 0;
  for (const name of names) {
    const number = name.startsWith("CAP_") ? numberOf(capability, name) : undefined;
    if (number === undefined || number > 63) onUnknown(name);
    else if (number < 32) low |= 1 << number;
    else high |= 1 << (number - 32);
  }
  return [low >>> 0, high >>> 0];
}

/** Every capability up to CAP_LAST_CAP, in every set but inheritable and ambient: root's. */
export function rootCapabilities(): CapabilitySets {
  const all: [number, number] = [0xffff_ffff, (1 << (capability.CAP_LAST_CAP - 31)) - 1];
  return { bounding: all, effective: all, inheritable: [0, 0], permitted: all, ambient: [0, 0] };
}

/** No capability; what an ordinary user has. */
export function userCapabilities(): CapabilitySets {
  const none: [number, number] = [0, 0];
  const { bounding } = rootCapabilities();
  return { bounding, effective: none, inheritable: none, permitted: none, ambient: none };
}

function rlimit({ type, soft, hard }: { type: string; soft: number; hard: number }): RlimitSpec {
  const number = type.startsWith("RLIMIT_") ? numberOf(resource, type) : undefined;
  if (number === undefined) throw new CommandError(`wrong rlimit value: ${type}`);
  // RLIM_INFINITY is 2^64-1, which JSON gives as the nearest double.
  const limit = (value: number): number => (value >= 2 ** 63 ? Number.POSITIVE_INFINITY : value);
  return { resource: number, soft: limit(soft), hard: limit(hard) };
}

export function processRequest(
  process: OciProcess,
  onWarning: (message: string) => void,
): Omit<ExecRequest, "terminal" | "stdio" | "init" | "hold"> {
  const mask = (names: readonly string[] | undefined): [number, number] =>
    capabilityMask(names ?? [], (name) => onWarning(`ignoring unknown or unavailable capability ${name}`));
  const sets = process.capabilities ?? {};
  return {
    argv: process.args.map(toBytes),
    executable: "",
    env: (process.env ?? []).map(toBytes),
    cwd: toBytes(process.cwd),
    uid: process.user.uid,
    gid: process.user.gid,
    groups: process.user.additionalGids ?? [],
    umask: process.user.umask ?? 0o022,
    capabilities: {
      bounding: mask(sets.bounding),
      effective: mask(sets.effective),
      inheritable: mask(sets.inheritable),
      permitted: mask(sets.permitted),
      ambient: mask(sets.ambient),
    },
    noNewPrivileges: process.noNewPrivileges ?? false,
    rlimits: (process.rlimits ?? []).map(rlimit),
    oomScoreAdj: process.oomScoreAdj ?? 0,
  };
}
