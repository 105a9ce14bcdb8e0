/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Core files of processes, as the kernel writes them when a program crashes, for debuggers. This
 * makes what stands before the memory: the headers and the notes with the registers of all threads.
 * It says which memory goes where; the caller reads and writes it.
 *
 * Layouts: Linux's elf_prstatus, elf_prpsinfo and user_regset of each architecture
 * (include/uapi/linux/elf.h, arch/…/ptrace.h). What a dump does not hold is zero: times, pending
 * signals.
 */
#ifndef CKPT_CRIU_ELF_H
#define CKPT_CRIU_ELF_H

#include "criu/memory.h"
#include "mem/buffer.h"

/* Memory of the process: a PT_LOAD. */
struct ckpt_core_load {
    uint64_t start, end; /* addresses */
    uint64_t offset;     /* in the core file */
    uint32_t prot;       /* PROT_… */
    bool held;           /* its bytes are in the file, zeros as a hole; else they are left out */
};

struct ckpt_core {
    struct ckpt_buffer head; /* the first bytes of the file */
    struct ckpt_core_load *loads;
    size_t count, room;
    uint64_t size;       /* of the file */
    const char *refused; /* why there is none: one sentence without a full stop; else NULL */
};

/* Makes the core file of a process. It has to be freed, whatever is answered. False: `refused`. */
bool ckpt_core_make(struct ckpt_core *core, ckpt_dump *dump, uint32_t pid);
void ckpt_core_free(struct ckpt_core *core);

#endif
