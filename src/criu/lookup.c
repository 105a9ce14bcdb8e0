/* SPDX-License-Identifier: Apache-2.0 */
#include "criu/lookup.h"

#include "criu/internal.h"

static const struct {
    uint8_t image, list, key; /* kind of image; field that holds the entries (0: they are the
                                 image's); field with the id (0: they are counted) */
} rows[CKPT_LOOKUP_COUNT] = {
    [CKPT_LOOKUP_REMAP] = {CKPT_CRIU_IMAGE_REMAP_FPATH, 0, F(remap_file_path_entry, orig_id)},
    [CKPT_LOOKUP_MEMFD] = {CKPT_CRIU_IMAGE_MEMFD_INODE, 0, F(memfd_inode_entry, inode_id)},
    [CKPT_LOOKUP_TTY] = {CKPT_CRIU_IMAGE_TTY_INFO, 0, F(tty_info_entry, id)},
    [CKPT_LOOKUP_CGROUP] = {CKPT_CRIU_IMAGE_CGROUP, F(cgroup_entry, sets), F(cg_set_entry, id)},
    [CKPT_LOOKUP_FILTER] = {CKPT_CRIU_IMAGE_SECCOMP, F(seccomp_entry, seccomp_filters), 0}};

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
    if (at == all->count || all->keys[at].key != id)
        return (struct ckpt_pb){NULL, NULL, NULL};
    return all->messages[all->keys[at].value];
}
