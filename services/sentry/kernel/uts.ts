/**
 * Who the kernel says it is: uname(2).
 *
 * The identity is Linux 6.12, a long-term release, because libraries and installers decide by it which system calls to try first; what is missing
 * answers ENOSYS and they fall back. The suffix tells people, and programs that look for it, that this is runsc-ms.
 */
export const OS_NAME = "Linux";
export const OS_RELEASE = "6.12.0-runsc-ms";
export const OS_VERSION = "#1 SMP PREEMPT_DYNAMIC Fri Nov 20 12:00:00 UTC 2026";
export const OS_MACHINE = "x86_64";

/** The names that CLONE_NEWUTS separates: uts_namespaces(7). */
export class UtsNamespace {
  hostname: string;
  domainname: string;
  /** Its inode number for /proc/[pid]/ns/uts. */
  readonly id: number;
  static #nextId = 0xefff_fffe;

  constructor(hostname: string, domainname: string) {
    this.hostname = hostname;
    this.domainname = domainname;
    this.id = UtsNamespace.#nextId--;
  }

  fork(): UtsNamespace {
    return new UtsNamespace(this.hostname, this.domainname);
  }
}
