/**
 * What directories hold, kept where nobody but this sandbox changes them: the names, and, once it is worth it, the attributes, so that
 * neither looking a name up nor finding that it is missing asks the server.
 *
 * Attributes are those of the moment of reading. GoferFilesystem knows which files have been changed since, and believes the inode of
 * a file that is in use before it believes a listing.
 */

import type { Attr } from "../../../../shared/p9/attr.ts";

/** How much is kept in all, counted in names of some 100 bytes. */
const MAX_WEIGHT = 65_536;
/** What an entry with attributes weighs. */
const FULL_WEIGHT = 4;

/** What a listing tells of an entry. */
export interface Entry {
  readonly name: string;
  readonly ino: number;
  /** DT_*. */
  readonly type: number;
  /** Null if not asked for, or if the entry vanished meanwhile. */
  attr: Attr | null;
}

export class DirectoryListing {
  readonly entries: readonly Entry[];
  readonly hasAttributes: boolean;
  #byName: Map<string, Entry> | null = null;

  constructor(entries: readonly Entry[], hasAttributes: boolean) {
    this.entries = entries;
    this.hasAttributes = hasAttributes;
  }

  get weight(): number {
    return this.hasAttributes ? FULL_WEIGHT * this.entries.length : this.entries.length;
  }

  find(name: string): Entry | undefined {
    this.#byName ??= new Map(this.entries.map((entry) => [entry.name, entry]));
    return this.#byName.get(name);
  }
}

/** A directory that keeps its listing. */
export interface Keeper {
  forgetListing(): void;
}

/** The bound on all listings: the one kept longest goes first. */
export class ListingBudget {
  // A Map is in the order of insertion.
  readonly #weights = new Map<Keeper, number>();
  readonly #limit: number;
  #total = 0;

  constructor(limit = MAX_WEIGHT) {
    this.#limit = limit;
  }

  /** `keeper` keeps a listing of that weight from now on. The last one always fits, whatever its weight. */
  add(keeper: Keeper, weight: number): void {
    this.remove(keeper);
    for (const oldest of this.#weights.keys()) {
      if (this.#total + weight <= this.#limit) break;
      this.#drop(oldest);
    }
    this.#weights.set(keeper, weight);
    this.#total += weight;
  }

  /** It keeps none any more. */
  remove(keeper: Keeper): void {
    this.#total -= this.#weights.get(keeper) ?? 0;
    this.#weights.delete(keeper);
  }

  clear(): void {
    for (const keeper of this.#weights.keys()) this.#drop(keeper);
  }

  #drop(keeper: Keeper): void {
    this.remove(keeper);
    keeper.forgetListing();
  }
}
