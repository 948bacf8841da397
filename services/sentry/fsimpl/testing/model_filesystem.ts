/**
 * What Linux does with a tree of files when root asks, written down in the plainest way: no caches, no layers, paths as
 * arrays.
 */
import {
  EBUSY,
  EEXIST,
  EINVAL,
  EISDIR,
  ELOOP,
  ENOENT,
  ENOTDIR,
  ENOTEMPTY,
  EPERM,
} from "../../../../shared/abi/errno.ts";
import type { FileOperation, FileSystemUnderTest, Outcome } from "./file_operation.ts";

interface Directory {
  readonly type: "directory";
  readonly entries: Map<string, Node>;
  parent: Directory;
  mode: number;
}
interface File {
  readonly type: "file";
  text: string;
  links: number;
  mode: number;
}
interface Link {
  readonly type: "link";
  readonly target: string;
  links: number;
}
type Node = Directory | File | Link;

/** Where a last component is: its directory and name; `name` is ".", ".." or "/" for those. */
interface Place {
  readonly directory: Directory;
  readonly name: string;
  readonly slash: boolean;
}

class Failure extends Error {
  readonly errno: number;
  constructor(errno: number) {
    super(`errno ${errno}`);
    this.errno = errno;
  }
}

function fail(errno: number): never {
  throw new Failure(errno);
}

function isSpecialName(name: string): boolean {
  return name === "." || name === ".." || name === "/";
}

export class ModelFilesystem implements FileSystemUnderTest {
  readonly root: Directory;
  #links = 0;

  constructor() {
    const root = { type: "directory", entries: new Map(), mode: 0o755 } as unknown as Directory;
    root.parent = root;
    this.root = root;
  }

  apply(operation: FileOperation): Outcome {
    this.#links = 0;
    try {
      return this.#run(operation) ?? "";
    } catch (error) {
      if (error instanceof Failure) return -error.errno;
      throw error;
    }
  }

  #run(op: FileOperation): string | undefined {
    switch (op.kind) {
      case "mkdir":
        return this.#mkdir(op.path);
      case "create":
      case "append":
        return this.#write(op.path, op.text, op.kind === "append");
      case "truncate":
        return this.#truncate(op.path, op.size);
      case "read":
        return this.#file(op.path).text;
      case "list":
        return this.#list(op.path);
      case "stat":
        return this.#describe(this.#resolve(this.root, op.path, true));
      case "lstat":
        return this.#describe(this.#resolve(this.root, op.path, false));
      case "chmod":
        return this.#chmod(op.path, op.mode);
      case "symlink":
        this.#new(op.path, { type: "link", target: op.target, links: 1 });
        return;
      case "link":
        return this.#link(op.path, op.to);
      case "unlink":
        return this.#unlink(op.path);
      case "rmdir":
        return this.#rmdir(op.path);
      default:
        return this.#rename(op.path, op.to, op.kind);
    }
  }

  #describe(node: Node): string {
    if (node.type === "directory") return `directory ${node.mode.toString(8)}`;
    if (node.type === "link") return `link ${node.links} ${node.target}`;
    return `file ${node.links} ${node.text.length} ${node.mode.toString(8)}`;
  }

  /** The directory that the last component of `text` is in. */
  #parent(from: Directory, text: string): Place {
    const parts = text.split("/").filter((part) => part !== "");
    const slash = text.endsWith("/") && parts.length > 0;
    let at: Directory = text.startsWith("/") ? this.root : from;
    const name = parts.pop();
    if (name === undefined) return { directory: at, name: "/", slash: false };
    for (const part of parts) {
      const node = this.#step(at, part, true);
      if (node.type !== "directory") fail(ENOTDIR);
      at = node;
    }
    return { directory: at, name, slash };
  }

  #step(at: Directory, name: string, follow: boolean): Node {
    if (name === "." || name === "/") return at;
    if (name === "..") return at.parent;
    const node = at.entries.get(name);
    if (node === undefined) fail(ENOENT);
    if (node.type === "link" && follow) {
      if (++this.#links > 40) fail(ELOOP);
      return this.#resolve(at, node.target, true);
    }
    return node;
  }

  #resolve(from: Directory, text: string, follow: boolean): Node {
    const { directory, name, slash } = this.#parent(from, text);
    const node = this.#step(directory, name, follow || slash);
    if (slash && node.type !== "directory") fail(ENOTDIR);
    return node;
  }

  #newPlace(path: string, isDirectory: boolean): Place {
    const place = this.#parent(this.root, path);
    if (isSpecialName(place.name) || place.directory.entries.has(place.name)) fail(EEXIST);
    if (place.slash && !isDirectory) fail(ENOENT);
    return place;
  }

  #new(path: string, node: Node): void {
    const { directory, name } = this.#newPlace(path, false);
    directory.entries.set(name, node);
  }

  #mkdir(path: string): undefined {
    const { directory, name } = this.#newPlace(path, true);
    directory.entries.set(name, { type: "directory", entries: new Map(), parent: directory, mode: 0o755 });
  }

  /** open(2) with O_CREAT | O_WRONLY. */
  #write(path: string, text: string, append: boolean): undefined {
    let place = this.#parent(this.root, path);
    for (;;) {
      if (isSpecialName(place.name) || place.slash) fail(EISDIR);
      const node = place.directory.entries.get(place.name);
      if (node === undefined) {
        place.directory.entries.set(place.name, { type: "file", text, links: 1, mode: 0o644 });
        return;
      }
      if (node.type === "directory") fail(EISDIR);
      if (node.type === "file") {
        node.text = append ? node.text + text : text;
        return;
      }
      if (++this.#links > 40) fail(ELOOP);
      place = this.#parent(place.directory, node.target);
    }
  }

  #file(path: string): File {
    const node = this.#resolve(this.root, path, true);
    if (node.type === "directory") fail(EISDIR);
    return node as File;
  }

  #truncate(path: string, size: number): undefined {
    const file = this.#file(path);
    file.text = file.text.slice(0, size).padEnd(size, "\0");
  }

  #list(path: string): string {
    const node = this.#resolve(this.root, path, true);
    if (node.type !== "directory") fail(ENOTDIR);
    return [...node.entries.keys()].sort().join(" ");
  }

  #chmod(path: string, mode: number): undefined {
    const node = this.#resolve(this.root, path, true);
    (node as File | Directory).mode = mode;
  }

  #link(path: string, to: string): undefined {
    const node = this.#resolve(this.root, path, false);
    const { directory, name } = this.#newPlace(to, false);
    if (node.type === "directory") fail(EPERM);
    node.links++;
    directory.entries.set(name, node);
  }

  #unlink(path: string): undefined {
    const { directory, name, slash } = this.#parent(this.root, path);
    if (isSpecialName(name)) fail(EISDIR);
    const node = directory.entries.get(name);
    if (node === undefined) fail(ENOENT);
    if (node.type === "directory") fail(EISDIR);
    if (slash) fail(ENOTDIR);
    node.links--;
    directory.entries.delete(name);
  }

  #rmdir(path: string): undefined {
    const { directory, name } = this.#parent(this.root, path);
    if (name === ".") fail(EINVAL);
    if (name === "..") fail(ENOTEMPTY);
    if (name === "/") fail(EBUSY);
    const node = directory.entries.get(name);
    if (node === undefined) fail(ENOENT);
    if (node.type !== "directory") fail(ENOTDIR);
    if (node.entries.size > 0) fail(ENOTEMPTY);
    directory.entries.delete(name);
  }

  #rename(path: string, to: string, kind: string): undefined {
    const from = this.#parent(this.root, path);
    const there = this.#parent(this.root, to);
    if (isSpecialName(from.name)) fail(EBUSY);
    if (isSpecialName(there.name)) fail(kind === "renameNoReplace" ? EEXIST : EBUSY);
    const source = from.directory.entries.get(from.name);
    const target = there.directory.entries.get(there.name);
    if (source === undefined) fail(ENOENT);
    if (kind === "renameNoReplace" && target !== undefined) fail(EEXIST);
    const isExchange = kind === "exchange";
    if (isExchange) {
      if (target === undefined) fail(ENOENT);
      if (target.type !== "directory" && there.slash) fail(ENOTDIR);
    }
    if (source.type !== "directory" && (from.slash || (!isExchange && there.slash))) fail(ENOTDIR);
    if (source.type === "directory" && this.#isWithin(there.directory, source)) fail(EINVAL);
    if (target?.type === "directory" && this.#isWithin(from.directory, target)) fail(isExchange ? EINVAL : ENOTEMPTY);
    if (source === target) return;
    if (target !== undefined && !isExchange) this.#checkReplace(source, target);

    if (isExchange) {
      from.directory.entries.set(from.name, target as Node);
      if (target?.type === "directory") target.parent = from.directory;
    } else {
      from.directory.entries.delete(from.name);
      if (target !== undefined && target.type !== "directory") target.links--;
    }
    there.directory.entries.set(there.name, source);
    if (source.type === "directory") source.parent = there.directory;
  }

  #checkReplace(source: Node, target: Node): void {
    if (source.type === "directory") {
      if (target.type !== "directory") fail(ENOTDIR);
      if (target.entries.size > 0) fail(ENOTEMPTY);
    } else if (target.type === "directory") {
      fail(EISDIR);
    }
  }

  #isWithin(node: Directory, ancestor: Directory): boolean {
    for (let at = node; ; at = at.parent) {
      if (at === ancestor) return true;
      if (at === this.root) return false;
    }
  }
}
