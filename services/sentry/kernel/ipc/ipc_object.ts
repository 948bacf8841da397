/** What the three kinds of System V IPC object have in common: a key, an id, an owner and permissions (ipc/util.c). */
import { CAP_IPC_OWNER, CAP_SYS_ADMIN } from "../../../../shared/abi/capability.ts";
import { EACCES, EPERM, type Errno } from "../../../../shared/abi/errno.ts";
import type { Credentials } from "../../vfs/credentials.ts";

/** Permission masks, for owner, group and others alike. */
export const IPC_READ = 0o444;
export const IPC_WRITE = 0o222;
export const IPC_EXECUTE = 0o111;

const PERMISSION_BITS = 0o777;

export class IpcObject {
  /** IPC_PRIVATE (0) for objects that no key leads to. */
  key: number;
  uid: number;
  gid: number;
  readonly creatorUid: number;
  readonly creatorGid: number;
  /** Permission bits; the kinds add flags of their own above them. */
  mode: number;
  /** Set by the table that it is entered in. */
  id = -1;
  index = -1;
  sequence = 0;
  isRemoved = false;
  /** Seconds since the epoch. */
  changeSec: number;

  constructor(key: number, flags: number, credentials: Credentials, nowSec: number) {
    this.key = key;
    this.uid = this.creatorUid = credentials.euid;
    this.gid = this.creatorGid = credentials.egid;
    this.mode = flags & PERMISSION_BITS;
    this.changeSec = nowSec;
  }

  /** May `credentials` do what `wanted` asks (IPC_READ | IPC_WRITE | IPC_EXECUTE, or the bits that a get call gave)? */
  checkAccess(credentials: Credentials, wanted: number): 0 | Errno {
    const requested = ((wanted >> 6) | (wanted >> 3) | wanted) & 7;
    let granted = this.mode;
    if (credentials.euid === this.creatorUid || credentials.euid === this.uid) granted >>= 6;
    else if (credentials.inGroup(this.creatorGid) || credentials.inGroup(this.gid)) granted >>= 3;
    return (requested & ~granted) !== 0 && !credentials.has(CAP_IPC_OWNER) ? -EACCES : 0;
  }

  isOwnedBy(credentials: Credentials): boolean {
    return credentials.euid === this.creatorUid || credentials.euid === this.uid;
  }

  /** May `credentials` remove it or change its owner: IPC_RMID, IPC_SET? */
  checkControl(credentials: Credentials): 0 | Errno {
    return this.isOwnedBy(credentials) || credentials.has(CAP_SYS_ADMIN) ? 0 : -EPERM;
  }

  /** IPC_SET. */
  setOwner(uid: number, gid: number, mode: number, nowSec: number): void {
    this.uid = uid;
    this.gid = gid;
    this.mode = (this.mode & ~PERMISSION_BITS) | (mode & PERMISSION_BITS);
    this.changeSec = nowSec;
  }
}
