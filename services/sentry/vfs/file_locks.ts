/** Advisory locks of one inode: fcntl(2) F_SETLK (POSIX and open-file-description locks) and flock(2). */
export class FileLocks {}
