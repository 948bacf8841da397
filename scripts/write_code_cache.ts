/**
 * Writes V8's code cache of a bundle: `node <the service's flags> write_code_cache.ts <bundle> <cache>`.
 *
 * Every function is compiled, not only those that a start happens to call, so that the first open, fork or signal in a
 * sandbox doesn't wait for the compiler either. The flag is put back before the cache is made, because V8 stores a
 * hash of the flags in it and refuses a cache made with others.
 */

import { readFileSync, writeFileSync } from "node:fs";
import v8 from "node:v8";
import vm from "node:vm";

const [, , bundle, cache] = process.argv;
if (bundle === undefined || cache === undefined) throw new Error("usage: write_code_cache.ts <bundle> <cache>");
const source = readFileSync(bundle, "latin1");
const options = { filename: bundle, importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER };
v8.setFlagsFromString("--no-lazy");
const script = new vm.Script(source, options);
v8.setFlagsFromString("--lazy");
const cachedData = script.createCachedData();
writeFileSync(cache, cachedData);
if (new vm.Script(source, { ...options, cachedData }).cachedDataRejected === true)
  throw new Error("V8 refuses its own cache");
