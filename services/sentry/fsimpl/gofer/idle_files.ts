/** Files that nobody has open, but whose descriptors are kept for the next who does; the one longest unused goes first. */

const LIMIT = 1024;

export interface Idle {
  closeDescriptors(): void;
}

export class IdleFiles {
  // A Set is in the order of insertion.
  readonly #files = new Set<Idle>();

  add(file: Idle): void {
    this.#files.add(file);
    if (this.#files.size <= LIMIT) return;
    const [oldest] = this.#files;
    this.#files.delete(oldest);
    oldest.closeDescriptors();
  }

  remove(file: Idle): void {
    this.#files.delete(file);
  }

  /** Lets all descriptors go. */
  clear(): void {
    for (const file of this.#files) file.closeDescriptors();
    this.#files.clear();
  }
}
