import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CommandError } from "../errors.ts";
import { parseGlobalOptions } from "../global_options.ts";
import { bundleSandbox } from "./bundle_sandbox.ts";
import { processRequest } from "./process_request.ts";
import { checkSpec, defaultSpec, readSpec } from "./spec.ts";

let bundle: string;
const { options } = parseGlobalOptions([]);

beforeAll(() => {
  bundle = mkdtempSync(path.join(tmpdir(), "bundle-"));
  mkdirSync(path.join(bundle, "rootfs"));
});

afterAll(() => rmSync(bundle, { recursive: true }));

test("the default spec is one that we accept", () => {
  const spec = checkSpec(JSON.parse(JSON.stringify(defaultSpec())));
  const { attaches, boot } = bundleSandbox(spec, bundle, options);
  expect(attaches).toEqual([{ source: path.join(bundle, "rootfs"), readOnly: true, hidden: [] }]);
  expect(boot.mounts.map(({ destination, type }) => `${destination} ${type}`)).toEqual([
    "/ gofer",
    "/proc proc",
    "/dev devtmpfs",
    "/dev/pts devpts",
    "/dev/shm tmpfs",
    "/sys sysfs",
  ]);
});

test("writes go to memory unless the user says otherwise", () => {
  const spec = { ...defaultSpec(), root: { path: "rootfs" } };
  expect(bundleSandbox(spec, bundle, options).boot.mounts[0].overlay).toBe("memory");
  const direct = bundleSandbox(spec, bundle, parseGlobalOptions(["--overlay2=none"]).options);
  expect([direct.boot.mounts[0].overlay, direct.attaches[0].readOnly]).toEqual(["none", false]);
});

test("bind mounts become attach points", () => {
  const mounts = [{ destination: "/v", type: "bind", source: bundle, options: ["rbind", "ro"] }];
  const { attaches, boot } = bundleSandbox({ ...defaultSpec(), mounts }, bundle, options);
  expect(attaches[1]).toEqual({ source: bundle, readOnly: true, hidden: [] });
  expect(boot.mounts[1]).toMatchObject({ destination: "/v", type: "gofer", attach: 1, fileAccess: "shared" });
});

type LooseSpec = Record<"process" | "root" | "mounts", unknown> & { process: Record<string, unknown> };

const change = (edit: (spec: Partial<LooseSpec> & { process: Record<string, unknown> }) => void): unknown => {
  const spec = JSON.parse(JSON.stringify(defaultSpec()));
  edit(spec);
  return spec;
};

test.each([
  ["no process", { ...defaultSpec(), process: undefined }, "process property must not be empty"],
  ["no args", change((spec) => (spec.process.args = [])), "args must not be empty"],
  ["relative cwd", change((spec) => (spec.process.cwd = "x")), "Cwd must be an absolute path"],
  ["no root", change((spec) => delete spec.root), "root must be specified"],
  ["a list", [], "must be an object"],
  ["relative mount", change((spec) => (spec.mounts = [{ destination: "x" }])), "must be an absolute path"],
  ["a uid of words", change((spec) => (spec.process.user = { uid: "root" })), "process.user is malformed"],
])("%s is refused", (_what, spec, message) => {
  expect(() => checkSpec(spec)).toThrow(message);
});

test("missing and broken files are one line each", () => {
  expect(() => readSpec("/nonexistent")).toThrow("JSON specification file /nonexistent/config.json not found");
  writeFileSync(path.join(bundle, "config.json"), '{"process":');
  expect(() => readSpec(bundle)).toThrow(/config.json is not valid JSON: [^\n]*$/);
  const gone = { ...defaultSpec(), root: { path: "gone" } };
  expect(() => bundleSandbox(gone, bundle, options)).toThrow("invalid rootfs: stat");
  const noSource = { ...defaultSpec(), mounts: [{ destination: "/v", type: "bind", source: "/gone" }] };
  expect(() => bundleSandbox(noSource, bundle, options)).toThrow('error mounting "/gone" to rootfs at "/v"');
});

test("arbitrary JSON is refused by a CommandError or accepted", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (process, root) => {
      try {
        checkSpec({ process, root });
      } catch (error) {
        expect(error).toBeInstanceOf(CommandError);
      }
    }),
  );
});

test("names become numbers", () => {
  const warnings: string[] = [];
  const process = {
    ...defaultSpec().process,
    capabilities: { bounding: ["CAP_CHOWN", "CAP_BPF", "CAP_NONSENSE"] },
    rlimits: [{ type: "RLIMIT_NOFILE", soft: 10, hard: 2 ** 64 }],
  };
  const request = processRequest(process, (warning) => warnings.push(warning));
  expect(request.capabilities.bounding).toEqual([1, 1 << (39 - 32)]);
  expect(request.rlimits).toEqual([{ resource: 7, soft: 10, hard: Number.POSITIVE_INFINITY }]);
  expect(warnings).toEqual(["ignoring unknown or unavailable capability CAP_NONSENSE"]);
  const wrong = { ...process, rlimits: [{ type: "RLIMIT_XX", soft: 1, hard: 1 }] };
  expect(() => processRequest(wrong, () => undefined)).toThrow("wrong rlimit value: RLIMIT_XX");
});
