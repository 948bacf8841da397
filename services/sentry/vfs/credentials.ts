/**
 * Who asks: the identity that permission checks use. credentials(7), capabilities(7). Immutable: a change makes a new
 * object.
 */

/** A set of the 41 capabilities as two unsigned 32-bit halves. */
export interface CapabilitySet {
  readonly low: number;
  readonly high: number;
}

export const NO_CAPABILITIES: CapabilitySet = { low: 0, high: 0 };
export const ALL_CAPABILITIES: CapabilitySet = { low: 0xffffffff, high: 0x1ff };

const SECBIT_NO_SETUID_FIXUP = 4;

export interface CredentialFields {
  readonly ruid: number;
  readonly euid: number;
  readonly suid: number;
  readonly fsuid: number;
  readonly rgid: number;
  readonly egid: number;
  readonly sgid: number;
  readonly fsgid: number;
  readonly groups: readonly number[];
  readonly permitted: CapabilitySet;
  readonly effective: CapabilitySet;
  readonly inheritable: CapabilitySet;
  readonly bounding: CapabilitySet;
  readonly ambient: CapabilitySet;
  /** SECBIT_* of prctl(2) PR_SET_SECUREBITS. */
  readonly securebits: number;
  readonly noNewPrivileges: boolean;
}

export class Credentials implements CredentialFields {
  readonly ruid: number;
  readonly euid: number;
  readonly suid: number;
  readonly fsuid: number;
  readonly rgid: number;
  readonly egid: number;
  readonly sgid: number;
  readonly fsgid: number;
  readonly groups: readonly number[];
  readonly permitted: CapabilitySet;
  readonly effective: CapabilitySet;
  readonly inheritable: CapabilitySet;
  readonly bounding: CapabilitySet;
  readonly ambient: CapabilitySet;
  readonly securebits: number;
  readonly noNewPrivileges: boolean;
  #accessView: Credentials | null = null;

  constructor(fields: CredentialFields) {
    this.ruid = fields.ruid;
    this.euid = fields.euid;
    this.suid = fields.suid;
    this.fsuid = fields.fsuid;
    this.rgid = fields.rgid;
    this.egid = fields.egid;
    this.sgid = fields.sgid;
    this.fsgid = fields.fsgid;
    this.groups = fields.groups;
    this.permitted = fields.permitted;
    this.effective = fields.effective;
    this.inheritable = fields.inheritable;
    this.bounding = fields.bounding;
    this.ambient = fields.ambient;
    this.securebits = fields.securebits;
    this.noNewPrivileges = fields.noNewPrivileges;
  }

  /** Root with every capability. */
  static root(): Credentials {
    return Credentials.user(0, 0, [], ALL_CAPABILITIES);
  }

  /** All four user ids `uid`, all four group ids `gid`, and `capabilities` permitted, effective and bounding. */
  static user(uid: number, gid: number, groups: readonly number[], capabilities: CapabilitySet): Credentials {
    return new Credentials({
      ruid: uid,
      euid: uid,
      suid: uid,
      fsuid: uid,
      rgid: gid,
      egid: gid,
      sgid: gid,
      fsgid: gid,
      groups,
      permitted: capabilities,
      effective: capabilities,
      inheritable: NO_CAPABILITIES,
      bounding: capabilities,
      ambient: NO_CAPABILITIES,
      securebits: 0,
      noNewPrivileges: false,
    });
  }

  with(changes: Partial<CredentialFields>): Credentials {
    return new Credentials({ ...this, ...changes });
  }

  /**
   * Who access(2) asks for: the real ids, with no capabilities unless the real user is root. The same object every
   * time, and this one if there is no difference, so that remembered resolutions hold for it.
   */
  forAccess(): Credentials {
    if (this.#accessView === null) {
      const effective =
        (this.securebits & SECBIT_NO_SETUID_FIXUP) !== 0
          ? this.effective
          : this.ruid === 0
            ? this.permitted
            : NO_CAPABILITIES;
      const isSame =
        this.ruid === this.fsuid &&
        this.rgid === this.fsgid &&
        effective.low === this.effective.low &&
        effective.high === this.effective.high;
      this.#accessView = isSame ? this : this.with({ fsuid: this.ruid, fsgid: this.rgid, effective });
    }
    return this.#accessView;
  }

  /** Whether capability number `capability` (CAP_*) is effective. */
  has(capability: number): boolean {
    return capability < 32
      ? ((this.effective.low >>> capability) & 1) === 1
      : ((this.effective.high >>> (capability - 32)) & 1) === 1;
  }

  inGroup(gid: number): boolean {
    return this.fsgid === gid || this.groups.includes(gid);
  }
}
