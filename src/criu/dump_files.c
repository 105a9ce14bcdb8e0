/* SPDX-License-Identifier: Apache-2.0 */
/* The open files of a dump, by type and number: from files.img, or from the images before it. */
#include "criu/dump.h"
#include "criu/internal.h"

/* Which field of file_entry an open file of each type is in (CRIU: fd_types), and the images that
   held them before there was files.img. */
static const uint8_t file_fields[] = {
    [CKPT_CRIU_fd_types_REG] = F(file_entry, reg),
    [CKPT_CRIU_fd_types_PIPE] = F(file_entry, pipe),
    [CKPT_CRIU_fd_types_FIFO] = F(file_entry, fifo),
    [CKPT_CRIU_fd_types_INETSK] = F(file_entry, isk),
    [CKPT_CRIU_fd_types_UNIXSK] = F(file_entry, usk),
    [CKPT_CRIU_fd_types_EVENTFD] = F(file_entry, efd),
    [CKPT_CRIU_fd_types_EVENTPOLL] = F(file_entry, epfd),
    [CKPT_CRIU_fd_types_INOTIFY] = F(file_entry, ify),
    [CKPT_CRIU_fd_types_SIGNALFD] = F(file_entry, sgfd),
    [CKPT_CRIU_fd_types_PACKETSK] = F(file_entry, psk),
    [CKPT_CRIU_fd_types_TTY] = F(file_entry, tty),
    [CKPT_CRIU_fd_types_FANOTIFY] = F(file_entry, ffy),
    [CKPT_CRIU_fd_types_NETLINKSK] = F(file_entry, nlsk),
    [CKPT_CRIU_fd_types_NS] = F(file_entry, nsf),
    [CKPT_CRIU_fd_types_TUNF] = F(file_entry, tunf),
    [CKPT_CRIU_fd_types_EXT] = F(file_entry, ext),
    [CKPT_CRIU_fd_types_TIMERFD] = F(file_entry, tfd),
    [CKPT_CRIU_fd_types_MEMFD] = F(file_entry, memfd),
    [CKPT_CRIU_fd_types_BPFMAP] = F(file_entry, bpf),
    [CKPT_CRIU_fd_types_PIDFD] = F(file_entry, pidfd),
};

static const struct {
    uint8_t kind, type; /* enum ckpt_criu_image, enum ckpt_fd_type; all have the id in field 1 */
} old_images[] = {
    {CKPT_CRIU_IMAGE_REG_FILES, CKPT_CRIU_fd_types_REG},
    {CKPT_CRIU_IMAGE_PIPES, CKPT_CRIU_fd_types_PIPE},
    {CKPT_CRIU_IMAGE_FIFO, CKPT_CRIU_fd_types_FIFO},
    {CKPT_CRIU_IMAGE_INETSK, CKPT_CRIU_fd_types_INETSK},
    {CKPT_CRIU_IMAGE_UNIXSK, CKPT_CRIU_fd_types_UNIXSK},
    {CKPT_CRIU_IMAGE_EVENTFD_FILE, CKPT_CRIU_fd_types_EVENTFD},
    {CKPT_CRIU_IMAGE_EVENTPOLL_FILE, CKPT_CRIU_fd_types_EVENTPOLL},
    {CKPT_CRIU_IMAGE_INOTIFY_FILE, CKPT_CRIU_fd_types_INOTIFY},
    {CKPT_CRIU_IMAGE_SIGNALFD, CKPT_CRIU_fd_types_SIGNALFD},
    {CKPT_CRIU_IMAGE_PACKETSK, CKPT_CRIU_fd_types_PACKETSK},
    {CKPT_CRIU_IMAGE_TTY_FILES, CKPT_CRIU_fd_types_TTY},
    {CKPT_CRIU_IMAGE_FANOTIFY_FILE, CKPT_CRIU_fd_types_FANOTIFY},
    {CKPT_CRIU_IMAGE_NETLINK_SK, CKPT_CRIU_fd_types_NETLINKSK},
    {CKPT_CRIU_IMAGE_NS_FILES, CKPT_CRIU_fd_types_NS},
    {CKPT_CRIU_IMAGE_TUNFILE, CKPT_CRIU_fd_types_TUNF},
    {CKPT_CRIU_IMAGE_EXT_FILES, CKPT_CRIU_fd_types_EXT},
    {CKPT_CRIU_IMAGE_TIMERFD, CKPT_CRIU_fd_types_TIMERFD},
};
enum { OLD_IMAGES = sizeof(old_images) / sizeof(old_images[0]) };

/* Gathers the files of one image; `type` is that of all, or UND for files.img. */
static void gather(ckpt_dump *dump, const struct ckpt_dump_image *image, unsigned type,
                   struct ckpt_dump_file *into, size_t *count)
{
    struct ckpt_entries entries;
    ckpt_entries_begin(&entries, dump, image);
    while (ckpt_entries_next(&entries)) {
        const struct ckpt_pb *message = &entries.entry.message;
        struct ckpt_dump_file file = {0, type, *message, image, entries.entry.index};
        if (type == CKPT_CRIU_fd_types_UND) {
            file.type = (uint32_t)ckpt_pb_u64(message, F(file_entry, type), 0);
            file.message = (struct ckpt_pb){NULL, NULL, NULL};
            bool known = file.type < sizeof(file_fields) && file_fields[file.type] != 0;
            if (!known || !ckpt_pb_get_message(message, file_fields[file.type], &file.message))
                ckpt_dump_gap(dump, image->name, entries.entry.index, "type",
                              known ? "the file that it announces is missing"
                                    : "it is of a type that is not known");
        }
        unsigned id = type == CKPT_CRIU_fd_types_UND ? F(file_entry, id) : F(reg_file_entry, id);
        file.id = (uint32_t)ckpt_pb_u64(message, id, 0);
        if (into != NULL)
            into[*count] = file;
        (*count)++;
    }
}

static void gather_all(ckpt_dump *dump, struct ckpt_dump_file *into, size_t *count)
{
    *count = 0;
    gather(dump, ckpt_dump_image(dump, CKPT_CRIU_IMAGE_FILES, 0), CKPT_CRIU_fd_types_UND, into,
           count);
    for (size_t i = 0; i < OLD_IMAGES; i++)
        gather(dump, ckpt_dump_image(dump, (enum ckpt_criu_kind)old_images[i].kind, 0),
               old_images[i].type, into, count);
}

static uint64_t file_key(uint32_t type, uint32_t id)
{
    return (uint64_t)id << 16 | (type & 0xFFFF);
}

static void index_files(ckpt_dump *dump)
{
    size_t count;
    if (dump->files_known)
        return;
    dump->files_known = true;
    gather_all(dump, NULL, &count);
    struct ckpt_dump_file *files = ckpt_arena_array(&dump->arena, count, sizeof(*files));
    struct ckpt_dump_file *sorted = ckpt_arena_array(&dump->arena, count, sizeof(*sorted));
    struct ckpt_key *keys = ckpt_arena_array(&dump->arena, count, sizeof(*keys));
    if (files == NULL || sorted == NULL || keys == NULL)
        return;
    gather_all(dump, files, &count);
    for (size_t i = 0; i < count; i++)
        keys[i] = (struct ckpt_key){file_key(files[i].type, files[i].id), (uint32_t)i};
    ckpt_sort(keys, count);
    for (size_t i = 0; i < count; i++) {
        const struct ckpt_dump_file *file = &files[keys[i].value];
        if (i > 0 && keys[i].key == keys[i - 1].key) {
            ckpt_dump_gap(dump, file->image->name, file->entry, "id",
                          "another file of this type has the same id");
            continue;
        }
        sorted[dump->file_count++] = *file;
    }
    for (size_t i = 0; i < dump->file_count; i++)
        keys[i] = (struct ckpt_key){file_key(sorted[i].type, sorted[i].id), (uint32_t)i};
    dump->files = sorted;
    dump->file_keys = keys;
}

/* The first file from a key on, if it has that id. */
static const struct ckpt_dump_file *first_file(ckpt_dump *dump, uint64_t key)
{
    index_files(dump);
    size_t at = ckpt_lower_bound(dump->file_keys, dump->file_count, key);
    if (at == dump->file_count || dump->files[at].id != key >> 16)
        return NULL;
    return ckpt_dump_spend(dump, &dump->files[at].message) ? &dump->files[at] : NULL;
}

const struct ckpt_dump_file *ckpt_dump_file_of(ckpt_dump *dump, uint32_t type, uint32_t id)
{
    const struct ckpt_dump_file *file = first_file(dump, file_key(type, id));
    return file != NULL && file->type == type ? file : NULL;
}

const struct ckpt_dump_file *ckpt_dump_file(ckpt_dump *dump, uint32_t id)
{
    return first_file(dump, file_key(0, id));
}

const struct ckpt_dump_file *ckpt_dump_files(ckpt_dump *dump, size_t *count)
{
    index_files(dump);
    *count = dump->file_count;
    return dump->files;
}
