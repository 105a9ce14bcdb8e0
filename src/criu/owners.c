/* SPDX-License-Identifier: Apache-2.0 */
#include "criu/owners.h"

#include "criu/internal.h"
#include "criu/task.h"

/* Processes may share a table of descriptors, and so may hostile ones. */
#define MOST_OWNERS ((size_t)1 << 20)

/* The table of descriptors of a process: by the number of the table, in old dumps by the pid. */
static const struct ckpt_dump_image *table_of(const struct ckpt_task *task)
{
    uint64_t id;
    struct ckpt_pb inventory = ckpt_dump_first(task->dump, CKPT_CRIU_IMAGE_INVENTORY, 0, false);
    bool per_id = inventory.message == NULL ||
                  ckpt_pb_u64(&inventory, F(inventory_entry, fdinfo_per_id), 0) != 0;
    if (!per_id)
        id = task->pid;
    else if (!ckpt_pb_get_u64(&task->ids, F(task_kobj_ids_entry, files_id), &id))
        return NULL;
    const struct ckpt_dump_image *image = ckpt_dump_image(task->dump, CKPT_CRIU_IMAGE_FDINFO, id);
    if (image == NULL)
        ckpt_dump_gap_in(task->dump, CKPT_CRIU_IMAGE_FDINFO, id, -1, NULL, "the image is missing");
    return image;
}

/* Goes through all descriptors; counts them where `owners` is NULL. */
static size_t gather(ckpt_dump *dump, struct ckpt_owner *owners)
{
    size_t tasks, count = 0;
    const struct ckpt_pb *entries = ckpt_tree(dump, 0, &tasks);
    for (size_t i = 0; i < tasks && dump->steps != 0; i++) {
        struct ckpt_task task;
        struct ckpt_entries table;
        ckpt_task_open(&task, dump, &entries[i]);
        if (ckpt_task_is_dead(&task))
            continue;
        ckpt_entries_begin(&table, dump, table_of(&task));
        while (ckpt_entries_next(&table)) {
            const struct ckpt_pb *m = &table.entry.message;
            if (count == MOST_OWNERS || !ckpt_dump_spend(dump, m)) {
                ckpt_dump_gap(dump, table.image->name, table.entry.index, NULL,
                              "there are more descriptors than the limit");
                return count;
            }
            if (owners != NULL)
                owners[count] =
                    (struct ckpt_owner){(uint32_t)ckpt_pb_u64(m, F(fdinfo_entry, id), 0),
                                        (uint32_t)ckpt_pb_u64(m, F(fdinfo_entry, type), 0),
                                        (uint32_t)ckpt_pb_u64(m, F(fdinfo_entry, flags), 0),
                                        task.pid, (int64_t)ckpt_pb_u64(m, F(fdinfo_entry, fd), 0)};
            count++;
        }
    }
    return count;
}

static void find_owners(ckpt_dump *dump)
{
    if (dump->owners_known)
        return;
    dump->owners_known = true;
    size_t count = gather(dump, NULL);
    dump->owners = ckpt_arena_array(&dump->arena, count, sizeof(*dump->owners));
    dump->owners_by_id = ckpt_arena_array(&dump->arena, count, sizeof(*dump->owners_by_id));
    struct ckpt_key *keys = ckpt_arena_array(&dump->arena, count, sizeof(*keys));
    dump->owner_keys = keys;
    if (dump->owners == NULL || dump->owners_by_id == NULL || keys == NULL)
        return;
    dump->owner_count = gather(dump, dump->owners);
    for (size_t i = 0; i < count; i++)
        keys[i] = (struct ckpt_key){dump->owners[i].id, (uint32_t)i};
    ckpt_sort(keys, count);
    for (size_t i = 0; i < count; i++)
        dump->owners_by_id[i] = dump->owners[keys[i].value];
}

const struct ckpt_owner *ckpt_owners(ckpt_dump *dump, size_t *count)
{
    find_owners(dump);
    *count = dump->owner_count;
    return dump->owners;
}

const struct ckpt_owner *ckpt_owners_of(ckpt_dump *dump, uint32_t id, size_t *count)
{
    find_owners(dump);
    size_t first = ckpt_lower_bound(dump->owner_keys, dump->owner_count, id);
    size_t end = ckpt_lower_bound(dump->owner_keys, dump->owner_count, (uint64_t)id + 1);
    *count = end - first;
    return dump->owners_by_id + first;
}

void ckpt_put_holders(ckpt_dump *dump, struct ckpt_sink *sink, enum ckpt_view_member member,
                      uint32_t id, uint32_t pid, int64_t fd)
{
    size_t count;
    const struct ckpt_owner *owner = ckpt_owners_of(dump, id, &count);
    ckpt_view_begin_array(sink, member);
    for (size_t i = 0, put = 0; i < count && put < CKPT_MOST_HOLDERS; i++, owner++) {
        if (owner->pid == pid && owner->fd == fd)
            continue;
        put++;
        sink->begin_struct(sink);
        ckpt_view_integer(sink, V(Holder, pid), owner->pid);
        ckpt_view_integer(sink, V(Holder, fd), owner->fd);
        sink->end(sink);
    }
    sink->end(sink);
}
