/* SPDX-License-Identifier: Apache-2.0 */
/* Open files: descriptors, and what they refer to. */
#include "rules/images.h"

static ckpt_string member_of(struct ckpt_images *im, const struct ckpt_dump_file *file)
{
    return ckpt_image_member(im, file->image->name);
}

/* ---- the table of files -----------------------------------------------------------------------
 */

static void check_entries(struct ckpt_images *im)
{
    struct ckpt_entries e;
    const struct ckpt_dump_image *image = ckpt_dump_image(im->dump, CKPT_CRIU_IMAGE_FILES, 0);
    if (image == NULL)
        return;
    ckpt_string member = ckpt_image_member(im, image->name);
    ckpt_entries_begin(&e, im->dump, image);
    while (ckpt_entries_next(&e)) {
        uint64_t type = ckpt_pb_u64(&e.entry.message, F(file_entry, type), 0);
        uint64_t id = ckpt_pb_u64(&e.entry.message, F(file_entry, id), 0);
        if (type == 0 || type > CKPT_CRIU_fd_types_PIDFD)
            ckpt_place_entry(im->r,
                             ckpt_find_file(im->r, CKPT_RULE_517, member.data,
                                            "%t: file %n is of type %n, which CRIU does not know; "
                                            "it says \"Unknown file type\".",
                                            member, id, type),
                             e.entry.index, "type");
        if (ckpt_number_add(im->r, &im->file_ids, type << 32 | id))
            ckpt_place_entry(im->r,
                             ckpt_find_file(im->r, CKPT_RULE_517, member.data,
                                            "%t: the file %n is there twice; CRIU says \"Empty "
                                            "list on file desc\".",
                                            member, id),
                             e.entry.index, "id");
    }
}

/* ---- descriptors ----------------------------------------------------------------------------- */

static void check_plugin_file(struct ckpt_images *im, const struct ckpt_dump_file *file,
                              uint64_t fd)
{
    struct ckpt_finding *f = ckpt_find_file(im->r, CKPT_RULE_520, member_of(im, file).data,
                                            "Descriptor %n is a file that only a plugin of CRIU "
                                            "can restore, such as that for a graphics processor.",
                                            fd);
    ckpt_place_entry(im->r, f, file->entry, "ext");
    ckpt_condition(im->r, CKPT_CONDITION_CRIU, ALL, CKPT_RULE_520, f, "",
                   "The plugin of CRIU that made file %n of files.img, and its device.",
                   (uint64_t)file->id);
}

static void check_descriptor(struct ckpt_images *im, const struct ckpt_dump_image *image,
                             const struct ckpt_entries *e, struct ckpt_paths *fds)
{
    const struct ckpt_pb *m = &e->entry.message;
    uint64_t id = ckpt_pb_u64(m, F(fdinfo_entry, id), 0);
    uint64_t fd = ckpt_pb_u64(m, F(fdinfo_entry, fd), 0);
    uint64_t type = ckpt_pb_u64(m, F(fdinfo_entry, type), 0);
    const struct ckpt_dump_file *file = ckpt_dump_file(im->dump, (uint32_t)id);
    /* Files of different types may have one number. */
    bool known = ckpt_number_has(&im->file_ids, type << 32 | id);
    struct ckpt_finding *f = NULL;
    const char *field = "id";
    ckpt_string member = {"", 0};
    if (file == NULL || !known || ckpt_number_has(fds, fd))
        member = ckpt_image_member(im, image->name);
    if (file == NULL) {
        f = ckpt_find_file(
            im->r, CKPT_RULE_508, member.data,
            "%t: descriptor %n is file %n, which is not in files.img; CRIU says \"No "
            "file for fd\".",
            member, fd, id);
    } else if (file->type != type && !known) {
        f = ckpt_find_file(im->r, CKPT_RULE_508, member.data,
                           "%t: descriptor %n is of type %n, but file %n of type %n.", member, fd,
                           type, id, (uint64_t)file->type);
        field = "type";
    }
    ckpt_place_entry(im->r, f, e->entry.index, field);
    if (ckpt_number_add(im->r, fds, fd)) {
        f = ckpt_find_file(im->r, CKPT_RULE_508, member.data,
                           "%t: descriptor %n is there twice; CRIU hangs.", member, fd);
        ckpt_place_entry(im->r, f, e->entry.index, "fd");
    }
    if (file != NULL && file->type == CKPT_CRIU_fd_types_EXT)
        check_plugin_file(im, file, fd);
}

static void check_table(struct ckpt_images *im, const struct ckpt_dump_image *image)
{
    struct ckpt_entries e;
    struct ckpt_paths fds = {0};
    ckpt_entries_begin(&e, im->dump, image);
    while (ckpt_entries_next(&e))
        check_descriptor(im, image, &e, &fds);
    ckpt_paths_free(&fds);
}

static void check_tables(struct ckpt_images *im)
{
    size_t count = ckpt_dump_image_count(im->dump);
    for (size_t i = 0; i < count; i++) {
        const struct ckpt_dump_image *image = ckpt_dump_image_at(im->dump, i);
        if (image->kind == CKPT_CRIU_IMAGE_FDINFO && ckpt_uses_table(im, image->id))
            check_table(im, image);
    }
    for (size_t i = 0; i < im->count; i++) {
        const struct ckpt_proc *p = &im->procs[i];
        uint64_t id;
        if (p->dead || !ckpt_pb_get_u64(&p->ids, F(task_kobj_ids_entry, files_id), &id) ||
            ckpt_has_image(im, CKPT_CRIU_IMAGE_FDINFO, id))
            continue;
        ckpt_string missing = ckpt_image_name(im, CKPT_CRIU_IMAGE_FDINFO, id);
        ckpt_block(im->r, NONE); /* CRIU restores it without descriptors */
        ckpt_find_file(im->r, CKPT_RULE_506, missing.data,
                       "%t is missing: process %n is restored without any open file.", missing,
                       (uint64_t)p->pid);
    }
}

/* ---- working and root directories -------------------------------------------------------------
 */

static void check_directory(struct ckpt_images *im, const struct ckpt_proc *p, unsigned field,
                            const char *name, const char *what)
{
    uint64_t id;
    if (!ckpt_pb_get_u64(&p->fs, field, &id))
        return;
    const struct ckpt_dump_file *file = ckpt_dump_file(im->dump, (uint32_t)id);
    if (file != NULL && file->type == CKPT_CRIU_fd_types_REG)
        return;
    ckpt_string member = ckpt_image_name(im, CKPT_CRIU_IMAGE_FS, p->pid);
    ckpt_place_entry(im->r,
                     ckpt_find_file(im->r, CKPT_RULE_509, member.data,
                                    "%t: the %s directory of process %n is file %n, which is not "
                                    "in files.img.",
                                    member, what, (uint64_t)p->pid, id),
                     0, name);
}

/* ---- what files refer to ----------------------------------------------------------------------
 */

/* A deleted file is made again with what follows the entry of its image; files with holes have a
   list of their parts instead. */
static void check_ghost(struct ckpt_images *im, uint64_t id, uint64_t original)
{
    const struct ckpt_dump_image *image = ckpt_dump_image(im->dump, CKPT_CRIU_IMAGE_GHOST_FILE, id);
    const struct ckpt_dump_file *file =
        ckpt_dump_file_of(im->dump, CKPT_CRIU_fd_types_REG, (uint32_t)original);
    struct ckpt_pb ghost = ckpt_dump_first(im->dump, CKPT_CRIU_IMAGE_GHOST_FILE, id, false);
    uint64_t size, head = 12;
    if (image == NULL || file == NULL || ghost.message == NULL)
        return;
    head += (uint64_t)(ghost.end - ghost.at); /* after magic numbers and the size of the entry */
    if (image->size < head || ckpt_pb_u64(&ghost, F(ghost_file_entry, chunks), 0) != 0 ||
        (ckpt_pb_u64(&ghost, F(ghost_file_entry, mode), 0) & 0170000) != 0100000 ||
        !ckpt_pb_get_u64(&file->message, F(reg_file_entry, size), &size) ||
        image->size - head == size)
        return;
    ckpt_place_entry(im->r,
                     ckpt_find_file(im->r, CKPT_RULE_406, ckpt_image_member(im, image->name).data,
                                    "%t holds %n bytes of a deleted file that a process has open "
                                    "with %n; CRIU says \"bad size\".",
                                    ckpt_image_member(im, image->name), image->size - head, size),
                     0, NULL);
}

/* Deleted files without the table that says which they are: CRIU opens them by their paths. */
static void check_ghosts_without_table(struct ckpt_images *im)
{
    size_t count = ckpt_dump_image_count(im->dump);
    for (size_t i = 0; i < count; i++) {
        const struct ckpt_dump_image *image = ckpt_dump_image_at(im->dump, i);
        if (image->kind != CKPT_CRIU_IMAGE_GHOST_FILE ||
            ckpt_has_image(im, CKPT_CRIU_IMAGE_REMAP_FPATH, 0))
            continue;
        ckpt_string missing = ckpt_image_name(im, CKPT_CRIU_IMAGE_REMAP_FPATH, 0);
        ckpt_find_file(im->r, CKPT_RULE_517, missing.data,
                       "%t is missing: it says which file %t is; CRIU says \"Can't open file\".",
                       missing, ckpt_image_member(im, image->name));
        return;
    }
}

static void check_remaps(struct ckpt_images *im)
{
    struct ckpt_entries e;
    const struct ckpt_dump_image *image = ckpt_dump_image(im->dump, CKPT_CRIU_IMAGE_REMAP_FPATH, 0);
    check_ghosts_without_table(im);
    ckpt_entries_begin(&e, im->dump, image);
    while (ckpt_entries_next(&e)) {
        const struct ckpt_pb *m = &e.entry.message;
        uint64_t type =
            ckpt_pb_u64(m, F(remap_file_path_entry, remap_type), CKPT_CRIU_remap_type_GHOST);
        uint64_t id = ckpt_pb_u64(m, F(remap_file_path_entry, remap_id), 0);
        uint64_t original = ckpt_pb_u64(m, F(remap_file_path_entry, orig_id), 0);
        ckpt_number_add(im->r, &im->remapped, original);
        if (type != CKPT_CRIU_remap_type_GHOST)
            continue;
        check_ghost(im, id, original);
        if (ckpt_has_image(im, CKPT_CRIU_IMAGE_GHOST_FILE, id))
            continue;
        ckpt_string missing = ckpt_image_name(im, CKPT_CRIU_IMAGE_GHOST_FILE, id);
        ckpt_find_file(im->r, CKPT_RULE_517, missing.data,
                       "%t is missing: the content of a deleted file that a process has open.",
                       missing);
    }
}

/* Whether the standard streams of the container are a terminal that the engine holds. */
static void check_terminals(struct ckpt_images *im)
{
    size_t count;
    const struct ckpt_dump_file *files = ckpt_dump_files(im->dump, &count);
    struct ckpt_paths masters = {0};
    ckpt_value spec = ckpt_file_root(im->r, "spec.dump");
    bool terminal = ckpt_is_true(ckpt_get_path(spec, "process\0terminal\0"));
    for (size_t i = 0; i < count; i++) {
        if (files[i].type != CKPT_CRIU_fd_types_TTY)
            continue;
        uint64_t id = ckpt_pb_u64(&files[i].message, F(tty_file_entry, tty_info_id), 0);
        struct ckpt_pb info = ckpt_dump_lookup(im->dump, CKPT_LOOKUP_TTY, id), pty;
        if (info.message == NULL) {
            ckpt_place_entry(im->r,
                             ckpt_find_file(im->r, CKPT_RULE_517, member_of(im, &files[i]).data,
                                            "The terminal of file %n is number %n, which is not in "
                                            "tty-info.img.",
                                            (uint64_t)files[i].id, id),
                             files[i].entry, "tty.tty_info_id");
            continue;
        }
        /* Masters are 5:2, slaves have the number of their terminal as minor. */
        uint64_t device = ckpt_pb_u64(&info, F(tty_info_entry, rdev), 0);
        uint64_t major = device >> 8 & 0xfff;
        uint64_t index = ckpt_pb_get_message(&info, F(tty_info_entry, pty), &pty)
                             ? ckpt_pb_u64(&pty, F(tty_pty_entry, index), 0)
                             : 0;
        if (major == 5)
            ckpt_number_add(im->r, &masters, index);
    }
    for (size_t i = 0; i < count && ckpt_is(spec, CKPT_OBJECT) && !terminal; i++) {
        struct ckpt_pb info, pty;
        if (files[i].type != CKPT_CRIU_fd_types_TTY)
            continue;
        info = ckpt_dump_lookup(im->dump, CKPT_LOOKUP_TTY,
                                ckpt_pb_u64(&files[i].message, F(tty_file_entry, tty_info_id), 0));
        if (info.message == NULL ||
            ckpt_pb_u64(&info, F(tty_info_entry, type), 0) != CKPT_CRIU_TtyType_PTY ||
            !ckpt_pb_get_message(&info, F(tty_info_entry, pty), &pty) ||
            ckpt_number_has(&masters, ckpt_pb_u64(&pty, F(tty_pty_entry, index), 0)))
            continue;
        ckpt_block(im->r, ALL);
        struct ckpt_finding *f =
            ckpt_find_file(im->r, CKPT_RULE_606, member_of(im, &files[i]).data,
                           "A process has a terminal of the engine open, but spec.dump says that "
                           "the container has "
                           "none; CRIU says \"Don't have tty to inherit session from\".");
        ckpt_place_entry(im->r, f, files[i].entry, "tty");
        break;
    }
    ckpt_paths_free(&masters);
}

static void check_tun(struct ckpt_images *im)
{
    size_t count, images = ckpt_dump_image_count(im->dump);
    const struct ckpt_dump_file *files = ckpt_dump_files(im->dump, &count);
    for (size_t i = 0; i < images; i++)
        if (ckpt_dump_image_at(im->dump, i)->kind == CKPT_CRIU_IMAGE_NETDEV)
            return;
    for (size_t i = 0; i < count; i++) {
        if (files[i].type != CKPT_CRIU_fd_types_TUNF ||
            !ckpt_pb_has(&files[i].message, F(tunfile_entry, netdev)))
            continue;
        ckpt_place_entry(
            im->r,
            ckpt_find_file(im->r, CKPT_RULE_517, member_of(im, &files[i]).data,
                           "A process has the network device %q open, but no image "
                           "describes it; CRIU says \"No tun device for file\".",
                           ckpt_pb_string(&files[i].message, F(tunfile_entry, netdev))),
            files[i].entry, "tunf.netdev");
    }
}

void ckpt_check_open_files(struct ckpt_images *im)
{
    check_entries(im);
    check_tables(im);
    for (size_t i = 0; i < im->count; i++) {
        const struct ckpt_proc *p = &im->procs[i];
        if (p->fs.message == NULL)
            continue;
        check_directory(im, p, F(fs_entry, cwd_id), "cwd_id", "working");
        check_directory(im, p, F(fs_entry, root_id), "root_id", "root");
    }
    check_remaps(im);
    check_terminals(im);
    check_tun(im);
}
