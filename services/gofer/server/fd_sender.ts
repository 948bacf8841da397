/** Donates descriptors to the client; shared/p9/fd_channel_native.ts is one. */
export interface FdSender {
  /** Sends `fd`, which stays the server's, under `tag`. 0 or -errno. */
  sendFd(fd: number, tag: number): number;
}
