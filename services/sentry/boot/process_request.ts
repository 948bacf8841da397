/** From an `exec` request to what the kernel's createProcess takes: the program's path, credentials, limits and descriptors. */
import { EACCES, EINVAL, EISDIR, ENOENT, ENOTDIR, isErrno } from "../../../shared/abi/errno.ts";
import { O_ACCMODE, O_RDWR } from "../../../shared/abi/fcntl.ts";
import { RLIM_NLIMITS } from "../../../shared/abi/resource.ts";
import type { CapabilitySets, ExecRequest } from "../../../shared/urpc/sandbox_protocol.ts";
import { HostFile } from "../fsimpl/host/host_file.ts";
import { fileFlags } from "../fsimpl/host/host_native.ts";
import { FDTable } from "../kernel/fd_table.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { Limits } from "../kernel/limits.ts";
import { type CapabilitySet, Credentials } from "../vfs/credentials.ts";
import type { FileDescription } from "../vfs/file_description.ts";
import type { VfsContext } from "../vfs/types.ts";
import { BootError, must } from "./boot_error.ts";

const DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

export function credentialsOf(request: ExecRequest): Credentials {
  const set = ([low, high]: CapabilitySets["bounding"]): CapabilitySet => ({ low: low >>> 0, high: high >>> 0 });
  const { capabilities } = request;
  return Credentials.user(request.uid, request.gid, request.groups, set(capabilities.permitted)).with({
    effective: set(capabilities.effective),
    inheritable: set(capabilities.inheritable),
    bounding: set(capabilities.bounding),
    ambient: set(capabilities.ambient),
    noNewPrivileges: request.noNewPrivileges,
  });
}

/** The kernel's defaults with what the request says. */
export function limitsOf(kernel: Kernel, request: ExecRequest): Limits {
  const limits = new Limits(kernel.defaultLimits.soft, kernel.defaultLimits.hard);
  for (const { resource, soft, hard } of request.rlimits) {
    if (!Number.isInteger(resource) || resource < 0 || resource >= RLIM_NLIMITS || soft > hard) {
      throw new BootError(EINVAL, `rlimit ${resource}: soft ${soft}, hard ${hard}`);
    }
    limits.soft[resource] = soft;
    limits.hard[resource] = hard;
  }
  return limits;
}

/** Where the program is, by the rules and in the words of Go's os/exec, which the peers' users know. */
export function findExecutable(kernel: Kernel, context: VfsContext, request: ExecRequest): string {
  if (request.executable !== "") return request.executable;
  const name = request.argv[0];
  if (name === undefined || name === "") throw new BootError(ENOENT, "there is no program to run: args is empty", true);
  if (name.includes("/")) return checkExecutable(kernel, context, name);
  const path = request.env.find((entry) => entry.startsWith("PATH="))?.slice(5) ?? DEFAULT_PATH;
  let denied = false;
  for (const directory of path.split(":")) {
    const candidate = `${directory === "" ? "." : directory}/${name}`;
    const file = kernel.vfs.openExecutable(context, context.cwd, candidate);
    if (!isErrno(file)) {
      file.dropReference();
      return candidate;
    }
    if (file === -EACCES) denied = true;
  }
  if (denied) throw new BootError(EACCES, `exec: ${JSON.stringify(name)}: permission denied`, true);
  throw new BootError(ENOENT, `exec: ${JSON.stringify(name)}: executable file not found in $PATH`, true);
}

function checkExecutable(kernel: Kernel, context: VfsContext, name: string): string {
  const file = kernel.vfs.openExecutable(context, context.cwd, name);
  if (!isErrno(file)) {
    file.dropReference();
    return name;
  }
  const quoted = JSON.stringify(name);
  switch (-file) {
    case ENOENT:
      throw new BootError(ENOENT, `exec: ${quoted}: stat ${name}: no such file or directory`, true);
    case ENOTDIR:
      throw new BootError(ENOTDIR, `exec: ${quoted}: stat ${name}: not a directory`, true);
    case EISDIR:
      throw new BootError(EACCES, `exec: ${quoted}: is a directory`, true);
    case EACCES:
      throw new BootError(EACCES, `exec: ${quoted}: permission denied`, true);
    default:
      throw new BootError(-file, `exec: ${quoted}`);
  }
}

/**
 * Descriptors 0, 1 and 2. Takes over the donated ones among `fds`, each of which may be named several times. `terminal` opens the process's terminal once for
 * each descriptor that wants it.
 */
export function descriptorsOf(
  kernel: Kernel,
  context: VfsContext,
  request: ExecRequest,
  fds: readonly number[],
  terminal: (() => FileDescription) | null,
): FDTable {
  const table = new FDTable();
  const adopted = new Map<number, HostFile>();
  try {
    request.stdio.forEach((spec, number) => {
      table.installAt(number, open(spec), false);
    });
  } catch (error) {
    table.dropReference();
    throw error;
  }
  return table;

  function open(spec: ExecRequest["stdio"][number]): FileDescription {
    if (spec.kind === "null") {
      return must(kernel.vfs.openAt(context, context.cwd, "/dev/null", O_RDWR, 0), "open /dev/null");
    }
    if (spec.kind === "terminal") {
      if (terminal === null) throw new BootError(EINVAL, "stdio asks for a terminal, but there is none", true);
      return terminal();
    }
    const known = adopted.get(spec.fd);
    if (known !== undefined) {
      known.takeReference();
      return known;
    }
    const fd = fds[spec.fd];
    if (fd === undefined) throw new BootError(EINVAL, `stdio names descriptor ${spec.fd} of ${fds.length}`, true);
    const file = must(HostFile.adopt(fd, must(fileFlags(fd), "fcntl") & KEPT_FLAGS), "adopt a standard stream");
    adopted.set(spec.fd, file);
    return file;
  }
}

const O_APPEND = 0x400;
/** Whether the host side is non-blocking is nothing that the application asked for. */
const KEPT_FLAGS = O_ACCMODE | O_APPEND;
