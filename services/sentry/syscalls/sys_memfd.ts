/** memfd_create(2). */
import { EINVAL, ENAMETOOLONG, ENOSYS } from "../../../shared/abi/errno.ts";
import { F_SEAL_EXEC, MFD_ALLOW_SEALING, MFD_CLOEXEC, MFD_EXEC, MFD_NOEXEC_SEAL } from "../../../shared/abi/fcntl.ts";
import type { Result } from "../kernel/result.ts";
import type { SyscallArgs } from "../kernel/syscall_args.ts";
import type { Task } from "../kernel/task.ts";
import { MEMFD_FLAGS } from "./file_formats.ts";
import { flags, partial, type RowTable, string } from "./row.ts";

/** NAME_MAX less the "memfd:" before it. */
const LONGEST_NAME = 249;

/** memfd_create(2). */
export function sysMemfdCreate(task: Task, args: SyscallArgs): Result {
  const memfdFlags = args.uint(1);
  if ((memfdFlags & ~(MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL | MFD_EXEC)) !== 0) return -EINVAL;
  if ((memfdFlags & MFD_NOEXEC_SEAL) !== 0 && (memfdFlags & MFD_EXEC) !== 0) return -EINVAL;
  const name = task.memory.copyInString(args.addr(0), LONGEST_NAME);
  if (typeof name === "number") return name === -ENAMETOOLONG ? -EINVAL : name;
  const maker = task.kernel.anonymousFiles;
  if (maker === null) return -ENOSYS;
  const isNoExec = (memfdFlags & MFD_NOEXEC_SEAL) !== 0;
  const sealable = isNoExec || (memfdFlags & MFD_ALLOW_SEALING) !== 0;
  const file = maker.create(task.credentials, `memfd:${name}`, sealable, isNoExec ? 0o666 : 0o777);
  if (isNoExec) file.addSeals(F_SEAL_EXEC);
  const descriptor = task.fdTable.install(file, (memfdFlags & MFD_CLOEXEC) !== 0);
  if (descriptor < 0) file.dropReference();
  return descriptor;
}

export const memfdRows: RowTable = {
  319: partial(
    "memfd_create",
    sysMemfdCreate,
    [string, flags(MEMFD_FLAGS)],
    "MFD_HUGETLB is refused: there are no huge pages",
  ),
};
