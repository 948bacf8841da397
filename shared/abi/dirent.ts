/**
 * getdents64(2).
 */

import { I64, struct, U8, U16, U53 } from "./layout.ts";

export const DT_UNKNOWN = 0;
export const DT_FIFO = 1;
export const DT_CHR = 2;
export const DT_DIR = 4;
export const DT_BLK = 6;
export const DT_REG = 8;
export const DT_LNK = 10;
export const DT_SOCK = 12;
export const DT_WHT = 14;

/** The fixed head of struct linux_dirent64; the name and its NUL start at byte 19, records are aligned to 8. */
export const LinuxDirent64Layout = struct(19, {
  ino: new U53(0),
  off: new I64(8),
  reclen: new U16(16),
  type: new U8(18),
});
