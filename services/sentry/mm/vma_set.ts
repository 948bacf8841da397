/**
 * The mappings of an address space, sorted and disjoint. Neighbours that continue each other are one Vma.
 *
 * The set owns what its Vmas refer to: it tells the file of every Vma that comes and goes (`MappableFile.addMapping`) and holds a reference to its description.
 */
import { Vma } from "./vma.ts";

function acquire(vma: Vma): void {
  vma.backing.file?.addMapping(vma.isWritableShared);
  vma.backing.description?.takeReference();
}

function dispose(vma: Vma): void {
  vma.backing.file?.removeMapping(vma.isWritableShared);
  vma.backing.description?.dropReference();
}

export class VmaSet {
  #list: Vma[] = [];
  /** Sum of all lengths, bytes. */
  totalBytes = 0;

  get all(): readonly Vma[] {
    return this.#list;
  }

  /** Index of the first Vma that ends after `address`. */
  #indexAfter(address: number): number {
    let low = 0;
    let high = this.#list.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#list[middle].end > address) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  find(address: number): Vma | undefined {
    const vma = this.#list[this.#indexAfter(address)];
    return vma !== undefined && vma.start <= address ? vma : undefined;
  }

  /** The first Vma that ends after `address`, whether or not it holds it. */
  findNext(address: number): Vma | undefined {
    return this.#list[this.#indexAfter(address)];
  }

  overlaps(start: number, end: number): boolean {
    const vma = this.#list[this.#indexAfter(start)];
    return vma !== undefined && vma.start < end;
  }

  /** Whether every byte of [start, end) is mapped. */
  covers(start: number, end: number): boolean {
    let at = start;
    for (let i = this.#indexAfter(start); at < end; i++) {
      const vma = this.#list[i];
      if (vma === undefined || vma.start > at) return false;
      at = vma.end;
    }
    return true;
  }

  /** The parts of mappings inside [start, end), as cut copies. They hold no references: don't insert them without need. */
  slices(start: number, end: number): Vma[] {
    const found: Vma[] = [];
    for (let i = this.#indexAfter(start); i < this.#list.length; i++) {
      const vma = this.#list[i];
      if (vma.start >= end) break;
      found.push(vma.slice(Math.max(start, vma.start), Math.min(end, vma.end)));
    }
    return found;
  }

  /** Adds `vma`; its range must be free. */
  insert(vma: Vma): void {
    const index = this.#indexAfter(vma.start);
    const next = this.#list[index];
    if (next !== undefined && next.start < vma.end) throw new Error("vma overlaps");
    acquire(vma);
    this.totalBytes += vma.length;
    this.#list.splice(index, 0, vma);
    this.#mergeAt(index);
    this.#mergeAt(index - 1);
  }

  /** Joins the Vmas at `index` and `index` + 1 if they continue each other. */
  #mergeAt(index: number): void {
    const vma = this.#list[index];
    const next = this.#list[index + 1];
    if (vma === undefined || next === undefined || !vma.continuesIn(next)) return;
    vma.end = next.end;
    dispose(next);
    this.#list.splice(index + 1, 1);
  }

  /** Makes `address` a border between Vmas. */
  #splitAt(address: number): void {
    const index = this.#indexAfter(address);
    const vma = this.#list[index];
    if (vma === undefined || vma.start >= address) return;
    const upper = vma.slice(address, vma.end);
    acquire(upper);
    vma.end = address;
    this.#list.splice(index + 1, 0, upper);
  }

  /** Takes [start, end) out. */
  remove(start: number, end: number): void {
    if (!this.overlaps(start, end)) return;
    this.#splitAt(start);
    this.#splitAt(end);
    const from = this.#indexAfter(start);
    let to = from;
    while (to < this.#list.length && this.#list[to].start < end) {
      const vma = this.#list[to++];
      this.totalBytes -= vma.length;
      dispose(vma);
    }
    this.#list.splice(from, to - from);
  }

  /** Applies `change` to every mapping in [start, end), splitting at the borders and joining what became alike. */
  update(start: number, end: number, change: (vma: Vma) => void): void {
    this.#splitAt(start);
    this.#splitAt(end);
    const from = this.#indexAfter(start);
    let to = from;
    for (; to < this.#list.length && this.#list[to].start < end; to++) {
      const vma = this.#list[to];
      const before = vma.isWritableShared;
      change(vma);
      if (vma.isWritableShared !== before && vma.backing.file !== null) {
        vma.backing.file.addMapping(vma.isWritableShared);
        vma.backing.file.removeMapping(before);
      }
    }
    for (let i = Math.min(to, this.#list.length - 1); i >= from - 1; i--) this.#mergeAt(i);
  }

  /** Replaces what [start, end) holds by `vmas`, which were taken by `slices` earlier. */
  restore(start: number, end: number, vmas: readonly Vma[]): void {
    for (const vma of vmas) acquire(vma);
    this.remove(start, end);
    for (const vma of vmas) {
      this.insert(new Vma(vma));
      dispose(vma);
    }
  }

  /** The highest free range of `length` bytes in [low, high), or -1. Prefers the top, as mmap(2) does. */
  findGapBelow(length: number, low: number, high: number): number {
    let top = high;
    for (let i = this.#indexAfter(high - 1); i >= 0; i--) {
      const vma = this.#list[i];
      if (vma === undefined || vma.start >= top) continue;
      if (vma.end <= low) break;
      if (vma.end < top && top - vma.end >= length) return top - length;
      top = Math.min(top, vma.start);
      if (top - length < low) return -1;
    }
    return top - length >= low ? top - length : -1;
  }

  /** The lowest free range of `length` bytes in [low, high), or -1. */
  findGapAbove(length: number, low: number, high: number): number {
    let bottom = low;
    for (let i = this.#indexAfter(low); i < this.#list.length; i++) {
      const vma = this.#list[i];
      if (vma.start - bottom >= length) break;
      bottom = Math.max(bottom, vma.end);
    }
    return bottom + length <= high ? bottom : -1;
  }

  /** A copy for fork(2), without the ranges marked dontFork; wiped ranges stay mapped. */
  fork(): VmaSet {
    const copy = new VmaSet();
    for (const vma of this.#list) {
      if (vma.dontFork) continue;
      const twin = new Vma(vma);
      twin.locked = false;
      acquire(twin);
      copy.#list.push(twin);
      copy.totalBytes += twin.length;
    }
    return copy;
  }

  clear(): void {
    for (const vma of this.#list) dispose(vma);
    this.#list = [];
    this.totalBytes = 0;
  }
}
