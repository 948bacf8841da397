/** How long a call on a file may wait: SO_RCVTIMEO and SO_SNDTIMEO of a socket; for anything else, for ever. */
import { SOCK_STREAM } from "../../../shared/abi/socket.ts";
import { Socket } from "../socket/socket.ts";
import type { FileDescription } from "../vfs/file_description.ts";

export function receiveTimeoutOf(file: FileDescription): number {
  return file instanceof Socket ? file.options.receiveTimeoutNs : Number.POSITIVE_INFINITY;
}

export function sendTimeoutOf(file: FileDescription): number {
  return file instanceof Socket ? file.options.sendTimeoutNs : Number.POSITIVE_INFINITY;
}

/** On Linux a write to a socket that keeps message boundaries gives EPIPE without a signal. */
export function isDatagramSocket(file: FileDescription): boolean {
  return file instanceof Socket && file.type !== SOCK_STREAM;
}
