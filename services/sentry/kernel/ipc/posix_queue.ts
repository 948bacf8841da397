/**
 * One POSIX message queue, mq_overview(7): messages by priority, oldest first.
 *
 * A message goes straight to the receiver that has waited longest, and the room that a receiver makes goes to the sender that has waited longest; so
 * receivers wait only while the queue is empty, and senders only while it is full.
 */
import { EAGAIN, type Errno } from "../../../../shared/abi/errno.ts";
import { POLLIN, POLLOUT, POLLRDNORM, POLLWRNORM } from "../../../../shared/abi/poll.ts";
import { WaitQueue } from "../../../../shared/waiter/wait_queue.ts";

export interface PosixMessage {
  readonly priority: number;
  readonly bytes: Uint8Array;
}

/** Limits of mq_open(2), as /proc/sys/fs/mqueue shows them. */
export const MQ_PRIO_MAX = 32768;
export const QUEUES_MAX = 256;
export const MSG_MAX = 10;
export const MSGSIZE_MAX = 8192;
/** What not even CAP_SYS_RESOURCE passes. */
export const HARD_MSG_MAX = 65536;
export const HARD_MSGSIZE_MAX = 16 * 1024 * 1024;

/** A mq_timedreceive(2) that waits. */
export class PendingPosixReceive {
  /** Null while it waits. */
  message: PosixMessage | null = null;
  readonly wake: () => void;

  constructor(wake: () => void) {
    this.wake = wake;
  }
}

/** A mq_timedsend(2) that waits. */
export class PendingPosixSend {
  readonly message: PosixMessage;
  isDone = false;
  readonly wake: () => void;

  constructor(message: PosixMessage, wake: () => void) {
    this.message = message;
    this.wake = wake;
  }
}

/** Who is told of the first message in an empty queue: mq_notify(2). */
export interface QueueNotification {
  /** The process, and the open file that it asked through. */
  readonly owner: object;
  readonly file: object;
  readonly pid: number;
  /** SIGEV_* */
  readonly how: number;
  readonly signal: number;
  /** `senderPid` and `senderUid` are for si_pid and si_uid. */
  send(senderPid: number, senderUid: number): void;
}

export class PosixQueue {
  readonly maximumMessages: number;
  readonly messageBytes: number;
  /** Poll and epoll. */
  readonly waiters = new WaitQueue();
  notification: QueueNotification | null = null;
  /** Highest priority first. */
  readonly #messages: PosixMessage[] = [];
  readonly #receivers = new Set<PendingPosixReceive>();
  readonly #senders = new Set<PendingPosixSend>();
  #bytes = 0;

  constructor(maximumMessages: number, messageBytes: number) {
    this.maximumMessages = maximumMessages;
    this.messageBytes = messageBytes;
  }

  get count(): number {
    return this.#messages.length;
  }

  /** Bytes of all messages. */
  get bytes(): number {
    return this.#bytes;
  }

  readiness(): number {
    let events = 0;
    if (this.count > 0) events |= POLLIN | POLLRDNORM;
    if (this.count < this.maximumMessages) events |= POLLOUT | POLLWRNORM;
    return events;
  }

  /** 0, or -EAGAIN if it is full. */
  send(message: PosixMessage, senderPid: number, senderUid: number): 0 | Errno {
    if (this.count >= this.maximumMessages) return -EAGAIN;
    const receiver = this.#receivers.values().next().value;
    if (receiver !== undefined) {
      this.#receivers.delete(receiver);
      receiver.message = message;
      receiver.wake();
      return 0;
    }
    this.#insert(message);
    if (this.count === 1 && this.notification !== null) {
      const { notification } = this;
      this.notification = null;
      notification.send(senderPid, senderUid);
    }
    this.waiters.notify(POLLIN | POLLRDNORM);
    return 0;
  }

  /** The first message, or null if it is empty. */
  receive(): PosixMessage | null {
    const message = this.#messages.shift();
    if (message === undefined) return null;
    this.#bytes -= message.bytes.length;
    const sender = this.#senders.values().next().value;
    if (sender === undefined) {
      this.waiters.notify(POLLOUT | POLLWRNORM);
      return message;
    }
    this.#senders.delete(sender);
    this.#insert(sender.message);
    sender.isDone = true;
    sender.wake();
    return message;
  }

  #insert(message: PosixMessage): void {
    let at = this.#messages.length;
    while (at > 0 && this.#messages[at - 1].priority < message.priority) at--;
    this.#messages.splice(at, 0, message);
    this.#bytes += message.bytes.length;
  }

  addReceiver(receiver: PendingPosixReceive): void {
    this.#receivers.add(receiver);
  }
  removeReceiver(receiver: PendingPosixReceive): void {
    this.#receivers.delete(receiver);
  }
  addSender(sender: PendingPosixSend): void {
    this.#senders.add(sender);
  }
  removeSender(sender: PendingPosixSend): void {
    this.#senders.delete(sender);
  }
}
