/**
 * System V message queues: msgget(2), msgsnd(2), msgrcv(2).
 *
 * A message goes straight to the receiver that has waited longest for its type; only one that nobody waits for is queued.
 */
import { E2BIG, EAGAIN, EIDRM, ENOMSG, type Errno } from "../../../../shared/abi/errno.ts";
import { MSG_COPY, MSG_EXCEPT, MSG_NOERROR, MSGMAX, MSGMNB, MSGMNI } from "../../../../shared/abi/ipc.ts";
import { POLLIN, POLLOUT } from "../../../../shared/abi/poll.ts";
import { WaitQueue } from "../../../../shared/waiter/wait_queue.ts";
import type { Credentials } from "../../vfs/credentials.ts";
import { IpcObject } from "./ipc_object.ts";
import { IpcTable } from "./ipc_table.ts";

export interface Message {
  readonly type: number;
  readonly bytes: Uint8Array;
}

/** What msgrcv(2) asks for. */
export interface Selection {
  /** 0: any; negative: the lowest up to its absolute value; else this type, or with MSG_EXCEPT any other; with MSG_COPY an index. */
  readonly type: number;
  readonly room: number;
  /** MSG_* */
  readonly flags: number;
}

/** A msgrcv(2) that waits. */
export class PendingReceive {
  readonly selection: Selection;
  readonly pid: number;
  readonly #wake: () => void;
  /** Null while it waits, then the message or an errno. */
  result: Message | Errno | null = null;

  constructor(selection: Selection, pid: number, wake: () => void) {
    this.selection = selection;
    this.pid = pid;
    this.#wake = wake;
  }

  finish(result: Message | Errno): void {
    this.result = result;
    this.#wake();
  }
}

/** A type alone can't tell the lowest one that a negative type asks for; this says only whether it will do. */
function accepts({ type, flags }: Selection, message: Message): boolean {
  if (type === 0) return true;
  if (type < 0) return message.type <= -type;
  return (message.type === type) !== ((flags & MSG_EXCEPT) !== 0);
}

function fits({ room, flags }: Selection, message: Message): boolean {
  return message.bytes.length <= room || (flags & MSG_NOERROR) !== 0;
}

export class MessageQueue extends IpcObject {
  readonly #nowSec: () => number;
  #messages: Message[] = [];
  readonly #receivers = new Set<PendingReceive>();
  /** Told POLLOUT when there may be room. */
  readonly senders = new WaitQueue();
  bytes = 0;
  byteLimit = MSGMNB;
  sendSec = 0;
  receiveSec = 0;
  lastSender = 0;
  lastReceiver = 0;

  constructor(key: number, flags: number, credentials: Credentials, nowSec: () => number) {
    super(key, flags, credentials, nowSec());
    this.#nowSec = nowSec;
  }

  get messageCount(): number {
    return this.#messages.length;
  }

  /** msgsnd(2): 0, or -EAGAIN if the queue is full. */
  send(message: Message, pid: number): 0 | Errno {
    if (message.bytes.length + this.bytes > this.byteLimit || this.#messages.length + 1 > this.byteLimit)
      return -EAGAIN;
    this.lastSender = pid;
    this.sendSec = this.#nowSec();
    if (this.#handOver(message)) return 0;
    this.#messages.push(message);
    this.bytes += message.bytes.length;
    return 0;
  }

  #handOver(message: Message): boolean {
    for (const receiver of this.#receivers) {
      if (!accepts(receiver.selection, message)) continue;
      this.#receivers.delete(receiver);
      if (fits(receiver.selection, message)) {
        this.lastReceiver = receiver.pid;
        this.receiveSec = this.sendSec;
        receiver.finish(message);
        return true;
      }
      receiver.finish(-E2BIG);
    }
    return false;
  }

  /** msgrcv(2): the message, -ENOMSG if there is none, or -E2BIG. */
  receive(selection: Selection, pid: number): Message | Errno {
    const index = this.#find(selection);
    if (index < 0) return -ENOMSG;
    const message = this.#messages[index];
    if (!fits(selection, message)) return -E2BIG;
    if ((selection.flags & MSG_COPY) !== 0) return message;
    this.#messages.splice(index, 1);
    this.bytes -= message.bytes.length;
    this.lastReceiver = pid;
    this.receiveSec = this.#nowSec();
    this.senders.notify(POLLOUT);
    return message;
  }

  #find(selection: Selection): number {
    const { type, flags } = selection;
    if ((flags & MSG_COPY) !== 0) return type >= 0 && type < this.#messages.length ? type : -1;
    if (type >= 0) return this.#messages.findIndex((message) => accepts(selection, message));
    let best = -1;
    this.#messages.forEach((message, i) => {
      if (accepts(selection, message) && (best < 0 || message.type < this.#messages[best].type)) best = i;
    });
    return best;
  }

  addReceiver(receiver: PendingReceive): void {
    this.#receivers.add(receiver);
  }

  removeReceiver(receiver: PendingReceive): void {
    this.#receivers.delete(receiver);
  }

  /** IPC_SET: everybody who waits looks again whether it still may. */
  onChanged(): void {
    for (const receiver of this.#receivers) receiver.finish(-EAGAIN);
    this.#receivers.clear();
    this.senders.notify(POLLOUT);
  }

  onRemoved(): void {
    for (const receiver of this.#receivers) receiver.finish(-EIDRM);
    this.#receivers.clear();
    this.#messages = [];
    this.bytes = 0;
    this.senders.notify(POLLOUT | POLLIN);
  }
}

export class MessageQueues extends IpcTable<MessageQueue> {
  readonly #nowSec: () => number;
  /** The longest message, bytes. */
  readonly messageLimit = MSGMAX;

  constructor(nowSec: () => number) {
    super(MSGMNI);
    this.#nowSec = nowSec;
  }

  /** msgget(2) for a queue that doesn't exist. */
  create(key: number, flags: number, credentials: Credentials): MessageQueue {
    return new MessageQueue(key, flags, credentials, this.#nowSec);
  }

  override remove(queue: MessageQueue): void {
    super.remove(queue);
    queue.onRemoved();
  }
}
