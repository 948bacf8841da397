/** Host calls on donated descriptors of regular files. */

import { close, pread, pwrite, syscall } from "../../../../native/host.ts";
import type { Errno } from "../../../../shared/abi/errno.ts";
import { StatLayout } from "../../../../shared/abi/stat.ts";
import {
  SYS_fallocate,
  SYS_fdatasync,
  SYS_fstat,
  SYS_fsync,
  SYS_lseek,
} from "../../../../shared/abi/syscall_numbers.ts";
import type { Attr } from "../../../../shared/p9/attr.ts";

export { close, pread, pwrite };

const status = new DataView(new ArrayBuffer(StatLayout.byteLength));

/** Refreshes in `out` what fstat(2) tells and a file's identity is not. */
export function refresh(fd: number, out: Attr): 0 | Errno {
  const result = syscall(SYS_fstat, fd, status);
  if (result < 0) return result;
  out.mode = StatLayout.mode.read(status, 0);
  out.uid = StatLayout.uid.read(status, 0);
  out.gid = StatLayout.gid.read(status, 0);
  out.nlink = StatLayout.nlink.read(status, 0);
  out.size = StatLayout.size.read(status, 0);
  out.blocks = StatLayout.blocks.read(status, 0);
  out.atimeSec = StatLayout.atimeSec.read(status, 0);
  out.atimeNsec = StatLayout.atimeNsec.read(status, 0);
  out.mtimeSec = StatLayout.mtimeSec.read(status, 0);
  out.mtimeNsec = StatLayout.mtimeNsec.read(status, 0);
  out.ctimeSec = StatLayout.ctimeSec.read(status, 0);
  out.ctimeNsec = StatLayout.ctimeNsec.read(status, 0);
  return 0;
}

export function allocate(fd: number, mode: number, offset: number, length: number): 0 | Errno {
  return syscall(SYS_fallocate, fd, mode, offset, length) as 0 | Errno;
}

export function sync(fd: number, dataOnly: boolean): 0 | Errno {
  return syscall(dataOnly ? SYS_fdatasync : SYS_fsync, fd) as 0 | Errno;
}

/** lseek(2) with SEEK_DATA or SEEK_HOLE; the descriptor's own offset is nobody's. */
export function seek(fd: number, position: number, whence: number): number {
  return syscall(SYS_lseek, fd, position, whence);
}
