/**
 * Reads whole trees ahead of a program that goes through them directory by directory.
 *
 * The listings of the last tree are kept until they are wanted. How many directories are asked for at once grows as long as they are.
 */

import { Attr } from "../../../../shared/p9/attr.ts";
import { MAX_TREE_DIRECTORIES } from "../../../../shared/p9/limits.ts";
import type { DirEntry, TreeDirectory } from "../../../../shared/p9/messages_tree.ts";
import { DirectoryListing, type Entry } from "./directory_listing.ts";
import type { GoferDirectory } from "./gofer_directory.ts";

const FEWEST = 4;
const MAX_BYTES = 262_144;

/** A directory that was read ahead. */
interface Branch {
  readonly attr: Attr;
  readonly entries: Entry[];
  readonly listing: DirectoryListing;
}

export class TreeReader {
  /** By Qid.path. */
  readonly #ahead = new Map<number, Branch>();
  #read = 0;
  #directories = FEWEST;

  /** The listing of `directory`, if it was read ahead. */
  take(directory: GoferDirectory): DirectoryListing | null {
    const key = directory.attr.qid.path;
    const branch = this.#ahead.get(key);
    if (branch === undefined || !directory.isFileOf(branch.attr)) return null;
    this.#ahead.delete(key);
    return branch.listing;
  }

  /** The directory has changed. */
  forget(key: number): void {
    this.#ahead.delete(key);
  }

  clear(): void {
    this.#ahead.clear();
    this.#read = 0;
  }

  /** Whether what was read ahead has been wanted lately. */
  get isUseful(): boolean {
    return this.#directories > FEWEST;
  }

  /** Reads directories in `directory`, whose listing is given, from `from` on, and some below them. */
  read(directory: GoferDirectory, listing: DirectoryListing, from: string): void {
    if (this.#read > 0) {
      const isWanted = this.#ahead.size * 2 <= this.#read;
      this.#directories = isWanted
        ? Math.min(this.#directories * 2, MAX_TREE_DIRECTORIES)
        : Math.max(this.#directories >> 1, FEWEST);
    }
    this.clear();
    const { filesystem } = directory;
    const branches: Branch[] = [];
    const onDirectory = (told: TreeDirectory) => {
      const attr = new Attr();
      attr.copyFrom(told.attr);
      // Looking the directory up will not have to ask either.
      const parent = told.parent === 0 ? listing : branches[told.parent - 1].listing;
      const entry = parent.find(told.name);
      if (entry !== undefined) entry.attr = attr;
      const entries: Entry[] = [];
      branches.push({ attr, entries, listing: new DirectoryListing(entries, false) });
    };
    const onEntry = ({ name, ino, type }: DirEntry) => {
      const { attr, entries } = branches[branches.length - 1];
      entries.push({ name, ino: filesystem.inoOf(attr.dev, ino), type, attr: null });
    };
    filesystem.client.readTree(directory.fid, from, this.#directories, MAX_BYTES, onDirectory, onEntry);
    for (const branch of branches) this.#ahead.set(branch.attr.qid.path, branch);
    this.#read = this.#ahead.size;
  }
}
