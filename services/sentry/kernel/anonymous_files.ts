/** Who makes files in memory that have no name: the kernel knows no filesystem, so boot supplies one. */
import type { Credentials } from "../vfs/credentials.ts";
import type { FileDescription } from "../vfs/file_description.ts";

export interface AnonymousFileMaker {
  /** A new empty file open for reading and writing, with one reference. `name` is what /proc shows as "/name (deleted)". */
  create(credentials: Credentials, name: string, sealable: boolean, mode?: number): FileDescription;
}
