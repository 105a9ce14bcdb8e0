/* SPDX-License-Identifier: Apache-2.0 */
/* The data of the file system: rootfs-diff.tar, volumes, /dev/shm; files that were deleted. */
#include <string.h>

#include "rules/rules.h"

static const char diff_name[] = "rootfs-diff.tar";

/* ---- members of the archives inside ------------------------------------------------------------
 */

/* Where the file's attributes tell that it gives a program rights by itself. */
static bool has_capability(const struct ckpt_member_view *m)
{
    static const char wanted[] = "security.capability";
    const struct ckpt_member *record = m->record;
    uint64_t before = (uint64_t)record->name_length + record->link_length + record->uname_length +
                      record->gname_length;
    if (before + record->xattr_length > record->record_size - sizeof(*record))
        return false;
    const char *at = m->raw.data + before;
    uint64_t left = record->xattr_length;
    for (uint32_t i = 0; i < record->xattr_count && left >= 12; i++) {
        uint32_t head[3]; /* lengths of key and value, encoding */
        memcpy(head, at, sizeof(head));
        if ((uint64_t)head[0] + head[1] > left - 12)
            return false;
        if (ckpt_equals((ckpt_string){at + 12, head[0]}, wanted))
            return true;
        left -= 12 + (uint64_t)head[0] + head[1];
        at += 12 + (size_t)head[0] + head[1];
    }
    return false;
}

static void check_rights(struct ckpt_rules *r, const struct ckpt_member_view *m)
{
    uint32_t mode = m->record->type == CKPT_MEMBER_FILE ? m->record->mode & 06000 : 0;
    bool capable = m->record->xattr_count != 0 && has_capability(m);
    if (mode != 0 || capable)
        ckpt_find_member(r, CKPT_RULE_410, m, "%q in rootfs-diff.tar %s.", m->name,
                         (mode & 04000) != 0   ? "is set-user-ID"
                         : (mode & 02000) != 0 ? "is set-group-ID"
                                               : "has capabilities of its own");
}

/* Whether a directory of the path is a link out of the archive; notes the path and its
   directories. */
static bool goes_through_link(struct ckpt_rules *r, const struct ckpt_member_view *m, bool diff)
{
    bool through = ckpt_paths_marked_above(&r->links, m->name.data, m->name.length);
    if (diff)
        ckpt_set_add(r, &r->diff, m->name);
    if (m->record->type == CKPT_MEMBER_SYMLINK &&
        (m->record->name_flags & (CKPT_NAME_LINK_ABSOLUTE | CKPT_NAME_LINK_OUTSIDE)) != 0)
        ckpt_set_add(r, &r->links, m->name);
    return through;
}

/* Deletion marks are files whose names begin with ".wh.". */
static bool is_whiteout(ckpt_string name)
{
    size_t from = name.length;
    while (from > 0 && name.data[from - 1] != '/')
        from--;
    return ckpt_starts(ckpt_slice_of(name, from, name.length), ".wh.");
}

void ckpt_check_nested_member(struct ckpt_rules *r, const struct ckpt_member_view *m)
{
    uint32_t flags = m->record->name_flags;
    bool diff = ckpt_equals(m->scope, diff_name);
    bool hard = m->record->type == CKPT_MEMBER_HARDLINK;
    if (!ckpt_equal(m->scope, r->scope)) {
        r->scope = ckpt_keep(r, m->scope);
        ckpt_paths_free(&r->links);
    }
    const char *problem = (flags & CKPT_NAME_DOTDOT) != 0     ? "has a component \"..\""
                          : (flags & CKPT_NAME_ABSOLUTE) != 0 ? "is absolute"
                          : (flags & CKPT_NAME_NUL) != 0      ? "has a NUL byte"
                          : hard && (flags & CKPT_NAME_LINK_OUTSIDE) != 0
                              ? "is a hard link to a file outside"
                              : NULL;
    if ((flags & CKPT_NAME_DOTDOT) == 0 && goes_through_link(r, m, diff) && problem == NULL)
        problem = "is reached through a symbolic link that leads out of it";
    /* Engines go through absolute links, and refuse relative ones and "..". */
    bool refused = (flags & CKPT_NAME_DOTDOT) != 0 || hard;
    if (problem != NULL) {
        ckpt_distrust(r, CKPT_HOSTILE);
        ckpt_block(r, refused ? ENGINES : NONE);
    }
    if (problem != NULL)
        ckpt_find_member(r, CKPT_RULE_400, m, "%t: the member %q %s; expected a path inside it.",
                         m->scope, m->raw, problem);
    ckpt_check_readers(r, m);
    ckpt_check_secret_member(r, m);
    if ((flags & (CKPT_NAME_DOTDOT | CKPT_NAME_ABSOLUTE)) == 0 &&
        !ckpt_tree_add(&r->tree, m->scope, m->name, m->record, m->link))
        r->failed = true;
    if (!diff)
        return;
    check_rights(r, m);
    if (is_whiteout(m->name) && r->whiteouts++ == 0) {
        r->whiteout = ckpt_keep(r, m->name);
        r->whiteout_offset = m->record->header_offset;
    }
}

/* ---- the archives as a whole -------------------------------------------------------------------
 */

/* An archive inside could not be read to its end. */
static void tell_stop(struct ckpt_rules *r, ckpt_string name, ckpt_value archive, ckpt_value error)
{
    ckpt_string message = ckpt_text(ckpt_get_exact(error, "message"));
    ckpt_value members = ckpt_get_exact(archive, "members");
    enum ckpt_stop stop = ckpt_stop_of(error);
    if (stop == CKPT_STOPPED_BY_LIMIT)
        ckpt_find_file(r, CKPT_RULE_012, name.data, "%t: %t", name, message);
    else if (stop != CKPT_UNKNOWN_FORMAT)
        ckpt_find_file(r, CKPT_RULE_400, name.data, "%t cannot be read: %t", name, message);
    if (stop == CKPT_NO_ARCHIVE)
        return;
    if (stop == CKPT_UNKNOWN_FORMAT)
        ckpt_find_file(r, CKPT_RULE_014, name.data, "%t was not read: %t", name, message);
    else
        ckpt_find_file(r, CKPT_RULE_014, name.data,
                       "%t was not read to its end: of its members the first %v were seen.", name,
                       members);
    ckpt_not_checked(r, true, name, ckpt_why_stopped(stop));
}

static void check_archives(struct ckpt_rules *r)
{
    ckpt_value facts = ckpt_whole(r->facts), nested = ckpt_get_exact(facts, "nested");
    ckpt_string cut = ckpt_text(ckpt_get_exact(ckpt_get_exact(facts, "error"), "member"));
    bool gzip = r->engine == CKPT_ENGINE_CONTAINERD;
    for (ckpt_value n = ckpt_first(nested); ckpt_exists(n); n = ckpt_next(nested, n)) {
        ckpt_string name = ckpt_keep(r, ckpt_text(ckpt_get_exact(n, "name")));
        ckpt_string found = ckpt_compression_of(r, name);
        ckpt_value error = ckpt_get_exact(n, "error");
        bool broken = ckpt_is(error, CKPT_OBJECT);
        bool other = ckpt_stop_of(error) == CKPT_UNKNOWN_FORMAT;
        if (broken && !ckpt_equal(name, cut)) /* what is cut was said already */
            tell_stop(r, name, n, error);
        if (!ckpt_equals(name, diff_name) || (broken && !other) || found.length == 0 ||
            (!gzip && r->engine != CKPT_ENGINE_PODMAN && r->engine != CKPT_ENGINE_CRIO) ||
            ckpt_equals(found, gzip ? "gzip" : "none"))
            continue;
        bool plain = ckpt_equals(found, "none");
        ckpt_find_file(r, CKPT_RULE_401, diff_name, "rootfs-diff.tar is %s%t; %s writes it %s.",
                       plain ? "not compressed" : "compressed with ",
                       plain ? (ckpt_string){"", 0} : found, ckpt_engine_names[r->engine].display,
                       gzip ? "compressed with gzip" : "uncompressed");
    }
}

static void check_marks(struct ckpt_rules *r)
{
    bool containerd = r->engine == CKPT_ENGINE_CONTAINERD;
    if (containerd &&
        (ckpt_file_of(r, "deleted.files") != NULL || ckpt_seen_of(r, "deleted.files") != NULL))
        ckpt_find_file(r, CKPT_RULE_402, "deleted.files",
                       "deleted.files is not read by containerd, which marks deleted files in "
                       "rootfs-diff.tar.");
    if (r->whiteouts == 0 || (r->engine != CKPT_ENGINE_PODMAN && r->engine != CKPT_ENGINE_CRIO))
        return;
    struct ckpt_member record = {.header_offset = r->whiteout_offset};
    const struct ckpt_member_view view = {.record = &record,
                                          .name = r->whiteout,
                                          .raw = r->whiteout,
                                          .scope = ckpt_string_of(diff_name)};
    ckpt_find_member(
        r, CKPT_RULE_402, &view,
        "%q is a deletion mark of containerd, one of %n; %s has deleted.files for that "
        "and makes a file of it.",
        r->whiteout, r->whiteouts, ckpt_engine_names[r->engine].display);
}

/* ---- deleted.files -----------------------------------------------------------------------------
 */

static void check_deleted(struct ckpt_rules *r)
{
    struct ckpt_file *file = ckpt_file_of(r, "deleted.files");
    ckpt_value root = ckpt_whole(file);
    if (file != NULL && file->error.kind != CKPT_OK) {
        /* What is no list stops the engine; what is in the list does not. */
        ckpt_block(r, PODMAN | CRIO);
        ckpt_find_error(r, CKPT_RULE_403, file);
    }
    for (ckpt_value d = ckpt_first(root); ckpt_exists(d); d = ckpt_next(root, d)) {
        ckpt_string path = ckpt_text(d);
        const char *problem = ckpt_path_problem(path, false);
        if (!ckpt_is(d, CKPT_STRING))
            continue;
        if (ckpt_index_of(path, "..") != SIZE_MAX && problem != NULL)
            ckpt_distrust(r, CKPT_HOSTILE);
        if (problem != NULL)
            ckpt_find(r, CKPT_RULE_403, d,
                      "deleted.files names %q, which %s; expected a clean, absolute path below /.",
                      path, problem);
        else if (r->engine != CKPT_ENGINE_CONTAINERD &&
                 ckpt_paths_find(&r->diff, path.data, path.length) != CKPT_PATHS_NONE)
            ckpt_find(r, CKPT_RULE_404, d,
                      "%q is in rootfs-diff.tar and in deleted.files; it is restored first, and "
                      "then deleted.",
                      path);
    }
}

/* ---- volumes, /dev/shm -------------------------------------------------------------------------
 */

static bool has_volume(struct ckpt_rules *r, ckpt_string name)
{
    ckpt_buffer_clear(&r->text);
    ckpt_buffer_add_text(&r->text, "volumes/");
    ckpt_buffer_add(&r->text, name.data, name.length);
    ckpt_buffer_add_text(&r->text, ".tar");
    return ckpt_has_name(r, (ckpt_string){r->text.data, r->text.length});
}

static void need_volume(struct ckpt_rules *r, ckpt_value name, bool there)
{
    struct ckpt_finding *f =
        ckpt_find(r, CKPT_RULE_412, name,
                  there ? "The volume %v is made by the restore; it must not exist yet."
                        : "The content of the volume %v is not in the checkpoint.",
                  name);
    if (there)
        ckpt_condition(r, CKPT_CONDITION_VOLUME, PODMAN, CKPT_RULE_412, f, "",
                       "No volume %v on the target (or --ignore-volumes, if it is there with its "
                       "content).",
                       name);
    else
        ckpt_condition(r, CKPT_CONDITION_VOLUME, PODMAN, CKPT_RULE_412, f, "--ignore-volumes",
                       "The volume %v on the target with its content, and --ignore-volumes.", name);
}

static void check_volumes(struct ckpt_rules *r)
{
    ckpt_value config = ckpt_file_root(r, "config.dump");
    ckpt_value volumes = ckpt_get(config, "namedVolumes");
    struct ckpt_paths names = {0};
    uint64_t found = 0;
    for (int pass = 0; pass < 2; pass++) {
        for (ckpt_value v = ckpt_first(volumes); ckpt_exists(v); v = ckpt_next(volumes, v)) {
            ckpt_value value = ckpt_get(v, "volumeName");
            ckpt_string name = ckpt_text(value);
            if (name.length == 0)
                continue;
            bool there = has_volume(r, name);
            if (pass == 0) {
                ckpt_set_add(r, &names, name);
                found += there;
                need_volume(r, value, there);
            } else if (!there) {
                ckpt_block(r, PODMAN);
                ckpt_find(r, CKPT_RULE_407, value, "The volume %q has no volumes/%t.tar.", name,
                          name);
            }
        }
        if (found == 0) /* exported without volumes */
            break;
    }
    for (const struct ckpt_named *v = r->volumes; v != NULL && ckpt_is(config, CKPT_OBJECT);
         v = v->next) {
        if (ckpt_set_has(&names, v->name))
            continue;
        struct ckpt_finding *finding =
            ckpt_find_file(r, CKPT_RULE_408, ckpt_text_of(r, "volumes/%t.tar", v->name).data,
                           "volumes/%t.tar belongs to no volume of config.dump.", v->name);
        if (finding != NULL)
            finding->archive_offset = v->header_offset;
    }
    ckpt_paths_free(&names);
}

static void check_shm(struct ckpt_rules *r)
{
    ckpt_value directory = ckpt_get(ckpt_file_root(r, "config.dump"), "ShmDir");
    ckpt_value mount = ckpt_mount_at(r, "/dev/shm");
    if (!ckpt_has_text(directory) || !ckpt_exists(mount) || !ckpt_is_bind(mount) ||
        !ckpt_equal(ckpt_text(ckpt_get(mount, "source")), ckpt_text(directory)) ||
        ckpt_seen_of(r, "devshm-checkpoint.tar") != NULL)
        return;
    ckpt_relate(r,
                ckpt_find_file(r, CKPT_RULE_409, "devshm-checkpoint.tar",
                               "devshm-checkpoint.tar is missing; what was in /dev/shm is lost."),
                directory, "The container has its own /dev/shm.");
}

void ckpt_check_file_system(struct ckpt_rules *r)
{
    check_archives(r);
    check_marks(r);
    check_deleted(r);
    if (r->engine == CKPT_ENGINE_PODMAN && ckpt_wants_files(r)) {
        check_volumes(r);
        check_shm(r);
    }
}
