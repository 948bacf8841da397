/**
 * A terminal of the sandbox whose keyboard and screen are outside: TerminalSpec of shared/urpc/sandbox_protocol.ts.
 *
 * It holds the master side. What arrives on the socket is typed, what programs write is sent, each only as fast as the other end takes it. It ends when the
 * socket does (that hangs up), or when no program has the terminal any more and everything has been sent.
 */
import { EAGAIN, errnoName, isErrno } from "../../../shared/abi/errno.ts";
import { O_RDWR } from "../../../shared/abi/fcntl.ts";
import { POLLHUP, POLLIN, POLLOUT } from "../../../shared/abi/poll.ts";
import { IUTF8 } from "../../../shared/abi/termios.ts";
import type { TerminalSpec } from "../../../shared/urpc/sandbox_protocol.ts";
import { Waiter } from "../../../shared/waiter/wait_queue.ts";
import { DevptsFilesystem } from "../fsimpl/devpts/devpts_filesystem.ts";
import type { Kernel } from "../kernel/kernel.ts";
import type { Task } from "../kernel/task.ts";
import type { FileDescription } from "../vfs/file_description.ts";
import type { VfsContext, VfsPath } from "../vfs/types.ts";
import type { Pty } from "./pty.ts";
import { offerConsole, slavePath } from "./terminal_devices.ts";
import { SlaveFile } from "./terminal_file.ts";
import { TerminalSocket } from "./terminal_socket_native.ts";

const DEVPTS_PLACE = "/dev/pts";
const CHUNK_BYTES = 8192;

/** Makes the terminal that `spec` asks for, owned by `uid`. Takes over its socket. Throws if it can't be made. */
export function openTerminal(
  kernel: Kernel,
  context: VfsContext,
  spec: TerminalSpec,
  fds: readonly number[],
  uid: number,
): SandboxTerminal {
  const fd = fds[spec.socketFd];
  if (fd === undefined) throw new Error(`the terminal names descriptor ${spec.socketFd} of ${fds.length}`);
  const place = findDevpts(kernel, context);
  const pty = must((place.mount.filesystem as DevptsFilesystem).newTerminal(uid, 0));
  pty.isLocked = false;
  // As terminal emulators set it: an erase takes a whole character.
  pty.termios.iflag |= IUTF8;
  pty.resize({ rows: spec.rows, columns: spec.columns, xPixels: 0, yPixels: 0 });
  offerConsole(kernel, pty);
  return new SandboxTerminal(kernel, pty, must(slavePath(place, pty)), fd);
}

function must<T>(result: T | number): T {
  if (typeof result === "number") throw new Error(`cannot make a terminal: ${errnoName(-result)}`);
  return result;
}

const hiddenPlaces = new WeakMap<Kernel, VfsPath>();

/** Where the terminal gets its name: /dev/pts, or an instance that nothing shows if the sandbox has none there. */
function findDevpts(kernel: Kernel, context: VfsContext): VfsPath {
  const place = kernel.vfs.resolve(context, context.root, DEVPTS_PLACE);
  if (!isErrno(place)) {
    const { filesystem } = place.mount;
    if (filesystem instanceof DevptsFilesystem && place.dentry === filesystem.root) return place;
  }
  let hidden = hiddenPlaces.get(kernel);
  if (hidden === undefined) {
    const filesystem = must(DevptsFilesystem.create(kernel, "mode=620"));
    hidden = kernel.vfs.newNamespace(filesystem, 0, "devpts").root.rootPath;
    hiddenPlaces.set(kernel, hidden);
  }
  return hidden;
}

/** Wakes the terminal when the master's side becomes ready. */
class PumpWaiter extends Waiter {
  readonly #pump: () => void;

  constructor(pump: () => void) {
    super();
    this.#pump = pump;
  }

  override onReady(_events: number): boolean {
    this.#pump();
    return false;
  }
}

export class SandboxTerminal {
  readonly #pty: Pty;
  readonly #path: VfsPath;
  readonly #socket: TerminalSocket;
  readonly #waiter: PumpWaiter;
  /** For the screen: [outStart, outEnd) still has to be sent. */
  readonly #out = new Uint8Array(CHUNK_BYTES);
  #outStart = 0;
  #outEnd = 0;
  /** Typed: [inStart, inEnd) still has to go in. */
  readonly #in = new Uint8Array(CHUNK_BYTES);
  #inStart = 0;
  #inEnd = 0;
  #slave: FileDescription | null = null;
  #isPumping = false;
  #isEnded = false;

  constructor(kernel: Kernel, pty: Pty, path: VfsPath, socketFd: number) {
    this.#pty = pty;
    this.#path = path;
    this.#socket = new TerminalSocket(socketFd, {
      onReadable: () => kernel.enter(() => this.#receive()),
      onWritable: () => kernel.enter(() => this.#pump()),
    });
    this.#waiter = new PumpWaiter(() => this.#pump());
    pty.masterWaiters.add(this.#waiter, POLLIN | POLLOUT | POLLHUP);
    this.#socket.watch(true, false);
  }

  /** A descriptor of the terminal for the new process. All are of one open file, as after dup(2). */
  openSlave(): FileDescription {
    if (this.#slave !== null && this.#slave.references > 0) this.#slave.takeReference();
    else this.#slave = new SlaveFile(this.#pty, this.#path, O_RDWR);
    return this.#slave;
  }

  /** Becomes the controlling terminal of `task`, a session leader, with its process group in the foreground. */
  control(task: Task): void {
    this.#pty.attach(task.threadGroup.session, task.threadGroup.processGroup);
  }

  resize(rows: number, columns: number): void {
    this.#pty.resize({ rows, columns, xPixels: 0, yPixels: 0 });
  }

  /** The process could not be started. */
  abandon(): void {
    this.#end();
  }

  #receive(): void {
    if (this.#isEnded || this.#inStart < this.#inEnd) return;
    const count = this.#socket.read(this.#in);
    if (count === -EAGAIN) return;
    if (count <= 0) {
      this.#end();
      return;
    }
    this.#inStart = 0;
    this.#inEnd = count;
    this.#pump();
  }

  /** Moves what can be moved. Notifications that this causes are taken in the same go. */
  #pump(): void {
    if (this.#isPumping || this.#isEnded) return;
    this.#isPumping = true;
    let more = true;
    while (more && !this.#isEnded) {
      more = this.#typeSome();
      if (this.#sendSome()) more = true;
    }
    this.#isPumping = false;
    if (this.#isEnded) return;
    const pty = this.#pty;
    // A session leader without open files may still open /dev/tty.
    if (pty.isSlaveGone && pty.session === null && this.#outStart === this.#outEnd) {
      this.#end();
      return;
    }
    this.#socket.watch(this.#inStart === this.#inEnd, this.#outStart < this.#outEnd);
  }

  #typeSome(): boolean {
    if (this.#inStart === this.#inEnd) return false;
    const count = this.#pty.type(this.#in, this.#inStart, this.#inEnd - this.#inStart);
    this.#inStart += count;
    return count > 0;
  }

  #sendSome(): boolean {
    if (this.#outStart === this.#outEnd) {
      this.#outStart = 0;
      this.#outEnd = this.#pty.takeOutput(this.#out, 0, CHUNK_BYTES);
      if (this.#outEnd === 0) return false;
    }
    const count = this.#socket.write(this.#out, this.#outStart, this.#outEnd - this.#outStart);
    if (count === -EAGAIN) return false;
    if (count <= 0) {
      this.#end();
      return false;
    }
    this.#outStart += count;
    return true;
  }

  #end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#pty.masterWaiters.remove(this.#waiter);
    this.#socket.close();
    this.#pty.closeMaster();
  }
}
