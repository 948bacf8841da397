/** Where a process stands in the file system: root, working directory and umask; shared by tasks with CLONE_FS (struct fs_struct). */
import { dropPath, takePath } from "../vfs/mount.ts";
import type { VfsPath } from "../vfs/types.ts";

export class FsContext {
  #root: VfsPath;
  #cwd: VfsPath;
  umask: number;
  #references = 1;

  constructor(root: VfsPath, cwd: VfsPath, umask: number) {
    this.#root = takePath(root);
    this.#cwd = takePath(cwd);
    this.umask = umask;
  }

  get root(): VfsPath {
    return this.#root;
  }

  set root(path: VfsPath) {
    takePath(path);
    dropPath(this.#root);
    this.#root = path;
  }

  get cwd(): VfsPath {
    return this.#cwd;
  }

  set cwd(path: VfsPath) {
    takePath(path);
    dropPath(this.#cwd);
    this.#cwd = path;
  }

  fork(): FsContext {
    return new FsContext(this.#root, this.#cwd, this.umask);
  }

  takeReference(): this {
    this.#references++;
    return this;
  }

  dropReference(): void {
    if (--this.#references > 0) return;
    dropPath(this.#root);
    dropPath(this.#cwd);
  }

  get isShared(): boolean {
    return this.#references > 1;
  }
}
