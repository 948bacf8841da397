/** Bounds of the protocol: whatever arrives beyond them is refused, so every buffer and loop has a known size. */

/** The version string that both sides must speak: 9P2000.L as in diod's protocol.md, with the changes that README.md lists. */
export const P9_VERSION = "9P2000.L.runsc-ms";

/** No fid: attributes only, or no authentication. */
export const NOFID = 0xffffffff;
/** The tag of messages outside any exchange, Tversion. */
export const NOTAG = 0xffff;
/** "Leave the owner as it is" in Tsetattr and creation. */
export const NOID = 0xffffffff;

/** size[4] type[1] tag[2]. */
export const HEADER_BYTES = 7;
/** The smallest message size that two sides may agree on; a full walk of long names must fit. */
export const MIN_MSIZE = 16384;
/** The largest; a read or write of 1 MiB in one message, with room for its head. */
export const MAX_MSIZE = (1 << 20) + 4096;

/** Bytes of one path component, and of a path or symbolic link target with its NUL. */
export const MAX_NAME_BYTES = 255;
export const MAX_PATH_BYTES = 4096;
/** Components in one Twalkgetattr, and fids in one Tmultigetattr or Tclunkmany. */
export const MAX_WALK_NAMES = 32;
export const MAX_FIDS = 256;
/** Directories in one Rreadtree. */
export const MAX_TREE_DIRECTORIES = 64;
/** xattr(7): XATTR_NAME_MAX, XATTR_SIZE_MAX. */
export const MAX_XATTR_NAME_BYTES = 255;
export const MAX_XATTR_VALUE_BYTES = 65536;
