/**
 * One end of a urpc connection: requests with replies, streams of items, cancellation and notices, in both directions at once. The
 * bytes are a `Transport`'s business (socket_native.ts); this file has no idea of sockets, so that tests can drive it.
 *
 * Descriptors belong to whoever holds them: those given to `call`, `reply` and `send` stay the caller's (it closes them after the call:
 * they are duplicated by the kernel when sent); those received belong to the handler or to the awaiter of the call.
 *
 * Invariant: every request is answered exactly once; an endpoint that closes fails all that is open.
 */

import { ECANCELED, ECONNRESET, EINVAL, EIO, EMFILE, ENOSYS, EPROTO, ETIMEDOUT, errnoName } from "../abi/errno.ts";
import {
  DEFAULT_LIMITS,
  encodeFrame,
  FRAME_CANCEL,
  FRAME_CREDIT,
  FRAME_ERROR,
  FRAME_ITEM,
  FRAME_NOTICE,
  FRAME_REPLY,
  FRAME_REQUEST,
  type Frame,
  FrameReader,
  type Limits,
} from "./frame.ts";
import { decodePayload, encodePayload } from "./payload.ts";

/** What an endpoint needs of a connection. */
export interface Transport {
  /** Sends or queues a whole frame. Returns the bytes that are waiting, or -errno when the connection is gone. */
  send(bytes: Uint8Array, fds: readonly number[]): number;
  closeFds(fds: readonly number[]): void;
  close(): void;
}

/** A failed call: what the other side said, or what became of the connection. */
export class UrpcError extends Error {
  /** Positive errno. */
  readonly errno: number;

  constructor(errno: number, message: string) {
    super(message);
    this.name = "UrpcError";
    this.errno = errno;
  }
}

export interface CallOptions {
  fds?: readonly number[];
  /** 0 or absent: as long as it takes. */
  timeoutMs?: number;
  signal?: AbortSignal;
  /** Items of a stream, in order. The peer stops after `Limits.streamWindow` items that this has not returned for. */
  onItem?: (item: unknown, fds: number[]) => void;
}

export interface Answer {
  value: unknown;
  fds: number[];
}

/** A request as its handler sees it. Exactly one of `reply` and `fail` ends it; what comes later is ignored. */
export class Request {
  readonly method: string;
  readonly argument: unknown;
  /** Received descriptors; the handler's to close. */
  readonly fds: number[];
  /** Set by a handler that can stop early. */
  onCancel: (() => void) | null = null;
  /** Runs when the peer allows more items after `send` returned false. */
  onDrain: (() => void) | null = null;
  #answer: ((kind: number, payload: unknown, fds: readonly number[]) => void) | null;
  #credit: number;

  constructor(
    method: string,
    argument: unknown,
    fds: number[],
    credit: number,
    answer: (kind: number, payload: unknown, fds: readonly number[]) => void,
  ) {
    this.method = method;
    this.argument = argument;
    this.fds = fds;
    this.#credit = credit;
    this.#answer = answer;
  }

  get isOpen(): boolean {
    return this.#answer !== null;
  }

  reply(value: unknown, fds: readonly number[] = []): void {
    const answer = this.#answer;
    this.#answer = null;
    answer?.(FRAME_REPLY, value ?? null, fds);
  }

  /** `errno` positive. */
  fail(errno: number, message: string = errnoName(errno)): void {
    const answer = this.#answer;
    this.#answer = null;
    answer?.(FRAME_ERROR, [errno, message], []);
  }

  /** One item of a stream. False: the window is used up, and the item was not sent; wait for `onDrain`. */
  send(item: unknown, fds: readonly number[] = []): boolean {
    if (this.#answer === null) return true;
    if (this.#credit === 0) return false;
    this.#credit--;
    this.#answer(FRAME_ITEM, item, fds);
    return true;
  }

  addCredit(count: number): void {
    this.#credit += count;
    this.onDrain?.();
  }

  /** The connection has closed or the peer has lost interest. */
  drop(): void {
    this.#answer = null;
    this.onCancel?.();
  }
}

export type Handler = (request: Request) => void;

export interface EndpointOptions {
  handlers?: Record<string, Handler>;
  onNotice?: (name: string, argument: unknown) => void;
  /** Once, with the reason in words. */
  onClose?: (reason: string) => void;
  limits?: Partial<Limits>;
}

interface OpenCall {
  resolve(answer: Answer): void;
  reject(error: UrpcError): void;
  onItem: ((item: unknown, fds: number[]) => void) | undefined;
  received: number;
  timer: NodeJS.Timeout | undefined;
  stopListening: (() => void) | undefined;
}

export class Endpoint {
  readonly #limits: Limits;
  readonly #reader: FrameReader;
  readonly #handlers: Map<string, Handler>;
  readonly #options: EndpointOptions;
  readonly #calls = new Map<number, OpenCall>();
  readonly #requests = new Map<number, Request>();
  #transport: Transport | null;
  #nextExchange = 1;

  constructor(transport: Transport, options: EndpointOptions = {}) {
    this.#transport = transport;
    this.#options = options;
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.#reader = new FrameReader(this.#limits);
    this.#handlers = new Map(Object.entries(options.handlers ?? {}));
  }

  get isOpen(): boolean {
    return this.#transport !== null;
  }

  /** Sends a request. Rejects with UrpcError: the peer's, ETIMEDOUT, ECANCELED, or ECONNRESET when the connection ends. */
  call(method: string, argument: unknown, options: CallOptions = {}): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.#transport === null) return reject(new UrpcError(ECONNRESET, "connection closed"));
      if (this.#calls.size >= this.#limits.exchanges) return reject(new UrpcError(EMFILE, "too many open calls"));
      if (options.signal?.aborted) return reject(new UrpcError(ECANCELED, "canceled"));
      const exchange = this.#takeExchange();
      const call: OpenCall = {
        resolve,
        reject,
        onItem: options.onItem,
        received: 0,
        timer: undefined,
        stopListening: undefined,
      };
      const abandon = (errno: number, message: string): void => {
        if (this.#endCall(exchange) === undefined) return;
        this.#send(FRAME_CANCEL, exchange, null, []);
        reject(new UrpcError(errno, message));
      };
      if (options.timeoutMs) {
        call.timer = setTimeout(
          () => abandon(ETIMEDOUT, `${method}: no answer in ${options.timeoutMs} ms`),
          options.timeoutMs,
        );
      }
      if (options.signal) {
        const signal = options.signal;
        const onAbort = (): void => abandon(ECANCELED, "canceled");
        signal.addEventListener("abort", onAbort, { once: true });
        call.stopListening = () => signal.removeEventListener("abort", onAbort);
      }
      this.#calls.set(exchange, call);
      this.#send(FRAME_REQUEST, exchange, [method, argument ?? null], options.fds ?? []);
    });
  }

  /** Sends a message that has no answer. */
  notify(name: string, argument: unknown): void {
    this.#send(FRAME_NOTICE, 0, [name, argument ?? null], []);
  }

  /** For the transport: bytes and descriptors have come. */
  receive(bytes: Uint8Array, start: number, length: number, fds: readonly number[]): void {
    const result = this.#reader.push(bytes, start, length, fds, (frame) => this.#dispatch(frame));
    if (result < 0) this.#protocolError(`bad frame (${errnoName(-result)})`);
    // A frame handler may have closed the endpoint while more was in the reader.
    if (this.#transport === null) this.#closeUnclaimed(this.#lastTransport);
  }

  /** Ends the connection, for either side's reason. */
  close(reason = "closed"): void {
    const transport = this.#transport;
    if (transport === null) return;
    this.#transport = null;
    this.#lastTransport = transport;
    this.#closeUnclaimed(transport);
    transport.close();
    for (const exchange of [...this.#calls.keys()]) {
      this.#endCall(exchange)?.reject(new UrpcError(ECONNRESET, reason));
    }
    for (const request of [...this.#requests.values()]) request.drop();
    this.#requests.clear();
    this.#options.onClose?.(reason);
  }

  #lastTransport: Transport | null = null;

  #closeUnclaimed(transport: Transport | null): void {
    const fds = this.#reader.takeUnclaimedFds();
    if (fds.length > 0) transport?.closeFds(fds);
  }

  #protocolError(what: string): void {
    this.close(`protocol error: ${what}`);
  }

  #takeExchange(): number {
    while (this.#calls.has(this.#nextExchange) || this.#nextExchange === 0) {
      this.#nextExchange = (this.#nextExchange + 1) >>> 0;
    }
    const exchange = this.#nextExchange;
    this.#nextExchange = (exchange + 1) >>> 0;
    return exchange;
  }

  #endCall(exchange: number): OpenCall | undefined {
    const call = this.#calls.get(exchange);
    if (call === undefined) return undefined;
    this.#calls.delete(exchange);
    clearTimeout(call.timer);
    call.stopListening?.();
    return call;
  }

  #send(kind: number, exchange: number, payload: unknown, fds: readonly number[]): void {
    if (this.#transport === null) return;
    const bytes = encodePayload(payload);
    if (bytes.length > this.#limits.payloadBytes || fds.length > this.#limits.fds) {
      // Ours to keep: the peer would close the connection. A caller learns of it as an error, a peer as a failed request.
      this.#refuseOversized(kind, exchange);
      return;
    }
    const waiting = this.#transport.send(encodeFrame(kind, exchange, fds.length, bytes), fds);
    if (waiting < 0) this.close(`cannot send (${errnoName(-waiting)})`);
    else if (waiting > this.#limits.queueBytes) this.close("the peer doesn't read");
  }

  #refuseOversized(kind: number, exchange: number): void {
    if (kind === FRAME_REQUEST) this.#endCall(exchange)?.reject(new UrpcError(EINVAL, "message too long"));
    else if (kind === FRAME_REPLY || kind === FRAME_ITEM)
      this.#send(FRAME_ERROR, exchange, [EIO, "answer too long"], []);
  }

  #dispatch(frame: Frame): void {
    const transport = this.#transport;
    if (transport === null) {
      this.#lastTransport?.closeFds(frame.fds);
      return;
    }
    const payload = decodePayload(frame.payload);
    if (payload === undefined) {
      transport.closeFds(frame.fds);
      return this.#protocolError("bad payload");
    }
    if (frame.kind === FRAME_REQUEST) return this.#onRequest(frame, payload);
    if (frame.kind === FRAME_REPLY || frame.kind === FRAME_ITEM) return this.#onAnswer(frame, payload);
    transport.closeFds(frame.fds);
    if (frame.kind === FRAME_ERROR) return this.#onError(frame.exchange, payload);
    if (frame.kind === FRAME_NOTICE) {
      if (!isPair(payload) || typeof payload[0] !== "string") return this.#protocolError("bad notice");
      return this.#options.onNotice?.(payload[0], payload[1]);
    }
    const request = this.#requests.get(frame.exchange);
    if (request === undefined) return; // answered in the meantime
    if (frame.kind === FRAME_CANCEL) {
      this.#requests.delete(frame.exchange);
      request.drop();
    } else if (typeof payload === "number" && Number.isInteger(payload) && payload > 0 && payload <= 65536) {
      request.addCredit(payload);
    } else {
      this.#protocolError("bad credit");
    }
  }

  #onRequest(frame: Frame, payload: unknown): void {
    const { exchange, fds } = frame;
    const bad = !isPair(payload) || typeof payload[0] !== "string" || this.#requests.has(exchange) || exchange === 0;
    if (bad || this.#requests.size >= this.#limits.exchanges) {
      this.#transport?.closeFds(fds);
      return this.#protocolError("bad request");
    }
    const [method, argument] = payload as [string, unknown];
    const request = new Request(method, argument, fds, this.#limits.streamWindow, (kind, value, sent) => {
      if (kind !== FRAME_ITEM) this.#requests.delete(exchange);
      this.#send(kind, exchange, value, sent);
    });
    this.#requests.set(exchange, request);
    const handler = this.#handlers.get(method);
    if (handler !== undefined) return handler(request);
    this.#transport?.closeFds(fds);
    request.fail(ENOSYS, `unknown method ${JSON.stringify(method.slice(0, 64))}`);
  }

  #onAnswer(frame: Frame, value: unknown): void {
    const call = this.#calls.get(frame.exchange);
    if (call === undefined) {
      // Canceled by us before the answer came.
      this.#transport?.closeFds(frame.fds);
      return;
    }
    if (frame.kind === FRAME_REPLY) {
      this.#endCall(frame.exchange)?.resolve({ value, fds: frame.fds });
      return;
    }
    if (call.onItem === undefined || ++call.received > this.#limits.streamWindow) {
      this.#transport?.closeFds(frame.fds);
      return this.#protocolError("unexpected stream item");
    }
    call.onItem(value, frame.fds);
    call.received--;
    this.#send(FRAME_CREDIT, frame.exchange, 1, []);
  }

  #onError(exchange: number, payload: unknown): void {
    if (!isPair(payload) || typeof payload[0] !== "number" || typeof payload[1] !== "string") {
      return this.#protocolError("bad error");
    }
    const errno = Number.isInteger(payload[0]) && payload[0] > 0 && payload[0] < 4096 ? payload[0] : EPROTO;
    this.#endCall(exchange)?.reject(new UrpcError(errno, payload[1]));
  }
}

function isPair(value: unknown): value is [unknown, unknown] {
  return Array.isArray(value) && value.length === 2;
}
