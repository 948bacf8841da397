// The memory that a stub shares with the sentry, and where the stub's own pieces lie. services/sentry/platform/systrap/layout.ts
// states the same numbers; layout.test.ts compares the two files.
//
// Everything is relative to the image's base, which is chosen at random per sandbox (2 MiB aligned, above what applications may map).
#ifndef RUNSC_MS_STUB_LAYOUT_H_
#define RUNSC_MS_STUB_LAYOUT_H_

// Pieces, as offsets from the base.
#define TEXT_OFFSET 0x0
#define TEXT_SIZE 0x10000
#define SHARED_OFFSET 0x10000
#define SHARED_SIZE 0x8000
#define THUNKS_OFFSET 0x100000
#define THUNKS_SIZE 0x100000
#define VDSO_OFFSET 0x200000
#define VDSO_SPAN 0x100000
#define SLOTS_OFFSET 0x40000000
#define SLOTS_SIZE 0x40000000
#define AREAS_OFFSET 0x80000000
#define AREAS_SIZE 0x10000000
#define IMAGE_SPAN 0x90000000

#define SLOT_SIZE 0x40000
#define SLOT_HEADER_SIZE 0x1000
// The end of the window, which no copy plan fills.
#define WINDOW_TAIL 0x1000
#define CHUNK_SLOTS 4
#define CHUNK_SIZE 0x100000
// A thread's private memory: signal and stub stack, then the FPU buffer and the fields of struct area.
#define AREA_SIZE 0x10000
#define AREA_TOP 0x1000
#define AREA_STACK_SIZE 0xf000
#define MAX_THREADS 4096

// The pointer table of rewritten sites: bytes 5 and 6 of the jump through it decode as an invalid instruction.
#define TABLE_ADDRESS 0x20600000
#define TABLE_SIZE 0x20000
#define THUNK_SIZE 32
// A thunk for `syscall; cmp` starts with this byte and goes on here after the call.
#define THUNK_COMPARE_FIRST_BYTE 0x48
#define THUNK_AFTER 12

// The shared read-only page, as offsets from SHARED_OFFSET.
#define SHARED_ASLEEP 0
#define SHARED_SPIN 4
#define SHARED_FPU_FEATURES 8
#define SHARED_DIRECT_FUTEX 12
#define SHARED_FPU_SIZE 16
#define SHARED_PLANS 0x1000
#define PLAN_SIZE 32
#define PLAN_STEP_SIZE 8
#define PLAN_STEPS 4
#define PLAN_COUNT 512

// A slot, as offsets from its start.
// The first 64 bytes are one cache line, and the only one that a plain system call's hand-off moves between the cores. The stub
// writes nothing there before it hands over but the turn word itself: the sentry, looking all the time, would take the line away.
#define SLOT_TURN 0x0
#define SLOT_INTERRUPT 0xc
#define SLOT_RESULT 0x18
#define SLOT_PREFETCH_COUNT 0x20
#define SLOT_COPY_OUT_COUNT 0x24
#define SLOT_OP_COUNT 0x28
#define SLOT_INDEX 0x2c
#define SLOT_VALUE 0x30
#define SLOT_DEADLINE 0x38
#define SLOT_FAULT_SIGNAL 0x40
#define SLOT_FAULT_CODE 0x44
#define SLOT_FAULT_ADDRESS 0x48
#define SLOT_IRET 0x50
#define SLOT_REGISTERS 0x80
#define SLOT_FS_BASE 0x138
#define SLOT_STACK 0x140
#define SLOT_SELF 0x148
#define SLOT_PREFETCHES 0x180
#define SLOT_COPY_OUTS 0x200
#define SLOT_OPS 0x400
#define PREFETCH_SIZE 16
#define MAX_PREFETCHES 8
#define COPY_OUT_SIZE 16
#define MAX_COPY_OUTS 32
#define OP_SIZE 64
#define MAX_OPS 48

// SLOT_TURN. Bits 0-3: whose turn it is. Bits 4-7: the event that the stub reports, or the command that the sentry gives. From the stub,
// bit 8: the application's FPU state is live (no signal brought it here); bits 16-31: the system call's number, 0xffff for none.
#define TURN_MASK 0xf
#define TURN_EVENT_SHIFT 4
#define TURN_LIVE_FPU 0x100
#define TURN_NUMBER_SHIFT 16
#define NO_NUMBER 0xffff
// Only the sentry leaves TURN_SENTRY, TURN_SENTRY_STUB_SLEEPS and TURN_PARKED, but for the
// stub's own step from TURN_PARKED to TURN_SENTRY when the deadline passes.
#define TURN_STUB 0
#define TURN_SENTRY 1
#define TURN_SENTRY_STUB_SLEEPS 2
#define TURN_PARKED 3

// Events.
#define EVENT_SYSCALL 1
#define EVENT_FAULT 2
#define EVENT_INTERRUPT 3
#define EVENT_INTERRUPT_IN_FUTEX 4
#define EVENT_ORDERS_DONE 5
#define EVENT_CLONED 6
#define EVENT_HELLO 7
#define EVENT_COPY_FAULT 8
#define EVENT_DEADLINE 9
#define EVENT_STUB_FAULT 10
// A site of a call that needs no kernel has trapped TRAPS_PER_EVENT times more.
#define EVENT_TRAPPED 11
#define TRAPS_PER_EVENT 12

// Commands.
// From a system call, with SLOT_RESULT in rax; with all registers as the slot has them; as the first, with the result in the turn word's
// upper 24 bits.
#define COMMAND_RESUME 1
#define COMMAND_RESUME_FULL 2
// Then, if SLOT_VALUE isn't 0 and all went well, as if that had been the turn word.
#define COMMAND_ORDERS 3
#define COMMAND_SPAWN 4
#define COMMAND_FORK 5
#define COMMAND_GO_ON 6
#define COMMAND_RESUME_SMALL 7
#define TURN_SMALL_SHIFT 8

// Operations that are no host call, in an operation's number.
#define OP_SAVE_FPU 0x10001
#define OP_LOAD_FPU 0x10002

// Copy plan steps.
#define STEP_END 0
#define STEP_STRING 1
#define STEP_STRUCT 2
#define STEP_BUFFER 3

// A doorbell is an mmap(2) whose address is this (unaligned, so that it can't be an order) and whose second argument is a cookie.
#define DOORBELL_ADDRESS 0x62656c6c0001
// The cookie of a deadline that has passed; 0 is an event, anything larger a new thread's own.
#define DOORBELL_DEADLINE 1

// The real-time signal that interrupts application code.
#define KICK_SIGNAL 63

// Descriptors of the stubs, which share one table.
#define ARENA_FD 0
#define LISTENER_FD 1
#define FIRST_FILE_FD 3

// The image starts with this table of 32-bit offsets from its base.
#define IMAGE_MAGIC 0x534d4352
#define IMAGE_HANDLER 1
#define IMAGE_RESTORER 2
#define IMAGE_ZYGOTE 3
#define IMAGE_SYSCALL_ENTRY 4
#define IMAGE_TEXT_END 5

#endif  // RUNSC_MS_STUB_LAYOUT_H_
