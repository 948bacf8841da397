// The stub: what runs in an application's own process. It carries system calls, faults and interrupts to the sentry through the
// thread's slot, copies bytes between application memory and the slot's window, and performs the host calls that the sentry has
// ordered. It decides nothing.
//
// Invariants: general registers only (the application's FPU state stays live or in the signal frame), no data of its own, no
// libc. Everything here runs on the thread's area, which is also its alternative signal stack, so signals nest. An application may
// overwrite slot and area, and may jump anywhere into this text; both can hurt only itself.
#include "layout.h"

typedef unsigned char u8;
typedef unsigned int u32;
typedef unsigned long u64;
typedef int i32;
typedef long i64;

#define HIDDEN __attribute__((visibility("hidden")))
#define EINTR 4
#define EFAULT 14
#define ENOMEM 12
#define ENAMETOOLONG 36
#define ETIMEDOUT 110

#define SIGILL 4
#define SIGTRAP 5
#define SIGBUS 7
#define SIGFPE 8
#define SIGSEGV 11
#define SIGSYS 31

#define SYS_mmap 9
#define SYS_munmap 11
#define SYS_clone 56
#define SYS_futex 202
#define SYS_seccomp 317
#define FUTEX_WAIT_BITSET 9
#define PROT_READ 1
#define PROT_EXEC 4
#define NO_FD 0xffffffff
#define MAP_PRIVATE 2
#define MAP_FIXED 0x10
#define MAP_ANONYMOUS 0x20
#define MAP_NORESERVE 0x4000
#define AUDIT_ARCH_X86_64 0xc000003e
#define PAGE 4096
#define PATH_MAX 4096

enum { R8, R9, R10, R11, R12, R13, R14, R15, RDI, RSI, RBP, RBX, RDX, RAX, RCX, RSP, RIP, EFLAGS, CSGSFS, ERR, TRAPNO, OLDMASK, CR2, REGISTERS };

struct operation {
  u32 number;
  i32 unused;
  u64 arguments[6];
  i64 result;
};

struct slot {
  u32 turn, unused0, unused2;
  u32 interrupt;
  u64 unused3;
  i64 result;
  u32 prefetch_count, copy_out_count, op_count;
  u32 index;
  i64 value;
  u64 deadline;
  u32 fault_signal, fault_code;
  u64 fault_address;
  u64 iret[5];
  u64 unused1;
  u64 registers[REGISTERS];
  u64 fs_base;
  u64 stack;
  u64 self;
  u64 unused4[6];
  struct {
    u64 address;
    u32 offset;
    i32 length;
  } prefetches[MAX_PREFETCHES];
  struct {
    u64 address;
    u32 offset, length;
  } copy_outs[MAX_COPY_OUTS];
  struct operation operations[MAX_OPS];
};

#define CHECK_OFFSET(field, offset) _Static_assert(__builtin_offsetof(struct slot, field) == (offset), #field)
CHECK_OFFSET(turn, SLOT_TURN);
CHECK_OFFSET(interrupt, SLOT_INTERRUPT);
CHECK_OFFSET(deadline, SLOT_DEADLINE);
CHECK_OFFSET(result, SLOT_RESULT);
CHECK_OFFSET(value, SLOT_VALUE);
CHECK_OFFSET(index, SLOT_INDEX);
CHECK_OFFSET(fault_signal, SLOT_FAULT_SIGNAL);
CHECK_OFFSET(fault_code, SLOT_FAULT_CODE);
CHECK_OFFSET(fault_address, SLOT_FAULT_ADDRESS);
CHECK_OFFSET(iret, SLOT_IRET);
CHECK_OFFSET(copy_out_count, SLOT_COPY_OUT_COUNT);
CHECK_OFFSET(op_count, SLOT_OP_COUNT);
CHECK_OFFSET(prefetch_count, SLOT_PREFETCH_COUNT);
CHECK_OFFSET(registers, SLOT_REGISTERS);
CHECK_OFFSET(fs_base, SLOT_FS_BASE);
CHECK_OFFSET(stack, SLOT_STACK);
CHECK_OFFSET(self, SLOT_SELF);
CHECK_OFFSET(prefetches, SLOT_PREFETCHES);
CHECK_OFFSET(copy_outs, SLOT_COPY_OUTS);
CHECK_OFFSET(operations, SLOT_OPS);
_Static_assert(sizeof(struct operation) == OP_SIZE, "operation");
_Static_assert(sizeof(struct slot) <= SLOT_HEADER_SIZE, "slot");

// The last AREA_TOP bytes of a thread's area.
struct area {
  u8 fpu[AREA_TOP - 64];
  struct slot *slot;
  // The XSAVE image of the signal frame that the thread is in, or null when the FPU state is live.
  u8 *frame_fpu;
  // Calls that trapped and needed no kernel.
  u64 traps;
  u64 number;
  u64 unused[4];
};
_Static_assert(sizeof(struct area) == AREA_TOP, "area");

struct siginfo {
  i32 number, error, code, padding;
  u64 address;
  i32 syscall;
  u32 arch;
};

struct ucontext {
  u64 flags, link;
  u64 stack_pointer;
  i32 stack_flags, stack_padding;
  u64 stack_size;
  u64 registers[REGISTERS];
  u8 *fpu;
  u64 reserved[8];
  u64 mask;
};
_Static_assert(__builtin_offsetof(struct ucontext, mask) == 296, "ucontext");

struct frame {
  u64 return_address;
  struct ucontext context;
  u8 siginfo[128];
};

struct shared {
  u32 asleep, spin, fpu_features, direct_futex, fpu_size;
};

struct plan_step {
  u8 kind, argument, length_argument, scale_shift;
  u32 size;
};

struct zygote_start {
  u64 filter_length, filter;
};

extern HIDDEN char image_base[], leave_end[], leave_syscall_end[], copy_bytes_end[], copy_string_end[], copy_string_fault[];
extern HIDDEN char futex_direct_check[], futex_direct_end[], image_end[];
HIDDEN void leave(void) __attribute__((noreturn));
HIDDEN void leave_syscall(void) __attribute__((noreturn));
HIDDEN i64 host_call(u64, u64, u64, u64, u64, u64, u64 number);
HIDDEN i64 futex_direct(u64, u64, u64, u64, u64, u64);
HIDDEN i64 clone_thread(u64 flags, void *stack, struct slot *slot, u64 cookie);
HIDDEN void return_from_signal(struct frame *) __attribute__((noreturn));
HIDDEN u64 copy_bytes(void *to, const void *from, u64 length);
HIDDEN i64 copy_string(char *to, const char *from, u64 limit);

#define BASE ((u64)image_base)
#define SHARED ((volatile struct shared *)(BASE + SHARED_OFFSET))

static inline struct area *this_area(void) {
  u64 stack = (u64)__builtin_frame_address(0);
  return (struct area *)((stack & ~(u64)(AREA_SIZE - 1)) + AREA_SIZE - AREA_TOP);
}

static inline u64 read_fs_base(void) {
  u64 base;
  __asm__ volatile("rdfsbase %0" : "=r"(base));
  return base;
}

static inline void write_fs_base(u64 base) { __asm__ volatile("wrfsbase %0" ::"r"(base)); }
static inline void write_gs_base(u64 base) { __asm__ volatile("wrgsbase %0" ::"r"(base)); }

static inline u32 load(u32 *word) { return __atomic_load_n(word, __ATOMIC_ACQUIRE); }

static inline void copy_words(u64 *to, const u64 *from, u64 count) {
  for (u64 i = 0; i < count; i++) {
    to[i] = from[i];
    __asm__ volatile("" ::: "memory");
  }
}

static void ring(u64 cookie) { host_call(DOORBELL_ADDRESS, cookie, 0, 0, 0, 0, SYS_mmap); }

static void wait_on_turn(struct slot *slot, u32 expected, u64 deadline, i64 *result) {
  u64 time[2] = {deadline / 1000000000, deadline % 1000000000};
  *result = host_call((u64)&slot->turn, FUTEX_WAIT_BITSET, expected, deadline ? (u64)time : 0, 0, 0xffffffff, SYS_futex);
}

static inline u32 whose(u32 turn) { return turn & TURN_MASK; }

// Hands the slot to the sentry with `event` and comes back, with the turn word, when the sentry has handed it over. A `cookie`
// other than 0 rings in any case.
static u32 hand_over(struct slot *slot, struct area *area, u32 event, u64 cookie) {
  u32 ours = TURN_SENTRY | event << TURN_EVENT_SHIFT | (area->frame_fpu ? 0 : TURN_LIVE_FPU) | area->number << TURN_NUMBER_SHIFT;
  __atomic_exchange_n(&slot->turn, ours, __ATOMIC_SEQ_CST);
  for (;;) {
    u32 turn = load(&slot->turn);
    if (whose(turn) == TURN_STUB) return turn;
    if (whose(turn) != TURN_PARKED && (cookie || SHARED->asleep)) ring(cookie);
    cookie = 0;
    for (u32 left = SHARED->spin;; left--) {
      turn = load(&slot->turn);
      if (whose(turn) != TURN_SENTRY || left == 0) break;
      __builtin_ia32_pause();
    }
    i64 result;
    if (whose(turn) == TURN_PARKED) {
      wait_on_turn(slot, turn, slot->deadline, &result);
      ours = TURN_SENTRY | EVENT_DEADLINE << TURN_EVENT_SHIFT;
      // The sentry doesn't look at parked slots: this event always rings.
      if (result == -ETIMEDOUT && __atomic_compare_exchange_n(&slot->turn, &turn, ours, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
        cookie = DOORBELL_DEADLINE;
    } else if (whose(turn) != TURN_STUB) {
      u32 asleep = (ours & ~TURN_MASK) | TURN_SENTRY_STUB_SLEEPS;
      if (turn == asleep || __atomic_compare_exchange_n(&slot->turn, &turn, asleep, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
        wait_on_turn(slot, asleep, 0, &result);
    }
  }
}

static inline u64 argument(struct slot *slot, u32 index) {
  switch (index) {
    case 0: return slot->registers[RDI];
    case 1: return slot->registers[RSI];
    case 2: return slot->registers[RDX];
    case 3: return slot->registers[R10];
    case 4: return slot->registers[R8];
    default: return slot->registers[R9];
  }
}

// Copies what the system call's plan names into the window.
static void prefetch(struct slot *slot, u64 number) {
  if (number >= PLAN_COUNT) number = NO_NUMBER;
  if (slot->prefetch_count) slot->prefetch_count = 0;
  if (number == NO_NUMBER) return;
  const struct plan_step *step = (const struct plan_step *)(BASE + SHARED_OFFSET + SHARED_PLANS + number * PLAN_SIZE);
  u32 used = 0, count = 0;
  u8 *window = (u8 *)slot + SLOT_HEADER_SIZE;
  const u32 size = SLOT_SIZE - SLOT_HEADER_SIZE - WINDOW_TAIL;
  for (u32 i = 0; i < PLAN_STEPS && step[i].kind != STEP_END; i++) {
    u64 from = argument(slot, step[i].argument);
    i64 length;
    if (step[i].kind == STEP_STRING) {
      if (size - used < PATH_MAX) break;
      length = copy_string((char *)window + used, (const char *)from, PATH_MAX);
      if (length == PATH_MAX) length = -ENAMETOOLONG;
    } else {
      u64 wanted = step[i].size;
      if (step[i].kind == STEP_BUFFER) {
        wanted = argument(slot, step[i].length_argument);
        if (wanted > size) wanted = size;
        wanted *= step[i].size;
      }
      if (wanted > size - used) wanted = size - used;
      if (from == 0 || wanted == 0) continue;
      length = wanted - copy_bytes(window + used, (const void *)from, wanted);
    }
    slot->prefetches[count].address = from;
    slot->prefetches[count].offset = used;
    slot->prefetches[count].length = length;
    count++;
    if (length > 0) used += (length + 64) & ~63;
    else used += 64;
    if (used > size) break;
  }
  if (count) slot->prefetch_count = count;
}

static u32 copy_out(struct slot *slot) {
  u32 count = slot->copy_out_count;
  if (count > MAX_COPY_OUTS) count = MAX_COPY_OUTS;
  slot->copy_out_count = 0;
  for (u32 i = 0; i < count; i++) {
    u32 offset = slot->copy_outs[i].offset, length = slot->copy_outs[i].length;
    if (offset > SLOT_SIZE || length > SLOT_SIZE - offset) return 0;
    if (copy_bytes((void *)slot->copy_outs[i].address, (u8 *)slot + offset, length)) return 0;
  }
  return 1;
}

static inline void xrstor(const void *image) {
  __asm__ volatile("xrstor64 (%0)" ::"r"(image), "a"(SHARED->fpu_features), "d"(0) : "memory");
}

// The FPU state into the area's buffer.
static void store_fpu(struct area *area) {
  u64 *header = (u64 *)(area->fpu + 512);
  if (area->frame_fpu) {
    copy_words((u64 *)area->fpu, (const u64 *)area->frame_fpu, SHARED->fpu_size / 8);
    return;
  }
  for (u32 i = 0; i < 8; i++) header[i] = 0;
  __asm__ volatile("xsave64 (%0)" ::"r"(area->fpu), "a"(SHARED->fpu_features), "d"(0) : "memory");
}

// The FPU state from the area's buffer, after the checks that rt_sigreturn(2) makes.
static void set_fpu(struct area *area) {
  u64 *header = (u64 *)(area->fpu + 512);
  header[0] &= SHARED->fpu_features;
  for (u32 i = 1; i < 8; i++) header[i] = 0;
  *(u32 *)(area->fpu + 24) &= 0xffff;
  if (area->frame_fpu) {
    copy_words((u64 *)area->frame_fpu, (const u64 *)area->fpu, 464 / 8);
    copy_words((u64 *)(area->frame_fpu + 512), (const u64 *)(area->fpu + 512), (SHARED->fpu_size - 512) / 8);
  } else {
    xrstor(area->fpu);
  }
}

static i64 save_fpu(struct area *area, u64 address) {
  store_fpu(area);
  return copy_bytes((void *)address, area->fpu, SHARED->fpu_size) ? -EFAULT : 0;
}

static i64 load_fpu(struct area *area, u64 address) {
  if (address == 0) {
    for (u32 i = 0; i < 576 / 8; i++) ((volatile u64 *)area->fpu)[i] = 0;
    *(u32 *)(area->fpu + 24) = 0x1f80;
  } else if (copy_bytes(area->fpu, (const void *)address, SHARED->fpu_size)) {
    return -EFAULT;
  }
  set_fpu(area);
  return 0;
}

// Performs the ordered operations up to the first that fails; `index` is then its place, else the count. 1 if none did.
static u32 perform(struct slot *slot, struct area *area) {
  u32 count = slot->op_count, i;
  i64 result = 0;
  if (count > MAX_OPS) count = MAX_OPS;
  for (i = 0; i < count; i++) {
    struct operation *operation = &slot->operations[i];
    u64 *a = operation->arguments;
    if (operation->number == OP_SAVE_FPU) result = save_fpu(area, a[0]);
    else if (operation->number == OP_LOAD_FPU) result = load_fpu(area, a[0]);
    else
      do result = host_call(a[0], a[1], a[2], a[3], a[4], a[5], operation->number);
      while (result == -EINTR);
    operation->result = result;
    // An address is never in the errno range; a futex wake returns a count.
    if (result < 0 && result > -PAGE) break;
  }
  slot->index = i;
  slot->value = i < count ? result : 0;
  return i == count;
}

// The child of a fork: the first two operations map its own slots and take the parent's away; then it is parked in its own slot.
static struct slot *become_child(struct area *area, const struct operation *own) {
  const u64 *a = own[1].arguments, *b = own[2].arguments;
  u64 slots = a[0];
  while (host_call(a[0], a[1], a[2], a[3], a[4], a[5], SYS_mmap) == -EINTR) continue;
  while (b[1] && host_call(b[0], b[1], b[2], b[3], b[4], b[5], SYS_mmap) == -EINTR) continue;
  struct slot *slot = (struct slot *)slots;
  area->slot = slot;
  write_gs_base(slots);
  slot->self = slots;
  slot->stack = (u64)area;
  return slot;
}

// To the application with every register from the slot.
static void return_to_application(struct slot *slot, struct area *area) __attribute__((noreturn));
static void return_to_application(struct slot *slot, struct area *area) {
  if (area->frame_fpu) {
    xrstor(area->frame_fpu);
    area->frame_fpu = 0;
  }
  slot->iret[0] = slot->registers[RIP];
  slot->iret[1] = 0x33;
  slot->iret[2] = slot->registers[EFLAGS];
  slot->iret[3] = slot->registers[RSP];
  slot->iret[4] = 0x2b;
  leave();
}

// Runs the sentry's commands until one of them says to return to the application. Comes back only to a system call that came by
// its thunk and may go on by leave_syscall (so that calls and returns stay in pairs, which the processor predicts).
static void serve(struct slot *slot, struct area *area, u32 event, u64 cookie) {
  for (;;) {
    u32 turn = hand_over(slot, area, event, cookie), command = turn >> TURN_EVENT_SHIFT & TURN_MASK;
    cookie = 0;
    if (command == COMMAND_ORDERS) {
      turn = slot->value;
      if (!perform(slot, area) || turn == 0) {
        event = EVENT_ORDERS_DONE;
        continue;
      }
      command = turn >> TURN_EVENT_SHIFT & TURN_MASK;
    }
    if (command == COMMAND_RESUME || command == COMMAND_RESUME_FULL || command == COMMAND_RESUME_SMALL) {
      if (slot->copy_out_count && !copy_out(slot)) {
        event = EVENT_COPY_FAULT;
        continue;
      }
      if (command == COMMAND_RESUME) slot->registers[RAX] = slot->result;
      else if (command == COMMAND_RESUME_SMALL) slot->registers[RAX] = (i64)((i32)turn >> TURN_SMALL_SHIFT);
      if (read_fs_base() != slot->fs_base) write_fs_base(slot->fs_base);
      if (command != COMMAND_RESUME_FULL && !area->frame_fpu) return;
      return_to_application(slot, area);
    }
    if (command == COMMAND_SPAWN) {
      const struct operation *own = slot->operations;
      struct area *child = (struct area *)own[1].arguments[1];
      store_fpu(area);
      copy_words((u64 *)child->fpu, (const u64 *)area->fpu, SHARED->fpu_size / 8);
      do slot->value = clone_thread(own[0].arguments[0], (void *)own[0].arguments[1], (struct slot *)own[1].arguments[0], own[1].arguments[2]);
      while (slot->value == -EINTR);
      event = EVENT_CLONED;
    } else if (command == COMMAND_FORK) {
      struct operation own[3];
      copy_words((u64 *)own, (const u64 *)slot->operations, sizeof own / 8);
      i64 pid;
      do pid = host_call(own[0].arguments[0], 0, 0, 0, 0, 0, SYS_clone);
      while (pid == -EINTR);
      if (pid == 0) {
        slot = become_child(area, own);
        event = EVENT_HELLO;
      } else {
        slot->value = pid;
        event = EVENT_CLONED;
      }
    } else {
      event = EVENT_STUB_FAULT;
    }
  }
}

// Calls that need no kernel: waits and wakes on process-private futex words. 1 when done, 0 when the sentry must see it.
static u32 direct_futex(struct slot *slot) {
  if (!SHARED->direct_futex) return 0;
  u64 operation = slot->registers[RSI];
  if (!(operation & 128)) return 0;
  // WAIT, WAKE, REQUEUE, CMP_REQUEUE, WAKE_OP, WAIT_BITSET, WAKE_BITSET
  const u32 known = 1 << 0 | 1 << 1 | 1 << 3 | 1 << 4 | 1 << 5 | 1 << 9 | 1 << 10;
  u64 kind = operation & ~(u64)(128 | 256);
  if (kind > 10 || !(known >> kind & 1)) return 0;
  i64 result;
  do {
    result = futex_direct(slot->registers[RDI], operation, slot->registers[RDX], slot->registers[R10], slot->registers[R8], slot->registers[R9]);
  } while (result == -EINTR && !load(&slot->interrupt));
  if (result == -EINTR) return 2;
  slot->registers[RAX] = result;
  return 1;
}

// A system call's number for the turn word.
static inline u64 short_number(u64 number) { return number < NO_NUMBER ? number : NO_NUMBER; }

HIDDEN void serve_syscall(struct slot *slot, u32 number) {
  struct area *area = this_area();
  area->number = short_number(number);
  u32 event = EVENT_SYSCALL;
  slot->fs_base = read_fs_base();
  if (number == SYS_futex) {
    u32 done = direct_futex(slot);
    if (done == 1) return;
    if (done == 2) event = EVENT_INTERRUPT_IN_FUTEX;
  }
  prefetch(slot, number);
  serve(slot, area, event, 0);
}

HIDDEN void serve_interrupt(struct slot *slot) {
  serve(slot, this_area(), EVENT_INTERRUPT, 0);
  leave_syscall();
}

static inline u32 within(u64 address, const char *start, const char *end) { return address >= (u64)start && address < (u64)end; }

// True when the signal hit the stub itself and has been dealt with: the interrupted code goes on by rt_sigreturn.
static u32 fix_up(i32 number, u64 *registers) {
  u64 rip = registers[RIP];
  if (rip < BASE || rip >= BASE + THUNKS_OFFSET + THUNKS_SIZE) return 0;
  if (number == KICK_SIGNAL) {
    // In a thunk before the call: it will come to the sentry by itself. After it, this is application code.
    const u8 *thunk = (const u8 *)(rip & ~(u64)(THUNK_SIZE - 1));
    if (rip >= BASE + THUNKS_OFFSET && thunk[0] == THUNK_COMPARE_FIRST_BYTE && rip >= (u64)thunk + THUNK_AFTER) return 0;
    if (within(rip, (const char *)leave, leave_end)) registers[RIP] = (u64)leave;
    else if (within(rip, (const char *)leave_syscall, leave_syscall_end)) registers[RIP] = (u64)leave_syscall;
    else if (within(rip, futex_direct_check, futex_direct_end)) registers[RIP] = (u64)futex_direct_check;
    return 1;
  }
  // Single-stepping goes on in the application.
  if (number == SIGTRAP) return 1;
  if (number != SIGSEGV && number != SIGBUS) return 0;
  if (within(rip, (const char *)copy_bytes, copy_bytes_end)) registers[RIP] = (u64)copy_bytes_end;
  else if (within(rip, (const char *)copy_string, copy_string_end)) registers[RIP] = (u64)copy_string_fault;
  else return 0;
  return 1;
}

HIDDEN void on_signal(i32 number, const struct siginfo *info, struct ucontext *context) {
  struct area *area = this_area();
  struct slot *slot = area->slot;
  u64 rip = context->registers[RIP];
  write_gs_base((u64)slot);
  if (number != SIGSYS && fix_up(number, context->registers)) return;
  if (number == KICK_SIGNAL && !load(&slot->interrupt)) return;

  u32 event;
  const u64 *from = context->registers;
  if (number == SIGSYS) {
    event = EVENT_SYSCALL;
  } else if (number == KICK_SIGNAL) {
    event = EVENT_INTERRUPT;
  } else {
    slot->prefetch_count = 0;
    slot->fault_signal = number;
    slot->fault_code = info->code;
    slot->fault_address = info->address;
    event = rip >= BASE && rip < BASE + TEXT_SIZE ? EVENT_STUB_FAULT : EVENT_FAULT;
    // The way out itself faults on an address that isn't canonical; the slot still has the application's registers.
    if (within(rip, (const char *)leave, leave_end) || within(rip, (const char *)leave_syscall, leave_syscall_end)) {
      event = EVENT_FAULT;
      from = 0;
    }
  }
  if (from) copy_words(slot->registers, from, REGISTERS);
  slot->fs_base = read_fs_base();
  area->frame_fpu = context->fpu;
  if (event == EVENT_SYSCALL) {
    u64 nr = info->arch == AUDIT_ARCH_X86_64 ? (u32)info->syscall : 0xffffffff;
    area->number = short_number(nr);
    if (nr == SYS_futex) {
      if (++area->traps % TRAPS_PER_EVENT == 0) hand_over(slot, area, EVENT_TRAPPED, 0);
      u32 done = direct_futex(slot);
      if (done == 1) return_to_application(slot, area);
      if (done == 2) event = EVENT_INTERRUPT_IN_FUTEX;
    }
    prefetch(slot, nr);
  }
  serve(slot, area, event, 0);
  leave_syscall();
}

// A new thread, on its own area: rt_sigreturn registers the alternative stack, then the FPU state that its maker left is taken.
static void thread_ready(struct slot *slot, u64 cookie) __attribute__((noreturn));
static void thread_ready(struct slot *slot, u64 cookie) {
  struct area *area = this_area();
  area->frame_fpu = 0;
  set_fpu(area);
  serve(slot, area, EVENT_HELLO, cookie);
  leave_syscall();
}

HIDDEN void thread_main(struct slot *slot, u64 cookie) {
  struct area *area = this_area();
  area->slot = slot;
  slot->self = (u64)slot;
  slot->stack = (u64)area;
  write_gs_base((u64)slot);
  struct frame *frame = (struct frame *)((u64)area - 0x2000);
  for (u32 i = 0; i < sizeof *frame / 8; i++) ((volatile u64 *)frame)[i] = 0;
  frame->context.flags = 6;
  frame->context.stack_pointer = (u64)area - AREA_STACK_SIZE;
  frame->context.stack_size = AREA_STACK_SIZE;
  frame->context.registers[RIP] = (u64)thread_ready;
  frame->context.registers[RSP] = (u64)area - 8;
  frame->context.registers[RDI] = (u64)slot;
  frame->context.registers[RSI] = cookie;
  frame->context.registers[EFLAGS] = 0x202;
  frame->context.registers[CSGSFS] = 0x33 | 0x2bul << 48;
  return_from_signal(frame);
}

// The last unconfined steps: everything but the stub's pieces, the vDSO among them, goes, then the filter closes the door. `start` lies in the area.
HIDDEN void zygote_main(const struct zygote_start *start) {
  struct area *area = this_area();
  struct slot *slot = (struct slot *)(BASE + SLOTS_OFFSET);
  u64 end = 0x7ffffffff000, span_end = BASE + IMAGE_SPAN;
  struct { unsigned short length; u64 filter; } program = {start->filter_length, start->filter};
  host_call(0, BASE, 0, 0, 0, 0, SYS_munmap);
  host_call(span_end, end - span_end, 0, 0, 0, 0, SYS_munmap);
  // Only the sentry writes these two, from outside.
  u64 table = host_call(TABLE_ADDRESS, TABLE_SIZE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, NO_FD, 0, SYS_mmap);
  u64 thunks = host_call(BASE + THUNKS_OFFSET, THUNKS_SIZE, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, NO_FD, 0, SYS_mmap);
  area->slot = slot;
  area->frame_fpu = 0;
  slot->self = (u64)slot;
  slot->stack = (u64)area;
  write_gs_base((u64)slot);
  write_fs_base(0);
  // SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER: the listener is the lowest free descriptor, LISTENER_FD.
  i64 listener = host_call(1, 8, (u64)&program, 0, 0, 0, SYS_seccomp);
  if (table != TABLE_ADDRESS || thunks != BASE + THUNKS_OFFSET) listener = -ENOMEM;
  slot->value = listener;
  serve(slot, area, EVENT_HELLO, 0);
  leave_syscall();
}
