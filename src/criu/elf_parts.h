/* SPDX-License-Identifier: Apache-2.0 */
/* Between the core file (elf.c) and the registers of architectures (elf_regs.c). */
#ifndef CKPT_CRIU_ELF_PARTS_H
#define CKPT_CRIU_ELF_PARTS_H

#include "criu/elf.h"

enum {
    NT_PRSTATUS = 1,
    NT_FPREGSET = 2,
    NT_PRPSINFO = 3,
    NT_AUXV = 6,
    NT_PPC_VMX = 0x100,
    NT_PPC_VSX = 0x102,
    NT_X86_XSTATE = 0x202,
    NT_S390_SYSTEM_CALL = 0x307,
    NT_S390_VXRS_LOW = 0x309,
    NT_S390_VXRS_HIGH = 0x30a,
    NT_ARM_VFP = 0x400,
    NT_ARM_TLS = 0x401,
    NT_ARM_PACA_KEYS = 0x407,
    NT_ARM_PACG_KEYS = 0x408,
    NT_FILE = 0x46494c45,
    NT_SIGINFO = 0x53494749
};

struct ckpt_elf_writer;

/* What an architecture's core files are like. */
struct ckpt_elf_machine {
    uint16_t machine; /* e_machine */
    bool narrow;      /* 32 bits */
    bool big_endian;
    uint32_t flags;                /* e_flags */
    unsigned thread_info, general; /* fields of core_entry, and of the thread info in that */
    void (*registers)(struct ckpt_elf_writer *w, const struct ckpt_pb *general);
    void (*notes)(struct ckpt_elf_writer *w, const struct ckpt_pb *info);
    uint32_t register_size; /* bytes of the general registers in NT_PRSTATUS */
};

struct ckpt_elf_writer {
    struct ckpt_buffer *out;
    const struct ckpt_elf_machine *machine;
    size_t note; /* where the size of the note that is being written stands */
};

/* That of enum march; NULL: there is none. */
const struct ckpt_elf_machine *ckpt_elf_machine(uint64_t march);

/* Numbers in the byte order of the machine; a word is as long as its addresses. */
void ckpt_elf_16(struct ckpt_elf_writer *w, uint64_t value);
void ckpt_elf_32(struct ckpt_elf_writer *w, uint64_t value);
void ckpt_elf_64(struct ckpt_elf_writer *w, uint64_t value);
void ckpt_elf_word(struct ckpt_elf_writer *w, uint64_t value);
void ckpt_elf_zeros(struct ckpt_elf_writer *w, size_t count);

/* All that is written between these is the content of a note. */
void ckpt_elf_begin_note(struct ckpt_elf_writer *w, const char *owner, uint32_t type);
void ckpt_elf_end_note(struct ckpt_elf_writer *w);

#endif
