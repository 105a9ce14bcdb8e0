/* SPDX-License-Identifier: Apache-2.0 */
/* On which processor the processes of a dump ran, and what another one must have. */
#include "criu/cpu.h"

#include <string.h>

#include "criu/internal.h"
#include "criu/memory.h"
#include "criu/task.h"
#include "mem/sort.h"
#include "text/slice.h"

enum { X86_64 = CKPT_CRIU_march_X86_64, AT_HWCAP = 16, GO_MAGIC = 14, MOST_REFUSALS = 16 };

/* How the build information of a Go program begins, in its data. */
static const uint8_t go_magic[GO_MAGIC] = {0xff, ' ', 'G', 'o', ' ', 'b', 'u',
                                           'i',  'l', 'd', 'i', 'n', 'f', ':'};

/* What was found in the memory of a process. */
struct ckpt_cpu_process {
    struct ckpt_cpu_table table;
    uint64_t address;
    bool found, go;
};

struct ckpt_cpu_dump {
    struct ckpt_key *pids; /* of the tree, sorted; value: index of its process */
    struct ckpt_cpu_process *processes;
    size_t count;
    struct ckpt_cpu target;
    bool has_target, has_log;
    ckpt_string vendor, family, model, xfeatures;
    ckpt_string refused[MOST_REFUSALS];
    size_t refusals;
};

static struct ckpt_cpu_dump *of_dump(ckpt_dump *dump)
{
    size_t count;
    if (dump->cpu != NULL)
        return dump->cpu;
    const struct ckpt_pb *tree = ckpt_tree(dump, 0, &count);
    struct ckpt_cpu_dump *cpu = ckpt_arena_alloc(&dump->arena, sizeof(*cpu));
    struct ckpt_key *pids = ckpt_arena_array(&dump->arena, count, sizeof(*pids));
    struct ckpt_cpu_process *processes = ckpt_arena_array(&dump->arena, count, sizeof(*processes));
    if (cpu == NULL || pids == NULL || processes == NULL)
        return NULL;
    for (size_t i = 0; i < count; i++)
        pids[i] = (struct ckpt_key){(uint32_t)ckpt_pb_u64(&tree[i], F(pstree_entry, pid), 0),
                                    (uint32_t)i};
    ckpt_sort(pids, count);
    cpu->pids = pids;
    cpu->processes = processes;
    cpu->count = count;
    return dump->cpu = cpu;
}

static struct ckpt_cpu_process *process_of(struct ckpt_cpu_dump *cpu, uint32_t pid)
{
    size_t at = ckpt_lower_bound(cpu->pids, cpu->count, pid);
    return at < cpu->count && cpu->pids[at].key == pid ? &cpu->processes[cpu->pids[at].value]
                                                       : NULL;
}

/* ---- what is taken --------------------------------------------------------------------------- */

static bool take_memory(struct ckpt_cpu_dump *cpu, uint32_t pid, uint64_t address,
                        const uint8_t *bytes, size_t length)
{
    struct ckpt_cpu_process *process = process_of(cpu, pid);
    struct ckpt_cpu_table table;
    if (process == NULL)
        return false;
    if (length == GO_MAGIC && memcmp(bytes, go_magic, GO_MAGIC) == 0)
        return process->go = true;
    if (process->found || !ckpt_cpu_of_table(bytes, length, &table))
        return false;
    process->found = true;
    process->address = address;
    process->table = table;
    return true;
}

/* A copy of what stands in a line between two texts; NULL: from its start, to its end. */
static ckpt_string cut(ckpt_dump *dump, ckpt_string line, const char *before, const char *behind)
{
    size_t at = before == NULL ? 0 : ckpt_index_of(line, before);
    if (at == SIZE_MAX)
        return (ckpt_string){NULL, 0};
    if (before != NULL)
        at += strlen(before);
    ckpt_string text = ckpt_slice_of(line, at, line.length);
    size_t end = behind == NULL ? SIZE_MAX : ckpt_index_of(text, behind);
    if (end != SIZE_MAX)
        text = ckpt_slice_of(text, 0, end);
    if (text.length > 256)
        text.length = 256;
    char *copy = ckpt_arena_alloc(&dump->arena, text.length + 1);
    return copy == NULL ? (ckpt_string){NULL, 0}
                        : (ckpt_string){memcpy(copy, text.data, text.length), text.length};
}

/* CRIU: criu/arch/x86/cpu.c, print_cpuinfo() and compel's fpu lines. */
static bool take_dump_line(ckpt_dump *dump, struct ckpt_cpu_dump *cpu, ckpt_string line)
{
    if (cpu->model.data == NULL && ckpt_index_of(line, "x86_model_id ") != SIZE_MAX) {
        cpu->model = cut(dump, line, "x86_model_id ", NULL);
        cpu->vendor = cut(dump, line, "x86_vendor_id ", " ");
        cpu->family = cut(dump, line, "x86_family ", " ");
        return true;
    }
    if (cpu->xfeatures.data == NULL && ckpt_index_of(line, "xfeatures_mask ") != SIZE_MAX) {
        cpu->xfeatures = cut(dump, line, "xfeatures_mask ", " ");
        return true;
    }
    return false;
}

/* What CRIU says when it refuses a processor: arch/…/cpu.c, cpu_validate_cpuinfo(). */
static bool take_restore_line(ckpt_dump *dump, struct ckpt_cpu_dump *cpu, ckpt_string line)
{
    static const char *const refusals[] = {"FPU feature required by image",
                                           "CPU Feature ",
                                           "CPU xfeatures has unsupported bits",
                                           "CPU xsave size mismatch",
                                           "CPU xsave max size mismatch",
                                           "CPU capabilities do not match",
                                           "CPU instruction capabilities do not match"};
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        size_t at = ckpt_index_of(line, refusals[i]);
        if (at == SIZE_MAX || cpu->refusals == MOST_REFUSALS ||
            ckpt_index_of(line, "Error (") == SIZE_MAX)
            continue;
        cpu->refused[cpu->refusals] = cut(dump, ckpt_slice_of(line, at, line.length), NULL, NULL);
        cpu->refusals += cpu->refused[cpu->refusals].data != NULL;
        return true;
    }
    return false;
}

static bool take_log(ckpt_dump *dump, struct ckpt_cpu_dump *cpu, ckpt_string text, bool restore)
{
    bool told = false;
    for (size_t at = 0, end; at < text.length; at = end + 1) {
        for (end = at; end < text.length && text.data[end] != '\n';)
            end++;
        size_t to = end > at && text.data[end - 1] == '\r' ? end - 1 : end;
        ckpt_string line = ckpt_slice_of(text, at, to);
        told |= restore ? take_restore_line(dump, cpu, line) : take_dump_line(dump, cpu, line);
    }
    cpu->has_log |= told;
    return told;
}

bool ckpt_cpu_take(ckpt_dump *dump, enum ckpt_cpu_source source, uint32_t pid, uint64_t address,
                   const uint8_t *bytes, size_t length)
{
    struct ckpt_cpu target;
    ckpt_string text = {(const char *)bytes, length};
    if (source == CKPT_CPU_TARGET &&
        (!ckpt_cpu_of_level(text, &target) && !ckpt_cpu_of_file(bytes, length, &target)))
        return false;
    struct ckpt_cpu_dump *cpu = dump == NULL ? NULL : of_dump(dump);
    if (cpu == NULL)
        return source == CKPT_CPU_TARGET && dump == NULL;
    switch (source) {
    case CKPT_CPU_TARGET:
        cpu->target = target;
        return cpu->has_target = true;
    case CKPT_CPU_MEMORY:
        return take_memory(cpu, pid, address, bytes, length);
    default:
        return take_log(dump, cpu, text, source == CKPT_CPU_RESTORE_LOG);
    }
}

/* ---- the view -------------------------------------------------------------------------------- */

static const char *architecture_of(uint32_t march)
{
    static const char *const names[] = {NULL,   "x86_64", "arm",         "aarch64", "ppc64",
                                        "s390", "mips",   "loongarch64", "riscv64"};
    return march < sizeof(names) / sizeof(names[0]) ? names[march] : NULL;
}

/* AT_HWCAP of a process. */
static bool hwcap_of(const struct ckpt_task *task, uint64_t *hwcap)
{
    struct ckpt_pb_each each = ckpt_pb_each(&task->mm, F(mm_entry, mm_saved_auxv));
    uint64_t key;
    while (ckpt_pb_next_u64(&each, &key) && ckpt_pb_next_u64(&each, hwcap))
        if (key == AT_HWCAP)
            return true;
    return false;
}

/* The features whose registers a thread used. */
static void add_state(ckpt_dump *dump, uint64_t tid, struct ckpt_cpu *holds)
{
    struct ckpt_pb core = ckpt_dump_first(dump, CKPT_CRIU_IMAGE_CORE, tid, false), info, fp, xsave;
    struct ckpt_cpu state;
    if (!ckpt_pb_get_message(&core, F(core_entry, thread_info), &info) ||
        !ckpt_pb_get_message(&info, F(thread_info_x86, fpregs), &fp) ||
        !ckpt_pb_get_message(&fp, F(user_x86_fpregs_entry, xsave), &xsave))
        return;
    ckpt_cpu_of_state(ckpt_pb_u64(&xsave, F(user_x86_xsave_entry, xstate_bv), 0), &state);
    ckpt_cpu_add(holds, &state);
}

/* Why nobody can know what a program chose: by what is mapped. */
static const char *reason_of(ckpt_dump *dump, const struct ckpt_task *task,
                             const struct ckpt_cpu_process *process)
{
    struct ckpt_memory *memory = ckpt_dump_memory(dump);
    const struct ckpt_space *space = memory == NULL ? NULL : ckpt_memory_space(memory, task->pid);
    bool musl = false, glibc = false, java = false;
    if (space == NULL || !space->has_mm)
        return "its memory is not in the dump";
    for (size_t i = 0; i < space->count; i++) {
        ckpt_string name = space->vmas[i].name;
        if (name.data == NULL)
            continue;
        musl |= ckpt_index_of(name, "/ld-musl-") != SIZE_MAX;
        glibc |= ckpt_index_of(name, "/ld-linux") != SIZE_MAX ||
                 ckpt_index_of(name, "/libc.so.6") != SIZE_MAX;
        java |= ckpt_index_of(name, "/libjvm.so") != SIZE_MAX;
    }
    return java   ? "a Java virtual machine compiles for the processor that it finds at its start"
           : musl ? "musl, its C library, keeps no table of features"
           : process->go
               ? "a Go program looks for itself, and keeps what it found where nobody can find it"
           : glibc
               ? "glibc's table is in a page that is not in the archive"
               : "it has no glibc: it is linked with another C library, or in a language of its "
                 "own";
}

static void put_missing(struct ckpt_sink *sink, enum ckpt_view_member member,
                        const struct ckpt_cpu_dump *cpu, const struct ckpt_cpu *needed)
{
    struct ckpt_cpu missing = *needed;
    if (!cpu->has_target) {
        ckpt_view_null(sink, member);
        return;
    }
    ckpt_view_field(sink, member);
    if (cpu->target.march == needed->march) {
        ckpt_cpu_remove(&missing, &cpu->target);
        ckpt_cpu_put_names(sink, &missing);
        return;
    }
    sink->begin_array(sink);
    if (architecture_of(needed->march) != NULL)
        ckpt_view_put_name(sink, architecture_of(needed->march));
    sink->end(sink);
}

static void put_model(struct ckpt_sink *sink, const struct ckpt_cpu_table *table)
{
    static const char *const vendors[] = {"other", "Intel", "AMD", "Zhaoxin", "other"};
    ckpt_view_field(sink, V(ProcessCpu, cpu));
    sink->begin_struct(sink);
    ckpt_view_name(sink, V(CpuModel, vendor), vendors[table->vendor]);
    ckpt_view_integer(sink, V(CpuModel, family), table->family);
    ckpt_view_integer(sink, V(CpuModel, model), table->model);
    ckpt_view_integer(sink, V(CpuModel, stepping), table->stepping);
    sink->end(sink);
}

static void put_names(struct ckpt_sink *sink, enum ckpt_view_member member,
                      const struct ckpt_cpu *cpu)
{
    ckpt_view_field(sink, member);
    ckpt_cpu_put_names(sink, cpu);
}

static void put_process(ckpt_dump *dump, const struct ckpt_cpu_dump *cpu,
                        const struct ckpt_task *task, const struct ckpt_cpu_process *process,
                        struct ckpt_sink *sink)
{
    uint64_t hwcap = 0, tid;
    uint32_t march = (uint32_t)ckpt_pb_u64(&task->core, F(core_entry, mtype), 0);
    struct ckpt_cpu uses, holds = {.march = march}, more, level;
    bool has_hwcap = hwcap_of(task, &hwcap);
    /* On x86-64 AT_HWCAP has next to nothing of what programs choose by. */
    bool known = process->found || (march != X86_64 && has_hwcap);
    if (process->found)
        uses = process->table.usable;
    else
        ckpt_cpu_of_auxv(&task->mm, march == X86_64 ? 0 : march, &uses);
    uses.march = march;
    struct ckpt_pb_each threads = ckpt_pb_each(&task->entry, F(pstree_entry, threads));
    while (ckpt_pb_next_u64(&threads, &tid))
        add_state(dump, tid, &holds);
    const char *name = known ? ckpt_cpu_level(&uses) : NULL;
    more = uses;
    if (name != NULL && ckpt_cpu_of_level(ckpt_string_of(name), &level))
        ckpt_cpu_remove(&more, &level);
    sink->begin_struct(sink);
    ckpt_view_integer(sink, V(ProcessCpu, pid), task->pid);
    ckpt_view_name(sink, V(ProcessCpu, architecture), architecture_of(march));
    ckpt_view_name(sink, V(ProcessCpu, source), process->found ? "glibc" : known ? "auxv" : "none");
    ckpt_view_name(sink, V(ProcessCpu, reason), known ? NULL : reason_of(dump, task, process));
    if (process->found) {
        ckpt_view_integer64(sink, V(ProcessCpu, address), process->address);
        put_model(sink, &process->table);
    } else {
        ckpt_view_null(sink, V(ProcessCpu, address));
        ckpt_view_null(sink, V(ProcessCpu, cpu));
    }
    ckpt_view_name(sink, V(ProcessCpu, level), name);
    put_names(sink, V(ProcessCpu, uses), &uses);
    put_names(sink, V(ProcessCpu, more), &more);
    put_names(sink, V(ProcessCpu, holds), &holds);
    if (has_hwcap)
        ckpt_view_integer64(sink, V(ProcessCpu, hwcap), hwcap);
    else
        ckpt_view_null(sink, V(ProcessCpu, hwcap));
    ckpt_cpu_add(&uses, &holds);
    put_missing(sink, V(ProcessCpu, missing), cpu, &uses);
    sink->end(sink);
}

static void put_image(ckpt_dump *dump, const struct ckpt_cpu_dump *cpu, struct ckpt_sink *sink)
{
    struct ckpt_pb cpuinfo = ckpt_dump_first(dump, CKPT_CRIU_IMAGE_CPUINFO, 0, false), x86;
    struct ckpt_pb_bytes model = {NULL, 0};
    struct ckpt_cpu features;
    if (cpuinfo.message == NULL || !ckpt_cpu_of_image(&cpuinfo, &features)) {
        ckpt_view_null(sink, V(CpuView, image));
        return;
    }
    if (ckpt_pb_get_message(&cpuinfo, F(cpuinfo_entry, x86_entry), &x86) &&
        !ckpt_pb_get_bytes(&x86, F(cpuinfo_x86_entry, model_id), &model))
        model.data = NULL;
    ckpt_view_field(sink, V(CpuView, image));
    sink->begin_struct(sink);
    ckpt_view_name(sink, V(CpuImage, architecture), architecture_of(features.march));
    ckpt_view_text(sink, V(CpuImage, model), ckpt_text_of(model));
    ckpt_view_name(sink, V(CpuImage, level), ckpt_cpu_level(&features));
    put_names(sink, V(CpuImage, features), &features);
    put_missing(sink, V(CpuImage, missing), cpu, &features);
    sink->end(sink);
}

static void put_log(const struct ckpt_cpu_dump *cpu, struct ckpt_sink *sink)
{
    if (!cpu->has_log) {
        ckpt_view_null(sink, V(CpuView, log));
        return;
    }
    ckpt_view_field(sink, V(CpuView, log));
    sink->begin_struct(sink);
    ckpt_view_text(sink, V(CpuLog, vendor), cpu->vendor);
    ckpt_view_text(sink, V(CpuLog, family), cpu->family);
    ckpt_view_text(sink, V(CpuLog, model), cpu->model);
    ckpt_view_text(sink, V(CpuLog, xfeatures), cpu->xfeatures);
    ckpt_view_begin_array(sink, V(CpuLog, refused));
    for (size_t i = 0; i < cpu->refusals; i++)
        ckpt_view_put_text(sink, cpu->refused[i]);
    sink->end(sink);
    sink->end(sink);
}

static void put_search(struct ckpt_sink *sink, const uint8_t *bytes, size_t count, int64_t before,
                       int64_t length)
{
    static const char digits[] = "0123456789abcdef";
    char hex[2 * GO_MAGIC];
    for (size_t i = 0; i < count; i++) {
        hex[2 * i] = digits[bytes[i] >> 4];
        hex[2 * i + 1] = digits[bytes[i] & 15];
    }
    sink->begin_struct(sink);
    ckpt_view_text(sink, V(CpuSearch, hex), (ckpt_string){hex, 2 * count});
    ckpt_view_integer(sink, V(CpuSearch, before), before);
    ckpt_view_integer(sink, V(CpuSearch, length), length);
    sink->end(sink);
}

/* AT_HWCAP of each process of x86-64 as it stands in memory, each value once, and Go's mark. */
static void put_searches(ckpt_dump *dump, const struct ckpt_pb *tree, size_t count,
                         struct ckpt_sink *sink)
{
    enum { MOST = 16 }; /* a machine has one value, or a few */
    uint32_t known[MOST];
    size_t values = 0;
    ckpt_view_begin_array(sink, V(CpuView, searches));
    for (size_t i = 0; i < count && values < MOST; i++) {
        struct ckpt_task task;
        uint64_t hwcap;
        size_t k = 0;
        ckpt_task_open(&task, dump, &tree[i]);
        if (ckpt_pb_u64(&task.core, F(core_entry, mtype), 0) != X86_64 || !hwcap_of(&task, &hwcap))
            continue;
        while (k < values && known[k] != (uint32_t)hwcap)
            k++;
        if (k < values)
            continue;
        uint8_t bytes[] = {(uint8_t)hwcap, (uint8_t)(hwcap >> 8), (uint8_t)(hwcap >> 16),
                           (uint8_t)(hwcap >> 24)};
        if (values == 0)
            put_search(sink, go_magic, GO_MAGIC, 0, GO_MAGIC);
        known[values++] = (uint32_t)hwcap;
        put_search(sink, bytes, sizeof(bytes), CKPT_CPU_TABLE_HWCAP_AT, CKPT_CPU_TABLE_SIZE);
    }
    sink->end(sink);
}

void ckpt_view_cpu(ckpt_dump *dump, uint32_t pid, struct ckpt_sink *sink)
{
    size_t count;
    const struct ckpt_pb *tree = ckpt_tree(dump, pid, &count);
    struct ckpt_cpu_dump *cpu = of_dump(dump), none = {0};
    static const struct ckpt_cpu_process nothing;
    sink->begin_struct(sink);
    ckpt_view_begin_array(sink, V(CpuView, processes));
    for (size_t i = 0; i < count && cpu != NULL; i++) {
        struct ckpt_task task;
        ckpt_task_open(&task, dump, &tree[i]);
        const struct ckpt_cpu_process *process = process_of(cpu, task.pid);
        if (!ckpt_task_is_dead(&task))
            put_process(dump, cpu, &task, process == NULL ? &nothing : process, sink);
    }
    sink->end(sink);
    put_image(dump, cpu == NULL ? &none : cpu, sink);
    put_log(cpu == NULL ? &none : cpu, sink);
    put_searches(dump, tree, count, sink);
    sink->end(sink);
}
