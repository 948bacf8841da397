/** A bundle as the sandbox that runs it: what the gofer serves, what is mounted where. */

import { statSync } from "node:fs";
import { hostname } from "node:os";
import path from "node:path";
import type { MountSpec } from "../../../shared/urpc/sandbox_protocol.ts";
import { toBytes } from "../caller.ts";
import { CommandError, errnoText } from "../errors.ts";
import type { GlobalOptions } from "../global_options.ts";
import type { Attach, SandboxSpec } from "../sandbox/sandbox_native.ts";
import type { OciMount, OciSpec } from "./spec.ts";

export type SandboxContents = Pick<SandboxSpec, "attaches" | "boot">;

/** The kernel's own filesystems by the type that a bundle names. */
const INTERNAL_TYPES: Record<string, MountSpec["type"]> = {
  tmpfs: "tmpfs",
  proc: "proc",
  sysfs: "sysfs",
  devpts: "devpts",
  devtmpfs: "devtmpfs",
  mqueue: "mqueue",
  cgroup: "cgroup",
  cgroup2: "cgroup",
};

function mustExist(file: string, what: (error: string) => string): void {
  try {
    statSync(file);
  } catch (error) {
    throw new CommandError(what(`stat ${file}: ${errnoText(-((error as NodeJS.ErrnoException).errno ?? 0))}`));
  }
}

function plainMount(destination: string, type: MountSpec["type"], options: string[]): MountSpec {
  const bytes = { destination: toBytes(destination), options: options.map(toBytes) };
  return { ...bytes, type, attach: -1, source: "", overlay: "none", fileAccess: "exclusive" };
}

/** The root directory and /dev's contents are given; a bundle's other mounts follow in its order. */
export function bundleSandbox(spec: OciSpec, bundle: string, options: GlobalOptions): SandboxContents {
  const rootfs = path.resolve(bundle, spec.root.path);
  mustExist(rootfs, (error) => `invalid rootfs: ${error}`);
  const overlay = options.overlay ?? "root";
  const rootReadOnly = spec.root.readonly ?? false;
  const attaches: Attach[] = [{ source: rootfs, readOnly: rootReadOnly || overlay !== "none", hidden: [] }];
  const mounts: MountSpec[] = [
    {
      ...plainMount("/", "gofer", rootReadOnly ? ["ro"] : []),
      attach: 0,
      overlay: overlay === "none" || rootReadOnly ? "none" : "memory",
      fileAccess: options.fileAccess,
    },
  ];
  for (const mount of spec.mounts ?? []) mounts.push(bundleMount(mount, bundle, overlay, attaches));
  for (const [destination, type] of [
    ["/proc", "proc"],
    ["/sys", "sysfs"],
    ["/dev", "devtmpfs"],
    ["/dev/pts", "devpts"],
  ] as const) {
    if (!mounts.some((mount) => mount.destination === destination)) {
      mounts.push(plainMount(destination, type, type === "sysfs" ? ["ro"] : []));
    }
  }
  const { memory, cpu } = spec.linux?.resources ?? {};
  const quota = cpu?.quota && cpu.quota > 0 && cpu.period ? Math.max(1, Math.ceil(cpu.quota / cpu.period)) : 0;
  return {
    attaches,
    boot: {
      hostname: toBytes(spec.hostname || hostname()),
      mounts,
      rootReadOnly,
      maskedPaths: (spec.linux?.maskedPaths ?? []).map(toBytes),
      readonlyPaths: (spec.linux?.readonlyPaths ?? []).map(toBytes),
      sysctls: spec.linux?.sysctl ?? {},
      memoryBytes: memory?.limit && memory.limit > 0 ? memory.limit : 0,
      cpuCount: quota,
    },
  };
}

function bundleMount(
  mount: OciMount,
  bundle: string,
  overlay: GlobalOptions["overlay"],
  attaches: Attach[],
): MountSpec {
  const { destination, type = "", source = "" } = mount;
  const options = mount.options ?? [];
  const isBind = type === "bind" || options.includes("bind") || options.includes("rbind");
  if (!isBind) {
    // A bundle's tmpfs on /dev is meant to be filled with the standard devices.
    const known = type === "tmpfs" && destination === "/dev" ? "devtmpfs" : INTERNAL_TYPES[type];
    if (known === undefined)
      throw new CommandError(`mount ${destination}: unknown filesystem type ${JSON.stringify(type)}`);
    return plainMount(destination, known, options);
  }
  const from = path.resolve(bundle, source);
  mustExist(
    from,
    (error) => `error mounting ${JSON.stringify(source)} to rootfs at ${JSON.stringify(destination)}: ${error}`,
  );
  const inMemory = overlay === "all";
  attaches.push({ source: from, readOnly: options.includes("ro") || inMemory, hidden: [] });
  return {
    ...plainMount(destination, "gofer", options),
    attach: attaches.length - 1,
    overlay: inMemory && !options.includes("ro") ? "memory" : "none",
    fileAccess: "shared",
  };
}
