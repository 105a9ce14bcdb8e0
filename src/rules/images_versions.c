/* SPDX-License-Identifier: Apache-2.0 */
/* Which CRIU wrote the images, and which one reads them, by what is in them. */
#include "rules/images.h"
#include "rules/requirements.h"

/* The first page map of a dialect. The head is entry 0. */
static void tell_dialect(struct ckpt_images *im, ckpt_string map, const char *field,
                         const char *text)
{
    if (map.length != 0)
        ckpt_place_entry(im->r, ckpt_find_file(im->r, CKPT_RULE_514, map.data, "%t %s", map, text),
                         1, field);
}

static void check_dialect(struct ckpt_images *im)
{
    tell_dialect(im, im->pages.new_map, "nr_pages",
                 "counts pages in nr_pages, as CRIU does since 4.2. 4.1.1 and older read 0 there, "
                 "and say \"vdso: ELF header magic mismatch\".");
    tell_dialect(im, im->pages.old_map, "compat_nr_pages",
                 "counts pages in compat_nr_pages, as CRIU did up to 4.1.1; every version reads "
                 "that.");
}

/* ---- the least version ------------------------------------------------------------------------
 */

/* Where something is that only newer versions know. */
struct seen {
    const struct ckpt_requirement *what;
    ckpt_string member;
    int64_t entry;
    const char *field;
};

static void note(struct seen *seen, enum ckpt_requirement_index what, ckpt_string member,
                 int64_t entry, const char *field)
{
    const struct ckpt_requirement *row = &ckpt_requirements[what];
    uint32_t had[3], has[3];
    if (seen->what != NULL && ckpt_read_version(ckpt_string_of(seen->what->from), had) &&
        ckpt_read_version(ckpt_string_of(row->from), has) &&
        (has[0] < had[0] || (has[0] == had[0] && has[1] <= had[1])))
        return;
    *seen = (struct seen){row, member, entry, field};
}

static void look_at_images(struct ckpt_images *im, struct seen *seen)
{
    size_t count = ckpt_dump_image_count(im->dump);
    for (size_t i = 0; i < count; i++) {
        const struct ckpt_dump_image *image = ckpt_dump_image_at(im->dump, i);
        enum ckpt_requirement_index what = CKPT_REQUIREMENT_COUNT;
        if (image->kind == CKPT_CRIU_IMAGE_MEMFD_INODE)
            what = CKPT_CRIU_MEMFD;
        else if (image->kind == CKPT_CRIU_IMAGE_BPFMAP_FILE)
            what = CKPT_CRIU_BPF_MAPS;
        else if (image->kind == CKPT_CRIU_IMAGE_APPARMOR)
            what = CKPT_CRIU_APPARMOR;
        else if (image->kind == CKPT_CRIU_IMAGE_FILES)
            what = CKPT_CRIU_FILES;
        if (what != CKPT_REQUIREMENT_COUNT && image->size > 8)
            note(seen, what, ckpt_image_member(im, image->name), -1, NULL);
    }
}

static void look_at_files(struct ckpt_images *im, struct seen *seen)
{
    size_t count;
    const struct ckpt_dump_file *files = ckpt_dump_files(im->dump, &count);
    for (size_t i = 0; i < count; i++)
        if (files[i].type == CKPT_CRIU_fd_types_PIDFD)
            note(seen, CKPT_CRIU_PIDFD, ckpt_image_member(im, files[i].image->name), files[i].entry,
                 "pidfd");
}

static void check_least(struct ckpt_images *im)
{
    struct seen seen = {NULL, {"", 0}, -1, NULL};
    uint64_t machine = im->count == 0 || im->procs[0].core.message == NULL
                           ? 0
                           : ckpt_pb_u64(&im->procs[0].core, F(core_entry, mtype), 0);
    look_at_images(im, &seen);
    look_at_files(im, &seen);
    if (machine == CKPT_CRIU_march_LOONGARCH64 || machine == CKPT_CRIU_march_RISCV64)
        note(&seen, machine == CKPT_CRIU_march_RISCV64 ? CKPT_CRIU_RISCV : CKPT_CRIU_LOONGARCH,
             ckpt_image_name(im, CKPT_CRIU_IMAGE_CORE, im->procs[0].pid), 0, "mtype");
    if (im->pages.new_map.length != 0)
        note(&seen, CKPT_CRIU_NR_PAGES, im->pages.new_map, 1, "nr_pages");
    if (seen.what == NULL)
        return;
    im->r->least_criu = seen.what;
    if (seen.what == &ckpt_requirements[CKPT_CRIU_NR_PAGES])
        return; /* CKP514 tells it */
    struct ckpt_finding *f = ckpt_find_file(im->r, CKPT_RULE_706, seen.member.data,
                                            "A restore needs CRIU %s or later: %s.",
                                            seen.what->from, seen.what->because);
    ckpt_place_entry(im->r, f, seen.entry, seen.field);
}

void ckpt_check_versions(struct ckpt_images *im)
{
    check_dialect(im);
    check_least(im);
}
