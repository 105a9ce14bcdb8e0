/* SPDX-License-Identifier: Apache-2.0 */
/* What is counted or named twice: pages by the statistics, the program by spec.dump. */
#include "rules/images.h"

/* ---- stats-dump ------------------------------------------------------------------------------ */

static void compare(struct ckpt_images *im, uint64_t counted, uint64_t held, const char *field,
                    const char *what)
{
    if (counted == held)
        return;
    ckpt_place_entry(im->r,
                     ckpt_find_file(im->r, CKPT_RULE_515, "stats-dump",
                                    "stats-dump counts %n pages %s; the page maps hold %n. The "
                                    "images may be of two dumps.",
                                    counted, what, held),
                     0, field);
}

static void check_statistics(struct ckpt_images *im)
{
    const struct ckpt_summary *s = im->r->summary;
    const struct ckpt_page_counts *pages = &im->pages;
    bool shared = (s->stats.present >> CKPT_STATS_shpages_written & 1) != 0; /* CRIU 3.13 */
    if (!s->has_stats || pages->unknown || pages->lazy != 0 || !ckpt_has_all_images(im->r))
        return;
    compare(im, s->stats.value[CKPT_STATS_pages_written], pages->stored, "dump.pages_written",
            "of processes");
    compare(im, s->stats.value[CKPT_STATS_pages_skipped_parent], pages->parent,
            "dump.pages_skipped_parent", "that are in the parent checkpoint");
    if (shared)
        compare(im, s->stats.value[CKPT_STATS_shpages_written], pages->shared,
                "dump.shpages_written", "of shared memory");
}

/* ---- the program ----------------------------------------------------------------------------- */

static ckpt_string last_part(ckpt_string path)
{
    size_t start = path.length;
    while (start > 0 && path.data[start - 1] != '/')
        start--;
    return ckpt_slice_of(path, start, path.length);
}

/* The name of the kernel for a process: 15 bytes of that of its program or script. */
static bool is_name_of(ckpt_string name, ckpt_string program)
{
    enum { SHOWN = 15 }; /* TASK_COMM_LEN - 1 */
    size_t length = program.length < SHOWN ? program.length : SHOWN;
    return ckpt_equal(name, ckpt_slice_of(program, 0, length));
}

static void check_program(struct ckpt_images *im, const struct ckpt_proc *p)
{
    ckpt_value args = ckpt_get_path(ckpt_file_root(im->r, "spec.dump"), "process\0args\0");
    ckpt_value first = ckpt_first(args);
    ckpt_string name = ckpt_pb_string(&p->tc, F(task_core_entry, comm));
    ckpt_string started = last_part(ckpt_text(first)), program = {"", 0};
    uint64_t exe;
    if (started.length == 0 || name.length == 0 || is_name_of(name, started))
        return;
    if (ckpt_pb_get_u64(&p->mm, F(mm_entry, exe_file_id), &exe)) {
        const struct ckpt_dump_file *file =
            ckpt_dump_file_of(im->dump, CKPT_CRIU_fd_types_REG, (uint32_t)exe);
        if (file != NULL)
            program = ckpt_pb_string(&file->message, F(reg_file_entry, name));
    }
    if (ckpt_equal(last_part(program), started))
        return; /* it gave itself another name */
    struct ckpt_finding *f =
        ckpt_find_file(im->r, CKPT_RULE_604, ckpt_image_name(im, CKPT_CRIU_IMAGE_CORE, p->pid).data,
                       "Process %n is called %q%s%t; spec.dump started %v.", (uint64_t)p->pid, name,
                       program.length == 0 ? "" : " and runs ", program, first);
    ckpt_place_entry(im->r, f, 0, "tc.comm");
    ckpt_relate(im->r, f, first, "What the spec started.");
}

void ckpt_check_counts(struct ckpt_images *im)
{
    check_statistics(im);
    for (size_t i = 0; i < im->count; i++)
        if (im->procs[i].root && im->procs[i].tc.message != NULL)
            check_program(im, &im->procs[i]);
}
