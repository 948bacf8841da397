/**
 * Sessions and process groups: who a terminal's signals reach, setsid(2), setpgid(2), credentials(7).
 *
 * A session holds process groups, a process group holds thread groups; both vanish with their last member, and so their numbers become free.
 */
import type { ThreadGroup } from "./thread_group.ts";

/** What the kernel must know of a terminal; devpts supplies it. */
export interface ControllingTerminal {
  /** tty_nr of /proc/[pid]/stat: the device number in its new encoding. */
  readonly device: number;
  /** The process group that may read, or null. */
  foreground: ProcessGroup | null;
  /** Its session leader is gone: hangs up. */
  onSessionLeaderExit(session: Session): void;
}

export class Session {
  /** The process id of its leader. */
  readonly id: number;
  readonly processGroups = new Set<ProcessGroup>();
  /** The process that made it; null after its exit. */
  leader: ThreadGroup | null;
  terminal: ControllingTerminal | null = null;

  constructor(leader: ThreadGroup | null, id: number) {
    this.id = id;
    this.leader = leader;
  }
}

export class ProcessGroup {
  readonly id: number;
  readonly session: Session;
  readonly members = new Set<ThreadGroup>();

  constructor(session: Session, id: number) {
    this.id = id;
    this.session = session;
    session.processGroups.add(this);
  }

  /**
   * No member has a parent in another group of the same session, so nobody could continue it if it stopped. `except` doesn't count: it is about
   * to leave or to exit.
   */
  isOrphaned(except: ThreadGroup | null = null): boolean {
    for (const member of this.members) {
      if (member === except || member.isExited) continue;
      const parent = member.parent;
      if (parent === null) continue;
      if (parent.processGroup !== this && parent.processGroup.session === this.session) return false;
    }
    return true;
  }

  get hasStoppedMember(): boolean {
    for (const member of this.members) if (member.isStopped) return true;
    return false;
  }
}
