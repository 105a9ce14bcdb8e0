/* SPDX-License-Identifier: Apache-2.0 */
/* Open files: descriptors of processes, and what they stand for. */
#include "criu/file_kinds.h"
#include "criu/internal.h"
#include "criu/owners.h"
#include "criu/task.h"

/* ---- flags of open() ----------------------------------------------------------------------------
 */

struct flag {
    uint32_t bit;
    const char *name;
};

/* What all processors but MIPS have in common (fcntl.h) … */
static const struct flag common[] = {
    {0100, "O_CREAT"},       {0200, "O_EXCL"},        {0400, "O_NOCTTY"},   {01000, "O_TRUNC"},
    {02000, "O_APPEND"},     {04000, "O_NONBLOCK"},   {010000, "O_DSYNC"},  {020000, "O_ASYNC"},
    {01000000, "O_NOATIME"}, {02000000, "O_CLOEXEC"}, {04000000, "O_SYNC"}, {010000000, "O_PATH"},
    {020000000, "O_TMPFILE"}};
/* … and in what they differ. */
static const struct flag generic[] = {{040000, "O_DIRECT"},
                                      {0100000, "O_LARGEFILE"},
                                      {0200000, "O_DIRECTORY"},
                                      {0400000, "O_NOFOLLOW"}};
static const struct flag on_arm[] = {{040000, "O_DIRECTORY"},
                                     {0100000, "O_NOFOLLOW"},
                                     {0200000, "O_DIRECT"},
                                     {0400000, "O_LARGEFILE"}};
static const struct flag on_ppc[] = {{040000, "O_DIRECTORY"},
                                     {0100000, "O_NOFOLLOW"},
                                     {0200000, "O_LARGEFILE"},
                                     {0400000, "O_DIRECT"}};
static const struct flag on_mips[] = {
    {0x8, "O_APPEND"},       {0x10, "O_DSYNC"},      {0x80, "O_NONBLOCK"},
    {0x100, "O_CREAT"},      {0x200, "O_TRUNC"},     {0x400, "O_EXCL"},
    {0x800, "O_NOCTTY"},     {0x1000, "O_ASYNC"},    {0x2000, "O_LARGEFILE"},
    {0x4000, "O_SYNC"},      {0x8000, "O_DIRECT"},   {0x10000, "O_DIRECTORY"},
    {0x20000, "O_NOFOLLOW"}, {0x40000, "O_NOATIME"}, {0x80000, "O_CLOEXEC"},
    {0x200000, "O_PATH"},    {0x400000, "O_TMPFILE"}};

static void put_flags(struct ckpt_sink *sink, const struct flag *flags, size_t count, uint32_t set)
{
    for (size_t i = 0; i < count; i++)
        if (set & flags[i].bit)
            ckpt_view_put_name(sink, flags[i].name);
}

/* Flags of an open file, as fcntl(F_GETFL) gives them. */
static void put_open_flags(struct ckpt_sink *sink, uint32_t set, uint64_t machine)
{
    static const char *const modes[] = {"O_RDONLY", "O_WRONLY", "O_RDWR", "O_ACCMODE"};
    ckpt_view_begin_array(sink, V(OpenFile, flags));
    ckpt_view_put_name(sink, modes[set & 3]);
    if (machine == CKPT_CRIU_march_MIPS) {
        put_flags(sink, on_mips, sizeof(on_mips) / sizeof(on_mips[0]), set);
    } else {
        bool arm = machine == CKPT_CRIU_march_ARM || machine == CKPT_CRIU_march_AARCH64;
        const struct flag *own = arm ? on_arm : machine == CKPT_CRIU_march_PPC64 ? on_ppc : generic;
        put_flags(sink, common, sizeof(common) / sizeof(common[0]), set);
        put_flags(sink, own, sizeof(generic) / sizeof(generic[0]), set);
    }
    sink->end(sink);
}

/* ---- one file -----------------------------------------------------------------------------------
 */

/* CRIU's names of the types. */
static const char *const types[] = {
    "UND",       "REG",     "PIPE",     "FIFO",     "INETSK", "UNIXSK",   "EVENTFD",
    "EVENTPOLL", "INOTIFY", "SIGNALFD", "PACKETSK", "TTY",    "FANOTIFY", "NETLINKSK",
    "NS",        "TUNF",    "EXT",      "TIMERFD",  "MEMFD",  "BPFMAP",   "PIDFD"};

/* The field with the flags of open() in the messages of each type; 0: they have none. */
static unsigned flags_field(uint32_t type)
{
    switch (type) {
    case CKPT_CRIU_fd_types_REG:
        return F(reg_file_entry, flags);
    case CKPT_CRIU_fd_types_PIPE:
        return F(pipe_entry, flags);
    case CKPT_CRIU_fd_types_INETSK:
        return F(inet_sk_entry, flags);
    case CKPT_CRIU_fd_types_UNIXSK:
        return F(unix_sk_entry, flags);
    case CKPT_CRIU_fd_types_EVENTFD:
        return F(eventfd_file_entry, flags);
    case CKPT_CRIU_fd_types_EVENTPOLL:
        return F(eventpoll_file_entry, flags);
    case CKPT_CRIU_fd_types_INOTIFY:
        return F(inotify_file_entry, flags);
    case CKPT_CRIU_fd_types_SIGNALFD:
        return F(signalfd_entry, flags);
    case CKPT_CRIU_fd_types_PACKETSK:
        return F(packet_sock_entry, flags);
    case CKPT_CRIU_fd_types_TTY:
        return F(tty_file_entry, flags);
    case CKPT_CRIU_fd_types_FANOTIFY:
        return F(fanotify_file_entry, flags);
    case CKPT_CRIU_fd_types_NETLINKSK:
        return F(netlink_sk_entry, flags);
    case CKPT_CRIU_fd_types_NS:
        return F(ns_file_entry, flags);
    case CKPT_CRIU_fd_types_TIMERFD:
        return F(timerfd_entry, flags);
    case CKPT_CRIU_fd_types_MEMFD:
        return F(memfd_file_entry, flags);
    case CKPT_CRIU_fd_types_BPFMAP:
        return F(bpfmap_file_entry, flags);
    case CKPT_CRIU_fd_types_PIDFD:
        return F(pidfd_entry, flags);
    default:
        return 0;
    }
}

bool ckpt_open_flags(ckpt_dump *dump, const struct ckpt_dump_file *file, uint64_t *flags)
{
    uint64_t id;
    if (file->type == CKPT_CRIU_fd_types_FIFO) { /* they are those of the regular file after it */
        if (!ckpt_pb_get_u64(&file->message, F(fifo_entry, regf_id), &id))
            return false;
        file = ckpt_dump_file_of(dump, CKPT_CRIU_fd_types_REG, (uint32_t)id);
        if (file == NULL)
            return false;
    }
    unsigned field = flags_field(file->type);
    return field != 0 && ckpt_pb_get_u64(&file->message, field, flags);
}

static void put_position(struct ckpt_sink *sink, const struct ckpt_dump_file *file)
{
    uint64_t value;
    unsigned pos = file->type == CKPT_CRIU_fd_types_REG     ? F(reg_file_entry, pos)
                   : file->type == CKPT_CRIU_fd_types_MEMFD ? F(memfd_file_entry, pos)
                                                            : 0;
    if (pos != 0 && ckpt_pb_get_u64(&file->message, pos, &value))
        ckpt_view_integer64(sink, V(OpenFile, position), value);
    else
        ckpt_view_null(sink, V(OpenFile, position));
    if (file->type != CKPT_CRIU_fd_types_REG) {
        ckpt_view_null(sink, V(OpenFile, size));
        ckpt_view_null(sink, V(OpenFile, mode));
        ckpt_view_null(sink, V(OpenFile, mountId));
        return;
    }
    if (ckpt_pb_get_u64(&file->message, F(reg_file_entry, size), &value))
        ckpt_view_integer64(sink, V(OpenFile, size), value);
    else
        ckpt_view_null(sink, V(OpenFile, size));
    ckpt_view_word(sink, V(OpenFile, mode), &file->message, F(reg_file_entry, mode));
    int64_t mount = ckpt_pb_i64(&file->message, F(reg_file_entry, mnt_id), -1);
    if (mount < 0)
        ckpt_view_null(sink, V(OpenFile, mountId));
    else
        ckpt_view_integer(sink, V(OpenFile, mountId), mount);
}

/* Where the content of a file is kept that is no longer at its path. */
static void put_remap(ckpt_dump *dump, const struct ckpt_path *path, struct ckpt_sink *sink)
{
    static const char *const kinds[] = {"linked", "ghost", "procfs"};
    if (path->remap.message == NULL) {
        ckpt_view_null(sink, V(OpenFile, remap));
        ckpt_view_null(sink, V(OpenFile, content));
        return;
    }
    uint64_t kind = ckpt_pb_u64(&path->remap, F(remap_file_path_entry, remap_type), 0);
    uint64_t id = ckpt_pb_u64(&path->remap, F(remap_file_path_entry, remap_id), 0);
    ckpt_view_name(sink, V(OpenFile, remap), kind < 3 ? kinds[kind] : NULL);
    if (kind == CKPT_CRIU_remap_type_GHOST) {
        const struct ckpt_dump_image *image = ckpt_dump_image(dump, CKPT_CRIU_IMAGE_GHOST_FILE, id);
        bool sound = ckpt_dump_first(dump, CKPT_CRIU_IMAGE_GHOST_FILE, id, true).at != NULL;
        ckpt_view_text(sink, V(OpenFile, content),
                       sound ? ckpt_full_name(dump, image->name) : (ckpt_string){NULL, 0});
        return;
    }
    const struct ckpt_dump_file *link =
        kind == CKPT_CRIU_remap_type_LINKED ? ckpt_dump_file(dump, (uint32_t)id) : NULL;
    ckpt_view_text(sink, V(OpenFile, content), ckpt_file_path(dump, link).path);
}

/* `holder`: whose it is; pid 0: nobody's, it is in flight. */
static void put_file(ckpt_dump *dump, const struct ckpt_dump_file *file, const char *use,
                     const struct ckpt_owner *holder, uint64_t machine, struct ckpt_sink *sink)
{
    struct ckpt_path path = ckpt_file_path(dump, file);
    uint64_t flags;
    sink->begin_struct(sink);
    if (holder->pid == 0)
        ckpt_view_null(sink, V(OpenFile, pid));
    else
        ckpt_view_integer(sink, V(OpenFile, pid), holder->pid);
    if (holder->fd == CKPT_NO_FD)
        ckpt_view_null(sink, V(OpenFile, fd));
    else
        ckpt_view_integer(sink, V(OpenFile, fd), holder->fd);
    ckpt_view_name(sink, V(OpenFile, use), use);
    uint32_t type = file != NULL ? file->type : holder->type;
    ckpt_view_name(sink, V(OpenFile, type),
                   type < sizeof(types) / sizeof(types[0]) ? types[type] : "UND");
    ckpt_view_text(sink, V(OpenFile, path), path.path);
    ckpt_view_deleted(sink, V(OpenFile, deleted), path.deleted);
    ckpt_view_integer(sink, V(OpenFile, id), holder->id);
    if (file != NULL && ckpt_open_flags(dump, file, &flags))
        put_open_flags(sink, (uint32_t)flags, machine);
    else
        ckpt_view_null(sink, V(OpenFile, flags));
    ckpt_view_boolean(sink, V(OpenFile, closeOnExec), (holder->flags & 1) != 0);
    if (file != NULL) {
        put_position(sink, file);
        put_remap(dump, &path, sink);
        ckpt_put_holders(dump, sink, V(OpenFile, sharedWith), holder->id, holder->pid, holder->fd);
        ckpt_file_kind(dump, file, holder, sink);
    } else {
        for (unsigned member = V(OpenFile, position); member <= V(OpenFile, content); member++)
            ckpt_view_null(sink, (enum ckpt_view_member)member);
        ckpt_view_begin_array(sink, V(OpenFile, sharedWith));
        sink->end(sink);
    }
    sink->end(sink);
}

/* ---- all files ----------------------------------------------------------------------------------
 */

/* The directories of a process, and its program: files that have no descriptor. */
static void put_places(const struct ckpt_task *task, uint64_t machine, struct ckpt_sink *sink)
{
    static const char *const uses[] = {"cwd", "root", "exe"};
    static const unsigned fields[] = {F(fs_entry, cwd_id), F(fs_entry, root_id),
                                      F(mm_entry, exe_file_id)};
    for (unsigned i = 0; i < 3; i++) {
        uint64_t id;
        if (!ckpt_pb_get_u64(i < 2 ? &task->fs : &task->mm, fields[i], &id))
            continue;
        const struct ckpt_dump_file *file = ckpt_dump_file(task->dump, (uint32_t)id);
        struct ckpt_owner holder = {(uint32_t)id, 0, 0, task->pid, CKPT_NO_FD};
        if (file != NULL)
            put_file(task->dump, file, uses[i], &holder, machine, sink);
    }
}

/* Files that were sent over unix sockets and not received yet. */
static void put_in_flight(ckpt_dump *dump, uint64_t machine, struct ckpt_sink *sink)
{
    struct ckpt_entries packets;
    ckpt_entries_begin(&packets, dump, ckpt_dump_image(dump, CKPT_CRIU_IMAGE_SK_QUEUES, 0));
    while (ckpt_entries_next(&packets)) {
        struct ckpt_pb_each each = ckpt_pb_each(&packets.entry.message, F(sk_packet_entry, scm));
        struct ckpt_pb message;
        while (ckpt_pb_next_message(&each, &message)) {
            struct ckpt_pb_each rights = ckpt_pb_each(&message, F(scm_entry, rights));
            uint64_t id;
            while (ckpt_pb_next_u64(&rights, &id) && dump->steps != 0) {
                struct ckpt_owner holder = {(uint32_t)id, 0, 0, 0, CKPT_NO_FD};
                const struct ckpt_dump_file *file = ckpt_dump_file(dump, (uint32_t)id);
                if (file != NULL)
                    put_file(dump, file, "in-flight", &holder, machine, sink);
                else
                    ckpt_dump_gap(dump, packets.image->name, packets.entry.index, "scm",
                                  "a file that was sent is not in the dump");
            }
        }
    }
}

void ckpt_view_files(ckpt_dump *dump, uint32_t pid, struct ckpt_sink *sink)
{
    size_t count, tasks, at = 0;
    uint64_t machine = 0;
    sink->begin_struct(sink);
    ckpt_view_begin_array(sink, V(FileView, files));
    const struct ckpt_owner *owners = ckpt_owners(dump, &count);
    const struct ckpt_pb *entries = ckpt_tree(dump, 0, &tasks);
    for (size_t i = 0; i < tasks && dump->steps != 0; i++) {
        struct ckpt_task task;
        ckpt_task_open(&task, dump, &entries[i]);
        machine = ckpt_pb_u64(&task.core, F(core_entry, mtype), machine);
        bool wanted = pid == 0 || pid == task.pid;
        if (wanted && !ckpt_task_is_dead(&task))
            put_places(&task, machine, sink);
        for (; at < count && owners[at].pid == task.pid; at++) {
            if (!wanted || dump->steps == 0)
                continue;
            const struct ckpt_dump_file *file =
                ckpt_dump_file_of(dump, owners[at].type, owners[at].id);
            put_file(dump, file, "fd", &owners[at], machine, sink);
            if (file == NULL)
                ckpt_dump_gap_in(dump, CKPT_CRIU_IMAGE_FILES, 0, -1, "id",
                                 "the file of a descriptor is not there");
        }
    }
    if (pid == 0)
        put_in_flight(dump, machine, sink);
    sink->end(sink);
    ckpt_view_gaps(sink, V(FileView, gaps), dump);
    sink->end(sink);
}
