/** The platform's only door to native code. */
export {
  close,
  memfdCreate,
  POLLER_READABLE,
  Poller,
  pidfdOpen,
  pidfdSendSignal,
  pread,
  pwrite,
  read,
  syscall,
} from "../../../../native/host.ts";
export * from "../../../../native/systrap.ts";
