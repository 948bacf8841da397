/**
 * Runs a program on the kernel in this very process, without control, gofer or isolation: for work on the sentry itself.
 *
 *   npx node test/sentry/run.ts [--strace] [--copy HOST_PATH]... -- PROGRAM [ARG...]
 *
 * The root is a tmpfs into which the named host paths (and the program, with its interpreter and libraries as ldd(1) tells) have been copied.
 */
import { execFileSync } from "node:child_process";
import { lstatSync, readdirSync, readFileSync, readlinkSync, realpathSync } from "node:fs";
import path from "node:path";
import { must } from "../../services/sentry/boot/boot_error.ts";
import { collectHostFacts } from "../../services/sentry/boot/host_facts.ts";
import { kernelContext } from "../../services/sentry/boot/mount_table.ts";
import { DevFilesystem } from "../../services/sentry/fsimpl/dev/dev_filesystem.ts";
import { registerMemoryDevices } from "../../services/sentry/fsimpl/dev/memory_devices.ts";
import { DevptsFilesystem } from "../../services/sentry/fsimpl/devpts/devpts_filesystem.ts";
import { HostFile } from "../../services/sentry/fsimpl/host/host_file.ts";
import { createProcFilesystem } from "../../services/sentry/fsimpl/proc/proc_filesystem.ts";
import { memoryFiles } from "../../services/sentry/fsimpl/tmpfs/host_files_native.ts";
import { createAnonymousFiles, createTmpfs } from "../../services/sentry/fsimpl/tmpfs/tmpfs_native.ts";
import { FDTable } from "../../services/sentry/kernel/fd_table.ts";
import { Kernel } from "../../services/sentry/kernel/kernel.ts";
import { createProcess } from "../../services/sentry/kernel/process.ts";
import { createSystrapPlatform } from "../../services/sentry/platform/systrap/systrap.ts";
import { copyPlans, installSyscalls } from "../../services/sentry/syscalls/dispatch.ts";
import { Strace } from "../../services/sentry/syscalls/strace.ts";
import { SYSCALL_TABLE } from "../../services/sentry/syscalls/table.ts";
import { registerTerminalDevices } from "../../services/sentry/tty/terminal_devices.ts";

const copies: string[] = [];
let strace = false;
let index = 2;
for (; index < process.argv.length; index++) {
  const arg = process.argv[index];
  if (arg === "--strace") strace = true;
  else if (arg === "--copy") copies.push(process.argv[++index]);
  else break;
}
if (process.argv[index] === "--") index++;
const argv = process.argv.slice(index);
const program = path.resolve(argv[0]);

const facts = collectHostFacts();
const platform = createSystrapPlatform({ plans: copyPlans(SYSCALL_TABLE) });
const kernel = new Kernel(platform, {
  log: { debug() {}, info: (line) => console.error(line), warn: (line) => console.error(line) },
  hostAuxiliary: facts.auxiliary,
  totalMemory: facts.totalMemory,
  cpuCount: facts.cpuCount,
});
installSyscalls(kernel, SYSCALL_TABLE);
if (strace) kernel.setObserver(new Strace((line) => console.error(line)));

const { vfs } = kernel;
kernel.anonymousFiles = createAnonymousFiles(vfs.clock);
const namespace = vfs.newNamespace(createTmpfs({ mode: 0o755 }, vfs.clock), 0, "tmpfs");
const context = kernelContext(namespace.root.rootPath);
registerMemoryDevices(vfs.devices, kernel, facts);
registerTerminalDevices(vfs.devices, kernel);

function copyIn(hostPath: string): void {
  const stat = lstatSync(hostPath);
  const parent = path.dirname(hostPath);
  if (parent !== "/") makeDirectories(parent);
  if (stat.isSymbolicLink()) {
    vfs.symlinkAt(context, context.root, hostPath, readlinkSync(hostPath));
    copyIn(realpathSync(hostPath));
  } else if (stat.isDirectory()) {
    vfs.mkdirAt(context, context.root, hostPath, stat.mode & 0o7777);
    for (const name of readdirSync(hostPath)) copyIn(path.join(hostPath, name));
  } else if (stat.isFile()) {
    const bytes = readFileSync(hostPath);
    const file = must(vfs.openAt(context, context.root, hostPath, 0o101 | 0o1000, stat.mode & 0o7777), hostPath);
    for (let done = 0; done < bytes.length; )
      done += must(file.write(context, bytes, done, bytes.length - done), hostPath);
    file.dropReference();
  }
}

function makeDirectories(directory: string): void {
  let made = "";
  for (const name of directory.split("/").slice(1)) {
    made += `/${name}`;
    const stat = lstatSync(made);
    if (stat.isSymbolicLink()) {
      vfs.symlinkAt(context, context.root, made, readlinkSync(made));
      makeDirectories(realpathSync(made));
    } else vfs.mkdirAt(context, context.root, made, 0o755);
  }
}

function libraries(file: string): string[] {
  try {
    const text = execFileSync("ldd", [file], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
    return [...text.matchAll(/(\/\S+) \(0x/g)].map((match) => match[1]);
  } catch {
    return [];
  }
}

for (const name of ["/proc", "/dev", "/tmp"]) vfs.mkdirAt(context, context.root, name, 0o1777);
for (const file of [program, ...libraries(program), ...copies.flatMap((copy) => [copy, ...libraries(copy)])])
  copyIn(file);
vfs.mountFilesystem(
  createProcFilesystem(kernel, { hostCpuinfo: facts.cpuinfo, filesystemTypes: vfs.types }),
  must(vfs.resolve(context, context.root, "/proc"), "/proc"),
  0,
  "proc",
);
vfs.mountFilesystem(
  DevFilesystem.create(context, memoryFiles),
  must(vfs.resolve(context, context.root, "/dev"), "/dev"),
  0,
  "dev",
);
vfs.mountFilesystem(
  must(DevptsFilesystem.create(kernel, "gid=5,mode=620,ptmxmode=666"), "devpts"),
  must(vfs.resolve(context, context.root, "/dev/pts"), "/dev/pts"),
  0,
  "devpts",
);

const fdTable = new FDTable();
[0, 1, 2].forEach((fd) => fdTable.installAt(fd, must(HostFile.adopt(fd, fd === 0 ? 0 : 1), "stdio"), false));
platform.start(kernel);
createProcess(
  kernel,
  {
    executable: program,
    argv,
    envp: Object.entries(process.env).map(([name, value]) => `${name}=${value}`),
    credentials: context.credentials,
    root: context.root,
    cwd: context.root,
    umask: 0o22,
    limits: kernel.defaultLimits.fork(),
    fdTable,
    isInit: true,
    hold: false,
    onExited: (status) => {
      platform.shutdown();
      process.exit((status & 0x7f) === 0 ? status >> 8 : 128 + (status & 0x7f));
    },
  },
  (task) => {
    if (typeof task === "number") {
      console.error(`cannot start ${program}: errno ${-task}`);
      process.exit(1);
    }
  },
);
