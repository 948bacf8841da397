/** Numbers that name devices and inodes, made to fit the doubles of the protocol. */

import { S_IFDIR, S_IFLNK, S_IFMT } from "../../../shared/abi/stat.ts";
import { type Attr, QTDIR, QTFILE, QTSYMLINK } from "../../../shared/p9/attr.ts";

const TWO_32 = 2 ** 32;
const TWO_48 = 2 ** 48;
/** How many devices a qid path tells apart. */
const QID_DEVICES = 32;

/** dev_t as stat(2) encodes it: include/linux/kdev_t.h, new_encode_dev(). */
export function hostDevice(major: number, minor: number): number {
  const low = ((minor & 0xff) | ((major & 0xfff) << 8) | ((minor & 0xfff00) << 12)) >>> 0;
  return low + (major >>> 12) * TWO_32 * 4096 + (minor >>> 20) * TWO_32;
}

/** An inode number below 2^53. Filesystems that use the highest bits (overlay's xino) lose some of them. */
export function foldInode(ino: number): number {
  return ino <= Number.MAX_SAFE_INTEGER ? ino : ino % (Number.MAX_SAFE_INTEGER + 1);
}

const deviceIndexes = new Map<number, number>();

/** A number that tells files of one server apart as well as 53 bits allow; (dev, ino) is the whole truth. */
export function qidPath(dev: number, ino: number): number {
  let index = deviceIndexes.get(dev);
  if (index === undefined) {
    index = deviceIndexes.size % QID_DEVICES;
    deviceIndexes.set(dev, index);
  }
  return index * TWO_48 + (ino % TWO_48);
}

export function qidType(mode: number): number {
  const type = mode & S_IFMT;
  if (type === S_IFDIR) return QTDIR;
  return type === S_IFLNK ? QTSYMLINK : QTFILE;
}

/** Changes whenever the file's data may have. */
export function qidVersion(attr: Attr): number {
  return (attr.mtimeSec ^ attr.mtimeNsec ^ attr.ctimeNsec) >>> 0;
}
