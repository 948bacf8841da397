/** What tmpfs needs of the host: files in memory (memfd) to put big or mapped content in. */
import type { Errno } from "../../../../shared/abi/errno.ts";

export interface HostFiles {
  /** A new empty memory file; its descriptor, or an errno. */
  create(): number;
  close(fd: number): void;
  read(fd: number, memory: Uint8Array, start: number, length: number, position: number): number;
  write(fd: number, memory: Uint8Array, start: number, length: number, position: number): number;
  truncate(fd: number, size: number): 0 | Errno;
  /** Gives the pages wholly in the range back and zeroes the rest of it. */
  punchHole(fd: number, position: number, length: number): 0 | Errno;
  /** lseek(2) SEEK_DATA or SEEK_HOLE. */
  seek(fd: number, position: number, whence: number): number;
  /** Pages in use, for a file that an application writes through a mapping. */
  allocatedPages(fd: number): number;
}
