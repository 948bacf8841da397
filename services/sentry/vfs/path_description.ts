/** An O_PATH descriptor: a place, not an open file. open(2). */
import { EBADF, type Errno } from "../../../shared/abi/errno.ts";
import { FileDescription, type MappableFile } from "./file_description.ts";
import type { AttributeChange, DirectorySink, Inode, VfsContext, VfsPath } from "./types.ts";

export class PathDescription extends FileDescription {
  override readonly inode: Inode;

  constructor(flags: number, path: VfsPath) {
    super(flags, path);
    this.inode = path.dentry.inode as Inode;
  }

  override get isReadable(): boolean {
    return false;
  }
  override get isWritable(): boolean {
    return false;
  }
  override read(): number {
    return -EBADF;
  }
  override write(): number {
    return -EBADF;
  }
  override pread(): number {
    return -EBADF;
  }
  override pwrite(): number {
    return -EBADF;
  }
  override seek(): number {
    return -EBADF;
  }
  override readDirectory(_context: VfsContext, _sink: DirectorySink): 0 | Errno {
    return -EBADF;
  }
  override setAttributes(_context: VfsContext, _change: AttributeChange): 0 | Errno {
    return -EBADF;
  }
  override allocate(): 0 | Errno {
    return -EBADF;
  }
  override sync(): 0 | Errno {
    return -EBADF;
  }
  override ioctl(): number {
    return -EBADF;
  }
  override mappable(): MappableFile | Errno {
    return -EBADF;
  }
}
