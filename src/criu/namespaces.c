/* SPDX-License-Identifier: Apache-2.0 */
/* Namespaces: those of a process, and what is in each. */
#include "criu/namespaces.h"

#include <string.h>

#include "criu/internal.h"
#include "criu/task.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* In the order in which they are told. */
enum { PID, NET, IPC, UTS, MNT, USER, CGROUP, TIME, TYPES };

/* Names, and fields of task_kobj_ids_entry. */
static const struct {
    uint8_t field;
    char name[7];
} types[TYPES] = {[PID] = {F(task_kobj_ids_entry, pid_ns_id), "pid"},
                  [NET] = {F(task_kobj_ids_entry, net_ns_id), "net"},
                  [IPC] = {F(task_kobj_ids_entry, ipc_ns_id), "ipc"},
                  [UTS] = {F(task_kobj_ids_entry, uts_ns_id), "uts"},
                  [MNT] = {F(task_kobj_ids_entry, mnt_ns_id), "mnt"},
                  [USER] = {F(task_kobj_ids_entry, user_ns_id), "user"},
                  [CGROUP] = {F(task_kobj_ids_entry, cgroup_ns_id), "cgroup"},
                  [TIME] = {F(task_kobj_ids_entry, time_ns_id), "time"}};

/* The images of what is in one. */
static const struct {
    uint8_t kind, type;
} images[] = {
    {CKPT_CRIU_IMAGE_PIDNS, PID},     {CKPT_CRIU_IMAGE_NETNS, NET},
    {CKPT_CRIU_IMAGE_NETDEV, NET},    {CKPT_CRIU_IMAGE_IPC_VAR, IPC},
    {CKPT_CRIU_IMAGE_IPCNS_SHM, IPC}, {CKPT_CRIU_IMAGE_IPCNS_MSG, IPC},
    {CKPT_CRIU_IMAGE_IPCNS_SEM, IPC}, {CKPT_CRIU_IMAGE_UTSNS, UTS},
    {CKPT_CRIU_IMAGE_MNTS, MNT},      {CKPT_CRIU_IMAGE_USERNS, USER},
    {CKPT_CRIU_IMAGE_TIMENS, TIME},
};

/* The key under which a namespace has to be given at restore; data == NULL: none. */
static ckpt_string external_key(ckpt_dump *dump, unsigned type, uint64_t id)
{
    struct ckpt_pb entry = {NULL, NULL, NULL};
    struct ckpt_pb_bytes key = {NULL, 0};
    if (type == NET) {
        entry = ckpt_dump_first(dump, CKPT_CRIU_IMAGE_NETNS, id, false);
        ckpt_pb_get_bytes(&entry, F(netns_entry, ext_key), &key);
    } else if (type == PID) {
        entry = ckpt_dump_first(dump, CKPT_CRIU_IMAGE_PIDNS, id, false);
        ckpt_pb_get_bytes(&entry, F(pidns_entry, ext_key), &key);
    }
    return ckpt_text_of(key);
}

/* Whether it is that of CRIU: 1 or 0; -1: not known. */
static int is_outside(ckpt_dump *dump, unsigned type, uint64_t id)
{
    struct ckpt_pb inventory = ckpt_dump_first(dump, CKPT_CRIU_IMAGE_INVENTORY, 0, false);
    struct ckpt_pb outside = {NULL, NULL, NULL};
    uint64_t other;
    ckpt_pb_get_message(&inventory, F(inventory_entry, root_ids), &outside);
    return ckpt_pb_get_u64(&outside, types[type].field, &other) ? id == other : -1;
}

/* The members of that name in Namespace and in NamespaceContent. */
struct members {
    enum ckpt_view_member type, id, shared, external;
};

static void put_namespace(ckpt_dump *dump, unsigned type, uint64_t id, const struct members *to,
                          struct ckpt_sink *sink)
{
    int shared = is_outside(dump, type, id);
    ckpt_view_name(sink, to->type, types[type].name);
    ckpt_view_integer(sink, to->id, (int64_t)(uint32_t)id);
    if (shared >= 0)
        ckpt_view_boolean(sink, to->shared, shared != 0);
    else
        ckpt_view_null(sink, to->shared);
    ckpt_view_text(sink, to->external, external_key(dump, type, id));
}

void ckpt_task_namespaces(const struct ckpt_task *task, struct ckpt_sink *sink)
{
    static const struct members to = {V(Namespace, type), V(Namespace, id), V(Namespace, shared),
                                      V(Namespace, external)};
    ckpt_view_begin_array(sink, V(Process, namespaces));
    for (unsigned i = 0; i < TYPES; i++) {
        uint64_t id;
        if (!ckpt_pb_get_u64(&task->ids, types[i].field, &id) || id == 0)
            continue;
        sink->begin_struct(sink);
        put_namespace(task->dump, i, id, &to, sink);
        sink->end(sink);
    }
    sink->end(sink);
}

/* ---- what is in them ------------------------------------------------------------------------- */

static void put_names(ckpt_dump *dump, uint64_t id, bool needed, struct ckpt_sink *sink)
{
    struct ckpt_pb uts = ckpt_dump_first(dump, CKPT_CRIU_IMAGE_UTSNS, id, needed);
    if (uts.message == NULL) {
        ckpt_view_null(sink, V(NamespaceContent, names));
        return;
    }
    ckpt_view_field(sink, V(NamespaceContent, names));
    sink->begin_struct(sink);
    ckpt_view_text(sink, V(HostNames, nodename),
                   ckpt_text_of(ckpt_pb_bytes(&uts, F(utsns_entry, nodename))));
    ckpt_view_text(sink, V(HostNames, domainname),
                   ckpt_text_of(ckpt_pb_bytes(&uts, F(utsns_entry, domainname))));
    sink->end(sink);
}

static void put_clock(const struct ckpt_pb *clocks, unsigned field, enum ckpt_view_member member,
                      struct ckpt_sink *sink)
{
    struct ckpt_pb time = {NULL, NULL, NULL};
    ckpt_pb_get_message(clocks, field, &time);
    ckpt_view_integer64(sink, member,
                        ckpt_pb_u64(&time, F(timespec, tv_sec), 0) * 1000000000 +
                            ckpt_pb_u64(&time, F(timespec, tv_nsec), 0));
}

static void put_clocks(ckpt_dump *dump, uint64_t id, bool needed, struct ckpt_sink *sink)
{
    struct ckpt_pb clocks = ckpt_dump_first(dump, CKPT_CRIU_IMAGE_TIMENS, id, needed);
    if (clocks.message == NULL) {
        ckpt_view_null(sink, V(NamespaceContent, clocks));
        return;
    }
    ckpt_view_field(sink, V(NamespaceContent, clocks));
    sink->begin_struct(sink);
    put_clock(&clocks, F(timens_entry, monotonic), V(Clocks, monotonic), sink);
    put_clock(&clocks, F(timens_entry, boottime), V(Clocks, boottime), sink);
    sink->end(sink);
}

static void put_ranges(const struct ckpt_pb *maps, unsigned field, enum ckpt_view_member member,
                       struct ckpt_sink *sink)
{
    struct ckpt_pb_each each = ckpt_pb_each(maps, field);
    struct ckpt_pb extent;
    ckpt_view_begin_array(sink, member);
    while (ckpt_pb_next_message(&each, &extent)) {
        sink->begin_struct(sink);
        ckpt_view_integer(sink, V(IdRange, inside),
                          (int64_t)ckpt_pb_u64(&extent, F(uid_gid_extent, first), 0));
        ckpt_view_integer(sink, V(IdRange, outside),
                          (int64_t)ckpt_pb_u64(&extent, F(uid_gid_extent, lower_first), 0));
        ckpt_view_integer(sink, V(IdRange, count),
                          (int64_t)ckpt_pb_u64(&extent, F(uid_gid_extent, count), 0));
        sink->end(sink);
    }
    sink->end(sink);
}

static void put_id_maps(ckpt_dump *dump, uint64_t id, bool needed, struct ckpt_sink *sink)
{
    struct ckpt_pb maps = ckpt_dump_first(dump, CKPT_CRIU_IMAGE_USERNS, id, needed);
    if (maps.message == NULL) {
        ckpt_view_null(sink, V(NamespaceContent, idMaps));
        return;
    }
    ckpt_view_field(sink, V(NamespaceContent, idMaps));
    sink->begin_struct(sink);
    put_ranges(&maps, F(userns_entry, uid_map), V(IdMaps, uid), sink);
    put_ranges(&maps, F(userns_entry, gid_map), V(IdMaps, gid), sink);
    sink->end(sink);
}

static void put_mount_count(ckpt_dump *dump, uint64_t id, bool needed, struct ckpt_sink *sink)
{
    const struct ckpt_dump_image *image = ckpt_dump_image(dump, CKPT_CRIU_IMAGE_MNTS, id);
    struct ckpt_entries entries;
    int64_t count = 0;
    if (image == NULL) {
        if (needed)
            ckpt_dump_gap_in(dump, CKPT_CRIU_IMAGE_MNTS, id, -1, NULL, "the image is missing");
        ckpt_view_null(sink, V(NamespaceContent, mounts));
        return;
    }
    ckpt_entries_begin(&entries, dump, image);
    while (ckpt_entries_next(&entries))
        count++;
    if (count == 0) /* it could not be read: no namespace is without a mount */
        ckpt_view_null(sink, V(NamespaceContent, mounts));
    else
        ckpt_view_integer(sink, V(NamespaceContent, mounts), count);
}

static void put_content(ckpt_dump *dump, unsigned type, uint64_t id, struct ckpt_sink *sink)
{
    /* What is not CRIU's own and is not given from outside was dumped. */
    bool needed = is_outside(dump, type, id) == 0 && external_key(dump, type, id).data == NULL;
    switch (type) {
    case UTS:
        put_names(dump, id, needed, sink);
        break;
    case TIME:
        put_clocks(dump, id, needed, sink);
        break;
    case USER:
        put_id_maps(dump, id, needed, sink);
        break;
    case IPC:
        ckpt_put_ipc(dump, id, needed, sink);
        break;
    case NET:
        ckpt_put_network(dump, id, sink);
        break;
    case MNT:
        put_mount_count(dump, id, needed, sink);
        break;
    default:
        break;
    }
}

/* ---- all of a dump --------------------------------------------------------------------------- */

/* No process: those that only images tell of. */
enum { NOBODY = 0 };

/* A namespace as a number to sort by. */
static uint64_t key_of(unsigned type, uint64_t id)
{
    return (uint64_t)type << 32 | (uint32_t)id;
}

/* Those of the processes, and those that only images tell of, which descriptors may hold. */
static struct ckpt_key *gather(ckpt_dump *dump, uint32_t pid, size_t *count)
{
    size_t tasks, all = ckpt_dump_image_count(dump);
    const struct ckpt_pb *entries = ckpt_tree(dump, 0, &tasks);
    struct ckpt_key *keys = ckpt_arena_array(&dump->arena, tasks * TYPES + all, sizeof(*keys));
    struct ckpt_task task;
    *count = 0;
    for (size_t i = 0; keys != NULL && i < tasks && dump->steps != 0; i++) {
        if (pid != 0 && ckpt_pb_u64(&entries[i], F(pstree_entry, pid), 0) != pid)
            continue;
        ckpt_task_open(&task, dump, &entries[i]);
        for (unsigned type = 0; type < TYPES; type++) {
            uint64_t id;
            if (ckpt_pb_get_u64(&task.ids, types[type].field, &id) && id != 0)
                keys[(*count)++] = (struct ckpt_key){key_of(type, id), task.pid};
        }
    }
    for (size_t i = 0; keys != NULL && pid == 0 && i < all; i++) {
        const struct ckpt_dump_image *image = ckpt_dump_image_at(dump, i);
        for (size_t k = 0; k < COUNT(images); k++)
            if (images[k].kind == image->kind && image->id != 0 && image->id <= UINT32_MAX)
                keys[(*count)++] = (struct ckpt_key){key_of(images[k].type, image->id), NOBODY};
    }
    ckpt_sort(keys, *count);
    return keys;
}

void ckpt_view_namespaces(ckpt_dump *dump, uint32_t pid, struct ckpt_sink *sink)
{
    static const struct members to = {V(NamespaceContent, type), V(NamespaceContent, id),
                                      V(NamespaceContent, shared), V(NamespaceContent, external)};
    size_t count;
    const struct ckpt_key *keys = gather(dump, pid, &count);
    sink->begin_struct(sink);
    ckpt_view_begin_array(sink, V(NamespaceView, namespaces));
    for (size_t i = 0, next; i < count && dump->steps != 0; i = next) {
        unsigned type = (unsigned)(keys[i].key >> 32);
        sink->begin_struct(sink);
        put_namespace(dump, type, keys[i].key & UINT32_MAX, &to, sink);
        ckpt_view_begin_array(sink, V(NamespaceContent, processes));
        for (next = i; next < count && keys[next].key == keys[i].key; next++)
            if (keys[next].value != NOBODY)
                sink->integer(sink, keys[next].value);
        sink->end(sink);
        put_content(dump, type, keys[i].key & UINT32_MAX, sink);
        sink->end(sink);
    }
    sink->end(sink);
    ckpt_view_gaps(sink, V(NamespaceView, gaps), dump);
    sink->end(sink);
}
