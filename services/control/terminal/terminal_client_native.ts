/**
 * The "hardware" of a terminal that lives in the sandbox: the user's own terminal, in raw mode, joined by a stream socket to the sentry's
 * pty. What is typed goes in as it is (the sandbox's line discipline makes signals of ^C and ^Z), what comes out is shown as it is.
 */

import { Socket } from "node:net";
import { ReadStream } from "node:tty";
import { close, socketpair, syscall } from "../../../native/host.ts";
import { TCGETS, TCSETS } from "../../../shared/abi/ioctl.ts";
import { SOCK_STREAM } from "../../../shared/abi/socket.ts";
import { SYS_ioctl } from "../../../shared/abi/syscall_numbers.ts";
import { OPOST, TermiosLayout } from "../../../shared/abi/termios.ts";
import { CommandError, errnoText } from "../errors.ts";
import { type WindowSize, windowSize } from "./window_native.ts";

/** How long output may still come after the process has ended. */
const DRAIN_MS = 1000;

/** Node's raw mode still makes "\r\n" of "\n"; the sandbox's terminal has done that already. */
function stopOutputProcessing(fd: number): void {
  const settings = new DataView(new ArrayBuffer(TermiosLayout.byteLength));
  if (syscall(SYS_ioctl, fd, TCGETS, settings) < 0) return;
  TermiosLayout.oflag.write(settings, 0, TermiosLayout.oflag.read(settings, 0) & ~OPOST);
  syscall(SYS_ioctl, fd, TCSETS, settings);
}

export class TerminalClient {
  /** Descriptor for TerminalSpec.socketFd; the caller closes it once it has been sent. */
  readonly remoteFd: number;
  readonly #socket: Socket;
  readonly #keyboard: ReadStream;
  readonly #drained: Promise<void>;

  constructor(onResize: (size: WindowSize) => void) {
    const pair = socketpair(SOCK_STREAM);
    if (typeof pair === "number") throw new CommandError(`cannot make a socket pair: ${errnoText(-pair)}`);
    this.remoteFd = pair[1];
    this.#socket = new Socket({ fd: pair[0], readable: true, writable: true, allowHalfOpen: true });
    this.#keyboard = new ReadStream(0);
    this.#drained = new Promise((resolve) => {
      this.#socket.once("end", resolve).once("close", resolve);
    });
    this.#socket.on("error", () => undefined);
    process.on("SIGWINCH", () => onResize(windowSize(0)));
  }

  /** Raw mode on, bytes flow both ways. */
  start(): void {
    this.#keyboard.setRawMode(true);
    stopOutputProcessing(0);
    // However this process ends, short of SIGKILL, the user gets a usable terminal back.
    process.once("exit", () => this.#restore());
    this.#keyboard.on("error", () => this.#socket.end());
    this.#keyboard.pipe(this.#socket);
    this.#socket.on("data", (bytes) => {
      if (!process.stdout.write(bytes)) {
        this.#socket.pause();
        process.stdout.once("drain", () => this.#socket.resume());
      }
    });
  }

  /** The process has ended: shows what is still under way and gives the terminal back. */
  async finish(): Promise<void> {
    await Promise.race([this.#drained, new Promise((resolve) => setTimeout(resolve, DRAIN_MS).unref())]);
    this.#restore();
    this.#keyboard.destroy();
    this.#socket.destroy();
  }

  /** Undoes the constructor when the process could not be started. */
  abandon(): void {
    this.#socket.destroy();
    this.#keyboard.destroy();
  }

  closeRemote(): void {
    close(this.remoteFd);
  }

  #restore(): void {
    if (!this.#keyboard.destroyed) this.#keyboard.setRawMode(false);
  }
}
