/* SPDX-License-Identifier: Apache-2.0 */
#include "criu/lookup.h"

#include "criu/internal.h"

static const struct {
    uint8_t image, list, key; /* kind of image; field that holds the entries (0: they are the
                                 image's); field with the id (0: they are counted) */
    uint8_t type;             /* not 0: the open files of this type instead of an image */
} rows[CKPT_LOOKUP_COUNT] = {
    [CKPT_LOOKUP_REMAP] = {CKPT_CRIU_IMAGE_REMAP_FPATH, 0, F(remap_file_path_entry, orig_id), 0},
    [CKPT_LOOKUP_MEMFD] = {CKPT_CRIU_IMAGE_MEMFD_INODE, 0, F(memfd_inode_entry, inode_id), 0},
    [CKPT_LOOKUP_TTY] = {CKPT_CRIU_IMAGE_TTY_INFO, 0, F(tty_info_entry, id), 0},
    [CKPT_LOOKUP_CGROUP] = {CKPT_CRIU_IMAGE_CGROUP, F(cgroup_entry, sets), F(cg_set_entry, id), 0},
    [CKPT_LOOKUP_FILTER] = {CKPT_CRIU_IMAGE_SECCOMP, F(seccomp_entry, seccomp_filters), 0, 0},
    [CKPT_LOOKUP_PIPE_DATA] = {CKPT_CRIU_IMAGE_PIPES_DATA, 0, F(pipe_data_entry, pipe_id), 0},
    [CKPT_LOOKUP_FIFO_DATA] = {CKPT_CRIU_IMAGE_FIFO_DATA, 0, F(pipe_data_entry, pipe_id), 0},
    [CKPT_LOOKUP_PIPE] = {0, 0, F(pipe_entry, pipe_id), CKPT_CRIU_fd_types_PIPE},
    [CKPT_LOOKUP_FIFO] = {0, 0, F(fifo_entry, pipe_id), CKPT_CRIU_fd_types_FIFO},
    [CKPT_LOOKUP_UNIX] = {0, 0, F(unix_sk_entry, ino), CKPT_CRIU_fd_types_UNIXSK},
    [CKPT_LOOKUP_PACKET] = {CKPT_CRIU_IMAGE_SK_QUEUES, 0, F(sk_packet_entry, id_for), 0},
    [CKPT_LOOKUP_TARGET] = {CKPT_CRIU_IMAGE_EVENTPOLL_TFD, 0, F(eventpoll_tfd_entry, id), 0}};

static void add(struct ckpt_lookup *lookup, const struct ckpt_pb *message, unsigned key)
{
    size_t at = lookup->count++;
    if (lookup->messages == NULL)
        return;
    lookup->messages[at] = *message;
    lookup->keys[at] =
        (struct ckpt_key){key == 0 ? at : ckpt_pb_u64(message, key, 0), (uint32_t)at};
}

static void go_through(ckpt_dump *dump, enum ckpt_lookup_kind kind, struct ckpt_lookup *lookup)
{
    enum ckpt_criu_kind image = (enum ckpt_criu_kind)rows[kind].image;
    lookup->count = 0;
    lookup->whole = true;
    if (rows[kind].type != 0) {
        size_t count;
        const struct ckpt_dump_file *files = ckpt_dump_files(dump, &count);
        for (size_t i = 0; i < count; i++)
            if (files[i].type == rows[kind].type)
                add(lookup, &files[i].message, rows[kind].key);
        return;
    }
    if (rows[kind].list != 0) {
        struct ckpt_pb whole = ckpt_dump_first(dump, image, 0, false), message;
        struct ckpt_pb_each each = ckpt_pb_each(&whole, rows[kind].list);
        while (ckpt_pb_next_message(&each, &message))
            add(lookup, &message, rows[kind].key);
        return;
    }
    struct ckpt_entries entries;
    ckpt_entries_begin(&entries, dump, ckpt_dump_image(dump, image, 0));
    while (ckpt_entries_next(&entries))
        add(lookup, &entries.entry.message, rows[kind].key);
    lookup->whole = !entries.damaged;
    if (kind == CKPT_LOOKUP_REMAP && entries.damaged)
        ckpt_dump_gap(dump, entries.image->name, entries.damaged_entry, "orig_id",
                      "which of the other files were deleted is not known");
}

const struct ckpt_lookup *ckpt_dump_lookup_all(ckpt_dump *dump, enum ckpt_lookup_kind kind)
{
    struct ckpt_lookup *lookup = &dump->lookups[kind];
    if (lookup->known)
        return lookup;
    lookup->known = true;
    go_through(dump, kind, lookup);
    struct ckpt_arena *arena = ckpt_dump_arena(dump);
    lookup->keys = ckpt_arena_array(arena, lookup->count, sizeof(*lookup->keys));
    lookup->messages = ckpt_arena_array(arena, lookup->count, sizeof(*lookup->messages));
    if (lookup->keys == NULL || lookup->messages == NULL) {
        lookup->messages = NULL;
        lookup->count = 0;
        lookup->whole = false;
        return lookup;
    }
    go_through(dump, kind, lookup);
    ckpt_sort(lookup->keys, lookup->count);
    return lookup;
}

struct ckpt_pb ckpt_dump_lookup(ckpt_dump *dump, enum ckpt_lookup_kind kind, uint64_t id)
{
    const struct ckpt_lookup *all = ckpt_dump_lookup_all(dump, kind);
    size_t at = ckpt_lower_bound(all->keys, all->count, id);
    if (all->messages == NULL || at == all->count || all->keys[at].key != id)
        return (struct ckpt_pb){NULL, NULL, NULL};
    struct ckpt_pb message = all->messages[all->keys[at].value];
    return ckpt_dump_spend(dump, &message) ? message : (struct ckpt_pb){NULL, NULL, NULL};
}
