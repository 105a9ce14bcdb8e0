/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files by their paths: CRIU opens each again where it was, and refuses one of another size, mode
 * or kind. Those of the root file system come from the base image, rootfs-diff.tar and
 * deleted.files, in this order; those on mounts from whatever is mounted there.
 */
#include "rules/host.h"

enum { WRITE = 3, TRUNCATE = 01000 }; /* bits of open() */
enum { KIND = 0170000, FIFO = 0010000, DIRECTORY = 0040000, REGULAR = 0100000 };
enum { NAMED = 3 }; /* files in a condition */

/* A file that CRIU opens by its path. */
struct wanted {
    ckpt_string path; /* clean, without the slash in front */
    const struct ckpt_dump_file *file;
    const struct ckpt_image_mount *mount; /* NULL: of the root file system */
    uint64_t size, mode, flags;
    bool has_size, has_mode;
    bool is_reg; /* of files.img, not a directory that something else needs */
};

static struct ckpt_finding *at_file(struct ckpt_images *im, const struct wanted *w,
                                    struct ckpt_finding *f, const char *field)
{
    ckpt_place_entry(im->r, f, w->file->entry, field);
    return f;
}

/* So many files are conditions of their own; all of them if a host may answer them. */
static uint64_t named(const struct ckpt_images *im)
{
    return im->r->host != NULL ? UINT64_MAX : NAMED;
}

/* What of a host decides the next condition: that file, there or in an image. */
static void need_file(struct ckpt_images *im, const struct wanted *w, ckpt_string path)
{
    static const char digits[] = "0123456789abcdef";
    struct ckpt_pb_each words = ckpt_pb_each(&w->file->message, F(reg_file_entry, build_id));
    char text[128];
    size_t length = 0;
    uint64_t word;
    while (w->is_reg && length + 8 <= sizeof(text) && ckpt_pb_next_u64(&words, &word))
        for (int i = 0; i < 4; i++, word >>= 8) {
            text[length++] = digits[word >> 4 & 15];
            text[length++] = digits[word & 15];
        }
    ckpt_needs_file(im->r, path, w->has_mode ? w->mode : UINT64_MAX,
                    w->has_size ? w->size : UINT64_MAX,
                    ckpt_keep(im->r, (ckpt_string){text, length}));
}

/* A file of the base image, as the script of a host takes it. Podman makes the root file system
   from the id, whatever has the name by now. */
static ckpt_string in_image(const struct ckpt_images *im, const struct wanted *w)
{
    ckpt_value config = ckpt_file_root(im->r, "config.dump");
    ckpt_string image = ckpt_text(ckpt_get(config, "rootfsImageID"));
    if (image.length == 0)
        image = ckpt_text(ckpt_get(config, "rootfsImageName"));
    return ckpt_text_of(im->r, "%t!/%t", image, w->path);
}

/* A path without "//", "." and "..", and without the slash in front. */
static ckpt_string clean(struct ckpt_rules *r, ckpt_string path)
{
    struct ckpt_buffer *b = &r->text;
    ckpt_buffer_clear(b);
    for (size_t i = 0; i < path.length;) {
        size_t end = i;
        while (end < path.length && path.data[end] != '/')
            end++;
        ckpt_string part = {path.data + i, end - i};
        if (ckpt_equals(part, "..")) {
            while (b->length > 0 && b->data[b->length - 1] != '/')
                b->length--;
            b->length -= b->length > 0;
        } else if (part.length != 0 && !ckpt_equals(part, ".")) {
            if (b->length != 0)
                ckpt_buffer_add_text(b, "/");
            ckpt_buffer_add(b, part.data, part.length);
        }
        i = end + 1;
    }
    return ckpt_keep_text(r);
}

/* ---- deleted.files ----------------------------------------------------------------------------
 */

static void load_deleted(struct ckpt_images *im, struct ckpt_paths *deleted)
{
    ckpt_value list = ckpt_file_root(im->r, "deleted.files");
    for (ckpt_value d = ckpt_first(list); ckpt_exists(d); d = ckpt_next(list, d)) {
        ckpt_string path = ckpt_text(d);
        while (path.length != 0 && path.data[0] == '/')
            path = ckpt_slice_of(path, 1, path.length);
        if (path.length != 0)
            ckpt_set_add(im->r, deleted, path);
    }
}

/* Whether the path or a directory of it is deleted. */
static bool is_deleted(const struct ckpt_paths *deleted, ckpt_string path)
{
    return ckpt_set_has(deleted, path) || ckpt_paths_marked_above(deleted, path.data, path.length);
}

/* ---- the root file system ---------------------------------------------------------------------
 */

static const char diff_name[] = "rootfs-diff.tar";

static struct ckpt_finding *diff_finding(struct ckpt_images *im, const struct wanted *w,
                                         ckpt_string scope, const struct ckpt_tree_file *found,
                                         struct ckpt_finding *f)
{
    if (f == NULL)
        return NULL;
    (void)w;
    f->member = ckpt_text_of(im->r, "%t!%t", scope, w->path);
    f->archive_offset = found->header_offset;
    return f;
}

static uint64_t kind_of(const struct ckpt_tree_file *found)
{
    return found->type == CKPT_MEMBER_DIRECTORY ? DIRECTORY
           : found->type == CKPT_MEMBER_FIFO    ? FIFO
           : found->type == CKPT_MEMBER_FILE    ? REGULAR
                                                : 0;
}

/* A file against the member of an archive that brings it. */
static void compare(struct ckpt_images *im, const struct wanted *w, ckpt_string scope,
                    const struct ckpt_tree_file *found)
{
    uint64_t kind = kind_of(found);
    if (kind == 0)
        return; /* links are followed, devices come from elsewhere */
    if (w->has_mode && (w->mode & KIND) != 0 && (w->mode & KIND) != kind) {
        diff_finding(im, w, scope, found,
                     ckpt_find_file(im->r, CKPT_RULE_406, "",
                                    "/%t is a %s in %t, but the process had a %s open; CRIU "
                                    "refuses it.",
                                    w->path,
                                    kind == DIRECTORY ? "directory"
                                    : kind == FIFO    ? "fifo"
                                                      : "regular file",
                                    scope,
                                    (w->mode & KIND) == DIRECTORY ? "directory"
                                    : (w->mode & KIND) == FIFO    ? "fifo"
                                                                  : "file of another kind"));
        return;
    }
    if (kind == REGULAR && w->has_size && w->size != found->size)
        diff_finding(im, w, scope, found,
                     ckpt_find_file(im->r, CKPT_RULE_406, "",
                                    "/%t has %n bytes in %t, but the process had it open with %n; "
                                    "CRIU says \"bad size\".",
                                    w->path, found->size, scope, w->size));
    if (w->has_mode && (w->mode & 07777) != found->mode)
        diff_finding(im, w, scope, found,
                     ckpt_find_file(im->r, CKPT_RULE_406, "",
                                    "/%t has mode %o in %t, but the process had it open with %o; "
                                    "CRIU says \"bad mode\".",
                                    w->path, found->mode, scope, (uint32_t)(w->mode & 07777)));
}

/* What only the base image can bring. One with a name of a registry is the same everywhere; one
   that was built on the host may be another on the target. */
static void need_in_image(struct ckpt_images *im, const struct wanted *w, ckpt_string what,
                          const char *field)
{
    struct ckpt_rules *r = im->r;
    const struct ckpt_dump_file *file = w->file;
    ckpt_value name = ckpt_get(ckpt_file_root(r, "config.dump"), "rootfsImageName");
    if (what.data == NULL || !ckpt_starts(ckpt_text(name), "localhost/") ||
        !ckpt_set_add(r, &im->of_image, what) || ++im->in_image > named(im))
        return;
    need_file(im, w, in_image(im, w));
    struct ckpt_finding *f =
        ckpt_place_in(r, CKPT_RULE_411, ckpt_image_member(im, file->image->name));
    ckpt_place_entry(r, f, file->entry, field);
    ckpt_condition(r, CKPT_CONDITION_FILE, ALL, CKPT_RULE_411, f, "", "%t in the base image %v.",
                   what, name);
}

static ckpt_string described(struct ckpt_rules *r, const struct wanted *w)
{
    ckpt_string size = w->has_size && (w->mode & KIND) != DIRECTORY
                           ? ckpt_text_of(r, " with %n bytes", w->size)
                           : (ckpt_string){"", 0};
    ckpt_string mode = w->has_mode
                           ? ckpt_text_of(r, "%s mode %o", size.length == 0 ? " with" : " and",
                                          (uint32_t)(w->mode & 07777))
                           : (ckpt_string){"", 0};
    return ckpt_text_of(r, "/%t%t%t", w->path, size, mode);
}

static void check_root_file(struct ckpt_images *im, const struct wanted *w,
                            const struct ckpt_paths *deleted)
{
    struct ckpt_rules *r = im->r;
    ckpt_string scope = ckpt_string_of(diff_name);
    const struct ckpt_tree_file *found = ckpt_tree_find(&r->tree, scope, w->path);
    if (is_deleted(deleted, w->path)) {
        at_file(im, w,
                ckpt_find_file(r, CKPT_RULE_406, "deleted.files",
                               "/%t is among the deleted files, but a process has it open; CRIU "
                               "says \"Can't open file\".",
                               w->path),
                NULL);
        return;
    }
    if (found != NULL) {
        compare(im, w, scope, found);
        return;
    }
    bool opened = (w->flags & WRITE) != 0 || (w->mode & KIND) == FIFO;
    bool fresh = r->engine == CKPT_ENGINE_PODMAN || r->engine == CKPT_ENGINE_CRIO ||
                 r->engine == CKPT_ENGINE_CONTAINERD;
    if (!fresh || im->mount_count == 0 || !ckpt_is_whole(r) || w->path.length == 0)
        return;
    if (!opened || (w->has_mode && (w->mode & KIND) != REGULAR && (w->mode & KIND) != FIFO)) {
        need_in_image(im, w, described(r, w), "reg.name");
        return;
    }
    /* What is open for writing was copied up, and belongs to the changed files. */
    struct ckpt_finding *f = ckpt_find_file(
        r, CKPT_RULE_411, ckpt_image_member(im, w->file->image->name).data,
        "A process has /%t open for writing, %n bytes, but rootfs-diff.tar does not bring it.",
        w->path, w->size);
    at_file(im, w, f, "reg.name");
    need_file(im, w, in_image(im, w));
    ckpt_condition(r, CKPT_CONDITION_FILE, ALL, CKPT_RULE_411, f, "",
                   "/%t must be in the base image as the process had it open (%n bytes), because "
                   "rootfs-diff.tar does not bring it.",
                   w->path, w->size);
}

/* ---- mounts -----------------------------------------------------------------------------------
 */

/* Mounts that engines and the kubelet make and fill by themselves. */
static bool is_engine_mount(ckpt_string place)
{
    return ckpt_is_one_of(place, "/etc/hosts\0/etc/hostname\0/etc/resolv.conf\0/run/.containerenv\0"
                                 "/dev/shm\0/run/secrets\0/dev/termination-log\0/run/.dockerenv\0"
                                 "/etc/passwd\0/etc/group\0/dev/console\0") ||
           ckpt_starts_one_of(place, "/proc\0/sys\0/dev/\0/var/run/secrets/kubernetes.io\0"
                                     "/run/secrets/kubernetes.io\0");
}

/* The named volume of Podman that is mounted there: its name; "" if none. */
static ckpt_string volume_at(struct ckpt_rules *r, ckpt_string place)
{
    ckpt_value volumes = ckpt_get(ckpt_file_root(r, "config.dump"), "namedVolumes");
    for (ckpt_value v = ckpt_first(volumes); ckpt_exists(v); v = ckpt_next(volumes, v))
        if (ckpt_equal(ckpt_text(ckpt_get(v, "dest")), place))
            return ckpt_text(ckpt_get(v, "volumeName"));
    return (ckpt_string){"", 0};
}

/* What of the host is mounted there, by the spec; "" if that is not known. */
static ckpt_string source_of(struct ckpt_rules *r, const struct ckpt_image_mount *m)
{
    ckpt_value mounts = ckpt_get(ckpt_file_root(r, "spec.dump"), "mounts");
    for (ckpt_value v = ckpt_first(mounts); ckpt_exists(v); v = ckpt_next(mounts, v)) {
        ckpt_string place = ckpt_text(ckpt_get(v, "destination"));
        if (ckpt_is_bind(v) && (ckpt_equal(place, m->place) || ckpt_equal(place, m->key)))
            return ckpt_text(ckpt_get(v, "source"));
    }
    return (ckpt_string){"", 0};
}

static void check_mounted_file(struct ckpt_images *im, const struct wanted *w)
{
    struct ckpt_rules *r = im->r;
    const struct ckpt_image_mount *m = w->mount;
    size_t skip = m->place.length == 0 ? 0 : m->place.length - 1;
    ckpt_string inside = /* below the mount */
        w->path.length > skip ? ckpt_slice_of(w->path, skip, w->path.length) : (ckpt_string){"", 0};
    while (inside.length != 0 && inside.data[0] == '/')
        inside = ckpt_slice_of(inside, 1, inside.length);
    if (ckpt_equals(m->place, "/dev/shm")) {
        const struct ckpt_tree_file *found =
            ckpt_tree_find(&r->tree, ckpt_string_of("devshm-checkpoint.tar"), inside);
        if (found != NULL)
            compare(im, w, ckpt_string_of("devshm-checkpoint.tar"), found);
        return;
    }
    if (is_engine_mount(m->place) || ((w->mode & KIND) == DIRECTORY && r->host == NULL))
        return;
    ckpt_string volume = volume_at(r, m->place);
    if (volume.length != 0) {
        ckpt_string scope = ckpt_text_of(r, "volumes/%t.tar", volume);
        const struct ckpt_tree_file *found = ckpt_tree_find(&r->tree, scope, inside);
        if (found != NULL) {
            compare(im, w, scope, found);
            return;
        }
    }
    bool writes = (w->flags & WRITE) != 0;
    bool again = ckpt_number_add(r, &im->told, m->id << 1 | writes);
    if (again && r->host == NULL)
        return; /* one file of each mount tells enough */
    if (!writes)
        ckpt_lower(r, CKPT_INFO);
    struct ckpt_finding *f =
        ckpt_find_file(r, CKPT_RULE_411, ckpt_image_member(im, w->file->image->name).data,
                       "A process has /%t open, %n bytes, on the mount %q, whose content is not in "
                       "the checkpoint.",
                       w->path, w->size, m->place);
    at_file(im, w, f, "reg.name");
    if (++im->outside > named(im))
        return;
    ckpt_string source = source_of(r, m);
    if (source.length != 0)
        need_file(im, w, ckpt_text_of(r, "%t%s%t", source, inside.length != 0 ? "/" : "", inside));
    ckpt_condition(
        r, CKPT_CONDITION_FILE, ALL, CKPT_RULE_411, f, "",
        "%t%s, on the mount %q: the process had it open, and it is not in the "
        "checkpoint.",
        described(r, w),
        ckpt_pb_has(&w->file->message, F(reg_file_entry, build_id)) ? " and the same build id" : "",
        m->place);
}

/* ---- all of them ------------------------------------------------------------------------------
 */

/* The mount that a path lies on when its number is not known: the longest that fits. */
static const struct ckpt_image_mount *mount_by_path(const struct ckpt_images *im, ckpt_string path)
{
    enum { FEW = 256 };
    const struct ckpt_image_mount *best = NULL;
    for (size_t i = 0; i < im->mount_count && i < FEW; i++) {
        const struct ckpt_image_mount *m = &im->mounts[i];
        if (m->place.length == 0 || m->is_root || m->place.length - 1 > path.length ||
            (best != NULL && best->place.length >= m->place.length))
            continue;
        ckpt_string place = ckpt_slice_of(m->place, 1, m->place.length);
        if (ckpt_equal(ckpt_slice_of(path, 0, place.length), place) &&
            (path.length == place.length || path.data[place.length] == '/'))
            best = m;
    }
    return best;
}

static bool is_outside(const struct ckpt_image_mount *m)
{
    return m->external || m->key.length != 0;
}

static void check_reg(struct ckpt_images *im, const struct ckpt_dump_file *file,
                      const struct ckpt_paths *deleted)
{
    const struct ckpt_pb *m = &file->message;
    struct wanted w = {.file = file, .is_reg = true};
    int64_t id = ckpt_pb_i64(m, F(reg_file_entry, mnt_id), -1);
    w.path = clean(im->r, ckpt_pb_string(m, F(reg_file_entry, name)));
    w.has_size = ckpt_pb_get_u64(m, F(reg_file_entry, size), &w.size);
    w.has_mode = ckpt_pb_get_u64(m, F(reg_file_entry, mode), &w.mode);
    w.flags = ckpt_pb_u64(m, F(reg_file_entry, flags), 0);
    if (im->r->failed || w.path.data == NULL)
        return;
    const struct ckpt_image_mount *mount =
        id >= 0 ? ckpt_image_mount_of(im, (uint64_t)id) : mount_by_path(im, w.path);
    if (id >= 0 && mount == NULL && im->mount_count != 0) {
        at_file(im, &w,
                ckpt_find_file(im->r, CKPT_RULE_517, ckpt_image_member(im, file->image->name).data,
                               "/%t lies on mount %n, which no image describes; CRIU fails with a "
                               "bug of its own.",
                               w.path, (uint64_t)id),
                "reg.mnt_id");
        return;
    }
    if (ckpt_number_has(&im->remapped, file->id))
        return; /* deleted: comes from an image of its own */
    if ((w.flags & TRUNCATE) != 0 && w.has_size && w.size != 0)
        at_file(im, &w,
                ckpt_find_file(im->r, CKPT_RULE_406, ckpt_image_member(im, file->image->name).data,
                               "/%t is opened again with O_TRUNC, and then has 0 bytes instead of "
                               "%n; CRIU says \"bad size\".",
                               w.path, w.size),
                "reg.flags");
    if (mount != NULL && !mount->is_root) {
        w.mount = mount;
        if (is_outside(mount))
            check_mounted_file(im, &w);
        return;
    }
    if (im->mount_count != 0 || im->r->form != CKPT_FORM_CRIU_DIRECTORY)
        check_root_file(im, &w, deleted);
}

/* Whether rootfs-diff.tar brings a directory ("tmp/"), or something below it. */
static bool has_directory(const struct ckpt_images *im, ckpt_string directory)
{
    return ckpt_paths_find(&im->r->diff, directory.data, directory.length - 1) != CKPT_PATHS_NONE;
}

/* A socket with a path makes it again; something that lies there is in its way. */
static void check_socket_path(struct ckpt_images *im, const struct ckpt_dump_file *file)
{
    ckpt_string name = ckpt_pb_string(&file->message, F(unix_sk_entry, name));
    while (name.length != 0 && name.data[name.length - 1] == '\0')
        name = ckpt_slice_of(name, 0, name.length - 1);
    if (name.length < 2 || name.data[0] != '/' ||
        ckpt_pb_u64(&file->message, F(unix_sk_entry, deleted), 0) != 0)
        return;
    ckpt_string path = clean(im->r, name);
    const struct ckpt_tree_file *found =
        ckpt_tree_find(&im->r->tree, ckpt_string_of(diff_name), path);
    if (found == NULL) {
        ckpt_string directory = path;
        while (directory.length != 0 && directory.data[directory.length - 1] != '/')
            directory = ckpt_slice_of(directory, 0, directory.length - 1);
        const struct ckpt_image_mount *m = mount_by_path(im, path);
        if (directory.length > 1 && m == NULL && im->mount_count != 0 &&
            !has_directory(im, directory)) {
            const struct wanted w = {.file = file,
                                     .path = ckpt_slice_of(directory, 0, directory.length - 1)};
            need_in_image(im, &w, ckpt_text_of(im->r, "The directory /%t of a socket", w.path),
                          "usk.name");
        }
        return;
    }
    if (kind_of(found) == 0)
        return;
    struct ckpt_finding *f =
        ckpt_find_file(im->r, CKPT_RULE_406, ckpt_text_of(im->r, "%s!%t", diff_name, path).data,
                       "/%t is in rootfs-diff.tar, but a process has a socket of that name; CRIU "
                       "says \"Address already in use\".",
                       path);
    if (f != NULL)
        f->archive_offset = found->header_offset;
}

void ckpt_check_paths(struct ckpt_images *im)
{
    size_t count;
    const struct ckpt_dump_file *files = ckpt_dump_files(im->dump, &count);
    struct ckpt_paths deleted = {0};
    load_deleted(im, &deleted);
    for (size_t i = 0; i < count; i++) {
        if (files[i].type == CKPT_CRIU_fd_types_REG)
            check_reg(im, &files[i], &deleted);
        else if (files[i].type == CKPT_CRIU_fd_types_UNIXSK)
            check_socket_path(im, &files[i]);
    }
    if (im->in_image > named(im))
        ckpt_condition(im->r, CKPT_CONDITION_FILE, ALL, CKPT_RULE_411, NULL, "",
                       "%n more files and directories in the base image.", im->in_image - NAMED);
    if (im->outside > named(im))
        ckpt_condition(im->r, CKPT_CONDITION_FILE, ALL, CKPT_RULE_411, NULL, "",
                       "%n more files on mounts whose content is not in the checkpoint.",
                       im->outside - NAMED);
    ckpt_paths_free(&deleted);
}
