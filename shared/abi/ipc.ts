/**
 * System V IPC and POSIX message queues: shmget(2), semop(2), msgsnd(2), mq_open(2).
 */

import { I16, I32, I64, pad, struct, U16, U32, U53 } from "./layout.ts";

export const IPC_CREAT = 0o1000;
export const IPC_EXCL = 0o2000;
export const IPC_NOWAIT = 0o4000;

export const IPC_RMID = 0;
export const IPC_SET = 1;
export const IPC_STAT = 2;
export const IPC_INFO = 3;
export const IPC_PRIVATE = 0;

export const IPC_64 = 0x100;

// Shared memory.
export const SHM_R = 0o400;
export const SHM_W = 0o200;
export const SHM_HUGETLB = 0o4000;
export const SHM_NORESERVE = 0o10000;
export const SHM_RDONLY = 0o10000;
export const SHM_RND = 0o20000;
export const SHM_REMAP = 0o40000;
export const SHM_EXEC = 0o100000;

export const SHM_LOCK = 11;
export const SHM_UNLOCK = 12;
export const SHM_STAT = 13;
export const SHM_INFO = 14;
export const SHM_STAT_ANY = 15;
export const SHMMNI = 4096;
export const SHMMIN = 1;

export const SHM_DEST = 0o1000;
export const SHM_LOCKED = 0o2000;

// Semaphores.
export const SEM_UNDO = 0x1000;

export const GETPID = 11;
export const GETVAL = 12;
export const GETALL = 13;
export const GETNCNT = 14;
export const GETZCNT = 15;
export const SETVAL = 16;
export const SETALL = 17;
export const SEM_STAT = 18;
export const SEM_INFO = 19;
export const SEM_STAT_ANY = 20;
export const SEMMNI = 32000;
export const SEMMSL = 32000;
export const SEMMNS = 1024000000;
export const SEMOPM = 500;
export const SEMVMX = 32767;
export const SEMAEM = 32767;

// Message queues.
export const MSG_NOERROR = 0o10000;
export const MSG_EXCEPT = 0o20000;
export const MSG_COPY = 0o40000;

export const MSG_STAT = 11;
export const MSG_INFO = 12;
export const MSG_STAT_ANY = 13;
export const MSGMNI = 32000;
export const MSGMAX = 8192;
export const MSGMNB = 16384;

/** struct shmid64_ds; the first 48 bytes are struct ipc64_perm. */
export const ShmidDsLayout = struct(
  112,
  {
    key: new I32(0),
    uid: new U32(4),
    gid: new U32(8),
    cuid: new U32(12),
    cgid: new U32(16),
    mode: new U32(20),
    seq: new U16(24),
    segsz: new U53(48),
    atime: new I64(56),
    dtime: new I64(64),
    ctime: new I64(72),
    cpid: new I32(80),
    lpid: new I32(84),
    nattch: new U53(88),
  },
  pad(26, 22),
  pad(96, 16),
);

/** struct shminfo64, IPC_INFO. */
export const ShminfoLayout = struct(
  72,
  { shmmax: new U53(0), shmmin: new U53(8), shmmni: new U53(16), shmseg: new U53(24), shmall: new U53(32) },
  pad(40, 32),
);

/** struct shm_info, SHM_INFO: counts in pages. */
export const ShmInfoLayout = struct(
  48,
  { usedIds: new I32(0), total: new U53(8), resident: new U53(16), swapped: new U53(24) },
  pad(4, 4),
  pad(32, 16),
);

/** struct semid64_ds of x86-64. */
export const SemidDsLayout = struct(
  104,
  {
    key: new I32(0),
    uid: new U32(4),
    gid: new U32(8),
    cuid: new U32(12),
    cgid: new U32(16),
    mode: new U32(20),
    seq: new U16(24),
    otime: new I64(48),
    ctime: new I64(64),
    nsems: new U53(80),
  },
  pad(26, 22),
  pad(56, 8),
  pad(72, 8),
  pad(88, 16),
);

/** struct sembuf, semop(2). */
export const SembufLayout = struct(6, { num: new U16(0), op: new I16(2), flg: new I16(4) });

/** struct seminfo, IPC_INFO and SEM_INFO. */
export const SeminfoLayout = struct(40, {
  semmap: new I32(0),
  semmni: new I32(4),
  semmns: new I32(8),
  semmnu: new I32(12),
  semmsl: new I32(16),
  semopm: new I32(20),
  semume: new I32(24),
  semusz: new I32(28),
  semvmx: new I32(32),
  semaem: new I32(36),
});

/** struct msqid64_ds. */
export const MsqidDsLayout = struct(
  120,
  {
    key: new I32(0),
    uid: new U32(4),
    gid: new U32(8),
    cuid: new U32(12),
    cgid: new U32(16),
    mode: new U32(20),
    seq: new U16(24),
    stime: new I64(48),
    rtime: new I64(56),
    ctime: new I64(64),
    cbytes: new U53(72),
    qnum: new U53(80),
    qbytes: new U53(88),
    lspid: new I32(96),
    lrpid: new I32(100),
  },
  pad(26, 22),
  pad(104, 16),
);

/** struct msginfo, IPC_INFO and MSG_INFO. */
export const MsginfoLayout = struct(
  32,
  {
    msgpool: new I32(0),
    msgmap: new I32(4),
    msgmax: new I32(8),
    msgmnb: new I32(12),
    msgmni: new I32(16),
    msgssz: new I32(20),
    msgtql: new I32(24),
    msgseg: new U16(28),
  },
  pad(30, 2),
);

/** struct mq_attr, mq_open(2). */
export const MqAttrLayout = struct(
  64,
  { flags: new I64(0), maxmsg: new I64(8), msgsize: new I64(16), curmsgs: new I64(24) },
  pad(32, 32),
);
