/** A terminal for what is tested, on the host. */

import { type ChildProcess, spawn } from "node:child_process";
import { openSync, writeSync } from "node:fs";
import { syscall } from "../../native/host.ts";
import { TCGETS, TIOCGPTN, TIOCSPTLCK, TIOCSWINSZ } from "../../shared/abi/ioctl.ts";
import { SYS_ioctl } from "../../shared/abi/syscall_numbers.ts";

/** A pseudo terminal of the host, with `setsid`'s child as the session on its slave. */
export class HostTerminal {
  readonly master: number = openSync("/dev/ptmx", "r+");
  readonly slave: string;
  shown = "";

  constructor(rows: number, columns: number) {
    const number = new Int32Array(1);
    syscall(SYS_ioctl, this.master, TIOCSPTLCK, number);
    syscall(SYS_ioctl, this.master, TIOCGPTN, number);
    this.slave = `/dev/pts/${number[0]}`;
    this.resize(rows, columns);
  }

  resize(rows: number, columns: number): void {
    syscall(SYS_ioctl, this.master, TIOCSWINSZ, new Uint16Array([rows, columns, 0, 0]));
  }

  /** Bytes of struct termios, as the line discipline has it. */
  settings(): string {
    const termios = Buffer.alloc(36);
    syscall(SYS_ioctl, this.master, TCGETS, termios);
    return termios.toString("hex");
  }

  spawn(file: string, args: string[]): ChildProcess {
    // setsid and opening the terminal make it the controlling one.
    const script = `exec 0<>${this.slave} 1>&0 2>&0; exec "$@"`;
    const child = spawn("setsid", ["sh", "-c", script, "sh", file, ...args], { stdio: "ignore" });
    const screen = spawn("cat", { stdio: [this.master, "pipe", "ignore"] });
    screen.stdout!.on("data", (text) => (this.shown += text));
    child.on("close", () => screen.kill());
    return child;
  }

  type(keys: string): void {
    writeSync(this.master, keys);
  }
}
