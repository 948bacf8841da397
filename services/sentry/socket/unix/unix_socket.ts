/** What all kinds of Unix sockets share: names, peers, credentials, options. unix(7). */
import {
  EADDRINUSE,
  EINVAL,
  ENODATA,
  ENOPROTOOPT,
  ENOTCONN,
  EOPNOTSUPP,
  type Errno,
} from "../../../../shared/abi/errno.ts";
import { AT_SYMLINK_NOFOLLOW } from "../../../../shared/abi/fcntl.ts";
import { FIONREAD, TIOCOUTQ } from "../../../../shared/abi/ioctl.ts";
import { POLLHUP, POLLIN, POLLRDHUP, POLLRDNORM } from "../../../../shared/abi/poll.ts";
import {
  AF_UNIX,
  SO_PEERCRED,
  SO_PEERGROUPS,
  SO_PEERSEC,
  SOL_SOCKET,
  UcredLayout,
} from "../../../../shared/abi/socket.ts";
import { S_IFSOCK } from "../../../../shared/abi/stat.ts";
import { WaitQueue } from "../../../../shared/waiter/wait_queue.ts";
import type { Task } from "../../kernel/task.ts";
import { TaskVfsContext } from "../../kernel/task_vfs_context.ts";
import type { Credentials } from "../../vfs/credentials.ts";
import type { FileDescription } from "../../vfs/file_description.ts";
import { dropPath, takePath } from "../../vfs/mount.ts";
import type { Inode, VfsContext, VfsPath } from "../../vfs/types.ts";
import type { Ucred } from "../message.ts";
import { Socket } from "../socket.ts";
import { collectGarbage, type RightsHolder } from "./rights.ts";
import {
  addressOf,
  forgetAbstract,
  freeAbstractName,
  isAbstract,
  PATH_OFFSET,
  parseName,
  registerAbstract,
} from "./unix_address.ts";

/** shutdown(2) as bits. */
export const RECEIVE_SHUTDOWN = 1;
export const SEND_SHUTDOWN = 2;

/** Shown for a peer of whom nothing is known: pid 0, user and group "nobody". */
export const UNKNOWN_CREDENTIALS: Ucred = { pid: 0, uid: 0xffffffff, gid: 0xffffffff };

export function ucredOf(task: Task): Ucred {
  return { pid: task.threadGroup.pid, uid: task.credentials.euid, gid: task.credentials.egid };
}

/** The sender as the kernel knows it, for a receiver that wants to know (SO_PASSCRED) though the sender didn't say. */
export function senderOf(context: VfsContext): Ucred | null {
  return context instanceof TaskVfsContext ? ucredOf(context.task) : null;
}

export abstract class UnixSocket extends Socket implements RightsHolder {
  readonly #queue = new WaitQueue();
  /** "" if it has none; else as unix_address.ts has it. */
  name = "";
  #boundAt: VfsPath | null = null;
  /** RECEIVE_SHUTDOWN, SEND_SHUTDOWN. */
  shutdownBits = 0;
  /** Of the other side when it connected or listened: SO_PEERCRED. */
  peerCredentials: Ucred | null = null;
  peerGroups: readonly number[] = [];
  isReleased = false;

  constructor(type: number, credentials: Credentials, flags: number) {
    super(AF_UNIX, type, 0, credentials, flags);
  }

  override get waiters(): WaitQueue {
    return this.#queue;
  }

  abstract readonly peer: UnixSocket | null;
  abstract readonly reachedThrough: FileDescription;
  abstract forEachRight(visit: (file: FileDescription) => void): void;
  abstract discardQueue(): void;
  /** Bytes that wait to be read, and those sent that the peer hasn't read: SIOCINQ, SIOCOUTQ. */
  abstract readonly readableBytes: number;
  abstract readonly unreadBytes: number;

  override bind(task: Task, address: Uint8Array): 0 | Errno {
    // Only a family: the kernel chooses an abstract name.
    if (address.length === PATH_OFFSET && address[0] === AF_UNIX && address[1] === 0) return this.autobind();
    const name = parseName(address);
    if (typeof name === "number") return name;
    if (name === "") return -EINVAL;
    if (this.name !== "") return this.#refuseSecondName(task, name);
    if (isAbstract(name)) {
      if (!registerAbstract(name, this)) return -EADDRINUSE;
      this.name = name;
      return 0;
    }
    const mode = S_IFSOCK | (this.inode.mode & 0o777 & ~task.fs.umask);
    const place = task.kernel.vfs.bindSocketAt(task.vfsContext, task.vfsContext.cwd, name, mode, this);
    if (typeof place === "number") return place;
    this.#boundAt = takePath(place);
    this.name = name;
    return 0;
  }

  /** Linux makes the file first, and so finds out first that there is one. */
  #refuseSecondName(task: Task, name: string): Errno {
    if (isAbstract(name)) return -EINVAL;
    const there = task.kernel.vfs.resolve(task.vfsContext, task.vfsContext.cwd, name, AT_SYMLINK_NOFOLLOW);
    return typeof there === "number" ? -EINVAL : -EADDRINUSE;
  }

  autobind(): 0 | Errno {
    if (this.name !== "") return 0;
    this.name = freeAbstractName(this.type);
    registerAbstract(this.name, this);
    return 0;
  }

  /** What poll(2) tells of a shutdown. */
  protected get shutdownReadiness(): number {
    let events = 0;
    if ((this.shutdownBits & RECEIVE_SHUTDOWN) !== 0) events |= POLLRDHUP | POLLIN | POLLRDNORM;
    if (this.shutdownBits === (RECEIVE_SHUTDOWN | SEND_SHUTDOWN)) events |= POLLHUP;
    return events;
  }

  override localAddress(): Uint8Array {
    return addressOf(this.name);
  }

  override peerAddress(): Uint8Array | Errno {
    return this.peer === null ? -ENOTCONN : addressOf(this.peer.name);
  }

  override getOption(_task: Task, level: number, name: number): Uint8Array | Errno {
    if (level !== SOL_SOCKET) return -EOPNOTSUPP;
    switch (name) {
      case SO_PEERCRED: {
        const value = new Uint8Array(UcredLayout.byteLength);
        const view = new DataView(value.buffer);
        const { pid, uid, gid } = this.peerCredentials ?? UNKNOWN_CREDENTIALS;
        UcredLayout.pid.write(view, 0, pid);
        UcredLayout.uid.write(view, 0, uid);
        UcredLayout.gid.write(view, 0, gid);
        return value;
      }
      case SO_PEERGROUPS:
        if (this.peerCredentials === null) return -ENODATA;
        return new Uint8Array(Uint32Array.from(this.peerGroups).buffer);
      case SO_PEERSEC:
        return -ENOPROTOOPT;
      default:
        return -ENOPROTOOPT;
    }
  }

  override ioctl(caller: unknown, command: number, argument: number): number {
    const task = caller as Task;
    switch (command) {
      case FIONREAD:
        return this.isListening ? -EINVAL : task.memory.copyOutU32(argument, this.readableBytes);
      case TIOCOUTQ:
        return task.memory.copyOutU32(argument, this.unreadBytes);
      default:
        return super.ioctl(caller, command, argument);
    }
  }

  protected override release(): void {
    this.isReleased = true;
    if (isAbstract(this.name)) forgetAbstract(this.name, this);
    if (this.#boundAt !== null) {
      const inode = this.#boundAt.dentry.inode as Inode | null;
      if (inode !== null && inode.boundSocket === this) inode.boundSocket = null;
      dropPath(this.#boundAt);
      this.#boundAt = null;
    }
    this.closeConnection();
    super.release();
    collectGarbage();
  }

  /** The last descriptor is gone: tells the peer, drops the queue. */
  protected abstract closeConnection(): void;
}
