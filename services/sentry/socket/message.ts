/** A message on its way through a socket, beside its bytes: address, flags and control data. sendmsg(2), recvmsg(2), cmsg(3). */
import type { FileDescription } from "../vfs/file_description.ts";

/** Who sent it, as struct ucred. */
export interface Ucred {
  readonly pid: number;
  readonly uid: number;
  readonly gid: number;
}

export class OutgoingMessage {
  /** MSG_*. */
  flags = 0;
  /** Where to, as sockaddr bytes; null for a connected socket. */
  address: Uint8Array | null = null;
  /** SCM_RIGHTS; the references are the message's until a socket has taken it. */
  rights: FileDescription[] | null = null;
  /** SCM_CREDENTIALS, checked. */
  credentials: Ucred | null = null;

  clear(): void {
    this.flags = 0;
    this.address = null;
    this.rights = null;
    this.credentials = null;
  }

  /** Lets go of what no socket has taken. */
  release(): void {
    if (this.rights !== null) for (const file of this.rights) file.dropReference();
    this.clear();
  }
}

export class IncomingMessage {
  /** The caller has a place for the sender's address. */
  readonly wantsAddress: boolean;
  /** MSG_* of the call. */
  flags = 0;
  /** Sender's sockaddr; null when there is none to tell. */
  address: Uint8Array | null = null;
  /** MSG_TRUNC, MSG_CTRUNC, MSG_EOR for msg_flags. */
  outFlags = 0;
  /** What the message had, though less was read of it: MSG_TRUNC. */
  fullLength = 0;
  /** References of the receiver's own. */
  rights: FileDescription[] | null = null;
  credentials: Ucred | null = null;
  /** The bytes read end at the end of a message or of one that carried rights: MSG_WAITALL stops here. */
  isEndOfMessage = false;

  constructor(wantsAddress: boolean) {
    this.wantsAddress = wantsAddress;
  }

  clear(flags: number): void {
    this.flags = flags;
    this.address = null;
    this.outFlags = 0;
    this.fullLength = 0;
    this.rights = null;
    this.credentials = null;
    this.isEndOfMessage = false;
  }

  release(): void {
    if (this.rights !== null) for (const file of this.rights) file.dropReference();
    this.clear(0);
  }
}
