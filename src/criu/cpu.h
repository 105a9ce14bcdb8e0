/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Processors: which features programs may use, and what another processor lacks of them. The names
 * are those of cpu.def; here a processor is a row of 32-bit words, one for each row of that table.
 */
#ifndef CKPT_CRIU_CPU_H
#define CKPT_CRIU_CPU_H

#include "criu/view.h"

/* Words of cpu.def by their number. */
enum ckpt_cpu_word {
#define CKPT_CPU_CPUID(id, record, register_, image, names) CKPT_CPU_##id,
#define CKPT_CPU_HWCAP(id, march, key, shift, names) CKPT_CPU_##id,
#define CKPT_CPU_LEVEL(name, march, base, names)
#include "criu/cpu.def"
#undef CKPT_CPU_CPUID
#undef CKPT_CPU_HWCAP
#undef CKPT_CPU_LEVEL
    CKPT_CPU_WORDS
};

/* A set of features of an architecture. */
struct ckpt_cpu {
    uint32_t march; /* CKPT_CRIU_march_…; 0: not known */
    uint32_t words[CKPT_CPU_WORDS];
};

/* Names of the levels, NULL after the last one. */
extern const char *const ckpt_cpu_levels[];

/* The processor of that level, "x86-64-v3"; false: there is none. */
bool ckpt_cpu_of_level(ckpt_string name, struct ckpt_cpu *cpu);

/*
 * The processor that a file describes: a copy of /proc/cpuinfo of any of CRIU's architectures
 * (features that all its processors have), what `ckpt host` prints, or a cpuinfo.img. False: it
 * describes none.
 */
bool ckpt_cpu_of_file(const uint8_t *bytes, size_t length, struct ckpt_cpu *cpu);

/* That of a message of cpuinfo.img. */
bool ckpt_cpu_of_image(const struct ckpt_pb *cpuinfo, struct ckpt_cpu *cpu);

/* The features that entries of an auxiliary vector tell: AT_HWCAP, AT_HWCAP2. */
void ckpt_cpu_of_auxv(const struct ckpt_pb *mm, uint32_t march, struct ckpt_cpu *cpu);

/* The features whose registers a state of XSAVE holds: xstate_bv. */
void ckpt_cpu_of_state(uint64_t xstate_bv, struct ckpt_cpu *cpu);

/* Adds the features of another processor of the same architecture; takes those away that it has;
   whether any is left. */
void ckpt_cpu_add(struct ckpt_cpu *cpu, const struct ckpt_cpu *other);
void ckpt_cpu_remove(struct ckpt_cpu *cpu, const struct ckpt_cpu *other);
bool ckpt_cpu_is_empty(const struct ckpt_cpu *cpu);

/* The highest level of its architecture of which it lacks nothing but what every processor of that
   architecture has; NULL: none. */
const char *ckpt_cpu_level(const struct ckpt_cpu *cpu);

/* An array of the names of the features, sorted. */
void ckpt_cpu_put_names(struct ckpt_sink *sink, const struct ckpt_cpu *cpu);

/* What glibc found out, in memory of a process. */
struct ckpt_cpu_table {
    struct ckpt_cpu usable; /* by programs */
    uint32_t vendor;        /* 1 Intel, 2 AMD, 3 Zhaoxin, 4 another */
    uint32_t family, model, stepping;
};

enum {
    CKPT_CPU_TABLE_HEAD = 20,     /* vendor, highest leaf, family, model, stepping */
    CKPT_CPU_TABLE_HWCAP_AT = 32, /* where AT_HWCAP, EDX of leaf 1, stands in it */
    CKPT_CPU_TABLE_SIZE = CKPT_CPU_TABLE_HEAD + 9 * 32
};

/* Whether these bytes, CKPT_CPU_TABLE_SIZE of them, are the head of glibc's struct cpu_features
   (since 2.26): what it says of family, model and stepping must be what EAX of leaf 1 says. */
bool ckpt_cpu_of_table(const uint8_t *bytes, size_t length, struct ckpt_cpu_table *table);

/* ---- of a dump (cpu_view.c) ------------------------------------------------------------------ */

/* What of a dump is told beside its images. */
enum ckpt_cpu_source {
    CKPT_CPU_TARGET,     /* the name of a level, or a file: see ckpt_cpu_of_file() */
    CKPT_CPU_MEMORY,     /* memory in which a table was looked for */
    CKPT_CPU_DUMP_LOG,   /* dump.log */
    CKPT_CPU_RESTORE_LOG /* restore.log */
};

/* Takes one of them. `pid`, `address`: of memory. `dump` may be NULL for a target. False: it is
   none, or tells nothing, or there is no memory. */
bool ckpt_cpu_take(ckpt_dump *dump, enum ckpt_cpu_source source, uint32_t pid, uint64_t address,
                   const uint8_t *bytes, size_t length);

/* Writes CpuView. */
void ckpt_view_cpu(ckpt_dump *dump, uint32_t pid, struct ckpt_sink *sink);

#endif
