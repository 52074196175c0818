# The probe guest of probe_guest.py: it does what the first milliseconds of a kernel do, then writes 42 to port 0xf4.
# It is its own firmware: copied to 0x8000, it goes from real mode to long mode with paging, takes a page fault,
# a timer interrupt with hlt, writes model specific registers, enters ring 3 and comes back by syscall.
# Build: as --64 probe.S -o probe.o && ld -m elf_x86_64 -Ttext 0x8000 --oformat binary probe.o -o probe.bin
.intel_syntax noprefix
.text
.globl _start
.code16
_start:
    cli
    cld
    mov ax, cs
    mov ds, ax
    xor ax, ax
    mov es, ax
    xor si, si
    mov di, 0x8000
    mov cx, 1024
    rep movsw
    ljmp 0, offset low
low:
    mov ds, ax
    lgdt [gdt_pointer]
    mov eax, cr0
    or al, 1
    mov cr0, eax
    ljmp 0x08, offset protected

.code32
protected:
    mov eax, 0x10
    mov ds, eax
    mov es, eax
    mov ss, eax
    mov esp, 0x7000
    mov edi, 0x10000                # page tables: 4 GiB one to one, in pages of 2 MiB
    mov ecx, 0x6000 / 4
    xor eax, eax
    rep stosd
    mov dword ptr [0x10000], 0x11007
    mov dword ptr [0x11000], 0x12007
    mov dword ptr [0x11008], 0x13007
    mov dword ptr [0x11010], 0x14007
    mov dword ptr [0x11018], 0x15007
    mov edi, 0x12000
    mov eax, 0x87
    mov ecx, 2048
fill:
    mov [edi], eax
    add edi, 8
    add eax, 0x200000
    loop fill
    mov dword ptr [0x13000], 0      # but the page at 1 GiB is missing
    mov eax, cr4
    or eax, 0x20
    mov cr4, eax
    mov eax, 0x10000
    mov cr3, eax
    mov ecx, 0xc0000080
    rdmsr
    or eax, 0x101
    wrmsr
    mov eax, cr0
    or eax, 0x80010000
    mov cr0, eax
    ljmp 0x18, offset long_mode

.code64
long_mode:
    mov eax, 0x20
    mov ds, eax
    mov es, eax
    mov ss, eax
    mov edi, 0x9000                 # interrupt table
    xor eax, eax
    mov ecx, 0x1000 / 8
    rep stosq
    mov ebx, 14
    mov rax, offset page_fault
    call gate
    mov ebx, 32
    mov rax, offset timer
    call gate
    lidt [idt_pointer]

    mov ecx, 0xc0000081             # STAR, LSTAR, FMASK: as a kernel sets them for syscall
    xor eax, eax
    mov edx, 0x00230018
    wrmsr
    mov ecx, 0xc0000082
    mov rax, offset system_call
    xor edx, edx
    wrmsr
    rdmsr
    cmp rax, offset system_call
    jne fail
    mov ecx, 0xc0000084
    mov eax, 0x200
    wrmsr
    mov ecx, 0x277                  # PAT: read, write back
    rdmsr
    wrmsr

    xor r12d, r12d
many:
    xor eax, eax
    cpuid
    inc r12d
    cmp r12d, 64
    jne many

    mov r15d, 0
    mov eax, 0x40000000
    mov qword ptr [rax], 7          # page fault; the handler maps it to 2 MiB
    cmp r15d, 0x40000000
    jne fail
    mov rax, [0x200000]
    cmp eax, 7
    jne fail

    mov rdi, 0x400000               # touch 8 MiB, 16 bytes in one locked step, as kernels change their free lists
touch:
    xor eax, eax
    xor edx, edx
    mov rbx, rdi
    mov rcx, rdi
    lock cmpxchg16b [rdi]
    jnz fail
    cmp [rdi + 8], rdi
    jne fail
    add rdi, 0x1000
    cmp rdi, 0xc00000
    jne touch
    mov rax, cr3
    mov cr3, rax

    mov al, 0xff                    # both interrupt controllers of old are silent
    out 0x21, al
    out 0xa1, al
    mov ebx, 0xfee00000
    mov dword ptr [rbx + 0xf0], 0x1ff
    mov dword ptr [rbx + 0x3e0], 0x0b
    mov dword ptr [rbx + 0x320], 32
    mov dword ptr [rbx + 0x380], 100000
    xor r14d, r14d
sleeping:
    sti
    hlt
    cli
    test r14d, r14d
    jz sleeping

    push 0x33                       # to ring 3
    push 0x6000
    push 0x2
    push 0x2b
    mov rax, offset user
    push rax
    iretq
user:
    mov ebp, 0x5e2a1
    syscall
    jmp fail

system_call:
    cmp ebp, 0x5e2a1
    jne fail
    mov eax, 42
    mov dx, 0xf4
    out dx, eax
fail:
    cli
    hlt
    jmp fail

page_fault:
    push rax
    mov rax, cr2
    mov r15, rax
    mov dword ptr [0x13000], 0x200087
    invlpg [rax]
    pop rax
    add rsp, 8
    iretq
timer:
    mov r14d, 1
    mov dword ptr [rbx + 0xb0], 0
    iretq

gate:                               # interrupt gate ebx -> rax
    shl ebx, 4
    add ebx, 0x9000
    mov [rbx], ax
    mov word ptr [rbx + 2], 0x18
    mov word ptr [rbx + 4], 0x8e00
    shr eax, 16
    mov [rbx + 6], ax
    ret

.balign 8
gdt:
    .quad 0
    .quad 0x00cf9b000000ffff        # 08 code, 32 bit
    .quad 0x00cf93000000ffff        # 10 data
    .quad 0x00af9b000000ffff        # 18 code, 64 bit
    .quad 0x00cf93000000ffff        # 20 data
    .quad 0x00affb000000ffff        # 28 code of ring 3
    .quad 0x00cff3000000ffff        # 30 data of ring 3
gdt_pointer:
    .word gdt_pointer - gdt - 1
    .long gdt
idt_pointer:
    .word 0xfff
    .quad 0x9000
