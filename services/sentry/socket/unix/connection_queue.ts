/** Connections to a listening socket that nobody has accepted yet, oldest first: listen(2). */
export class ConnectionQueue<T> {
  /** The backlog; as on Linux one more is let in. */
  limit = 0;
  #waiting: T[] = [];

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  get isFull(): boolean {
    return this.#waiting.length > this.limit;
  }

  push(socket: T): void {
    this.#waiting.push(socket);
  }

  take(): T | null {
    return this.#waiting.shift() ?? null;
  }

  forEach(visit: (socket: T) => void): void {
    for (const socket of this.#waiting) visit(socket);
  }
}
