/**
 * What stands behind device numbers: opening a character or block device node, on whatever filesystem it lies, comes
 * here.
 */
import { ENXIO, type Errno } from "../../../shared/abi/errno.ts";
import type { FileDescription } from "./file_description.ts";
import type { VfsContext, VfsPath } from "./types.ts";

export type DeviceOpener = (
  context: VfsContext,
  path: VfsPath,
  flags: number,
  major: number,
  minor: number,
) => FileDescription | Errno;

/** makedev(3) in the kernel's new encoding, as stat(2) shows it. */
export function makeDevice(major: number, minor: number): number {
  return ((minor & 0xff) | ((major & 0xfff) << 8) | ((minor & ~0xff) << 12)) >>> 0;
}

export function majorOf(device: number): number {
  return (device >>> 8) & 0xfff;
}

export function minorOf(device: number): number {
  return (device & 0xff) | ((device >>> 12) & 0xfff00);
}

export class DeviceRegistry {
  readonly #characters = new Map<number, DeviceOpener>();
  readonly #blocks = new Map<number, DeviceOpener>();
  readonly #characterMajors = new Map<number, DeviceOpener>();

  /** Registers one character device. */
  addCharacter(major: number, minor: number, opener: DeviceOpener): void {
    this.#characters.set(makeDevice(major, minor), opener);
  }

  /** Registers every minor of a character major that has no opener of its own (pts: 136). */
  addCharacterMajor(major: number, opener: DeviceOpener): void {
    this.#characterMajors.set(major, opener);
  }

  addBlock(major: number, minor: number, opener: DeviceOpener): void {
    this.#blocks.set(makeDevice(major, minor), opener);
  }

  has(isBlock: boolean, device: number): boolean {
    return isBlock
      ? this.#blocks.has(device)
      : this.#characters.has(device) || this.#characterMajors.has(majorOf(device));
  }

  /** -ENXIO if nothing is registered. */
  open(context: VfsContext, path: VfsPath, flags: number, isBlock: boolean, device: number): FileDescription | Errno {
    const major = majorOf(device);
    const opener = isBlock
      ? this.#blocks.get(device)
      : (this.#characters.get(device) ?? this.#characterMajors.get(major));
    if (opener === undefined) return -ENXIO;
    return opener(context, path, flags, major, minorOf(device));
  }
}

let nextMinor = 21;

/** An anonymous device number (major 0) for a new filesystem instance. */
export function allocateDevice(): number {
  return makeDevice(0, nextMinor++);
}
