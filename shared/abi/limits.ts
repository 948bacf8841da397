/**
 * include/uapi/linux/limits.h and limits that have no header of their own.
 */

export const NGROUPS_MAX = 65536;
export const ARG_MAX = 131072;
export const LINK_MAX = 127;
export const MAX_CANON = 255;
export const MAX_INPUT = 255;
export const NAME_MAX = 255;
export const PATH_MAX = 4096;
export const PIPE_BUF = 4096;
export const XATTR_NAME_MAX = 255;
export const XATTR_SIZE_MAX = 65536;
export const XATTR_LIST_MAX = 65536;
export const RTSIG_MAX = 32;

// Symbolic links followed in one resolution (include/linux/namei.h), and one argument of execve(2) (include/uapi/linux/binfmts.h).
export const MAXSYMLINKS = 40;
export const MAX_ARG_STRLEN = 131072;
export const MAX_ARG_STRINGS = 2147483647;
export const BINPRM_BUF_SIZE = 256;
export const TASK_COMM_LEN = 16;
