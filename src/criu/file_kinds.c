/* SPDX-License-Identifier: Apache-2.0 */
#include "criu/file_kinds.h"
#include "criu/internal.h"
#include "criu/task.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static ckpt_string text_field(const struct ckpt_pb *message, unsigned field)
{
    struct ckpt_pb_bytes bytes = {NULL, 0};
    ckpt_pb_get_bytes(message, field, &bytes);
    return ckpt_text_of(bytes);
}

/* The names of the bits of a word that are set. */
static void put_bits(struct ckpt_sink *sink, uint64_t set, const char *const *names, size_t count)
{
    sink->begin_array(sink);
    for (size_t i = 0; i < count; i++)
        if (set >> i & 1 && names[i] != NULL)
            ckpt_view_put_name(sink, names[i]);
    sink->end(sink);
}

/* ---- pipes --------------------------------------------------------------------------------------
 */

static const char *access_of(ckpt_dump *dump, const struct ckpt_dump_file *file)
{
    static const char *const names[] = {"read", "write", "both", NULL};
    uint64_t flags;
    return ckpt_open_flags(dump, file, &flags) ? names[flags & 3] : NULL;
}

/* Bytes in a pipe. Of empty ones CRIU writes no entry. */
static void put_data(ckpt_dump *dump, enum ckpt_lookup_kind kind, uint64_t pipe,
                     struct ckpt_sink *sink)
{
    struct ckpt_pb data = ckpt_dump_lookup(dump, kind, pipe);
    ckpt_view_integer64(sink, V(Pipe, data),
                        data.message == NULL ? 0
                                             : ckpt_pb_u64(&data, F(pipe_data_entry, bytes), 0));
}

static void put_partners(ckpt_dump *dump, enum ckpt_lookup_kind kind, uint64_t pipe,
                         const struct ckpt_owner *holder, struct ckpt_sink *sink)
{
    const struct ckpt_lookup *all = ckpt_dump_lookup_all(dump, kind);
    size_t put = 0;
    ckpt_view_begin_array(sink, V(Pipe, partners));
    for (size_t at = ckpt_lower_bound(all->keys, all->count, pipe);
         at < all->count && all->keys[at].key == pipe && put < CKPT_MOST_HOLDERS; at++) {
        /* `id` is field 1 of both kinds of messages. */
        const struct ckpt_pb *end = &all->messages[all->keys[at].value];
        if (!ckpt_dump_spend(dump, end))
            break;
        uint32_t id = (uint32_t)ckpt_pb_u64(end, F(pipe_entry, id), 0);
        const struct ckpt_dump_file *file = ckpt_dump_file(dump, id);
        size_t count;
        const struct ckpt_owner *owner = ckpt_owners_of(dump, id, &count);
        for (size_t i = 0; file != NULL && i < count && put < CKPT_MOST_HOLDERS; i++, owner++) {
            if (owner->pid == holder->pid && owner->fd == holder->fd)
                continue;
            put++;
            sink->begin_struct(sink);
            ckpt_view_integer(sink, V(PipeEnd, pid), owner->pid);
            ckpt_view_integer(sink, V(PipeEnd, fd), owner->fd);
            ckpt_view_name(sink, V(PipeEnd, access), access_of(dump, file));
            sink->end(sink);
        }
    }
    sink->end(sink);
}

static void put_pipe(ckpt_dump *dump, const struct ckpt_dump_file *file,
                     const struct ckpt_owner *holder, struct ckpt_sink *sink)
{
    bool fifo = file->type == CKPT_CRIU_fd_types_FIFO;
    uint64_t pipe =
        ckpt_pb_u64(&file->message, fifo ? F(fifo_entry, pipe_id) : F(pipe_entry, pipe_id), 0);
    ckpt_view_field(sink, V(OpenFile, pipe));
    sink->begin_struct(sink);
    ckpt_view_integer(sink, V(Pipe, id), (int64_t)pipe);
    ckpt_view_name(sink, V(Pipe, access), access_of(dump, file));
    put_data(dump, fifo ? CKPT_LOOKUP_FIFO_DATA : CKPT_LOOKUP_PIPE_DATA, pipe, sink);
    put_partners(dump, fifo ? CKPT_LOOKUP_FIFO : CKPT_LOOKUP_PIPE, pipe, holder, sink);
    sink->end(sink);
}

/* ---- events -------------------------------------------------------------------------------------
 */

static void put_target(struct ckpt_sink *sink, const struct ckpt_pb *target)
{
    static const char *const events[] = {"EPOLLIN",
                                         "EPOLLPRI",
                                         "EPOLLOUT",
                                         "EPOLLERR",
                                         "EPOLLHUP",
                                         NULL,
                                         "EPOLLRDNORM",
                                         "EPOLLRDBAND",
                                         "EPOLLWRNORM",
                                         "EPOLLWRBAND",
                                         "EPOLLMSG",
                                         NULL,
                                         NULL,
                                         "EPOLLRDHUP",
                                         NULL,
                                         NULL,
                                         NULL,
                                         NULL,
                                         NULL,
                                         NULL,
                                         NULL,
                                         NULL,
                                         NULL,
                                         NULL,
                                         NULL,
                                         NULL,
                                         NULL,
                                         NULL,
                                         "EPOLLEXCLUSIVE",
                                         "EPOLLWAKEUP",
                                         "EPOLLONESHOT",
                                         "EPOLLET"};
    sink->begin_struct(sink);
    ckpt_view_integer(sink, V(PollTarget, fd),
                      (int64_t)ckpt_pb_u64(target, F(eventpoll_tfd_entry, tfd), 0));
    ckpt_view_field(sink, V(PollTarget, events));
    put_bits(sink, ckpt_pb_u64(target, F(eventpoll_tfd_entry, events), 0), events, COUNT(events));
    ckpt_view_integer64(sink, V(PollTarget, data),
                        ckpt_pb_u64(target, F(eventpoll_tfd_entry, data), 0));
    sink->end(sink);
}

static void put_targets(ckpt_dump *dump, const struct ckpt_dump_file *file, struct ckpt_sink *sink)
{
    struct ckpt_pb_each each = ckpt_pb_each(&file->message, F(eventpoll_file_entry, tfd));
    struct ckpt_pb target;
    ckpt_view_begin_array(sink, V(OpenFile, targets));
    while (ckpt_pb_next_message(&each, &target) && ckpt_dump_spend(dump, &target))
        put_target(sink, &target);
    /* Of old versions: an image of its own. */
    const struct ckpt_lookup *all = ckpt_dump_lookup_all(dump, CKPT_LOOKUP_TARGET);
    for (size_t at = ckpt_lower_bound(all->keys, all->count, file->id);
         at < all->count && all->keys[at].key == file->id &&
         ckpt_dump_spend(dump, &all->messages[all->keys[at].value]);
         at++)
        put_target(sink, &all->messages[all->keys[at].value]);
    sink->end(sink);
}

static void put_timer(struct ckpt_sink *sink, const struct ckpt_pb *timer)
{
    ckpt_view_field(sink, V(OpenFile, timer));
    sink->begin_struct(sink);
    ckpt_view_name(sink, V(FileTimer, clock),
                   ckpt_clock_name((uint32_t)ckpt_pb_u64(timer, F(timerfd_entry, clockid), 0)));
    ckpt_view_integer64(sink, V(FileTimer, ticks), ckpt_pb_u64(timer, F(timerfd_entry, ticks), 0));
    ckpt_view_integer64(sink, V(FileTimer, value),
                        ckpt_nanoseconds(ckpt_pb_u64(timer, F(timerfd_entry, vsec), 0),
                                         ckpt_pb_u64(timer, F(timerfd_entry, vnsec), 0), 1));
    ckpt_view_integer64(sink, V(FileTimer, interval),
                        ckpt_nanoseconds(ckpt_pb_u64(timer, F(timerfd_entry, isec), 0),
                                         ckpt_pb_u64(timer, F(timerfd_entry, insec), 0), 1));
    sink->end(sink);
}

static void put_inotify(struct ckpt_sink *sink, const struct ckpt_pb *file)
{
    struct ckpt_pb_each each = ckpt_pb_each(file, F(inotify_file_entry, wd));
    struct ckpt_pb watch;
    ckpt_view_begin_array(sink, V(OpenFile, watches));
    while (ckpt_pb_next_message(&each, &watch)) {
        struct ckpt_pb handle = {NULL, NULL, NULL};
        ckpt_pb_get_message(&watch, F(inotify_wd_entry, f_handle), &handle);
        sink->begin_struct(sink);
        ckpt_view_word(sink, V(Watch, wd), &watch, F(inotify_wd_entry, wd));
        ckpt_view_text(sink, V(Watch, path), text_field(&handle, F(fh_entry, path)));
        ckpt_view_integer(sink, V(Watch, mask),
                          (int64_t)ckpt_pb_u64(&watch, F(inotify_wd_entry, mask), 0));
        ckpt_view_integer64(sink, V(Watch, inode),
                            ckpt_pb_u64(&watch, F(inotify_wd_entry, i_ino), 0));
        sink->end(sink);
    }
    sink->end(sink);
}

static void put_fanotify(struct ckpt_sink *sink, const struct ckpt_pb *file)
{
    struct ckpt_pb_each each = ckpt_pb_each(file, F(fanotify_file_entry, mark));
    struct ckpt_pb mark;
    ckpt_view_begin_array(sink, V(OpenFile, watches));
    while (ckpt_pb_next_message(&each, &mark)) {
        struct ckpt_pb inode = {NULL, NULL, NULL}, mount = inode, handle = inode;
        ckpt_pb_get_message(&mark, F(fanotify_mark_entry, ie), &inode);
        ckpt_pb_get_message(&mark, F(fanotify_mark_entry, me), &mount);
        ckpt_pb_get_message(&inode, F(fanotify_inode_mark_entry, f_handle), &handle);
        sink->begin_struct(sink);
        ckpt_view_null(sink, V(Watch, wd));
        ckpt_view_text(sink, V(Watch, path),
                       inode.message != NULL
                           ? text_field(&handle, F(fh_entry, path))
                           : text_field(&mount, F(fanotify_mount_mark_entry, path)));
        ckpt_view_integer(sink, V(Watch, mask),
                          (int64_t)ckpt_pb_u64(&mark, F(fanotify_mark_entry, mask), 0));
        if (inode.message != NULL)
            ckpt_view_integer64(sink, V(Watch, inode),
                                ckpt_pb_u64(&inode, F(fanotify_inode_mark_entry, i_ino), 0));
        else
            ckpt_view_null(sink, V(Watch, inode));
        sink->end(sink);
    }
    sink->end(sink);
}

/* ---- others -------------------------------------------------------------------------------------
 */

static void put_terminal(ckpt_dump *dump, const struct ckpt_pb *file, struct ckpt_sink *sink)
{
    static const char *const types[] = {NULL, "pty", "console", "vt", "ctty", "external", "serial"};
    enum { PTMX_MINOR = 2, PTMX_MAJOR = 5 }; /* /dev/ptmx: the device of all masters */
    struct ckpt_pb info = ckpt_dump_lookup(dump, CKPT_LOOKUP_TTY,
                                           ckpt_pb_u64(file, F(tty_file_entry, tty_info_id), 0));
    struct ckpt_pb pty = {NULL, NULL, NULL}, window = pty;
    uint64_t type = ckpt_pb_u64(&info, F(tty_info_entry, type), 0);
    uint64_t device = ckpt_pb_u64(&info, F(tty_info_entry, rdev), 0);
    ckpt_pb_get_message(&info, F(tty_info_entry, pty), &pty);
    ckpt_pb_get_message(&info, F(tty_info_entry, winsize), &window);
    ckpt_view_field(sink, V(OpenFile, terminal));
    sink->begin_struct(sink);
    ckpt_view_name(sink, V(Terminal, type), type < COUNT(types) ? types[type] : NULL);
    ckpt_view_word(sink, V(Terminal, index), &pty, F(tty_pty_entry, index));
    ckpt_view_name(sink, V(Terminal, end),
                   pty.message == NULL                        ? NULL
                   : device == (PTMX_MAJOR << 8 | PTMX_MINOR) ? "master"
                                                              : "slave");
    ckpt_view_word(sink, V(Terminal, sid), &info, F(tty_info_entry, sid));
    ckpt_view_word(sink, V(Terminal, pgrp), &info, F(tty_info_entry, pgrp));
    ckpt_view_word(sink, V(Terminal, rows), &window, F(winsize_entry, ws_row));
    ckpt_view_word(sink, V(Terminal, columns), &window, F(winsize_entry, ws_col));
    sink->end(sink);
}

/* clone(2): flags of the kinds of namespaces. */
static const char *namespace_name(uint64_t flag)
{
    switch (flag) {
    case 0x00000080:
        return "time";
    case 0x00020000:
        return "mnt";
    case 0x02000000:
        return "cgroup";
    case 0x04000000:
        return "uts";
    case 0x08000000:
        return "ipc";
    case 0x10000000:
        return "user";
    case 0x20000000:
        return "pid";
    case 0x40000000:
        return "net";
    default:
        return NULL;
    }
}

static void put_namespace(struct ckpt_sink *sink, const struct ckpt_pb *file)
{
    const char *name = namespace_name(ckpt_pb_u64(file, F(ns_file_entry, ns_cflag), 0));
    ckpt_view_field(sink, V(OpenFile, namespace));
    sink->begin_struct(sink);
    ckpt_view_name(sink, V(Namespace, type), name == NULL ? "unknown" : name);
    ckpt_view_integer(sink, V(Namespace, id),
                      (int64_t)ckpt_pb_u64(file, F(ns_file_entry, ns_id), 0));
    ckpt_view_null(sink, V(Namespace, shared));
    ckpt_view_null(sink, V(Namespace, external));
    sink->end(sink);
}

static void put_memory_file(ckpt_dump *dump, const struct ckpt_pb *file, struct ckpt_sink *sink)
{
    static const char *const seals[] = {"F_SEAL_SEAL",  "F_SEAL_SHRINK",       "F_SEAL_GROW",
                                        "F_SEAL_WRITE", "F_SEAL_FUTURE_WRITE", "F_SEAL_EXEC"};
    struct ckpt_pb inode = ckpt_dump_lookup(dump, CKPT_LOOKUP_MEMFD,
                                            ckpt_pb_u64(file, F(memfd_file_entry, inode_id), 0));
    uint64_t value;
    ckpt_view_field(sink, V(OpenFile, memory));
    sink->begin_struct(sink);
    if (ckpt_pb_get_u64(&inode, F(memfd_inode_entry, size), &value))
        ckpt_view_integer64(sink, V(MemoryFile, size), value);
    else
        ckpt_view_null(sink, V(MemoryFile, size));
    ckpt_view_field(sink, V(MemoryFile, seals));
    if (ckpt_pb_get_u64(&inode, F(memfd_inode_entry, seals), &value))
        put_bits(sink, value, seals, COUNT(seals));
    else
        sink->null_value(sink);
    ckpt_view_word(sink, V(MemoryFile, shmid), &inode, F(memfd_inode_entry, shmid));
    sink->end(sink);
}

static void put_map(struct ckpt_sink *sink, const struct ckpt_pb *map)
{
    ckpt_view_field(sink, V(OpenFile, map));
    sink->begin_struct(sink);
    ckpt_view_integer(sink, V(BpfMap, type),
                      (int64_t)ckpt_pb_u64(map, F(bpfmap_file_entry, map_type), 0));
    ckpt_view_text(sink, V(BpfMap, name), text_field(map, F(bpfmap_file_entry, map_name)));
    ckpt_view_integer(sink, V(BpfMap, keySize),
                      (int64_t)ckpt_pb_u64(map, F(bpfmap_file_entry, key_size), 0));
    ckpt_view_integer(sink, V(BpfMap, valueSize),
                      (int64_t)ckpt_pb_u64(map, F(bpfmap_file_entry, value_size), 0));
    ckpt_view_integer(sink, V(BpfMap, maxEntries),
                      (int64_t)ckpt_pb_u64(map, F(bpfmap_file_entry, max_entries), 0));
    sink->end(sink);
}

void ckpt_file_kind(ckpt_dump *dump, const struct ckpt_dump_file *file,
                    const struct ckpt_owner *holder, struct ckpt_sink *sink)
{
    const struct ckpt_pb *m = &file->message;
    int64_t pid;
    switch (file->type) {
    case CKPT_CRIU_fd_types_INETSK:
        ckpt_view_word(sink, V(OpenFile, inode), m, F(inet_sk_entry, ino));
        break;
    case CKPT_CRIU_fd_types_UNIXSK:
        ckpt_view_word(sink, V(OpenFile, inode), m, F(unix_sk_entry, ino));
        break;
    case CKPT_CRIU_fd_types_NETLINKSK:
        ckpt_view_word(sink, V(OpenFile, inode), m, F(netlink_sk_entry, ino));
        break;
    case CKPT_CRIU_fd_types_PIPE:
    case CKPT_CRIU_fd_types_FIFO:
        put_pipe(dump, file, holder, sink);
        break;
    case CKPT_CRIU_fd_types_EVENTPOLL:
        put_targets(dump, file, sink);
        break;
    case CKPT_CRIU_fd_types_EVENTFD:
        ckpt_view_integer64(sink, V(OpenFile, counter),
                            ckpt_pb_u64(m, F(eventfd_file_entry, counter), 0));
        break;
    case CKPT_CRIU_fd_types_SIGNALFD:
        ckpt_view_field(sink, V(OpenFile, signals));
        ckpt_put_signal_set(sink, ckpt_pb_u64(m, F(signalfd_entry, sigmask), 0), false);
        break;
    case CKPT_CRIU_fd_types_TIMERFD:
        put_timer(sink, m);
        break;
    case CKPT_CRIU_fd_types_INOTIFY:
        put_inotify(sink, m);
        break;
    case CKPT_CRIU_fd_types_FANOTIFY:
        put_fanotify(sink, m);
        break;
    case CKPT_CRIU_fd_types_TTY:
        put_terminal(dump, m, sink);
        break;
    case CKPT_CRIU_fd_types_NS:
        put_namespace(sink, m);
        break;
    case CKPT_CRIU_fd_types_PIDFD:
        pid = ckpt_pb_i64(m, F(pidfd_entry, nspid), -1);
        if (pid < 0)
            ckpt_view_null(sink, V(OpenFile, process));
        else
            ckpt_view_integer(sink, V(OpenFile, process), pid);
        break;
    case CKPT_CRIU_fd_types_TUNF:
        ckpt_view_text(sink, V(OpenFile, device), text_field(m, F(tunfile_entry, netdev)));
        break;
    case CKPT_CRIU_fd_types_BPFMAP:
        put_map(sink, m);
        break;
    case CKPT_CRIU_fd_types_MEMFD:
        put_memory_file(dump, m, sink);
        break;
    default:
        break;
    }
}
