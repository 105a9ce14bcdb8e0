/* SPDX-License-Identifier: Apache-2.0 */
/* Mounts: those of mountpoints-N.img against each other, against spec.dump, and their content. */
#include "rules/images.h"

#include <stdlib.h>

static int by_id(const void *a, const void *b)
{
    const struct ckpt_image_mount *x = a, *y = b;
    return x->id < y->id ? -1 : x->id > y->id;
}

const struct ckpt_image_mount *ckpt_image_mount_of(const struct ckpt_images *im, uint64_t id)
{
    const struct ckpt_image_mount wanted = {.id = id};
    return im->mount_count == 0
               ? NULL
               : bsearch(&wanted, im->mounts, im->mount_count, sizeof(*im->mounts), by_id);
}

/* Keys by which runc and crun tell CRIU what is mounted from outside: destinations of bind mounts
   and of cgroups, and /dev/null for masked paths. */
static bool is_known_key(struct ckpt_images *im, ckpt_string key)
{
    if (ckpt_equals(key, "/dev/null"))
        return true;
    ckpt_value mounts = ckpt_get(ckpt_file_root(im->r, "spec.dump"), "mounts");
    for (ckpt_value m = ckpt_first(mounts); ckpt_exists(m); m = ckpt_next(mounts, m)) {
        ckpt_string place = ckpt_text(ckpt_get(m, "destination"));
        bool cgroup = ckpt_is_text(ckpt_get(m, "type"), "cgroup");
        /* A controller of cgroup v1 has a mount of its own below. */
        if (cgroup && place.length <= key.length && key.length != 0 &&
            ckpt_equal(ckpt_slice_of(key, 0, place.length), place))
            return true;
        if (ckpt_equal(place, key) && (cgroup || ckpt_is_bind(m)))
            return true;
    }
    /* Devices that the runtime binds in user namespaces, and what systemd mode adds. */
    ckpt_value devices = ckpt_get_path(ckpt_file_root(im->r, "spec.dump"), "linux\0devices\0");
    for (ckpt_value d = ckpt_first(devices); ckpt_exists(d); d = ckpt_next(devices, d))
        if (ckpt_equal(ckpt_text(ckpt_get(d, "path")), key))
            return true;
    return ckpt_starts(key, "/dev/") || ckpt_starts(key, "/sys/fs/cgroup");
}

static void check_external(struct ckpt_images *im, const struct ckpt_image_mount *m)
{
    ckpt_value mounts = ckpt_get(ckpt_file_root(im->r, "spec.dump"), "mounts");
    if (m->key.length == 0 || m->key.data[0] != '/' || !ckpt_is(mounts, CKPT_ARRAY) ||
        is_known_key(im, m->key))
        return;
    struct ckpt_finding *f = ckpt_find_file(
        im->r, CKPT_RULE_605, m->member.data,
        "The images need something mounted at %q from outside, but spec.dump has no such mount; "
        "CRIU says \"No mapping for … mountpoint\".",
        m->key);
    ckpt_place_entry(im->r, f, m->entry, "ext_key");
    ckpt_relate(im->r, f, mounts, "The mounts of the spec.");
}

/* The content of a tmpfs is in an image of its own, by the minor number of its device; before CRIU
   3.0, by the id of the mount. */
static void check_content(struct ckpt_images *im, const struct ckpt_image_mount *m)
{
    uint64_t minor = m->device & 0xfffff;
    if (m->type != CKPT_CRIU_fstype_TMPFS || m->key.length != 0 || m->external ||
        !ckpt_equals(m->root, "/") || ckpt_has_image(im, CKPT_CRIU_IMAGE_TMPFS_DEV, minor) ||
        ckpt_has_image(im, CKPT_CRIU_IMAGE_TMPFS_IMG, m->id))
        return;
    if (!im->any_tmpfs) {
        im->no_tmpfs++;
        return;
    }
    ckpt_string missing = ckpt_image_name(im, CKPT_CRIU_IMAGE_TMPFS_DEV, minor);
    ckpt_find_file(im->r, CKPT_RULE_506, missing.data,
                   "%t is missing: what was in the tmpfs at %q. CRIU fails without it.", missing,
                   m->place);
}

/* CRIU writes one for every tmpfs. An archive without any of them was thinned out by somebody, who
   may still have them; without them CRIU fails, whatever the engine (tmpfs_restore()). */
static void check_all_contents(struct ckpt_images *im)
{
    if (im->no_tmpfs == 0)
        return;
    ckpt_string place = ckpt_image_name(im, CKPT_CRIU_IMAGE_TMPFS_DEV, 0);
    ckpt_lower(im->r, CKPT_WARNING);
    struct ckpt_finding *f = ckpt_find_file(
        im->r, CKPT_RULE_506, place.data,
        "The checkpoint is not complete: of %n tmpfs, none has the image of its content "
        "(tmpfs-dev-N.tar.gz.img); CRIU fails without.",
        im->no_tmpfs);
    ckpt_condition(im->r, CKPT_CONDITION_FILE, ALL, CKPT_RULE_506, f, "",
                   "The images of what was in %n tmpfs (tmpfs-dev-N.tar.gz.img), back in their "
                   "place: CRIU fails without.",
                   im->no_tmpfs);
}

static void check_archive(struct ckpt_images *im, const struct ckpt_dump_image *image)
{
    if (image->size != 0 && image->bytes == NULL)
        return;
    if (image->length >= 3 && image->bytes[0] == 0x1f && image->bytes[1] == 0x8b)
        return;
    ckpt_string member = ckpt_image_member(im, image->name);
    ckpt_find_file(im->r, CKPT_RULE_502, member.data,
                   "%t is no archive compressed with gzip; CRIU unpacks it with tar, which fails.",
                   member);
}

static void check_mount(struct ckpt_images *im, const struct ckpt_image_mount *m)
{
    if (m->parent != 0 && !m->is_root && ckpt_image_mount_of(im, m->parent) == NULL &&
        !ckpt_equals(m->place, "/"))
        ckpt_place_entry(im->r,
                         ckpt_find_file(im->r, CKPT_RULE_517, m->member.data,
                                        "The mount %n at %q lies on mount %n, which is not there; "
                                        "CRIU says \"No parent found for mountpoint\".",
                                        m->id, m->place, m->parent),
                         m->entry, "parent_mnt_id");
    if (m->type > CKPT_CRIU_fstype_CGROUP2)
        ckpt_place_entry(im->r,
                         ckpt_find_file(im->r, CKPT_RULE_517, m->member.data,
                                        "The mount at %q has a file system of type %n, which CRIU "
                                        "does not know; it says \"unsupported id\".",
                                        m->place, (uint64_t)m->type),
                         m->entry, "fstype");
    check_external(im, m);
    check_content(im, m);
}

/* spec.dump makes a mount that the processes had, or they do not fit together. */
static void check_spec_mounts(struct ckpt_images *im)
{
    if (im->mount_count == 0)
        return;
    ckpt_value mounts = ckpt_get(ckpt_file_root(im->r, "spec.dump"), "mounts");
    for (ckpt_value m = ckpt_first(mounts); ckpt_exists(m); m = ckpt_next(mounts, m)) {
        ckpt_value at = ckpt_get(m, "destination");
        ckpt_string place = ckpt_text(at);
        bool found = !ckpt_is_bind(m) || place.length == 0;
        for (size_t i = 0; i < im->mount_count && !found; i++) {
            ckpt_string there = im->mounts[i].place;
            /* /var/run is a link to /run in most images. */
            ckpt_string other =
                ckpt_starts(place, "/var/run/") ? ckpt_slice_of(place, 4, place.length) : place;
            found = ckpt_equal(there, place) || ckpt_equal(there, other) ||
                    ckpt_equal(im->mounts[i].key, place);
        }
        if (found)
            continue;
        ckpt_lower(im->r, CKPT_INFO);
        ckpt_find(im->r, CKPT_RULE_605, at,
                  "Mount %q of the spec is not among those that the processes had.", place);
    }
}

static bool load(struct ckpt_images *im, const struct ckpt_dump_image *image, size_t *capacity)
{
    struct ckpt_entries e;
    ckpt_string member = ckpt_image_member(im, image->name);
    ckpt_entries_begin(&e, im->dump, image);
    while (ckpt_entries_next(&e)) {
        const struct ckpt_pb *m = &e.entry.message;
        if (im->mount_count == *capacity) {
            size_t bigger = *capacity == 0 ? 64 : *capacity * 2;
            struct ckpt_image_mount *mounts = realloc(im->mounts, bigger * sizeof(*mounts));
            if (mounts == NULL)
                return false;
            im->mounts = mounts;
            *capacity = bigger;
        }
        ckpt_string place = ckpt_pb_string(m, F(mnt_entry, mountpoint));
        im->mounts[im->mount_count++] = (struct ckpt_image_mount){
            .id = ckpt_pb_u64(m, F(mnt_entry, mnt_id), 0),
            .parent = ckpt_pb_u64(m, F(mnt_entry, parent_mnt_id), 0),
            .device = ckpt_pb_u64(m, F(mnt_entry, root_dev), 0),
            .type = (uint32_t)ckpt_pb_u64(m, F(mnt_entry, fstype), 0),
            .place = place,
            .key = ckpt_pb_string(m, F(mnt_entry, ext_key)),
            .root = ckpt_pb_string(m, F(mnt_entry, root)),
            .source = ckpt_pb_string(m, F(mnt_entry, source)),
            .external = ckpt_pb_u64(m, F(mnt_entry, ext_mount), 0) != 0,
            .is_root = ckpt_equals(place, "/"),
            .member = member,
            .entry = e.entry.index,
        };
    }
    return true;
}

/* Docker mounts files of a container's own folder: /var/lib/docker/containers/ID/hostname. */
static void note_container(struct ckpt_images *im, const struct ckpt_image_mount *m)
{
    ckpt_string id = ckpt_docker_container(m->root);
    if (id.length == 0 || im->r->docker_id.length != 0 ||
        !ckpt_is_one_of(m->place, "/etc/hostname\0/etc/hosts\0/etc/resolv.conf\0"))
        return;
    im->r->docker_id = ckpt_keep(im->r, id);
    im->r->docker_member = m->member;
    im->r->docker_entry = m->entry;
}

void ckpt_check_mount_images(struct ckpt_images *im)
{
    size_t count = ckpt_dump_image_count(im->dump), capacity = 0;
    for (size_t i = 0; i < count; i++) {
        const struct ckpt_dump_image *image = ckpt_dump_image_at(im->dump, i);
        if (image->kind == CKPT_CRIU_IMAGE_MNTS && !load(im, image, &capacity))
            im->r->failed = true;
        if (image->kind != CKPT_CRIU_IMAGE_TMPFS_DEV && image->kind != CKPT_CRIU_IMAGE_TMPFS_IMG)
            continue;
        im->any_tmpfs = true;
        check_archive(im, image);
    }
    if (im->mount_count == 0)
        return;
    qsort(im->mounts, im->mount_count, sizeof(*im->mounts), by_id);
    for (size_t i = 0; i < im->mount_count; i++)
        check_mount(im, &im->mounts[i]);
    for (size_t i = 0; i < im->mount_count && im->r->form == CKPT_FORM_CRIU_DIRECTORY; i++)
        note_container(im, &im->mounts[i]);
    check_all_contents(im);
    check_spec_mounts(im);
}
