/**
 * Signals about what happens in a directory: fcntl(2) F_NOTIFY, the forerunner of inotify(7). fs/notify/dnotify/dnotify.c.
 *
 * A notice belongs to a description and a descriptor table, and ends with the description, or after its first event unless DN_MULTISHOT was asked for.
 */
import { ENOTDIR, type Errno } from "../../../shared/abi/errno.ts";
import * as f from "../../../shared/abi/fcntl.ts";
import * as n from "../../../shared/abi/inotify.ts";
import { POLLIN, POLLMSG, POLLRDNORM } from "../../../shared/abi/poll.ts";
import { POLL_MSG } from "../../../shared/abi/signal.ts";
import type { FileDescription } from "../vfs/file_description.ts";
import { addWatch, removeWatch, Watch } from "../vfs/watches.ts";
import { asyncOwnerOf, sendTo } from "./file_async.ts";
import type { Kernel } from "./kernel.ts";
import type { Task } from "./task.ts";

/** What each DN_* asks for. */
const EVENTS: readonly (readonly [notice: number, events: number])[] = [
  [f.DN_ACCESS, n.IN_ACCESS],
  [f.DN_MODIFY, n.IN_MODIFY],
  [f.DN_CREATE, n.IN_CREATE | n.IN_MOVED_TO],
  [f.DN_DELETE, n.IN_DELETE | n.IN_MOVED_FROM],
  [f.DN_RENAME, n.IN_MOVED_FROM | n.IN_MOVED_TO],
  [f.DN_ATTRIB, n.IN_ATTRIB],
];

class DirectoryNotice extends Watch {
  readonly #kernel: Kernel;
  readonly #file: FileDescription;
  readonly #fd: number;
  isMultishot = false;

  constructor(kernel: Kernel, file: FileDescription, fd: number) {
    super(0);
    this.#kernel = kernel;
    this.#file = file;
    this.#fd = fd;
  }

  override onEvent(_event: number, _cookie: number, name: string): void {
    // It is about what the directory holds, not about itself.
    if (name === "") return;
    if (!this.isMultishot) forget(this.#file);
    sendTo(this.#kernel, asyncOwnerOf(this.#file), POLL_MSG, POLLIN | POLLRDNORM | POLLMSG, this.#fd);
  }

  override onInodeGone(): void {
    notices.delete(this.#file);
  }
}

const notices = new WeakMap<FileDescription, DirectoryNotice>();

function forget(file: FileDescription): void {
  const notice = notices.get(file);
  if (notice === undefined) return;
  notices.delete(file);
  removeWatch(file.inode, notice);
}

/** F_NOTIFY: DN_* are added to what is asked for already; none at all ends it. */
export function notifyOfDirectory(task: Task, file: FileDescription, fd: number, wanted: number): 0 | Errno {
  if ((wanted & ~f.DN_MULTISHOT) === 0) {
    forget(file);
    return 0;
  }
  if (!file.inode.isDirectory) return -ENOTDIR;
  let notice = notices.get(file);
  if (notice === undefined) {
    notice = new DirectoryNotice(task.kernel, file, fd);
    notices.set(file, notice);
    const next = file.onLastClose;
    file.onLastClose = (closed) => {
      forget(closed);
      next?.(closed);
    };
    addWatch(file.inode, notice);
  }
  for (const [bit, events] of EVENTS) if ((wanted & bit) !== 0) notice.mask |= events;
  if ((wanted & f.DN_MULTISHOT) !== 0) notice.isMultishot = true;
  asyncOwnerOf(file).set(f.F_OWNER_PID, task.threadGroup.pid, task.credentials);
  return 0;
}
