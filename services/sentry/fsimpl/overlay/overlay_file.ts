/**
 * An open regular file of the overlay: the offset is here, the bytes come from a file description of the layer that has
 * them now. Unlike Linux, where a descriptor opened before a copy-up goes on reading the lower file, it changes over to
 * the upper one.
 */
import type { Errno } from "../../../../shared/abi/errno.ts";
import { O_ACCMODE, O_APPEND, O_RDONLY, SEEK_DATA, SEEK_HOLE } from "../../../../shared/abi/fcntl.ts";
import type { FileDescription, MappableFile } from "../../vfs/file_description.ts";
import { RegularFileDescription } from "../../vfs/regular_file.ts";
import { type Inode, newAttributes, type VfsContext, type VfsPath } from "../../vfs/types.ts";
import { layerContext } from "./layer.ts";
import type { OverlayInode } from "./overlay_inode.ts";

const scratch = newAttributes();

export class OverlayFileDescription extends RegularFileDescription {
  override readonly inode: OverlayInode;
  #layer: Inode;
  #file: FileDescription;
  readonly #context: VfsContext;

  private constructor(
    inode: OverlayInode,
    path: VfsPath,
    flags: number,
    layer: Inode,
    file: FileDescription,
    context: VfsContext,
  ) {
    super(flags, path);
    this.inode = inode;
    this.#layer = layer;
    this.#file = file;
    this.#context = layerContext(context);
  }

  static open(inode: OverlayInode, context: VfsContext, path: VfsPath, flags: number): OverlayFileDescription | Errno {
    const layer = inode.data;
    const file = layer.open(context, path, flags & ~O_APPEND);
    if (typeof file === "number") return file;
    return new OverlayFileDescription(inode, path, flags, layer, file, context);
  }

  /** The description of the layer that has the content; reopened if that has changed. */
  #current(): FileDescription {
    const layer = this.inode.data;
    if (layer === this.#layer) return this.#file;
    const file = layer.open(this.#context, this.path as VfsPath, this.flags & ~O_APPEND);
    // Without a new one the old bytes are better than none.
    if (typeof file === "number") return this.#file;
    this.#file.dropReference();
    this.#file = file;
    this.#layer = layer;
    return file;
  }

  protected override size(): number {
    return this.inode.data.getAttributes(scratch) < 0 ? 0 : scratch.size;
  }

  protected override readAt(memory: Uint8Array, start: number, length: number, position: number): number {
    return this.#current().pread(this.#context, memory, start, length, position);
  }
  protected override writeAt(memory: Uint8Array, start: number, length: number, position: number): number {
    return this.#current().pwrite(this.#context, memory, start, length, position);
  }
  protected override nextData(position: number): number {
    return this.#current().seek(this.#context, position, SEEK_DATA);
  }
  protected override nextHole(position: number): number {
    return this.#current().seek(this.#context, position, SEEK_HOLE);
  }

  override allocate(context: VfsContext, mode: number, offset: number, length: number): 0 | Errno {
    return this.#current().allocate(context, mode, offset, length);
  }
  override sync(dataOnly: boolean): 0 | Errno {
    return (this.flags & O_ACCMODE) === O_RDONLY ? 0 : this.#current().sync(dataOnly);
  }
  override ioctl(caller: unknown, command: number, argument: number): number {
    return this.#current().ioctl(caller, command, argument);
  }
  override mappable(shared: boolean, writable: boolean): MappableFile | Errno {
    return this.#current().mappable(shared, writable);
  }
  override onFlagsChanged(): void {
    this.#file.flags = this.flags & ~O_APPEND;
    this.#file.onFlagsChanged();
  }

  protected override release(): void {
    this.#file.dropReference();
  }
}
