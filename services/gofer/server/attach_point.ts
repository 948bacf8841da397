/** A host directory, or a single file, that is served under a name. */
export interface AttachPoint {
  /** What Tattach asks for; control and the sentry agree on it. */
  readonly name: string;
  /** An O_PATH descriptor of the directory or file; stays open for the server's life. */
  readonly fd: number;
  /** Nothing below it is changed: EROFS. */
  readonly readonly: boolean;
  /** Whether Tbind and Tconnect reach unix sockets of the host. */
  readonly sockets: boolean;
}
