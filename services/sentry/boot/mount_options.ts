/** The options of an OCI mount, mount(8): flags of the mount, and what is left for the filesystem. */
import {
  MS_BIND,
  MS_NOATIME,
  MS_NODEV,
  MS_NODIRATIME,
  MS_NOEXEC,
  MS_NOSUID,
  MS_NOSYMFOLLOW,
  MS_PRIVATE,
  MS_RDONLY,
  MS_REC,
  MS_RELATIME,
  MS_SHARED,
  MS_SLAVE,
  MS_STRICTATIME,
  MS_UNBINDABLE,
} from "../../../shared/abi/mount.ts";

const SETS: Readonly<Record<string, number>> = {
  bind: MS_BIND,
  noatime: MS_NOATIME,
  nodev: MS_NODEV,
  nodiratime: MS_NODIRATIME,
  noexec: MS_NOEXEC,
  nosuid: MS_NOSUID,
  nosymfollow: MS_NOSYMFOLLOW,
  private: MS_PRIVATE,
  rbind: MS_BIND | MS_REC,
  relatime: MS_RELATIME,
  ro: MS_RDONLY,
  rprivate: MS_PRIVATE | MS_REC,
  rshared: MS_SHARED | MS_REC,
  rslave: MS_SLAVE | MS_REC,
  runbindable: MS_UNBINDABLE | MS_REC,
  shared: MS_SHARED,
  slave: MS_SLAVE,
  strictatime: MS_STRICTATIME,
  unbindable: MS_UNBINDABLE,
};

const CLEARS: Readonly<Record<string, number>> = {
  atime: MS_NOATIME,
  defaults: 0,
  dev: MS_NODEV,
  diratime: MS_NODIRATIME,
  exec: MS_NOEXEC,
  norelatime: MS_RELATIME,
  nostrictatime: MS_STRICTATIME,
  rw: MS_RDONLY,
  suid: MS_NOSUID,
};

export interface ParsedOptions {
  /** MS_*. */
  readonly flags: number;
  /** For the filesystem, comma-separated. */
  readonly data: string;
}

export function parseOptions(options: readonly string[]): ParsedOptions {
  let flags = 0;
  const data: string[] = [];
  for (const option of options) {
    const sets = SETS[option];
    const clears = CLEARS[option];
    if (sets !== undefined) flags |= sets;
    else if (clears !== undefined) flags &= ~clears;
    else data.push(option);
  }
  return { flags, data: data.join(",") };
}
