// The stub's assembly: the image table, entries from and exits to application code, copies with fault fix-up.
// gs is the base of the running thread's slot. Nothing here touches the application's stack: its red zone is live.
#include "layout.h"

#define REG(n) %gs:(SLOT_REGISTERS + 8 * (n))

    .section .text.table, "ax"
    .globl image_base
image_base:
    .long IMAGE_MAGIC
    .long signal_entry - image_base
    .long signal_restorer - image_base
    .long zygote_entry - image_base
    .long syscall_entry - image_base
    .long image_end - image_base

    .text

// A rewritten system call site arrives here by its thunk: rax = number, rcx = return address, the rest as the application left it.
    .globl syscall_entry
syscall_entry:
    mov %rsp, REG(15)
    mov %gs:SLOT_STACK, %rsp
    pushfq
    pop %r11
    mov %r8, REG(0)
    mov %r9, REG(1)
    mov %r10, REG(2)
    mov %r11, REG(3)
    mov %r12, REG(4)
    mov %r13, REG(5)
    mov %r14, REG(6)
    mov %r15, REG(7)
    mov %rdi, REG(8)
    mov %rsi, REG(9)
    mov %rbp, REG(10)
    mov %rbx, REG(11)
    mov %rdx, REG(12)
    mov %rax, REG(13)
    mov %rcx, REG(14)
    mov %rcx, REG(16)
    mov %r11, REG(17)
    cld
    mov %gs:SLOT_SELF, %rdi
    mov %eax, %esi
    call serve_syscall
    jmp leave_syscall

// void leave(void): to the application with every register from the slot. Restartable: an interrupt that arrives between
// leave and leave_end starts again at leave, so nothing here may depend on a register or change the slot.
    .globl leave
    .globl leave_end
leave:
    cmpl $0, %gs:SLOT_INTERRUPT
    jne leave_interrupted
    mov REG(0), %r8
    mov REG(1), %r9
    mov REG(2), %r10
    mov REG(3), %r11
    mov REG(4), %r12
    mov REG(5), %r13
    mov REG(6), %r14
    mov REG(7), %r15
    mov REG(8), %rdi
    mov REG(9), %rsi
    mov REG(10), %rbp
    mov REG(11), %rbx
    mov REG(12), %rdx
    mov REG(13), %rax
    mov REG(14), %rcx
    mov %gs:SLOT_SELF, %rsp
    lea SLOT_IRET(%rsp), %rsp
    iretq
leave_end:
    ud2

leave_interrupted:
    mov %gs:SLOT_STACK, %rsp
    mov %gs:SLOT_SELF, %rdi
    cld
    call serve_interrupt
    ud2

// void leave_syscall(void): as leave, for a system call that came by its thunk: rcx = return address, r11 = flags.
    .globl leave_syscall
    .globl leave_syscall_end
leave_syscall:
    cmpl $0, %gs:SLOT_INTERRUPT
    jne leave_interrupted
    mov %gs:SLOT_STACK, %rsp
    mov REG(17), %r11
    push %r11
    popfq
    mov REG(0), %r8
    mov REG(1), %r9
    mov REG(2), %r10
    mov REG(4), %r12
    mov REG(5), %r13
    mov REG(6), %r14
    mov REG(7), %r15
    mov REG(8), %rdi
    mov REG(9), %rsi
    mov REG(10), %rbp
    mov REG(11), %rbx
    mov REG(12), %rdx
    mov REG(13), %rax
    mov REG(15), %rsp
    mov REG(16), %rcx
    jmp *%rcx
leave_syscall_end:
    ud2

// Every host signal: rdi = signal, rsi = siginfo, rdx = ucontext. The stack is the thread's area, or the handler finds out.
    .globl signal_entry
signal_entry:
    cld
    call on_signal
    ret

    .globl signal_restorer
signal_restorer:
    mov $15, %eax
    syscall
    ud2

// long host_call(long a0..a5 in rdi.., long number): number is the seventh argument, on the stack.
    .globl host_call
host_call:
    mov %rcx, %r10
    mov 8(%rsp), %rax
    syscall
    ret

// long futex_direct(struct slot *, args[6]...): an application's own futex call. Restartable up to the call, so that an interrupt
// that arrives before the thread sleeps isn't lost. rdi..r9 as for host_call. Returns -EINTR when there is an interrupt.
    .globl futex_direct
    .globl futex_direct_end
futex_direct:
    mov %rcx, %r10
futex_direct_check:
    cmpl $0, %gs:SLOT_INTERRUPT
    jne 1f
    mov $202, %eax
    syscall
futex_direct_end:
    ret
1:  mov $-4, %rax
    ret
    .globl futex_direct_check

// long clone_thread(u64 flags, void *stack, struct slot *slot, u64 cookie): the child runs thread_main(slot, cookie) on the stack.
    .globl clone_thread
clone_thread:
    push %rbx
    push %rbp
    mov %rdx, %rbx
    mov %rcx, %rbp
    xor %edx, %edx
    xor %r10d, %r10d
    xor %r8d, %r8d
    xor %r9d, %r9d
    mov $56, %eax
    syscall
    test %rax, %rax
    jz 1f
    pop %rbp
    pop %rbx
    ret
1:  mov %rbx, %rdi
    mov %rbp, %rsi
    xor %ebp, %ebp
    call thread_main
    ud2

// void return_from_signal(struct frame *): rt_sigreturn with a frame that was built by hand.
    .globl return_from_signal
return_from_signal:
    lea 8(%rdi), %rsp
    mov $15, %eax
    syscall
    ud2

// void run_on(void *stack, void (*function)(struct slot *), struct slot *)
    .globl zygote_entry
// The zygote, still unconfined: rdi = struct zygote_start *, on its own area's stack.
zygote_entry:
    call zygote_main
    ud2

// u64 copy_bytes(void *to, const void *from, u64 length): bytes that were not copied, because of a bad address.
    .globl copy_bytes
    .globl copy_bytes_end
copy_bytes:
    mov %rdx, %rcx
    rep movsb
copy_bytes_end:
    mov %rcx, %rax
    ret

// i64 copy_string(char *to, const char *from, u64 limit): length without the NUL, `limit` if there was none, -EFAULT.
    .globl copy_string
    .globl copy_string_end
copy_string:
    xor %eax, %eax
1:  cmp %rdx, %rax
    jae 2f
    movzbl (%rsi, %rax), %ecx
    mov %cl, (%rdi, %rax)
    test %ecx, %ecx
    jz 2f
    inc %rax
    jmp 1b
copy_string_end:
2:  ret
    .globl copy_string_fault
copy_string_fault:
    mov $-14, %rax
    ret

    .section .text.last, "ax"
    .globl image_end
image_end:
    .byte 0
    .section .note.GNU-stack, "", @progbits
