/** For unit tests: a namespace over a filesystem, and a caller in it whose identity can be changed. */
import { Credentials, NO_CAPABILITIES } from "../credentials.ts";
import { FileClock } from "../file_clock.ts";
import type { FileDescription } from "../file_description.ts";
import type { MountNamespace } from "../mount_namespace.ts";
import { type Attributes, type Filesystem, newAttributes, type VfsContext, type VfsPath } from "../types.ts";
import { VirtualFilesystem } from "../virtual_filesystem.ts";

/** A clock that tests move by hand, in milliseconds. */
export class ManualClock {
  ms = 1_700_000_000_000;
  readonly clock = new FileClock(() => this.ms);
}

export class VfsHarness {
  readonly vfs: VirtualFilesystem;
  readonly namespace: MountNamespace;
  context: VfsContext;

  constructor(filesystem: Filesystem, credentials: Credentials = Credentials.root()) {
    this.vfs = new VirtualFilesystem();
    this.namespace = this.vfs.newNamespace(filesystem, 0, "none");
    const root = this.namespace.root.rootPath;
    this.context = { credentials, root, cwd: root, umask: 0o022, fileSizeLimit: Number.POSITIVE_INFINITY };
  }

  get at(): VfsPath {
    return this.context.cwd;
  }

  /** Runs `body` as an ordinary user. */
  as<T>(uid: number, body: () => T, gid = uid, groups: readonly number[] = []): T {
    const before = this.context;
    this.context = { ...before, credentials: Credentials.user(uid, gid, groups, NO_CAPABILITIES) };
    try {
      return body();
    } finally {
      this.context = before;
    }
  }

  change(changes: Partial<VfsContext>): void {
    this.context = { ...this.context, ...changes };
  }

  place(path: string): VfsPath {
    const place = this.vfs.resolve(this.context, this.at, path);
    if (typeof place === "number") throw new Error(`${path}: errno ${-place}`);
    return place;
  }

  open(path: string, flags: number, mode = 0o666): FileDescription {
    const file = this.vfs.openAt(this.context, this.at, path, flags, mode);
    if (typeof file === "number") throw new Error(`${path}: errno ${-file}`);
    return file;
  }

  /** 0 or an errno; the file is closed again. */
  tryOpen(path: string, flags: number, mode = 0o666): number {
    const file = this.vfs.openAt(this.context, this.at, path, flags, mode);
    if (typeof file === "number") return file;
    file.dropReference();
    return 0;
  }

  /** O_CREAT | O_WRONLY | O_TRUNC, then `text`. */
  write(path: string, text: string, mode = 0o644): void {
    const file = this.open(path, 0o1101, mode);
    const bytes = Buffer.from(text, "latin1");
    const count = file.write(this.context, bytes, 0, bytes.length);
    file.dropReference();
    if (count !== bytes.length) throw new Error(`${path}: wrote ${count}`);
  }

  read(path: string): string {
    const file = this.open(path, 0);
    const text = readAll(this.context, file);
    file.dropReference();
    return text;
  }

  stat(path: string, flags = 0): Attributes {
    const out = newAttributes();
    const result = this.vfs.statAt(this.context, this.at, path, flags, out);
    if (result < 0) throw new Error(`${path}: errno ${-result}`);
    return out;
  }

  statErrno(path: string, flags = 0): number {
    return this.vfs.statAt(this.context, this.at, path, flags, newAttributes());
  }

  mkdir(path: string, mode = 0o755): number {
    return this.vfs.mkdirAt(this.context, this.at, path, mode);
  }
  rmdir(path: string): number {
    return this.vfs.rmdirAt(this.context, this.at, path);
  }
  unlink(path: string): number {
    return this.vfs.unlinkAt(this.context, this.at, path);
  }
  symlink(target: string, path: string): number {
    return this.vfs.symlinkAt(this.context, this.at, path, target);
  }
  link(path: string, newPath: string): number {
    return this.vfs.linkAt(this.context, this.at, path, this.at, newPath, 0);
  }
  rename(path: string, newPath: string, flags = 0): number {
    return this.vfs.renameAt(this.context, this.at, path, this.at, newPath, flags);
  }

  /** Names in a directory, sorted, without "." and "..". */
  list(path: string): string[] {
    const directory = this.open(path, 0o200000);
    const names: string[] = [];
    const result = directory.readDirectory(this.context, (name) => {
      if (name !== "." && name !== "..") names.push(name);
      return true;
    });
    directory.dropReference();
    if (result < 0) throw new Error(`${path}: errno ${-result}`);
    return names.sort();
  }
}

export function readAll(context: VfsContext, file: FileDescription): string {
  const memory = new Uint8Array(1 << 16);
  let text = "";
  for (;;) {
    const count = file.read(context, memory, 0, memory.length);
    if (count < 0) throw new Error(`read: errno ${-count}`);
    if (count === 0) return text;
    text += Buffer.from(memory.buffer, 0, count).toString("latin1");
  }
}
