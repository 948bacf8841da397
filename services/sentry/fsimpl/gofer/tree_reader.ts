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

const DT_DIR = 4;
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
  /** How often attributes of files were wanted since the last tree was read. */
  #attributesWanted = 0;

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

  /** Attributes of a file that a listing tells of are wanted. */
  noteAttributesWanted(): void {
    this.#attributesWanted++;
  }

  /** Reads directories in `directory`, whose listing is given, from `from` on, and some below them. */
  read(directory: GoferDirectory, listing: DirectoryListing, from: string): void {
    if (this.#read > 0) {
      const isWanted = this.#ahead.size * 2 <= this.#read;
      this.#directories = isWanted
        ? Math.min(this.#directories * 2, MAX_TREE_DIRECTORIES)
        : Math.max(this.#directories >> 1, FEWEST);
    }
    const plus = this.#read > 0 && this.#attributesWanted * 4 > this.#read;
    this.#attributesWanted = 0;
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
      branches.push({ attr, entries, listing: new DirectoryListing(entries, plus) });
    };
    const onEntry = (told: DirEntry) => {
      const branch = branches[branches.length - 1];
      let attr: Attr | null = null;
      // Looking up a directory whose attributes are not known is what makes the next tree be read.
      if (plus && told.attr.valid !== 0 && told.type !== DT_DIR) {
        attr = new Attr();
        attr.copyFrom(told.attr);
      }
      branch.entries.push({ name: told.name, ino: filesystem.inoOf(branch.attr.dev, told.ino), type: told.type, attr });
    };
    filesystem.client.readTree(directory.fid, from, this.#directories, MAX_BYTES, plus, onDirectory, onEntry);
    for (const branch of branches) this.#ahead.set(branch.attr.qid.path, branch);
    this.#read = this.#ahead.size;
  }
}
