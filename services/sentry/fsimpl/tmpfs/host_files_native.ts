/** HostFiles by memfd_create(2). */

import { close, memfdCreate, pread, pwrite, syscall } from "../../../../native/host.ts";
import type { Errno } from "../../../../shared/abi/errno.ts";
import { FALLOC_FL_KEEP_SIZE, FALLOC_FL_PUNCH_HOLE, MFD_CLOEXEC } from "../../../../shared/abi/fcntl.ts";
import { SYS_fallocate, SYS_fstat, SYS_ftruncate, SYS_lseek } from "../../../../shared/abi/syscall_numbers.ts";
import type { HostFiles } from "./host_files.ts";

const SECTORS_PER_PAGE = 8;
const STAT_SIZE = 144;
const ST_BLOCKS = 64;
const status = new DataView(new ArrayBuffer(STAT_SIZE));

class MemoryFiles implements HostFiles {
  create(): number {
    return memfdCreate("runsc-ms-tmpfs", MFD_CLOEXEC);
  }
  close(fd: number): void {
    close(fd);
  }
  read(fd: number, memory: Uint8Array, start: number, length: number, position: number): number {
    return pread(fd, memory, start, length, position);
  }
  write(fd: number, memory: Uint8Array, start: number, length: number, position: number): number {
    return pwrite(fd, memory, start, length, position);
  }
  truncate(fd: number, size: number): 0 | Errno {
    return syscall(SYS_ftruncate, fd, size) as 0 | Errno;
  }
  punchHole(fd: number, position: number, length: number): 0 | Errno {
    return syscall(SYS_fallocate, fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, position, length) as 0 | Errno;
  }
  seek(fd: number, position: number, whence: number): number {
    return syscall(SYS_lseek, fd, position, whence);
  }
  allocatedPages(fd: number): number {
    if (syscall(SYS_fstat, fd, status) < 0) return 0;
    return Math.ceil(status.getUint32(ST_BLOCKS, true) / SECTORS_PER_PAGE);
  }
}

export const memoryFiles: HostFiles = new MemoryFiles();
