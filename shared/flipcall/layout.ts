/**
 * The area that client and server of a flipcall connection share: a page of words, then the message, request and reply in turn.
 *
 * Each word lies in a cache line of its own. TURN says who may touch the message; whoever has it writes LENGTH and gives it away.
 * The other side may be hostile: it can write anything at any time, and gains confusion about its own messages by it.
 */

const LINE_BYTES = 64;

/** 0: the client's turn (no request, or a reply); 1: the server's. The futex both sleep on. */
export const TURN = 0;
/** Not 0: that side sleeps, or is about to, and wants a FUTEX_WAKE with its turn. */
export const CLIENT_SLEEPS = LINE_BYTES;
export const SERVER_SLEEPS = 2 * LINE_BYTES;
/** Bytes of the request or reply. */
export const LENGTH = 3 * LINE_BYTES;
/** Not 0: the client finds that spinning pays, so the server should spin a little before it sleeps. */
export const SPIN = 4 * LINE_BYTES;

export const CLIENT_TURN = 0;
export const SERVER_TURN = 1;

/** Where the message lies. */
export const MESSAGE_OFFSET = 4096;
/** Room for one message: the largest that p9 may agree on. Untouched pages cost nothing. */
export const MESSAGE_CAPACITY = (1 << 20) + 4096;

export const FLIPCALL_AREA_BYTES = MESSAGE_OFFSET + MESSAGE_CAPACITY;
