/**
 * The kernel's own log as applications see it: dmesg(1), syslog(2) and /dev/kmsg. A ring of records with a bounded size in bytes.
 */

import { POLLIN, POLLRDNORM } from "../../../shared/abi/poll.ts";
import { WaitQueue } from "../../../shared/waiter/wait_queue.ts";

/** One line of the log. */
export interface KmsgRecord {
  readonly sequence: number;
  /** Since boot. */
  readonly timeNs: number;
  /** Facility and level, as syslog packs them: facility * 8 + level. */
  readonly priority: number;
  readonly text: string;
}

const RING_BYTES = 1 << 17;
const LEVEL_INFO = 6;

export class Kmsg {
  readonly #nowNs: () => number;
  readonly #bootNs: number;
  #records: KmsgRecord[] = [];
  #bytes = 0;
  #nextSequence = 0;
  /** Told of every new record. */
  readonly waiters = new WaitQueue();
  /** First sequence number that SYSLOG_ACTION_READ_CLEAR or CLEAR left visible. */
  #clearedBefore = 0;

  /** `nowNs` reads CLOCK_MONOTONIC. */
  constructor(nowNs: () => number) {
    this.#nowNs = nowNs;
    this.#bootNs = nowNs();
  }

  print(text: string, priority = LEVEL_INFO): void {
    const record = { sequence: this.#nextSequence++, timeNs: this.#nowNs() - this.#bootNs, priority, text };
    this.#records.push(record);
    this.#bytes += text.length;
    while (this.#bytes > RING_BYTES && this.#records.length > 1) {
      this.#bytes -= (this.#records.shift() as KmsgRecord).text.length;
    }
    this.waiters.notify(POLLIN | POLLRDNORM);
  }

  /** The oldest record with at least this sequence number, or undefined. */
  at(sequence: number): KmsgRecord | undefined {
    const first = this.#records[0]?.sequence ?? this.#nextSequence;
    return this.#records[Math.max(0, sequence - first)];
  }

  get nextSequence(): number {
    return this.#nextSequence;
  }

  clear(): void {
    this.#clearedBefore = this.#nextSequence;
  }

  /** The records as syslog(2) gives them: `<6>[    0.000000] text` lines, without those that were cleared. */
  format(): string {
    let all = "";
    for (const record of this.#records) if (record.sequence >= this.#clearedBefore) all += formatRecord(record);
    return all;
  }

  get bufferBytes(): number {
    return RING_BYTES;
  }
}

function formatRecord(record: KmsgRecord): string {
  const seconds = Math.floor(record.timeNs / 1e9);
  const micros = Math.floor((record.timeNs % 1e9) / 1e3);
  const time = `${String(seconds).padStart(5)}.${String(micros).padStart(6, "0")}`;
  return `<${record.priority}>[${time}] ${record.text}\n`;
}
