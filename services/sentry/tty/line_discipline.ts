/**
 * N_TTY: makes lines, echoes and signals of what is typed. termios(3); the behaviour follows drivers/tty/n_tty.c, function by function.
 *
 * Bytes come in by `receive`, wait in an InputBuffer, and are taken by `read...`. Whatever concerns others than this terminal's bytes
 * (signals, flow control, packet mode) goes to its `TerminalEvents`.
 */
import { SIGINT, SIGQUIT, SIGTSTP } from "../../../shared/abi/signal.ts";
import {
  ECHO,
  ECHOCTL,
  ECHOE,
  ECHOK,
  ECHOKE,
  ECHONL,
  ECHOPRT,
  EXTPROC,
  ICANON,
  ICRNL,
  IEXTEN,
  IGNCR,
  INLCR,
  ISIG,
  ISTRIP,
  IUCLC,
  IUTF8,
  IXANY,
  IXON,
  NOFLSH,
  PARMRK,
  VEOF,
  VEOL,
  VEOL2,
  VERASE,
  VINTR,
  VKILL,
  VLNEXT,
  VMIN,
  VQUIT,
  VREPRINT,
  VSTART,
  VSTOP,
  VSUSP,
  VTIME,
  VWERASE,
} from "../../../shared/abi/termios.ts";
import { INPUT_BYTES, InputBuffer } from "./input_buffer.ts";
import { isControl, type OutputProcessor, toLower } from "./output_processor.ts";
import { DISABLED, type Termios } from "./termios.ts";

/** What the line discipline has others do. */
export interface TerminalEvents {
  /** To the foreground process group. */
  sendSignal(signal: number): void;
  /** ^Q, ^S. */
  startOutput(): void;
  stopOutput(): void;
  /** Output was stopped by tcflow(3), which no key undoes. */
  readonly isStoppedByProgram: boolean;
  flushOutput(): void;
  /** The input is gone: packet mode tells. */
  onInputFlushed(): void;
}

const TAB = 9;
const NEWLINE = 10;
const RETURN = 13;
const BACKSPACE = 8;
const SPACE = 0x20;
const BACKSLASH = 0x5c;
const SLASH = 0x2f;
const CARET = 0x5e;
const MARK = 0xff;

/** Flags without which no byte means anything: what is typed is read as it is. */
const COOKED_INPUT = ISTRIP | IUCLC | IGNCR | ICRNL | INLCR | IXON | PARMRK;
const COOKED_LOCAL = ICANON | ISIG | ECHO;

export class LineDiscipline {
  readonly input = new InputBuffer();
  readonly #termios: Termios;
  readonly #output: OutputProcessor;
  readonly #events: TerminalEvents;
  /** 1 for a byte that means something. */
  readonly #special = new Uint8Array(256);
  #isRaw = false;
  /** The next byte is taken literally. */
  #isLiteral = false;
  /** Between the \ and the / of a deletion shown as ECHOPRT has it. */
  #isErasing = false;

  constructor(termios: Termios, output: OutputProcessor, events: TerminalEvents) {
    this.#termios = termios;
    this.#output = output;
    this.#events = events;
    this.#mapSpecials();
  }

  /** The settings have changed from flags `oldLocal`. */
  onSettingsChanged(oldLocal: number): void {
    const { lflag } = this.#termios;
    if (((oldLocal ^ lflag) & (ICANON | EXTPROC)) !== 0) {
      this.input.changeMode((lflag & ICANON) !== 0);
      this.#isErasing = false;
      this.#isLiteral = false;
    }
    this.#mapSpecials();
  }

  /** As it was when the terminal was new. */
  reset(): void {
    this.input.clear();
    this.#isErasing = false;
    this.#isLiteral = false;
    this.#mapSpecials();
  }

  #mapSpecials(): void {
    const { iflag, lflag, cc } = this.#termios;
    const special = this.#special.fill(0);
    this.#isRaw = (iflag & COOKED_INPUT) === 0 && (lflag & COOKED_LOCAL) === 0;
    if ((iflag & (IGNCR | ICRNL)) !== 0) special[RETURN] = 1;
    if ((iflag & INLCR) !== 0) special[NEWLINE] = 1;
    const mark = (...indexes: readonly number[]): void => {
      for (const index of indexes) special[cc[index]] = 1;
    };
    if ((lflag & ICANON) !== 0) {
      special[NEWLINE] = 1;
      mark(VERASE, VKILL, VEOF, VEOL);
      if ((lflag & IEXTEN) !== 0) {
        mark(VWERASE, VLNEXT, VEOL2);
        if ((lflag & ECHO) !== 0) mark(VREPRINT);
      }
    }
    if ((iflag & IXON) !== 0) mark(VSTART, VSTOP);
    if ((lflag & ISIG) !== 0) mark(VINTR, VQUIT, VSUSP);
    special[DISABLED] = 0;
  }

  // --- typing ---

  /** Bytes that can be received now; with a full line being edited, one: its end must get in. */
  #room(): number {
    const { input } = this;
    let room = INPUT_BYTES - input.length;
    if ((this.#termios.iflag & PARMRK) !== 0) room = Math.floor((room + 2) / 3);
    room--;
    if (room > 0) return room;
    const isStuck = this.#termios.isCanonical && !input.hasLine;
    // The last byte of a line that is too long is replaced by whatever comes.
    if (isStuck && room < 0) input.pop();
    return isStuck ? 1 : 0;
  }

  get hasRoom(): boolean {
    const { input } = this;
    return input.length < INPUT_BYTES - 1 || (this.#termios.isCanonical && !input.hasLine);
  }

  /** Takes typed bytes, as many as there is room for: the number is returned. */
  receive(memory: Uint8Array, start: number, length: number): number {
    let done = 0;
    while (done < length) {
      const count = Math.min(length - done, this.#room());
      if (count === 0) break;
      this.#receiveSome(memory, start + done, count);
      done += count;
    }
    return done;
  }

  #receiveSome(memory: Uint8Array, start: number, count: number): void {
    const { iflag, lflag } = this.#termios;
    const isStripped = (iflag & ISTRIP) !== 0;
    const isLowered = (iflag & IUCLC) !== 0 && (lflag & IEXTEN) !== 0;
    if (this.#isRaw || ((lflag & EXTPROC) !== 0 && !isStripped && !isLowered)) {
      this.input.append(memory, start, count);
    } else {
      for (let i = 0; i < count; i++) {
        let byte = memory[start + i];
        if (isStripped) byte &= 0x7f;
        if (isLowered) byte = toLower(byte);
        if (this.#isLiteral) {
          this.#isLiteral = false;
          this.#receivePlain(byte);
        } else if ((lflag & EXTPROC) !== 0) {
          this.input.push(byte);
        } else if (this.#special[byte] === 0) {
          this.#receivePlain(byte);
        } else {
          this.#receiveSpecial(byte);
        }
      }
    }
    if (!this.#termios.isCanonical) this.input.commit();
  }

  #receivePlain(byte: number): void {
    this.#startByAnyKey();
    if ((this.#termios.lflag & ECHO) !== 0) this.#echoTyped(byte);
    this.#queue(byte);
  }

  #queue(byte: number): void {
    if (byte === MARK && (this.#termios.iflag & PARMRK) !== 0) this.input.push(byte);
    this.input.push(byte);
  }

  #echoTyped(byte: number): void {
    this.#finishErasing();
    if (this.input.lineHead === this.input.head) this.#output.beginLine();
    this.#output.echo(byte);
  }

  #startByAnyKey(): void {
    if (!this.#output.isStopped || this.#events.isStoppedByProgram) return;
    if ((this.#termios.iflag & (IXON | IXANY)) === (IXON | IXANY)) this.#events.startOutput();
  }

  #receiveSpecial(typed: number): void {
    const { iflag, lflag, cc } = this.#termios;
    let byte = typed;
    if ((iflag & IXON) !== 0) {
      if (byte === cc[VSTART]) {
        this.#events.startOutput();
        return;
      }
      if (byte === cc[VSTOP]) {
        this.#events.stopOutput();
        return;
      }
    }
    if ((lflag & ISIG) !== 0) {
      if (byte === cc[VINTR]) return this.#receiveSignal(SIGINT, byte);
      if (byte === cc[VQUIT]) return this.#receiveSignal(SIGQUIT, byte);
      if (byte === cc[VSUSP]) return this.#receiveSignal(SIGTSTP, byte);
    }
    this.#startByAnyKey();
    if (byte === RETURN) {
      if ((iflag & IGNCR) !== 0) return;
      if ((iflag & ICRNL) !== 0) byte = NEWLINE;
    } else if (byte === NEWLINE && (iflag & INLCR) !== 0) {
      byte = RETURN;
    }
    if ((lflag & ICANON) !== 0 && this.#receiveEditing(byte)) return;
    if ((lflag & ECHO) !== 0) {
      if (byte === NEWLINE) {
        this.#finishErasing();
        this.#output.echoRaw(NEWLINE);
      } else {
        this.#echoTyped(byte);
      }
    }
    this.#queue(byte);
  }

  #receiveSignal(signal: number, byte: number): void {
    const { iflag, lflag } = this.#termios;
    this.#events.sendSignal(signal);
    if ((lflag & NOFLSH) === 0) {
      this.#output.dropEchoes();
      this.#events.flushOutput();
      this.flushInput();
    }
    if ((iflag & IXON) !== 0) this.#events.startOutput();
    if ((lflag & ECHO) !== 0) this.#output.echo(byte);
  }

  /** A byte that edits or ends the line; false: it is part of the line. */
  #receiveEditing(byte: number): boolean {
    const { lflag, cc } = this.#termios;
    const output = this.#output;
    const isEchoed = (lflag & ECHO) !== 0;
    const isExtended = (lflag & IEXTEN) !== 0;
    // A switched off character never gets here: DISABLED is special to nobody.
    if (byte === cc[VERASE] || byte === cc[VKILL] || (byte === cc[VWERASE] && isExtended)) {
      this.#erase(byte);
      return true;
    }
    if (byte === cc[VLNEXT] && isExtended) {
      this.#isLiteral = true;
      if (!isEchoed) return true;
      this.#finishErasing();
      if ((lflag & ECHOCTL) !== 0) {
        output.echoRaw(CARET);
        output.echoRaw(BACKSPACE);
      }
      return true;
    }
    if (byte === cc[VREPRINT] && isEchoed && isExtended) {
      this.#finishErasing();
      output.echo(byte);
      output.echoRaw(NEWLINE);
      for (let position = this.input.lineHead; position < this.input.head; position++) {
        output.echo(this.input.at(position));
      }
      return true;
    }
    if (byte === NEWLINE) {
      if ((lflag & (ECHO | ECHONL)) !== 0) output.echoRaw(NEWLINE);
      this.input.endLine(NEWLINE);
      return true;
    }
    if (byte === cc[VEOF]) {
      this.input.endLine(DISABLED);
      return true;
    }
    if (byte === cc[VEOL] || (byte === cc[VEOL2] && isExtended)) {
      if (isEchoed) {
        if (this.input.lineHead === this.input.head) output.beginLine();
        output.echo(byte);
      }
      if (byte === MARK && (this.#termios.iflag & PARMRK) !== 0) this.input.push(byte);
      this.input.endLine(byte);
      return true;
    }
    return false;
  }

  // --- erasing ---

  #finishErasing(): void {
    if (!this.#isErasing) return;
    this.#output.echoRaw(SLASH);
    this.#isErasing = false;
  }

  #isContinuation(byte: number): boolean {
    return (this.#termios.iflag & IUTF8) !== 0 && (byte & 0xc0) === 0x80;
  }

  /** Erases a character, a word or the line, whichever `key` is for: eraser() of n_tty.c. */
  #erase(key: number): void {
    const { lflag, cc } = this.#termios;
    const { input } = this;
    if (input.head === input.lineHead) return;
    const isOne = key === cc[VERASE];
    const isWord = !isOne && key === cc[VWERASE] && (lflag & IEXTEN) !== 0;
    const isEchoed = (lflag & ECHO) !== 0;
    if (!isOne && !isWord && !this.#showsKill()) {
      input.head = input.lineHead;
      if (!isEchoed) return;
      this.#finishErasing();
      this.#output.echo(cc[VKILL]);
      // With ECHOK alone the line is left behind.
      if ((lflag & ECHOK) !== 0) this.#output.echoRaw(NEWLINE);
      return;
    }
    let hasWord = false;
    while (input.head !== input.lineHead) {
      let head = input.head;
      let byte: number;
      do {
        head--;
        byte = input.at(head);
      } while (this.#isContinuation(byte) && head !== input.lineHead);
      // No part of a character is erased.
      if (this.#isContinuation(byte)) break;
      if (isWord) {
        if (isWordByte(byte)) hasWord = true;
        else if (hasWord) break;
      }
      const count = input.head - head;
      input.head = head;
      if (isEchoed) this.#showErased(byte, head, count, isOne);
      if (isOne) break;
    }
    if (input.head === input.lineHead && isEchoed) this.#finishErasing();
  }

  /** Killing a line takes it from the screen too. */
  #showsKill(): boolean {
    const all = ECHO | ECHOE | ECHOK | ECHOKE;
    return (this.#termios.lflag & all) === all;
  }

  #showErased(byte: number, position: number, count: number, isOne: boolean): void {
    const { lflag, cc } = this.#termios;
    const output = this.#output;
    if ((lflag & ECHOPRT) !== 0) {
      if (!this.#isErasing) {
        output.echoRaw(BACKSLASH);
        this.#isErasing = true;
      }
      output.echo(byte);
      for (let i = 1; i < count; i++) {
        output.echoRaw(this.input.at(position + i));
        output.moveBackColumn();
      }
    } else if (isOne && (lflag & ECHOE) === 0) {
      output.echo(cc[VERASE]);
    } else if (byte === TAB) {
      this.#showErasedTab(position);
    } else {
      const hasCaret = isControl(byte) && (lflag & ECHOCTL) !== 0;
      if (hasCaret) this.#rubOut();
      if (!isControl(byte) || hasCaret) this.#rubOut();
    }
  }

  #rubOut(): void {
    this.#output.echoRaw(BACKSPACE);
    this.#output.echoRaw(SPACE);
    this.#output.echoRaw(BACKSPACE);
  }

  /** How far to go back depends on what stands before the tab at `position`. */
  #showErasedTab(position: number): void {
    const { input } = this;
    let columns = 0;
    for (let at = position - 1; at >= input.lineHead; at--) {
      const byte = input.at(at);
      if (byte === TAB) {
        this.#output.eraseTab(columns, true);
        return;
      }
      if (isControl(byte)) {
        if ((this.#termios.lflag & ECHOCTL) !== 0) columns += 2;
      } else if (!this.#isContinuation(byte)) {
        columns++;
      }
    }
    this.#output.eraseTab(columns, false);
  }

  // --- reading ---

  /** Whether a read would find something; `forPoll`: whether poll(2) says so, which waits for VMIN bytes if no time is set. */
  isReadable(forPoll: boolean): boolean {
    if (this.#termios.isCanonical) return this.input.hasLine;
    const { cc } = this.#termios;
    const wanted = forPoll && cc[VTIME] === 0 && cc[VMIN] > 0 ? cc[VMIN] : 1;
    return this.input.committedLength >= wanted;
  }

  /** FIONREAD. */
  get readableBytes(): number {
    return this.#termios.isCanonical ? this.input.lineBytes : this.input.length;
  }

  flushInput(): void {
    this.input.clear();
    this.#isErasing = false;
    this.#events.onInputFlushed();
  }
}

/** isalnum(3) in latin1, as Linux has it, or an underscore. */
function isWordByte(byte: number): boolean {
  const lower = byte | SPACE;
  return (
    (byte >= 0x30 && byte <= 0x39) ||
    (lower >= 0x61 && lower <= 0x7a) ||
    byte === 0x5f ||
    (byte >= 0xc0 && byte !== 0xd7 && byte !== 0xf7)
  );
}
