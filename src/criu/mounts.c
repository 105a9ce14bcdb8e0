/* SPDX-License-Identifier: Apache-2.0 */
/* Mounts of all mount namespaces. */
#include "criu/internal.h"
#include "criu/task.h"
#include "text/number.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static ckpt_string text_field(const struct ckpt_pb *message, unsigned field)
{
    struct ckpt_pb_bytes bytes = {NULL, 0};
    ckpt_pb_get_bytes(message, field, &bytes);
    return ckpt_text_of(bytes);
}

/* The types that CRIU knows, by its numbers; of others it stores the name. */
static void put_file_system(const struct ckpt_pb *m, struct ckpt_sink *sink)
{
    static const char *const names[] = {
        NULL,     "proc",       "sysfs",   "devtmpfs", "binfmt_misc", "tmpfs", "devpts", "simfs",
        "pstore", "securityfs", "fusectl", "debugfs",  "cgroup",      "aufs",  "mqueue", "fuse",
        "auto",   "overlay",    "autofs",  "tracefs",  "rpc_pipefs",  "nfs",   "nfs4",   "cgroup2"};
    uint64_t type = ckpt_pb_u64(m, F(mnt_entry, fstype), 0);
    ckpt_string name = text_field(m, F(mnt_entry, fsname));
    if (name.length != 0)
        ckpt_view_text(sink, V(Mount, type), name);
    else
        ckpt_view_name(sink, V(Mount, type),
                       type < COUNT(names) && names[type] != NULL ? names[type] : "unknown");
}

/* mount(2): MS_RDONLY … */
static void put_flags(const struct ckpt_pb *m, struct ckpt_sink *sink)
{
    static const struct {
        uint32_t bit;
        const char *name;
    } flags[] = {{1, "ro"},
                 {2, "nosuid"},
                 {4, "nodev"},
                 {8, "noexec"},
                 {16, "sync"},
                 {64, "mand"},
                 {128, "dirsync"},
                 {1 << 10, "noatime"},
                 {1 << 11, "nodiratime"},
                 {1 << 21, "relatime"},
                 {1 << 24, "strictatime"},
                 {1 << 25, "lazytime"}};
    /* Those of the file system stand apart in newer dumps. */
    uint64_t set =
        ckpt_pb_u64(m, F(mnt_entry, flags), 0) | ckpt_pb_u64(m, F(mnt_entry, sb_flags), 0);
    ckpt_view_begin_array(sink, V(Mount, flags));
    for (size_t i = 0; i < COUNT(flags); i++)
        if (set & flags[i].bit)
            ckpt_view_put_name(sink, flags[i].name);
    sink->end(sink);
}

static void put_group(struct ckpt_sink *sink, enum ckpt_view_member member, uint64_t group)
{
    if (group == 0)
        ckpt_view_null(sink, member);
    else
        ckpt_view_integer(sink, member, (int64_t)group);
}

static void put_mount(ckpt_dump *dump, uint64_t namespace, const struct ckpt_pb *m,
                      struct ckpt_sink *sink)
{
    uint64_t id = ckpt_pb_u64(m, F(mnt_entry, mnt_id), 0);
    uint64_t device = ckpt_pb_u64(m, F(mnt_entry, root_dev), 0); /* 12 bits, 20 bits */
    char number[48];
    sink->begin_struct(sink);
    ckpt_view_integer(sink, V(Mount, namespace), (int64_t)(uint32_t) namespace);
    ckpt_view_integer(sink, V(Mount, id), (int64_t)id);
    ckpt_view_integer(sink, V(Mount, parent),
                      (int64_t)ckpt_pb_u64(m, F(mnt_entry, parent_mnt_id), 0));
    ckpt_view_text(sink, V(Mount, path), text_field(m, F(mnt_entry, mountpoint)));
    put_file_system(m, sink);
    ckpt_view_text(sink, V(Mount, source), text_field(m, F(mnt_entry, source)));
    ckpt_view_text(sink, V(Mount, root), text_field(m, F(mnt_entry, root)));
    put_flags(m, sink);
    ckpt_view_text(sink, V(Mount, options), text_field(m, F(mnt_entry, options)));
    size_t length = ckpt_format_uint64(device >> 20, number);
    number[length++] = ':';
    length += ckpt_format_uint64(device & 0xFFFFF, number + length);
    ckpt_view_text(sink, V(Mount, device), (ckpt_string){number, length});
    put_group(sink, V(Mount, sharedId), ckpt_pb_u64(m, F(mnt_entry, shared_id), 0));
    put_group(sink, V(Mount, masterId), ckpt_pb_u64(m, F(mnt_entry, master_id), 0));
    ckpt_string key = text_field(m, F(mnt_entry, ext_key));
    if (key.data == NULL && ckpt_pb_u64(m, F(mnt_entry, ext_mount), 0) != 0)
        key = text_field(m, F(mnt_entry, root)); /* of old versions */
    ckpt_view_text(sink, V(Mount, external), key);
    const struct ckpt_dump_image *content = NULL;
    if (ckpt_pb_u64(m, F(mnt_entry, fstype), 0) == CKPT_CRIU_fstype_TMPFS) {
        content = ckpt_dump_image(dump, CKPT_CRIU_IMAGE_TMPFS_DEV, device & 0xFFFFF);
        if (content == NULL)
            content = ckpt_dump_image(dump, CKPT_CRIU_IMAGE_TMPFS_IMG, id);
    }
    ckpt_view_text(sink, V(Mount, content),
                   content == NULL ? (ckpt_string){NULL, 0} : ckpt_full_name(dump, content->name));
    ckpt_view_boolean(sink, V(Mount, deleted), ckpt_pb_u64(m, F(mnt_entry, deleted), 0) != 0);
    sink->end(sink);
}

/* CRIU writes what is mounted below before what it is mounted on. */
static void put_namespace(ckpt_dump *dump, const struct ckpt_dump_image *image,
                          struct ckpt_sink *sink)
{
    struct ckpt_entries entries;
    size_t count = 0;
    ckpt_entries_begin(&entries, dump, image);
    while (ckpt_entries_next(&entries))
        count++;
    struct ckpt_pb *mounts = ckpt_arena_array(&dump->arena, count, sizeof(*mounts));
    if (mounts == NULL)
        return;
    ckpt_entries_begin(&entries, dump, image);
    for (size_t i = count; i > 0 && ckpt_entries_next(&entries);)
        mounts[--i] = entries.entry.message;
    for (size_t i = 0; i < count; i++)
        put_mount(dump, image->id, &mounts[i], sink);
}

/* The mount namespace of a process; 0 if it is not known. */
static uint64_t namespace_of(ckpt_dump *dump, uint32_t pid)
{
    struct ckpt_task task;
    size_t count;
    const struct ckpt_pb *entries = ckpt_tree(dump, 0, &count);
    for (size_t i = 0; i < count; i++) {
        if (ckpt_pb_u64(&entries[i], F(pstree_entry, pid), 0) != pid)
            continue;
        ckpt_task_open(&task, dump, &entries[i]);
        return ckpt_pb_u64(&task.ids, F(task_kobj_ids_entry, mnt_ns_id), 0);
    }
    return 0;
}

void ckpt_view_mounts(ckpt_dump *dump, uint32_t pid, struct ckpt_sink *sink)
{
    uint64_t wanted = pid == 0 ? 0 : namespace_of(dump, pid);
    sink->begin_struct(sink);
    ckpt_view_begin_array(sink, V(MountView, mounts));
    for (size_t i = 0; i < ckpt_dump_image_count(dump); i++) {
        const struct ckpt_dump_image *image = ckpt_dump_image_at(dump, i);
        if (image->kind == CKPT_CRIU_IMAGE_MNTS && (pid == 0 || image->id == wanted))
            put_namespace(dump, image, sink);
    }
    sink->end(sink);
    ckpt_view_gaps(sink, V(MountView, gaps), dump);
    sink->end(sink);
}
