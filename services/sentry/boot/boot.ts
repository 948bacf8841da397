/** Makes a sandbox out of a boot request: platform, kernel, filesystems, isolation, in this order. Only this directory names concrete filesystems. */
import { ENOSYS } from "../../../shared/abi/errno.ts";
import { MS_RDONLY } from "../../../shared/abi/mount.ts";
import { SYSCALL_NAMES, syscallName } from "../../../shared/abi/syscall_numbers.ts";
import { isolate } from "../../../shared/isolation/isolate_native.ts";
import type { Logger } from "../../../shared/log/log.ts";
import { connectP9 } from "../../../shared/p9/connect_native.ts";
import type { BootRequest, MountSpec } from "../../../shared/urpc/sandbox_protocol.ts";
import { DevFilesystem } from "../fsimpl/dev/dev_filesystem.ts";
import { registerMemoryDevices } from "../fsimpl/dev/memory_devices.ts";
import { DevptsFilesystem } from "../fsimpl/devpts/devpts_filesystem.ts";
import { createGoferFilesystem } from "../fsimpl/gofer/gofer_filesystem.ts";
import { mqueueType } from "../fsimpl/mqueue/mqueue_filesystem.ts";
import { OverlayFilesystem } from "../fsimpl/overlay/overlay_filesystem.ts";
import { overlayType } from "../fsimpl/overlay/overlay_type.ts";
import { createProcFilesystem } from "../fsimpl/proc/proc_filesystem.ts";
import { createSysFilesystem } from "../fsimpl/sys/sys_filesystem.ts";
import { memoryFiles } from "../fsimpl/tmpfs/host_files_native.ts";
import { createAnonymousFiles, createTmpfs, tmpfsType } from "../fsimpl/tmpfs/tmpfs_native.ts";
import { Kernel } from "../kernel/kernel.ts";
import { createSystrapPlatform } from "../platform/systrap/systrap.ts";
import { SECCOMP_ALLOW } from "../seccomp_allow.ts";
import { copyPlans, installSyscalls } from "../syscalls/dispatch.ts";
import { Strace } from "../syscalls/strace.ts";
import { SYSCALL_TABLE } from "../syscalls/table.ts";
import { registerTerminalDevices } from "../tty/terminal_devices.ts";
import type { Filesystem, VfsContext } from "../vfs/types.ts";
import { must } from "./boot_error.ts";
import { printBootLog } from "./boot_log.ts";
import { collectHostFacts, type HostFacts } from "./host_facts.ts";
import type { ParsedOptions } from "./mount_options.ts";
import { buildMounts, unknownType } from "./mount_table.ts";
import { random32, randomBytes } from "./random_native.ts";
import { Sandbox } from "./sandbox.ts";

/** Everything that can fail happens in here, before the first process; throws a BootError or Error. `fds` are the request's. */
export function bootSandbox(
  request: BootRequest,
  fds: readonly number[],
  log: Logger,
  onDeath: (why: string) => void,
): Sandbox {
  const facts = collectHostFacts();
  const platform = createSystrapPlatform({
    plans: copyPlans(SYSCALL_TABLE),
    log: (line) => log.warn(line),
    onDeath,
  });
  const kernel = new Kernel(platform, {
    hostname: request.hostname,
    log,
    random32,
    randomBytes,
    totalMemory: request.memoryBytes > 0 ? request.memoryBytes : facts.totalMemory,
    cpuCount: request.cpuCount > 0 ? request.cpuCount : facts.cpuCount,
    hostAuxiliary: facts.auxiliary,
  });
  installSyscalls(kernel, SYSCALL_TABLE);
  if (request.strace.enabled) kernel.setObserver(new Strace((line) => log.info(line), request.strace));
  registerMemoryDevices(kernel.vfs.devices, kernel, facts);
  registerTerminalDevices(kernel.vfs.devices, kernel);
  registerTypes(kernel, facts);
  const namespace = buildMounts(kernel, request, filesystemMaker(kernel, request, fds, facts));
  printBootLog(kernel, { platform: platform.name, mounts: request.mounts.length });
  isolate({
    root: request.isolationRoot,
    keepCapabilities: [],
    allowed: SECCOMP_ALLOW.map((name) => SYSCALL_NAMES.indexOf(name)),
    otherwise: { errno: ENOSYS },
  });
  platform.start(kernel);
  return new Sandbox(kernel, namespace, syscallName);
}

/** What mount(2) inside the sandbox may make. */
function registerTypes(kernel: Kernel, facts: HostFacts): void {
  const { types, clock } = kernel.vfs;
  kernel.anonymousFiles = createAnonymousFiles(clock);
  types.add(tmpfsType(clock));
  types.add(overlayType);
  types.add({ name: "proc", needsDevice: false, create: () => makeProc(kernel, facts) });
  types.add(mqueueType(kernel));
  types.add({ name: "sysfs", needsDevice: false, create: () => createSysFilesystem(kernel) });
  types.add({ name: "devtmpfs", needsDevice: false, create: (context) => DevFilesystem.create(context, memoryFiles) });
  types.add({
    name: "devpts",
    needsDevice: false,
    create: (_context, _source, options) => DevptsFilesystem.create(kernel, options),
  });
}

function makeProc(kernel: Kernel, facts: HostFacts): Filesystem {
  return createProcFilesystem(kernel, { hostCpuinfo: facts.cpuinfo, filesystemTypes: kernel.vfs.types });
}

function filesystemMaker(kernel: Kernel, request: BootRequest, fds: readonly number[], facts: HostFacts) {
  let client: ReturnType<typeof connectP9> | null = null;
  const gofer = (spec: MountSpec): Filesystem => {
    const { memoryFd, channelFd } = request.gofer;
    if (client === null) {
      client = connectP9(fds[memoryFd] as number, fds[channelFd] as number);
      must(must(client, "connect to the gofer").version(), "greet the gofer");
    }
    const exclusive = spec.fileAccess === "exclusive";
    return must(
      createGoferFilesystem(must(client, "gofer"), String(spec.attach), { exclusive }),
      `attach ${spec.destination}`,
    );
  };
  return (spec: MountSpec, options: ParsedOptions, context: VfsContext): Filesystem => {
    switch (spec.type) {
      case "gofer": {
        const lower = gofer(spec);
        // A root that is only to be read still has to get the mount points that it lacks: in memory, not in the image.
        const isReadOnlyRoot = spec.destination === "/" && (request.rootReadOnly || (options.flags & MS_RDONLY) !== 0);
        if (spec.overlay !== "memory" && !isReadOnlyRoot) return lower;
        const upper = createTmpfs({}, kernel.vfs.clock);
        return must(OverlayFilesystem.create(context, [lower], upper), `overlay on ${spec.destination}`);
      }
      case "proc":
        return makeProc(kernel, facts);
      default: {
        const type = kernel.vfs.types.get(spec.type);
        if (type === undefined) return unknownType(spec);
        const filesystem = must(type.create(context, spec.source, options.data), `mount ${spec.type}`);
        if (spec.type === "tmpfs" && (options.flags & MS_RDONLY) !== 0) filesystem.isReadOnly = false;
        return filesystem;
      }
    }
  };
}
