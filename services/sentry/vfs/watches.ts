/** inotify(7) marks on one inode. */
export class Watches {}
