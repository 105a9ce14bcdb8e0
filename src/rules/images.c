/* SPDX-License-Identifier: Apache-2.0 */
/* What the checks of the images share, and the order in which they run. */
#include "rules/host.h"
#include "rules/requirements.h"

#include "text/number.h"

#include <stdlib.h>
#include <string.h>

/* ---- names and places ------------------------------------------------------------------------ */

ckpt_string ckpt_image_member(struct ckpt_images *im, ckpt_string name)
{
    struct ckpt_buffer *b = &im->r->text;
    ckpt_buffer_clear(b);
    ckpt_buffer_add(b, im->directory.data, im->directory.length);
    ckpt_buffer_add(b, name.data, name.length);
    return ckpt_keep_text(im->r);
}

static size_t put_hex(uint64_t number, char *out)
{
    static const char digits[] = "0123456789abcdef";
    size_t length = 0;
    int shift = 60;
    while (shift > 0 && number >> shift == 0)
        shift -= 4;
    for (; shift >= 0; shift -= 4)
        out[length++] = digits[number >> shift & 15];
    return length;
}

ckpt_string ckpt_hex(struct ckpt_rules *r, uint64_t number)
{
    char text[16];
    size_t length = put_hex(number, text);
    return ckpt_keep(r, (ckpt_string){text, length});
}

ckpt_string ckpt_image_name(struct ckpt_images *im, enum ckpt_criu_kind kind, uint64_t id)
{
    const struct ckpt_criu_image *row = &ckpt_criu_images[kind];
    char number[24];
    size_t length = row->id == CKPT_CRIU_ID_DECIMAL       ? ckpt_format_uint64(id, number)
                    : row->id == CKPT_CRIU_ID_HEXADECIMAL ? put_hex(id, number)
                                                          : 0;
    struct ckpt_buffer *b = &im->r->text;
    ckpt_buffer_clear(b);
    ckpt_buffer_add(b, im->directory.data, im->directory.length);
    ckpt_buffer_add_text(b, row->prefix);
    ckpt_buffer_add(b, number, length);
    ckpt_buffer_add_text(b, row->suffix == CKPT_CRIU_SUFFIX_IMG          ? ".img"
                            : row->suffix == CKPT_CRIU_SUFFIX_TAR_GZ_IMG ? ".tar.gz.img"
                                                                         : "");
    return ckpt_keep_text(im->r);
}

bool ckpt_has_image(struct ckpt_images *im, enum ckpt_criu_kind kind, uint64_t id)
{
    return ckpt_dump_image(im->dump, kind, id) != NULL || !ckpt_has_all_images(im->r);
}

/* A number as a path: its eight bytes in letters. */
static ckpt_string letters_of(uint64_t number, char out[16])
{
    for (int i = 0; i < 16; i++)
        out[i] = (char)('a' + (number >> 4 * i & 15));
    return (ckpt_string){out, 16};
}

bool ckpt_number_add(struct ckpt_rules *r, struct ckpt_paths *set, uint64_t number)
{
    char letters[16];
    return !ckpt_set_add(r, set, letters_of(number, letters));
}

bool ckpt_number_has(const struct ckpt_paths *set, uint64_t number)
{
    char letters[16];
    return ckpt_set_has(set, letters_of(number, letters));
}

/* ---- magic numbers, entries, messages -------------------------------------------------------- */

static const char *damage_text(enum ckpt_criu_damage damage)
{
    switch (damage) {
    case CKPT_CRIU_SHORT_SIZE:
        return "ends within the size of an entry";
    case CKPT_CRIU_SHORT_ENTRY:
        return "ends within an entry";
    case CKPT_CRIU_SHORT_EXTRA:
        return "ends within what follows an entry";
    case CKPT_CRIU_BAD_MESSAGE:
        return "has an entry that is no such message";
    default:
        return "is damaged";
    }
}

/* What is read with one entry only: CRIU does not look at what follows it. */
static bool is_single(enum ckpt_criu_kind kind)
{
    switch ((int)kind) {
    case CKPT_CRIU_IMAGE_INVENTORY:
    case CKPT_CRIU_IMAGE_CORE:
    case CKPT_CRIU_IMAGE_IDS:
    case CKPT_CRIU_IMAGE_MM:
    case CKPT_CRIU_IMAGE_FS:
    case CKPT_CRIU_IMAGE_UTSNS:
    case CKPT_CRIU_IMAGE_IPC_VAR:
    case CKPT_CRIU_IMAGE_SECCOMP:
    case CKPT_CRIU_IMAGE_CGROUP:
    case CKPT_CRIU_IMAGE_TIMENS:
    case CKPT_CRIU_IMAGE_USERNS:
    case CKPT_CRIU_IMAGE_NETNS:
    case CKPT_CRIU_IMAGE_CPUINFO:
    case CKPT_CRIU_IMAGE_STATS:
    case CKPT_CRIU_IMAGE_TCP_STREAM:
    case CKPT_CRIU_IMAGE_GHOST_FILE:
        return true;
    default:
        return false;
    }
}

bool ckpt_uses_table(const struct ckpt_images *im, uint64_t id)
{
    return !im->any_table || ckpt_number_has(&im->tables, id);
}

/* Whether an image of a process is of none in pstree.img, or of a table of descriptors that no
   process has: CRIU does not open it. */
static bool is_unused(const struct ckpt_images *im, const struct ckpt_dump_image *image)
{
    if (image->kind == CKPT_CRIU_IMAGE_FDINFO)
        return !ckpt_uses_table(im, image->id);
    switch ((int)image->kind) {
    case CKPT_CRIU_IMAGE_CORE:
    case CKPT_CRIU_IMAGE_IDS:
    case CKPT_CRIU_IMAGE_MM:
    case CKPT_CRIU_IMAGE_FS:
    case CKPT_CRIU_IMAGE_PAGEMAP:
        return !ckpt_number_has(&im->tasks, image->id);
    default:
        return false;
    }
}

/* Nothing that restores reads it. */
static bool is_spare(const struct ckpt_images *im, const struct ckpt_dump_image *image)
{
    return image->kind == CKPT_CRIU_IMAGE_STATS || image->kind == CKPT_CRIU_IMAGE_STATS_RESTORE ||
           image->kind == CKPT_CRIU_IMAGE_IRMAP_CACHE || image->kind == CKPT_CRIU_IMAGE_CPUINFO ||
           is_unused(im, image);
}

static void place_offset(struct ckpt_finding *f, size_t offset)
{
    if (f == NULL)
        return;
    f->where.offset = offset;
}

/* Images that the rules about inventory, tree and statistics read by themselves. */
static bool is_read_elsewhere(enum ckpt_criu_kind kind)
{
    return kind == CKPT_CRIU_IMAGE_INVENTORY || kind == CKPT_CRIU_IMAGE_PSTREE ||
           kind == CKPT_CRIU_IMAGE_STATS;
}

/* CRIU passes over fields that it does not know; they may matter to a newer one. */
static void tell_unknown(struct ckpt_images *im, ckpt_string member, uint32_t entry,
                         uint32_t number)
{
    ckpt_place_entry(im->r,
                     ckpt_find_file(im->r, CKPT_RULE_519, member.data,
                                    "%t: entry %n has a field %n that is not known; a newer CRIU, "
                                    "or a changed one, wrote it, and others pass over it.",
                                    member, (uint64_t)entry, (uint64_t)number),
                     entry, NULL);
}

static void check_frame(struct ckpt_images *im, const struct ckpt_dump_image *image)
{
    struct ckpt_rules *r = im->r;
    struct ckpt_criu_file file;
    struct ckpt_criu_entry entry;
    struct ckpt_criu_problem problem;
    enum ckpt_criu_next next;
    enum ckpt_criu_kind kind = (enum ckpt_criu_kind)image->kind;
    bool empty = image->size == 0 && ckpt_criu_images[kind].magic != 0;
    if (!empty && (image->bytes == NULL || image->length < image->size))
        return;
    ckpt_string member = ckpt_image_member(im, image->name);
    if (member.data == NULL)
        return;
    if (empty) {
        if (is_spare(im, image))
            ckpt_lower(r, CKPT_WARNING);
        ckpt_find_file(r, CKPT_RULE_503, member.data,
                       "%t has no bytes; CRIU says \"Unexpected EOF\".", member);
        return;
    }
    if (!ckpt_criu_open(&file, kind, image->bytes, image->length, &problem)) {
        if (problem.damage == CKPT_CRIU_NO_MESSAGES)
            return;
        if (is_spare(im, image))
            ckpt_lower(r, CKPT_WARNING);
        if (problem.damage == CKPT_CRIU_OTHER_TYPE || problem.damage == CKPT_CRIU_NO_IMAGE)
            ckpt_find_file(r, CKPT_RULE_502, member.data,
                           "%t does not begin with the magic number of its kind; CRIU says \"Magic "
                           "doesn't match\".",
                           member);
        else
            ckpt_find_file(r, CKPT_RULE_503, member.data, "%t %s.", member,
                           damage_text(problem.damage));
        return;
    }
    uint32_t index = 0;
    bool told = false;
    while ((next = ckpt_criu_next(&file, &entry, &problem)) == CKPT_CRIU_ENTRY) {
        index = entry.index;
        if (ckpt_criu_check(&file, &entry, &problem)) {
            if (problem.message.unknown != 0 && !told)
                tell_unknown(im, member, index, problem.message.unknown);
            told = told || problem.message.unknown != 0;
            ckpt_dump_found_sound(im->dump, image, index);
            continue;
        }
        if (is_spare(im, image) || (is_single(kind) && index > 0))
            ckpt_lower(r, CKPT_WARNING);
        struct ckpt_finding *f = ckpt_find_file(
            r, CKPT_RULE_503, member.data,
            problem.message.damage == CKPT_PB_MISSING
                ? "%t: entry %n lacks a field that must be there; CRIU says \"Failed unpacking\"."
                : "%t: entry %n is no message of its kind; CRIU says \"Failed unpacking\".",
            member, (uint64_t)index);
        ckpt_place_entry(r, f, (int64_t)index, NULL);
        place_offset(f, problem.offset);
        return;
    }
    if (next != CKPT_CRIU_BROKEN)
        return;
    if (is_spare(im, image) || (is_single(kind) && file.count > 0))
        ckpt_lower(r, CKPT_WARNING);
    ckpt_place_entry(r,
                     ckpt_find_file(r, CKPT_RULE_503, member.data,
                                    "%t %s, at offset %n; it was cut or overwritten.", member,
                                    damage_text(problem.damage), (uint64_t)problem.offset),
                     (int64_t)problem.entry, NULL);
}

void ckpt_check_frames(struct ckpt_images *im)
{
    size_t count = ckpt_dump_image_count(im->dump);
    for (size_t i = 0; i < count; i++) {
        const struct ckpt_dump_image *image = ckpt_dump_image_at(im->dump, i);
        if (!is_read_elsewhere((enum ckpt_criu_kind)image->kind))
            check_frame(im, image);
        if (image->bytes == NULL && image->size != 0 && ckpt_dump_wanted(image, true) != 0)
            ckpt_not_checked(im->r, true, ckpt_image_member(im, image->name),
                             "It could not be read, or is over the limit of memory for images.");
    }
}

/* ---- inventory.img --------------------------------------------------------------------------- */

static struct ckpt_finding *inventory_finding(struct ckpt_images *im, const char *field,
                                              const char *text)
{
    ckpt_string member = ckpt_image_name(im, CKPT_CRIU_IMAGE_INVENTORY, 0);
    struct ckpt_finding *f = ckpt_find_file(im->r, CKPT_RULE_501, member.data, "%s", text);
    ckpt_place_entry(im->r, f, 0, field);
    return f;
}

void ckpt_check_inventory_image(struct ckpt_images *im)
{
    struct ckpt_rules *r = im->r;
    if (im->inventory.message == NULL)
        return;
    if (!ckpt_pb_has(&im->inventory, F(inventory_entry, root_ids)))
        inventory_finding(im, "root_ids",
                          "inventory.img has no root_ids; CRIU says \"No kIDs provided, image "
                          "corruption\".");
    if (ckpt_pb_u64(&im->inventory, F(inventory_entry, ns_per_id), 0) == 0)
        inventory_finding(im, "ns_per_id",
                          "inventory.img: ns_per_id is not set; CRIU looks for the images of "
                          "namespaces under other names then.");
    if (ckpt_pb_u64(&im->inventory, F(inventory_entry, img_version), 2) == 3) {
        ckpt_lower(r, CKPT_INFO);
        struct ckpt_finding *f = inventory_finding(
            im, "img_version",
            "img_version is 3, of images with compressed pages; CRIU 4.2 and older refuse it.");
        ckpt_needs(r, CKPT_NEED_CRIU, ckpt_string_of(ckpt_requirements[CKPT_CRIU_COMPRESSED].from),
                   0);
        ckpt_condition(r, CKPT_CONDITION_CRIU, ALL, CKPT_RULE_501, f, "",
                       "A CRIU newer than 4.2, which knows version 3 of images.");
    }
    if (ckpt_pb_u64(&im->inventory, F(inventory_entry, tcp_close), 0) != 0) {
        ckpt_lower(r, CKPT_INFO);
        struct ckpt_finding *f =
            inventory_finding(im, "tcp_close",
                              "The dump was made with --tcp-close; CRIU says \"Need to set the "
                              "--tcp-close options\" without it.");
        ckpt_condition(r, CKPT_CONDITION_TCP, ALL, CKPT_RULE_501, f, "--tcp-close",
                       "The dump was made with --tcp-close, and the restore needs it, too.");
    }
}

/* ---- all of them ----------------------------------------------------------------------------- */

static bool load_processes(struct ckpt_images *im)
{
    const struct ckpt_dump_image *tree = ckpt_dump_image(im->dump, CKPT_CRIU_IMAGE_PSTREE, 0);
    struct ckpt_entries e;
    size_t count = 0;
    ckpt_entries_begin(&e, im->dump, tree);
    while (ckpt_entries_next(&e))
        count++;
    if (count == 0)
        return true;
    im->procs = ckpt_arena_alloc(&im->r->arena, count * sizeof(*im->procs));
    if (im->procs == NULL)
        return false;
    ckpt_entries_begin(&e, im->dump, tree);
    while (ckpt_entries_next(&e) && im->count < count) {
        struct ckpt_proc *p = &im->procs[im->count++];
        const struct ckpt_pb *m = &e.entry.message;
        memset(p, 0, sizeof(*p));
        p->pid = ckpt_pb_u32(m, F(pstree_entry, pid), 0);
        p->ppid = ckpt_pb_u32(m, F(pstree_entry, ppid), 0);
        p->entry = e.entry.index;
        p->root = p->ppid == 0;
        p->core = ckpt_dump_first(im->dump, CKPT_CRIU_IMAGE_CORE, p->pid, false);
        p->ids = ckpt_dump_first(im->dump, CKPT_CRIU_IMAGE_IDS, p->pid, false);
        p->mm = ckpt_dump_first(im->dump, CKPT_CRIU_IMAGE_MM, p->pid, false);
        p->fs = ckpt_dump_first(im->dump, CKPT_CRIU_IMAGE_FS, p->pid, false);
        uint64_t thread, table;
        struct ckpt_pb_each threads = ckpt_pb_each(m, F(pstree_entry, threads));
        ckpt_number_add(im->r, &im->tasks, p->pid);
        while (ckpt_pb_next_u64(&threads, &thread))
            ckpt_number_add(im->r, &im->tasks, thread);
        if (p->core.message != NULL) {
            ckpt_pb_get_message(&p->core, F(core_entry, tc), &p->tc);
            ckpt_pb_get_message(&p->core, F(core_entry, thread_core), &p->thread_core);
            if (p->ids.message == NULL)
                ckpt_pb_get_message(&p->core, F(core_entry, ids), &p->ids);
        }
        if (ckpt_pb_get_u64(&p->ids, F(task_kobj_ids_entry, files_id), &table))
            im->any_table = !ckpt_number_add(im->r, &im->tables, table) || im->any_table;
        uint64_t state = ckpt_pb_u64(&p->tc, F(task_core_entry, task_state), 1);
        p->dead = state == 2 || state == 6;
    }
    return true;
}

/* Files that CRIU does not open: it looks for its images by their names. */
static void check_strange(struct ckpt_images *im)
{
    ckpt_string first;
    size_t count = ckpt_dump_strange(im->dump, &first);
    if (count == 0)
        return;
    ckpt_string member = ckpt_image_member(im, first);
    ckpt_find_file(im->r, CKPT_RULE_519, member.data,
                   count == 1
                       ? "%t is not an image that is known: of a plugin or a newer CRIU, or it "
                         "does not belong there."
                       : "%t and %n more are not images that are known: of a plugin or a newer "
                         "CRIU, or they do not belong there.",
                   member, (uint64_t)count - 1);
}

static void check_images(struct ckpt_rules *r, ckpt_dump *dump)
{
    struct ckpt_images im = {.r = r, .dump = dump, .page_size = 4096};
    if (ckpt_dump_image(dump, CKPT_CRIU_IMAGE_INVENTORY, 0) == NULL ||
        ckpt_dump_image(dump, CKPT_CRIU_IMAGE_PSTREE, 0) == NULL)
        return; /* said already: not a whole dump */
    im.directory = ckpt_dump_directory(dump);
    if (ckpt_starts(im.directory, "pre-checkpoint"))
        return;
    r->checked_images = true;
    im.inventory = ckpt_dump_first(dump, CKPT_CRIU_IMAGE_INVENTORY, 0, false);
    if (im.inventory.message != NULL)
        ckpt_pb_get_message(&im.inventory, F(inventory_entry, root_ids), &im.root_ids);
    if (!load_processes(&im)) {
        r->failed = true;
        return;
    }
    ckpt_check_frames(&im);
    check_strange(&im);
    ckpt_check_inventory_image(&im);
    ckpt_check_mount_images(&im); /* fills im.mounts */
    ckpt_check_processes(&im);
    ckpt_check_memory(&im);
    ckpt_check_previous(&im);
    ckpt_check_open_files(&im);
    ckpt_check_paths(&im);
    ckpt_check_sockets(&im);
    ckpt_check_facts(&im);
    ckpt_check_versions(&im);
    ckpt_check_counts(&im);
    ckpt_check_host_images(&im);
    free(im.mounts);
    ckpt_paths_free(&im.of_image);
    ckpt_paths_free(&im.tasks);
    ckpt_paths_free(&im.tables);
    ckpt_paths_free(&im.remapped);
    ckpt_paths_free(&im.file_ids);
    ckpt_paths_free(&im.told);
}

void ckpt_check_dump(struct ckpt_rules *r)
{
    if (r->linked.length != 0)
        ckpt_not_checked(r, true, r->linked, "It is a link, which was not followed.");
    if (r->dump != NULL)
        check_images(r, r->dump);
    else if (ckpt_wants_files(r) && ckpt_seen_of(r, "checkpoint/inventory.img") != NULL)
        ckpt_not_checked(r, true, ckpt_string_of("checkpoint/"), "The CRIU images were not read.");
}
