/**
 * The model that tmpfs and overlay are tested against, itself compared with the host's tmpfs: run as root, it changes
 * its root directory to DIRECTORY (a fresh one) and does random operations there and in the model.
 *
 *     npx node test/vfs/run.ts DIRECTORY MILLISECONDS
 */
import fs from "node:fs";
import { constants } from "node:os";
import fc from "fast-check";
import { cString, syscall } from "../../native/host.ts";
import {
  type FileOperation,
  type FileSystemUnderTest,
  fileOperation,
  type Outcome,
} from "../../services/sentry/fsimpl/testing/file_operation.ts";
import { ModelFilesystem } from "../../services/sentry/fsimpl/testing/model_filesystem.ts";
import { SYS_chroot } from "../../shared/abi/syscall_numbers.ts";

class HostFilesystem implements FileSystemUnderTest {
  apply(op: FileOperation): Outcome {
    try {
      return this.#run(op) ?? "";
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      const number = constants.errno[code as keyof typeof constants.errno];
      if (number === undefined) throw error;
      return -number;
    }
  }

  #run(op: FileOperation): string | undefined {
    switch (op.kind) {
      case "mkdir":
        return fs.mkdirSync(op.path, 0o755) as undefined;
      case "create":
        return this.#write(op.path, op.text, fs.constants.O_TRUNC);
      case "append":
        return this.#write(op.path, op.text, fs.constants.O_APPEND);
      case "truncate":
        return fs.truncateSync(op.path, op.size) as undefined;
      case "read":
        return fs.readFileSync(op.path, "latin1");
      case "list":
        return fs.readdirSync(op.path).sort().join(" ");
      case "stat":
        return describe(fs.statSync(op.path), op.path);
      case "lstat":
        return describe(fs.lstatSync(op.path), op.path);
      case "chmod":
        return fs.chmodSync(op.path, op.mode) as undefined;
      case "symlink":
        return fs.symlinkSync(op.target, op.path) as undefined;
      case "link":
        return fs.linkSync(op.path, op.to) as undefined;
      case "unlink":
        return fs.unlinkSync(op.path) as undefined;
      case "rmdir":
        return fs.rmdirSync(op.path) as undefined;
      case "rename":
        return fs.renameSync(op.path, op.to) as undefined;
      default:
        throw new Error(`the host can't ${op.kind}`);
    }
  }

  #write(path: string, text: string, flag: number): undefined {
    const fd = fs.openSync(path, fs.constants.O_CREAT | fs.constants.O_WRONLY | flag, 0o644);
    fs.writeSync(fd, Buffer.from(text, "latin1"));
    fs.closeSync(fd);
  }
}

function describe(status: fs.Stats, path: string): string {
  const mode = (status.mode & 0o7777).toString(8);
  if (status.isDirectory()) return `directory ${mode}`;
  if (status.isSymbolicLink()) return `link ${status.nlink} ${fs.readlinkSync(path)}`;
  return `file ${status.nlink} ${status.size} ${mode}`;
}

function clear(): void {
  for (const name of fs.readdirSync("/")) fs.rmSync(`/${name}`, { recursive: true, force: true });
}

const [directory, milliseconds] = process.argv.slice(2);
if (directory === undefined) throw new Error("which directory?");
process.umask(0o022);
process.chdir(directory);
const changed = syscall(SYS_chroot, cString(directory));
if (changed < 0) throw new Error(`chroot: errno ${-changed}`);
process.chdir("/");
let count = 0;
fc.assert(
  fc.property(fc.array(fileOperation(false), { maxLength: 50, size: "max" }), (operations) => {
    clear();
    fs.chmodSync("/", 0o755);
    const model = new ModelFilesystem();
    const host = new HostFilesystem();
    for (const operation of operations) {
      count++;
      const [expected, actual] = [host.apply(operation), model.apply(operation)];
      if (expected !== actual) {
        throw new Error(`${JSON.stringify(operation)}: host ${expected}, model ${actual}`);
      }
    }
  }),
  { numRuns: 1_000_000, interruptAfterTimeLimit: Number(milliseconds ?? 2000) },
);
console.log(`${count} operations agree`);
