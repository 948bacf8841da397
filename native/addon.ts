/**
 * Loads the native addon once. The same file serves a source tree (native/addon.ts) and a bundle (dist/*.js): the addon is looked
 * for beside this file and in the package around it.
 */

import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

/** The absolute path of a file that node-gyp built. */
export function builtFile(name: string): string {
  const here = import.meta.dirname;
  const candidates = ["build/Release", "../native/build/Release", "../../native/build/Release"].map((directory) =>
    path.join(here, directory, name),
  );
  const found = candidates.find((candidate) => existsSync(candidate));
  if (found === undefined) throw new Error(`not built (run scripts/quickstart): ${candidates[0]}`);
  return found;
}

/** The addon's exports, untyped; each façade in this directory gives types to its own part. */
export const addon: Record<string, unknown> = createRequire(import.meta.url)(builtFile("runsc_ms.node"));
