// The guest of the platform tests: freestanding, static, at a fixed address. It starts with rdi = what to do, and ends with exit(0) when
// all went as it should, else with the line that failed.
typedef unsigned long u64;
typedef long i64;

static i64 call(u64 number, u64 a, u64 b, u64 c, u64 d, u64 e, u64 f) {
  i64 result;
  register u64 r10 __asm__("r10") = d;
  register u64 r8 __asm__("r8") = e;
  register u64 r9 __asm__("r9") = f;
  __asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9) : "rcx", "r11", "memory");
  return result;
}

#define CALL3(n, a, b, c) call(n, (u64)(a), (u64)(b), (u64)(c), 0, 0, 0)
#define CHECK(x) ((x) ? (void)0 : exit(__LINE__))
#define SYS_write 1
#define SYS_stat 4
#define SYS_mmap 9
#define SYS_mprotect 10
#define SYS_munmap 11
#define SYS_nanosleep 35
#define SYS_getpid 39
#define SYS_clone 56
#define SYS_fork 57
#define SYS_exit 60
#define SYS_futex 202
#define SYS_interrupt_me 1000
#define SYS_wait_child 1001
#define SYS_order_foreign 1002

static void exit(i64 code) {
  for (;;) CALL3(SYS_exit, code, 0, 0);
}

static volatile int word, started, stop;
static char stack[4][16384] __attribute__((aligned(16)));

static i64 thread(u64 flags, void *top, void (*function)(u64), u64 argument) {
  i64 result;
  u64 *frame = (u64 *)top - 2;
  frame[0] = (u64)function;
  frame[1] = argument;
  __asm__ volatile(
      "syscall\n\ttest %%rax, %%rax\n\tjnz 1f\n\tpop %%rax\n\tpop %%rdi\n\tcall *%%rax\n\tud2\n1:"
      : "=a"(result) : "a"(SYS_clone), "D"(flags), "S"(frame) : "rcx", "r11", "memory");
  return result;
}

static void thread_body(u64 argument) {
  __sync_fetch_and_add(&started, 1);
  CHECK(CALL3(SYS_getpid, 0, 0, 0) == 42);
  __sync_fetch_and_add(&word, argument);
  call(SYS_futex, (u64)&word, 129, 100, 0, 0, 0);
  exit(0);
}

static void spin_body(u64 argument) {
  started = 1;
  while (!stop) __asm__ volatile("" ::: "memory");
  exit(argument);
}

static void many_calls(u64 count) {
  for (u64 i = 0; i < count; i++) {
    i64 r;
    // Every register but rax, rcx and r11 comes back as it was.
    u64 rbx = i, r12 = i + 1, r15 = i + 2;
    __asm__ volatile("movl $39, %%eax\n\tsyscall" : "=a"(r), "+b"(rbx) : : "rcx", "r11", "memory");
    CHECK(r == 42 && rbx == i && r12 == i + 1 && r15 == i + 2);
  }
}

static void vector_state(void) {
  u64 in[2] = {0x1122334455667788, 0x99aabbccddeeff00}, out[2] = {0, 0};
  __asm__ volatile("movdqu %1, %%xmm7\n\tmovl $39, %%eax\n\tsyscall\n\tmovdqu %%xmm7, %0"
                   : "=m"(out) : "m"(in) : "rax", "rcx", "r11", "xmm7", "memory");
  CHECK(out[0] == in[0] && out[1] == in[1]);
}

static void red_zone(void) {
  u64 a, b;
  __asm__ volatile("movq $77, -8(%%rsp)\n\tmovq $78, -128(%%rsp)\n\tmovl $39, %%eax\n\tsyscall\n\tmov -8(%%rsp), %0\n\tmov -128(%%rsp), %1"
                   : "=&r"(a), "=&r"(b) : : "rax", "rcx", "r11", "memory");
  CHECK(a == 77 && b == 78);
}

static void busy_body(u64 count) {
  many_calls(count);
  for (u64 i = 0; i < count; i++) {
    i64 r;
    // The other shape: the comparison is part of what is rewritten.
    __asm__ volatile("mov %1, %%rax\n\tsyscall\n\tcmp $-4096, %%rax\n\tjbe 1f\n\tmov $-1, %%rax\n1:" : "=a"(r) : "r"((u64)SYS_getpid) : "rcx", "r11", "memory");
    CHECK(r == 42);
  }
  exit(0);
}

__attribute__((used)) static void run(u64 mode, u64 argument) {
  switch (mode) {
    case 0:  // plain calls
      CHECK(CALL3(SYS_write, 1, "hello\n", 6) == 6);
      many_calls(argument);
      vector_state();
      red_zone();
      break;
    case 1: {  // bad addresses
      CHECK(CALL3(SYS_write, 1, 0x10, 6) == -14);
      CHECK(CALL3(SYS_stat, 0x10, stack, 0) == -14);
      CHECK(CALL3(SYS_stat, "/etc/passwd", 0x10, 0) == -14);
      CHECK(CALL3(SYS_stat, "/etc/passwd", stack, 0) == 0);
      CHECK(stack[0][0] == 's' && stack[0][143] == 's' && stack[0][144] == 0);
      break;
    }
    case 2: {  // memory
      char *m = (char *)call(SYS_mmap, 0x10000000, 0x3000, 3, 0x22, -1, 0);
      CHECK(m == (char *)0x10000000 && m[0] == 0);
      m[0] = 5;
      CHECK(CALL3(SYS_mprotect, m, 0x1000, 1) == 0 && m[0] == 5);
      CHECK(CALL3(SYS_write, 1, m, 0) == 0);
      CHECK(CALL3(SYS_munmap, m, 0x3000, 0) == 0);
      CHECK(CALL3(SYS_write, 1, m, 1) == -14);
      for (int i = 0; i < (int)argument; i++) {
        m = (char *)call(SYS_mmap, 0x10000000, 0x1000, 3, 0x22, -1, 0);
        m[7] = 1;
        CHECK(CALL3(SYS_munmap, m, 0x1000, 0) == 0);
      }
      break;
    }
    case 3: {  // fork
      for (int i = 0; i < (int)argument; i++) {
        word = i;
        i64 pid = CALL3(SYS_fork, 0, 0, 0);
        CHECK(pid >= 0);
        if (pid == 0) {
          CHECK(word == i && CALL3(SYS_getpid, 0, 0, 0) == 42);
          word = 12345;
          exit(0);
        }
        CHECK(CALL3(SYS_wait_child, pid, 0, 0) == 0);
        CHECK(word == i);
      }
      break;
    }
    case 4: {  // threads and private futexes
      for (int round = 0; round < (int)argument; round++) {
        word = 0;
        started = 0;
        for (int i = 0; i < 4; i++) CHECK(thread(0, stack[i] + 16384, thread_body, 1) > 0);
        for (int seen; (seen = word) != 4;) {
          i64 r = call(SYS_futex, (u64)&word, 128, seen, 0, 0, 0);
          CHECK(r == 0 || r == -11);
        }
        for (int i = 0; i < 4; i++) CHECK(CALL3(SYS_wait_child, 0, 0, 0) == 0);
      }
      break;
    }
    case 5:  // interrupt in a loop: the kernel sets `stop`
      CALL3(SYS_interrupt_me, &stop, 0, 0);
      while (!stop) __asm__ volatile("" ::: "memory");
      break;
    case 6: {  // interrupt in a host futex
      CALL3(SYS_interrupt_me, &stop, 0, 0);
      CHECK(call(SYS_futex, (u64)&word, 128, 0, 0, 0, 0) == -4 && stop);
      break;
    }
    case 7: {  // deadline
      u64 time[2] = {0, 5000000};
      CHECK(CALL3(SYS_nanosleep, time, 0, 0) == 0);
      break;
    }
    case 8:  // a fault
      *(volatile int *)0x123456 = 1;
      break;
    case 9:  // a host call of its own choice through the stub's text; argument = address of a `syscall; ret`
      __asm__ volatile("mov $9, %%eax\n\tmov $0x20000000, %%edi\n\tmov $4096, %%esi\n\tmov $3, %%edx\n\tmov $0x32, %%r10d\n\tmov $-1, %%r8\n\txor %%r9d, %%r9d\n\tcall *%0"
                       : : "r"(argument) : "rax", "rcx", "rdx", "rdi", "rsi", "r8", "r9", "r10", "r11", "memory");
      exit(__LINE__);
      break;
    case 10: {  // a thread that spins while another exits
      CHECK(thread(0, stack[0] + 16384, spin_body, 0) > 0);
      while (!started) CALL3(SYS_getpid, 0, 0, 0);
      stop = 1;
      CHECK(CALL3(SYS_wait_child, 0, 0, 0) == 0);
      break;
    }
    case 11:  // calls until killed
      for (;;) CALL3(SYS_getpid, 0, 0, 0);
    case 12:  // loop until killed
      for (;;) continue;
    case 13:  // other system call instructions
      CHECK(call(SYS_getpid, 0, 0, 0, 0, 0, 0) == 42);
      {
        i64 r;
        __asm__ volatile("int $0x80" : "=a"(r) : "a"(20) : "memory");
        CHECK(r == -38);
      }
      break;
    case 14:  // a site that no shape fits
      for (u64 i = 0; i < argument; i++) {
        i64 r;
        __asm__ volatile("mov %1, %%rax\n\tjmp 1f\n1:\tsyscall\n\tjmp 2f\n2:" : "=a"(r) : "r"((u64)SYS_getpid) : "rcx", "r11", "memory");
        CHECK(r == 42);
      }
      break;
    case 15:  // a map and its end
      for (u64 i = 0; i < argument; i++) {
        CHECK(call(SYS_mmap, 0x10000000, 0x1000, 3, 0x22, -1, 0) == 0x10000000);
        CHECK(CALL3(SYS_munmap, 0x10000000, 0x1000, 0) == 0);
      }
      break;
    case 16:  // a futex wake
      for (u64 i = 0; i < argument; i++) CHECK(call(SYS_futex, (u64)&word, 129, 1, 0, 0, 0) == 0);
      break;
    case 17:  // one thread after the other
      for (u64 i = 0; i < argument; i++) {
        CHECK(thread(0, stack[0] + 16384, spin_body, 0) > 0);
        stop = 1;
        CHECK(CALL3(SYS_wait_child, 0, 0, 0) == 0);
      }
      break;
    case 19:  // threads in the same system call sites while they are rewritten
      for (int i = 0; i < 4; i++) CHECK(thread(0, stack[i] + 16384, busy_body, argument) > 0);
      for (int i = 0; i < 4; i++) CHECK(CALL3(SYS_wait_child, 0, 0, 0) == 0);
      break;
    case 18:  // a write of 4 KiB
      for (u64 i = 0; i < argument; i++) CHECK(CALL3(SYS_write, 1, stack, 4096) == 4096);
      break;
  }
  exit(0);
}

__attribute__((naked)) void _start(void) {
  __asm__("xor %ebp, %ebp\n\tand $-16, %rsp\n\tcall run\n\tud2");
}
