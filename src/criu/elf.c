/* SPDX-License-Identifier: Apache-2.0 */
#include "criu/elf.h"

#include <stdlib.h>
#include <string.h>

#include "criu/elf_parts.h"
#include "criu/text.h"

enum { PT_LOAD = 1, PT_NOTE = 4, PN_XNUM = 0xFFFF, PSARGS = 80, NAME = 16 };

/* ---- Numbers --------------------------------------------------------------------------------- */

static void put(struct ckpt_elf_writer *w, uint64_t value, unsigned bytes)
{
    char out[8];
    for (unsigned i = 0; i < bytes; i++)
        out[w->machine->big_endian ? bytes - 1 - i : i] = (char)(value >> 8 * i);
    ckpt_buffer_add(w->out, out, bytes);
}

void ckpt_elf_16(struct ckpt_elf_writer *w, uint64_t value)
{
    put(w, value, 2);
}

void ckpt_elf_32(struct ckpt_elf_writer *w, uint64_t value)
{
    put(w, value, 4);
}

void ckpt_elf_64(struct ckpt_elf_writer *w, uint64_t value)
{
    put(w, value, 8);
}

void ckpt_elf_word(struct ckpt_elf_writer *w, uint64_t value)
{
    put(w, value, w->machine->narrow ? 4 : 8);
}

void ckpt_elf_zeros(struct ckpt_elf_writer *w, size_t count)
{
    static const char zeros[64];
    for (; count > 0; count -= count < sizeof(zeros) ? count : sizeof(zeros))
        ckpt_buffer_add(w->out, zeros, count < sizeof(zeros) ? count : sizeof(zeros));
}

/* Writes over four bytes. */
static void patch(struct ckpt_elf_writer *w, size_t at, uint64_t value)
{
    if (w->out->failed)
        return;
    size_t length = w->out->length;
    w->out->length = at;
    put(w, value, 4);
    w->out->length = length;
}

void ckpt_elf_begin_note(struct ckpt_elf_writer *w, const char *owner, uint32_t type)
{
    size_t length = strlen(owner) + 1;
    ckpt_elf_32(w, length);
    w->note = w->out->length;
    ckpt_elf_32(w, 0);
    ckpt_elf_32(w, type);
    ckpt_buffer_add(w->out, owner, length);
    ckpt_elf_zeros(w, (4 - length % 4) % 4);
}

void ckpt_elf_end_note(struct ckpt_elf_writer *w)
{
    /* After its size and type stands the owner: 8 bytes for CORE and LINUX. */
    size_t length = w->out->length - (w->note + 16);
    patch(w, w->note, length);
    ckpt_elf_zeros(w, (4 - length % 4) % 4);
}

/* ---- Notes ----------------------------------------------------------------------------------- */

struct maker {
    struct ckpt_elf_writer w;
    struct ckpt_core *core;
    struct ckpt_memory *memory;
    const struct ckpt_space *space;
    struct ckpt_task task;
    ckpt_dump *dump;
};

static void put_ids(struct maker *m, uint32_t pid)
{
    ckpt_elf_32(&m->w, pid);
    ckpt_elf_32(&m->w, m->task.ppid);
    ckpt_elf_32(&m->w, m->task.pgid);
    ckpt_elf_32(&m->w, m->task.sid);
}

static uint64_t signal_that_stopped(const struct maker *m)
{
    return ckpt_pb_u64(&m->task.tc, F(task_core_entry, stop_signo), 0);
}

static void put_status(struct maker *m, uint32_t tid, const struct ckpt_pb *core,
                       const struct ckpt_pb *info)
{
    const struct ckpt_elf_machine *machine = m->w.machine;
    struct ckpt_pb thread, general;
    uint64_t blocked = ckpt_pb_u64(&m->task.tc, F(task_core_entry, blk_sigset), 0);
    if (ckpt_pb_get_message(core, F(core_entry, thread_core), &thread))
        blocked = ckpt_pb_u64(&thread, F(thread_core_entry, blk_sigset), blocked);
    ckpt_elf_begin_note(&m->w, "CORE", NT_PRSTATUS);
    ckpt_elf_zeros(&m->w, 12); /* number, code, errno of a signal */
    ckpt_elf_16(&m->w, tid == m->task.pid ? signal_that_stopped(m) : 0);
    ckpt_elf_16(&m->w, 0);
    ckpt_elf_word(&m->w, 0); /* pending */
    ckpt_elf_word(&m->w, blocked);
    put_ids(m, tid);
    ckpt_elf_zeros(&m->w, machine->narrow ? 32 : 64); /* times */
    size_t before = m->w.out->length;
    if (ckpt_pb_get_message(info, machine->general, &general))
        machine->registers(&m->w, &general);
    ckpt_elf_zeros(&m->w, machine->register_size - (m->w.out->length - before));
    ckpt_elf_32(&m->w, 1); /* there are floating-point registers */
    if (!machine->narrow)
        ckpt_elf_32(&m->w, 0);
    ckpt_elf_end_note(&m->w);
}

/* The command line as ps(1) would show it, cut. */
static void put_arguments(struct maker *m)
{
    const struct ckpt_area *area = ckpt_text_cmdline(&m->task);
    char text[PSARGS] = {0};
    size_t length = area != NULL && area->known && area->pending == 0 ? area->length : 0;
    while (length > 0 && area->bytes[length - 1] == 0)
        length--;
    if (length > 0)
        memcpy(text, area->bytes, length < PSARGS ? length : PSARGS - 1);
    for (size_t i = 0; i < length && i < PSARGS - 1; i++)
        if (text[i] == '\0')
            text[i] = ' ';
    ckpt_buffer_add(m->w.out, text, sizeof(text));
}

static void put_process(struct maker *m)
{
    const struct ckpt_elf_machine *machine = m->w.machine;
    struct ckpt_pb creds = {0};
    struct ckpt_pb_bytes comm = ckpt_pb_bytes(&m->task.tc, F(task_core_entry, comm));
    bool stopped = m->task.state == CKPT_TASK_STOPPED;
    char name[NAME] = {0};
    int64_t nice = ckpt_pb_i64(&m->task.thread_core, F(thread_core_entry, sched_nice), 0);
    ckpt_pb_get_message(&m->task.thread_core, F(thread_core_entry, creds), &creds);
    const char state[] = {(char)(stopped ? 3 : 0), stopped ? 'T' : 'R', 0, (char)nice};
    ckpt_elf_begin_note(&m->w, "CORE", NT_PRPSINFO);
    ckpt_buffer_add(m->w.out, state, sizeof(state));
    if (!machine->narrow)
        ckpt_elf_32(&m->w, 0);
    ckpt_elf_word(&m->w, 0); /* flags */
    uint64_t uid = ckpt_pb_u64(&creds, F(creds_entry, uid), 0);
    uint64_t gid = ckpt_pb_u64(&creds, F(creds_entry, gid), 0);
    if (machine->narrow) { /* 16 bits; what does not fit is "nobody" */
        ckpt_elf_16(&m->w, uid > 0xFFFF ? 65534 : uid);
        ckpt_elf_16(&m->w, gid > 0xFFFF ? 65534 : gid);
    } else {
        ckpt_elf_32(&m->w, uid);
        ckpt_elf_32(&m->w, gid);
    }
    put_ids(m, m->task.pid);
    memcpy(name, comm.data == NULL ? (const uint8_t *)"" : comm.data,
           comm.data == NULL    ? 0
           : comm.length < NAME ? comm.length
                                : NAME - 1);
    ckpt_buffer_add(m->w.out, name, sizeof(name));
    put_arguments(m);
    ckpt_elf_end_note(&m->w);
}

static void put_signal(struct maker *m)
{
    ckpt_elf_begin_note(&m->w, "CORE", NT_SIGINFO);
    ckpt_elf_32(&m->w, signal_that_stopped(m));
    ckpt_elf_zeros(&m->w, 124);
    ckpt_elf_end_note(&m->w);
}

static void put_auxv(struct maker *m)
{
    struct ckpt_pb_each each = ckpt_pb_each(&m->space->mm, F(mm_entry, mm_saved_auxv));
    uint64_t value;
    ckpt_elf_begin_note(&m->w, "CORE", NT_AUXV);
    while (ckpt_pb_next_u64(&each, &value))
        ckpt_elf_word(&m->w, value);
    ckpt_elf_end_note(&m->w);
}

static bool is_file(const struct ckpt_vma *vma)
{
    return vma->name.data != NULL && vma->name.length > 0 &&
           (vma->kind == CKPT_VMA_FILE || vma->kind == CKPT_VMA_MEMFD);
}

static void put_files(struct maker *m)
{
    uint64_t page = ckpt_memory_page_size(m->memory), count = 0;
    for (size_t i = 0; i < m->space->count; i++)
        count += is_file(&m->space->vmas[i]);
    if (count == 0)
        return;
    ckpt_elf_begin_note(&m->w, "CORE", NT_FILE);
    ckpt_elf_word(&m->w, count);
    ckpt_elf_word(&m->w, page);
    for (size_t i = 0; i < m->space->count; i++) {
        const struct ckpt_vma *vma = &m->space->vmas[i];
        if (!is_file(vma))
            continue;
        ckpt_elf_word(&m->w, vma->start);
        ckpt_elf_word(&m->w, vma->end);
        ckpt_elf_word(&m->w, vma->offset / page);
    }
    for (size_t i = 0; i < m->space->count; i++) {
        const struct ckpt_vma *vma = &m->space->vmas[i];
        if (!is_file(vma))
            continue;
        if (vma->kind == CKPT_VMA_MEMFD)
            ckpt_buffer_add_text(m->w.out, "/memfd:");
        ckpt_buffer_add(m->w.out, vma->name.data, vma->name.length);
        if (vma->deleted == CKPT_DELETED || vma->kind == CKPT_VMA_MEMFD)
            ckpt_buffer_add_text(m->w.out, " (deleted)");
        ckpt_elf_zeros(&m->w, 1);
    }
    ckpt_elf_end_note(&m->w);
}

/* The notes of a thread. False: its image is not there, or of another architecture. */
static bool put_thread(struct maker *m, uint32_t tid)
{
    struct ckpt_pb core = tid == m->task.pid
                              ? m->task.core
                              : ckpt_dump_first(m->dump, CKPT_CRIU_IMAGE_CORE, tid, true);
    struct ckpt_pb info;
    if (core.message == NULL || !ckpt_pb_get_message(&core, m->w.machine->thread_info, &info))
        return false;
    put_status(m, tid, &core, &info);
    if (tid == m->task.pid) {
        put_process(m);
        put_signal(m);
        put_auxv(m);
        put_files(m);
    }
    m->w.machine->notes(&m->w, &info);
    return true;
}

static void put_threads(struct maker *m)
{
    struct ckpt_pb_each each = ckpt_pb_each(&m->task.entry, F(pstree_entry, threads));
    uint64_t tid;
    put_thread(m, m->task.pid); /* debuggers take the first one for the one that is looked at */
    while (ckpt_pb_next_u64(&each, &tid))
        if (tid != m->task.pid)
            put_thread(m, (uint32_t)tid);
}

/* ---- Memory ---------------------------------------------------------------------------------- */

static bool add_load(struct ckpt_core *core, struct ckpt_core_load load)
{
    if (core->count == core->room) {
        size_t room = core->room == 0 ? 64 : core->room * 2;
        struct ckpt_core_load *loads = realloc(core->loads, room * sizeof(*loads));
        if (loads == NULL)
            return false;
        core->loads = loads;
        core->room = room;
    }
    core->loads[core->count++] = load;
    return true;
}

/* Of a mapping, the parts of which the bytes are known, and the others: debuggers take those of
   mapped files from the file. */
static bool add_mapping(struct maker *m, const struct ckpt_vma *vma)
{
    struct ckpt_core *core = m->core;
    struct ckpt_segment s;
    size_t first = core->count;
    for (uint64_t at = vma->start; at < vma->end && ckpt_memory_at(m->memory, m->space, at, &s);
         at = s.end) {
        bool held = s.place == CKPT_PLACE_STORED || s.place == CKPT_PLACE_BLOCK ||
                    s.place == CKPT_PLACE_ZERO;
        struct ckpt_core_load *last = core->count > first ? &core->loads[core->count - 1] : NULL;
        if (last != NULL && last->held == held)
            last->end = s.end;
        else if (!add_load(core, (struct ckpt_core_load){at, s.end, 0, vma->prot, held}))
            return false;
    }
    return true;
}

static bool add_mappings(struct maker *m)
{
    for (size_t i = 0; i < m->space->count; i++) {
        const struct ckpt_vma *vma = &m->space->vmas[i];
        bool above = m->w.machine->narrow && vma->end > UINT32_MAX;
        if (!above && !add_mapping(m, vma))
            return false;
    }
    return true;
}

/* ---- The file -------------------------------------------------------------------------------- */

static void put_header(struct maker *m, uint64_t headers)
{
    const struct ckpt_elf_machine *machine = m->w.machine;
    bool many = headers >= PN_XNUM;
    uint64_t header = machine->narrow ? 52 : 64;
    const char ident[16] = {
        0x7F, 'E', 'L', 'F', (char)(machine->narrow ? 1 : 2), (char)(machine->big_endian ? 2 : 1),
        1};
    ckpt_buffer_add(m->w.out, ident, sizeof(ident));
    ckpt_elf_16(&m->w, 4); /* ET_CORE */
    ckpt_elf_16(&m->w, machine->machine);
    ckpt_elf_32(&m->w, 1);
    ckpt_elf_word(&m->w, 0);
    ckpt_elf_word(&m->w, header + (many ? machine->narrow ? 40u : 64u : 0u));
    ckpt_elf_word(&m->w, many ? header : 0);
    ckpt_elf_32(&m->w, machine->flags);
    ckpt_elf_16(&m->w, header);
    ckpt_elf_16(&m->w, machine->narrow ? 32 : 56);
    ckpt_elf_16(&m->w, many ? PN_XNUM : headers);
    ckpt_elf_16(&m->w, many ? machine->narrow ? 40u : 64u : 0u);
    ckpt_elf_16(&m->w, many);
    ckpt_elf_16(&m->w, 0);
    if (!many)
        return;
    /* A section that only tells how many program headers there are, in sh_info. */
    ckpt_elf_zeros(&m->w, machine->narrow ? 28 : 44);
    ckpt_elf_32(&m->w, headers);
    ckpt_elf_zeros(&m->w, machine->narrow ? 8 : 16);
}

static void put_program_header(struct maker *m, uint32_t type, uint32_t flags, uint64_t offset,
                               uint64_t address, uint64_t in_file, uint64_t in_memory,
                               uint64_t align)
{
    bool narrow = m->w.machine->narrow;
    ckpt_elf_32(&m->w, type);
    if (!narrow)
        ckpt_elf_32(&m->w, flags);
    ckpt_elf_word(&m->w, offset);
    ckpt_elf_word(&m->w, address);
    ckpt_elf_word(&m->w, 0);
    ckpt_elf_word(&m->w, in_file);
    ckpt_elf_word(&m->w, in_memory);
    if (narrow)
        ckpt_elf_32(&m->w, flags);
    ckpt_elf_word(&m->w, align);
}

/* PROT_READ, PROT_WRITE, PROT_EXEC as PF_R, PF_W, PF_X. */
static uint32_t flags_of(uint32_t prot)
{
    return (prot & 1) << 2 | (prot & 2) | (prot & 4) >> 2;
}

/* Gives each load its place, after `at`. */
static void place_loads(struct maker *m, uint64_t at)
{
    uint64_t page = ckpt_memory_page_size(m->memory);
    at = (at + page - 1) & ~(page - 1);
    for (size_t i = 0; i < m->core->count; i++) {
        struct ckpt_core_load *load = &m->core->loads[i];
        load->offset = at;
        if (load->held)
            at += load->end - load->start;
    }
    m->core->size = at;
}

static const char *make(struct maker *m, uint32_t pid)
{
    struct ckpt_entries entries;
    m->memory = ckpt_dump_memory(m->dump);
    m->space = m->memory == NULL ? NULL : ckpt_memory_space(m->memory, pid);
    ckpt_entries_begin(&entries, m->dump, ckpt_dump_image(m->dump, CKPT_CRIU_IMAGE_PSTREE, 0));
    bool found = false;
    while (!found && ckpt_entries_next(&entries))
        found = ckpt_pb_u64(&entries.entry.message, F(pstree_entry, pid), 0) == pid;
    if (!found)
        return "there is no such process";
    ckpt_task_open(&m->task, m->dump, &entries.entry.message);
    if (ckpt_task_is_dead(&m->task))
        return "the process is dead (a zombie): it has no memory";
    if (m->space == NULL || !m->space->has_mm)
        return "the images of its memory are missing";
    m->w.machine = ckpt_elf_machine(ckpt_pb_u64(&m->task.core, F(core_entry, mtype), 0));
    struct ckpt_pb info, general;
    if (m->w.machine == NULL ||
        !ckpt_pb_get_message(&m->task.core, m->w.machine->thread_info, &info) ||
        !ckpt_pb_get_message(&info, m->w.machine->general, &general))
        return "its registers are missing, or of an architecture that is not known";
    if (m->w.machine->thread_info == F(core_entry, thread_info) &&
        ckpt_pb_u64(&general, F(user_x86_regs_entry, mode), CKPT_CRIU_user_x86_regs_mode_NATIVE) ==
            CKPT_CRIU_user_x86_regs_mode_COMPAT)
        return "it is a 32-bit process on x86-64, which is not supported";
    if (!add_mappings(m))
        return "there is not enough memory";

    struct ckpt_buffer notes = {0};
    m->w.out = &notes;
    put_threads(m);
    m->w.out = &m->core->head;
    uint64_t headers = m->core->count + 1;
    put_header(m, headers);
    uint64_t start = m->core->head.length + headers * (m->w.machine->narrow ? 32u : 56u);
    place_loads(m, start + notes.length);
    put_program_header(m, PT_NOTE, 0, start, 0, notes.length, 0, 4);
    for (size_t i = 0; i < m->core->count; i++) {
        const struct ckpt_core_load *load = &m->core->loads[i];
        uint64_t length = load->end - load->start;
        put_program_header(m, PT_LOAD, flags_of(load->prot), load->offset, load->start,
                           load->held ? length : 0, length, ckpt_memory_page_size(m->memory));
    }
    ckpt_buffer_add(&m->core->head, notes.data, notes.length);
    bool failed = notes.failed || m->core->head.failed;
    ckpt_buffer_free(&notes);
    return failed ? "there is not enough memory" : NULL;
}

bool ckpt_core_make(struct ckpt_core *core, ckpt_dump *dump, uint32_t pid)
{
    struct maker m = {.core = core, .dump = dump};
    *core = (struct ckpt_core){.count = 0};
    core->refused = make(&m, pid);
    return core->refused == NULL;
}

void ckpt_core_free(struct ckpt_core *core)
{
    free(core->loads);
    ckpt_buffer_free(&core->head);
    *core = (struct ckpt_core){.count = 0};
}
