/** What execve(2) does to credentials: set-user-ID and set-group-ID bits, and the transformation of capabilities of capabilities(7). */
import { type CapabilitySet, Credentials, NO_CAPABILITIES } from "../vfs/credentials.ts";
import type { FileDescription } from "../vfs/file_description.ts";
import type { Task } from "./task.ts";

const S_ISUID = 0o4000;
const S_ISGID = 0o2000;
const S_IXGRP = 0o10;
const SECBIT_NOROOT = 1;

export interface ExecCredentials {
  readonly credentials: Credentials;
  /** AT_SECURE. */
  readonly isSecure: boolean;
  readonly changesIdentity: boolean;
}

export function credentialsAfterExec(task: Task, file: FileDescription): ExecCredentials {
  const old = task.credentials;
  const { inode, path } = file;
  const honoursBits = !old.noNewPrivileges && path !== null && !path.mount.isNoSuid;
  const setsUser = honoursBits && (inode.mode & S_ISUID) !== 0;
  const setsGroup = honoursBits && (inode.mode & (S_ISGID | S_IXGRP)) === (S_ISGID | S_IXGRP);
  const euid = setsUser ? inode.uid : old.euid;
  const egid = setsGroup ? inode.gid : old.egid;
  const credentials = withCapabilities(old, euid, egid);
  const changesIdentity = euid !== old.euid || egid !== old.egid;
  const gains = !isSubset(credentials.permitted, old.permitted);
  const isSecure =
    credentials.euid !== credentials.ruid || credentials.egid !== credentials.rgid || (gains && old.ruid !== 0);
  return { credentials, isSecure, changesIdentity };
}

/** P'(ambient), P'(permitted), P'(effective) of capabilities(7), for a file without capabilities of its own. */
function withCapabilities(old: Credentials, euid: number, egid: number): Credentials {
  const isPrivilegedFile = euid !== old.euid || egid !== old.egid;
  const hasRootPowers = (old.securebits & SECBIT_NOROOT) === 0 && (old.ruid === 0 || euid === 0);
  const ambient = isPrivilegedFile ? NO_CAPABILITIES : old.ambient;
  let permitted: CapabilitySet = ambient;
  let effective: CapabilitySet = ambient;
  if (hasRootPowers) {
    permitted = union(old.inheritable, old.bounding);
    effective = euid === 0 ? permitted : ambient;
  }
  return new Credentials({
    ...old,
    euid,
    egid,
    suid: euid,
    sgid: egid,
    fsuid: euid,
    fsgid: egid,
    permitted,
    effective,
    ambient,
    // SECBIT_KEEP_CAPS is cleared by execve.
    securebits: old.securebits & ~0x10,
  });
}

function union(a: CapabilitySet, b: CapabilitySet): CapabilitySet {
  return { low: (a.low | b.low) >>> 0, high: (a.high | b.high) >>> 0 };
}

function isSubset(a: CapabilitySet, b: CapabilitySet): boolean {
  return ((a.low & ~b.low) | (a.high & ~b.high)) === 0;
}
