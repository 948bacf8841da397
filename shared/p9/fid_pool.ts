/** Fid numbers that are not in use: small integers, the last freed first, so that tables by fid stay dense. */
export class FidPool {
  readonly #free: number[] = [];
  #next = 1;

  allocate(): number {
    return this.#free.pop() ?? this.#next++;
  }

  release(fid: number): void {
    this.#free.push(fid);
  }
}
