/**
 * The file descriptors of a process, as Linux's struct files_struct: which number means which FileDescription, and which close at execve(2).
 *
 * Invariant: bit n of `#open` is set exactly when `#files[n]` holds a file (one reference of it) or descriptor n is reserved; no bit
 * below `#firstFree` is clear. A bit of `#closeOnExec` is set only for an open descriptor.
 *
 * Shared by the tasks of CLONE_FILES and counted by references; the last one closes everything. POSIX record locks belong to the table,
 * as on Linux: closing any descriptor of a file drops those that the table holds on it.
 */
import { EBADF, EINVAL, EMFILE, type Errno } from "../../../shared/abi/errno.ts";
import type { FileDescription } from "../vfs/file_description.ts";

/** Linux's default of /proc/sys/fs/nr_open. */
export const MAXIMUM_DESCRIPTORS = 1 << 20;

const INITIAL_WORDS = 2;

/** Two descriptors that are taken but name nothing yet, so that a call can fail after it has told the program their numbers. */
export class ReservedPair {
  readonly first: number;
  readonly second: number;
  readonly #table: FDTable;

  constructor(table: FDTable, first: number, second: number) {
    this.#table = table;
    this.first = first;
    this.second = second;
  }

  /** Gives the descriptors their files; takes over the caller's reference of each. */
  install(first: FileDescription, second: FileDescription, closeOnExec: boolean): void {
    this.#table.fill(this.first, first, closeOnExec);
    this.#table.fill(this.second, second, closeOnExec);
  }

  release(): void {
    this.#table.unreserve(this.first);
    this.#table.unreserve(this.second);
  }
}

export class FDTable {
  /** RLIMIT_NOFILE of the process: new descriptors lie below. The system calls that change the limit keep it current. */
  limit: number;

  #files: (FileDescription | undefined)[] = [];
  #open = new Int32Array(INITIAL_WORDS);
  #closeOnExec = new Int32Array(INITIAL_WORDS);
  /** No descriptor below is free. */
  #firstFree = 0;
  #usedCount = 0;
  #references = 1;

  constructor(limit = 1024) {
    this.limit = limit;
  }

  /** The open file of descriptor `fd`, or undefined. Borrowed. */
  get(fd: number): FileDescription | undefined {
    return fd >= 0 ? this.#files[fd] : undefined;
  }

  getOrErrno(fd: number): FileDescription | Errno {
    return (fd >= 0 ? this.#files[fd] : undefined) ?? -EBADF;
  }

  /** Descriptors in use, reserved ones included. */
  get usedCount(): number {
    return this.#usedCount;
  }

  /** One more than the highest descriptor that may be open. */
  get highest(): number {
    return this.#files.length;
  }

  /** Gives `file` the lowest free descriptor that is at least `minimum`; takes over the caller's reference only when it succeeds. */
  install(file: FileDescription, closeOnExec: boolean, minimum = 0): number {
    const fd = this.#reserve(minimum);
    if (fd < 0) return fd;
    this.fill(fd, file, closeOnExec);
    return fd;
  }

  /** Makes `fd` mean `file` and closes what it meant: dup2(2). Takes over the caller's reference only when it succeeds. */
  installAt(fd: number, file: FileDescription, closeOnExec: boolean): number {
    if (fd < 0 || fd >= this.limit) return -EBADF;
    this.#grow(fd);
    const old = this.#files[fd];
    if (!this.#isOpen(fd)) this.#markOpen(fd);
    this.fill(fd, file, closeOnExec);
    if (old !== undefined) this.#drop(old);
    return fd;
  }

  /** A further descriptor for the file of `fd`, at least `minimum`. */
  duplicate(fd: number, closeOnExec: boolean, minimum = 0): number {
    const file = this.get(fd);
    if (file === undefined) return -EBADF;
    const copy = this.install(file, closeOnExec, minimum);
    if (copy >= 0) file.takeReference();
    return copy;
  }

  /** Takes the two lowest free descriptors without files. */
  reservePair(): ReservedPair | Errno {
    const first = this.#reserve(0);
    if (first < 0) return first;
    const second = this.#reserve(0);
    if (second < 0) {
      this.unreserve(first);
      return second;
    }
    return new ReservedPair(this, first, second);
  }

  /** Gives the reserved descriptor `fd` its file. */
  fill(fd: number, file: FileDescription, closeOnExec: boolean): void {
    this.#files[fd] = file;
    this.#setCloseOnExec(fd, closeOnExec);
  }

  /** Frees a reserved descriptor that was never filled. */
  unreserve(fd: number): void {
    this.#markFree(fd);
  }

  close(fd: number): 0 | Errno {
    const file = this.get(fd);
    if (file === undefined) return -EBADF;
    this.#files[fd] = undefined;
    this.#markFree(fd);
    this.#drop(file);
    return 0;
  }

  /** close_range(2) from `first` to `last` inclusive; with `onlyMark` it sets close-on-exec instead. */
  closeRange(first: number, last: number, onlyMark: boolean): 0 | Errno {
    if (first > last) return -EINVAL;
    const end = Math.min(last, this.#files.length - 1);
    for (let fd = first; fd <= end; fd++) {
      if (this.#files[fd] === undefined) continue;
      if (onlyMark) this.#setCloseOnExec(fd, true);
      else this.close(fd);
    }
    return 0;
  }

  isCloseOnExec(fd: number): boolean {
    return ((this.#closeOnExec[fd >>> 5] >>> (fd & 31)) & 1) === 1;
  }

  setCloseOnExec(fd: number, closeOnExec: boolean): 0 | Errno {
    if (this.get(fd) === undefined) return -EBADF;
    this.#setCloseOnExec(fd, closeOnExec);
    return 0;
  }

  /** Closes the marked descriptors: the last step of execve(2). */
  closeOnExec(): void {
    for (let word = 0; word < this.#closeOnExec.length; word++) {
      let bits = this.#closeOnExec[word];
      while (bits !== 0) {
        const bit = 31 - Math.clz32(bits & -bits);
        bits &= bits - 1;
        this.close(word * 32 + bit);
      }
    }
  }

  /** A table with the same descriptors: fork(2), and unshare(2) of CLONE_FILES. Those in [omitFirst, omitLast] are left out. */
  fork(omitFirst = 0, omitLast = -1): FDTable {
    const copy = new FDTable(this.limit);
    for (let fd = 0; fd < this.#files.length; fd++) {
      const file = this.#files[fd];
      if (file === undefined || (fd >= omitFirst && fd <= omitLast)) continue;
      file.takeReference();
      copy.#grow(fd);
      copy.#markOpen(fd);
      copy.fill(fd, file, this.isCloseOnExec(fd));
    }
    return copy;
  }

  /** For CLONE_FILES. */
  takeReference(): this {
    this.#references++;
    return this;
  }

  get isShared(): boolean {
    return this.#references > 1;
  }

  /** Drops a task's reference; the last one closes everything. */
  dropReference(): void {
    if (--this.#references === 0) this.closeRange(0, this.#files.length, false);
  }

  /** Runs `visit` for every descriptor in ascending order; for /proc/[pid]/fd. */
  forEach(visit: (fd: number, file: FileDescription, closeOnExec: boolean) => void): void {
    for (let fd = 0; fd < this.#files.length; fd++) {
      const file = this.#files[fd];
      if (file !== undefined) visit(fd, file, this.isCloseOnExec(fd));
    }
  }

  #drop(file: FileDescription): void {
    file.inode.locks?.dropOwner(this);
    file.dropReference();
  }

  #reserve(minimum: number): number {
    const fd = this.#findFree(Math.max(minimum, this.#firstFree));
    if (fd >= this.limit || fd >= MAXIMUM_DESCRIPTORS) return -EMFILE;
    this.#grow(fd);
    this.#markOpen(fd);
    return fd;
  }

  #findFree(from: number): number {
    const open = this.#open;
    let word = from >>> 5;
    if (word >= open.length) return from;
    let free = ~open[word] & (-1 << (from & 31));
    while (free === 0) {
      if (++word === open.length) return word * 32;
      free = ~open[word];
    }
    return word * 32 + 31 - Math.clz32(free & -free);
  }

  #isOpen(fd: number): boolean {
    return ((this.#open[fd >>> 5] >>> (fd & 31)) & 1) === 1;
  }

  #markOpen(fd: number): void {
    this.#open[fd >>> 5] |= 1 << (fd & 31);
    this.#usedCount++;
    if (fd === this.#firstFree) this.#firstFree = fd + 1;
  }

  #markFree(fd: number): void {
    this.#open[fd >>> 5] &= ~(1 << (fd & 31));
    this.#closeOnExec[fd >>> 5] &= ~(1 << (fd & 31));
    this.#usedCount--;
    if (fd < this.#firstFree) this.#firstFree = fd;
  }

  #setCloseOnExec(fd: number, closeOnExec: boolean): void {
    if (closeOnExec) this.#closeOnExec[fd >>> 5] |= 1 << (fd & 31);
    else this.#closeOnExec[fd >>> 5] &= ~(1 << (fd & 31));
  }

  /** Makes room for descriptor `fd`; the array of files stays dense. */
  #grow(fd: number): void {
    while (this.#files.length <= fd) this.#files.push(undefined);
    if (fd >>> 5 < this.#open.length) return;
    const words = Math.max(this.#open.length * 2, (fd >>> 5) + 1);
    const open = new Int32Array(words);
    open.set(this.#open);
    this.#open = open;
    const closeOnExec = new Int32Array(words);
    closeOnExec.set(this.#closeOnExec);
    this.#closeOnExec = closeOnExec;
  }
}
