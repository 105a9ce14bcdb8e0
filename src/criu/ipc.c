/* SPDX-License-Identifier: Apache-2.0 */
/* System V semaphores, message queues and shared memory, and the limits of their namespace. */
#include "criu/internal.h"
#include "criu/namespaces.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The members that all three kinds of objects begin with. */
struct members {
    enum ckpt_view_member id, key, uid, gid, cuid, cgid, mode;
};

static void put_description(const struct ckpt_pb *m, unsigned field, const struct members *to,
                            struct ckpt_sink *sink)
{
    struct ckpt_pb desc = {NULL, NULL, NULL};
    ckpt_pb_get_message(m, field, &desc);
    const struct {
        enum ckpt_view_member member;
        unsigned field;
    } all[] = {{to->id, F(ipc_desc_entry, id)},     {to->key, F(ipc_desc_entry, key)},
               {to->uid, F(ipc_desc_entry, uid)},   {to->gid, F(ipc_desc_entry, gid)},
               {to->cuid, F(ipc_desc_entry, cuid)}, {to->cgid, F(ipc_desc_entry, cgid)},
               {to->mode, F(ipc_desc_entry, mode)}};
    for (size_t i = 0; i < COUNT(all); i++)
        ckpt_view_integer(sink, all[i].member, (int64_t)ckpt_pb_u64(&desc, all[i].field, 0));
}

static void put_semaphores(const struct ckpt_entries *entries, struct ckpt_sink *sink)
{
    static const struct members to = {
        V(SemaphoreSet, id),   V(SemaphoreSet, key),  V(SemaphoreSet, uid), V(SemaphoreSet, gid),
        V(SemaphoreSet, cuid), V(SemaphoreSet, cgid), V(SemaphoreSet, mode)};
    const struct ckpt_criu_entry *entry = &entries->entry;
    uint64_t count = ckpt_pb_u64(&entry->message, F(ipc_sem_entry, nsems), 0);
    const uint8_t *at = entry->extra.data;
    put_description(&entry->message, F(ipc_sem_entry, desc), &to, sink);
    ckpt_view_begin_array(sink, V(SemaphoreSet, values));
    for (uint64_t i = 0; i < count && 2 * i + 1 < entry->extra.length; i++, at += 2)
        sink->integer(sink, entries->file.big_endian ? at[0] << 8 | at[1] : at[1] << 8 | at[0]);
    sink->end(sink);
}

static void put_queue(const struct ckpt_entries *entries, struct ckpt_sink *sink)
{
    static const struct members to = {
        V(MessageQueue, id),   V(MessageQueue, key),  V(MessageQueue, uid), V(MessageQueue, gid),
        V(MessageQueue, cuid), V(MessageQueue, cgid), V(MessageQueue, mode)};
    const struct ckpt_criu_entry *entry = &entries->entry;
    struct ckpt_pb message;
    struct ckpt_pb_bytes data;
    size_t at = 0;
    uint64_t bytes = 0;
    while (ckpt_criu_next_part(&entries->file, entry, &at, &message, &data) == CKPT_CRIU_ENTRY)
        bytes += data.length;
    put_description(&entry->message, F(ipc_msg_entry, desc), &to, sink);
    ckpt_view_integer(sink, V(MessageQueue, maxBytes),
                      (int64_t)ckpt_pb_u64(&entry->message, F(ipc_msg_entry, qbytes), 0));
    ckpt_view_integer(sink, V(MessageQueue, messages),
                      (int64_t)ckpt_pb_u64(&entry->message, F(ipc_msg_entry, qnum), 0));
    ckpt_view_integer64(sink, V(MessageQueue, bytes), bytes);
}

static void put_segment(const struct ckpt_entries *entries, struct ckpt_sink *sink)
{
    static const struct members to = {V(SharedSegment, id),   V(SharedSegment, key),
                                      V(SharedSegment, uid),  V(SharedSegment, gid),
                                      V(SharedSegment, cuid), V(SharedSegment, cgid),
                                      V(SharedSegment, mode)};
    const struct ckpt_pb *m = &entries->entry.message;
    put_description(m, F(ipc_shm_entry, desc), &to, sink);
    ckpt_view_integer64(sink, V(SharedSegment, size), ckpt_pb_u64(m, F(ipc_shm_entry, size), 0));
}

/* The objects of one image. */
static void put_objects(ckpt_dump *dump, enum ckpt_criu_kind kind, uint64_t id,
                        enum ckpt_view_member member,
                        void (*put)(const struct ckpt_entries *, struct ckpt_sink *),
                        struct ckpt_sink *sink)
{
    struct ckpt_entries entries;
    ckpt_view_begin_array(sink, member);
    ckpt_entries_begin(&entries, dump, ckpt_dump_image(dump, kind, id));
    while (ckpt_entries_next(&entries)) {
        sink->begin_struct(sink);
        put(&entries, sink);
        sink->end(sink);
    }
    sink->end(sink);
}

static void put_sysctl(struct ckpt_sink *sink, const char *name, uint64_t value)
{
    sink->begin_struct(sink);
    ckpt_view_name(sink, V(Sysctl, name), name);
    ckpt_view_integer64(sink, V(Sysctl, value), value);
    sink->end(sink);
}

/* Their names below /proc/sys, as sysctl(8) writes them. */
static void put_limits(const struct ckpt_pb *var, struct ckpt_sink *sink)
{
    static const struct {
        uint8_t field;
        char name[27];
    } limits[] = {{F(ipc_var_entry, msg_ctlmax), "kernel.msgmax"},
                  {F(ipc_var_entry, msg_ctlmnb), "kernel.msgmnb"},
                  {F(ipc_var_entry, msg_ctlmni), "kernel.msgmni"},
                  {F(ipc_var_entry, auto_msgmni), "kernel.auto_msgmni"},
                  {F(ipc_var_entry, shm_ctlmax), "kernel.shmmax"},
                  {F(ipc_var_entry, shm_ctlall), "kernel.shmall"},
                  {F(ipc_var_entry, shm_ctlmni), "kernel.shmmni"},
                  {F(ipc_var_entry, shm_rmid_forced), "kernel.shm_rmid_forced"},
                  {F(ipc_var_entry, mq_queues_max), "fs.mqueue.queues_max"},
                  {F(ipc_var_entry, mq_msg_max), "fs.mqueue.msg_max"},
                  {F(ipc_var_entry, mq_msgsize_max), "fs.mqueue.msgsize_max"},
                  {F(ipc_var_entry, mq_msg_default), "fs.mqueue.msg_default"},
                  {F(ipc_var_entry, mq_msgsize_default), "fs.mqueue.msgsize_default"}};
    uint64_t value;
    ckpt_view_begin_array(sink, V(Ipc, limits));
    for (size_t i = 0; i < COUNT(limits); i++)
        if (ckpt_pb_get_u64(var, limits[i].field, &value))
            put_sysctl(sink, limits[i].name, value);
    sink->end(sink);
}

void ckpt_put_ipc(ckpt_dump *dump, uint64_t id, bool needed, struct ckpt_sink *sink)
{
    struct ckpt_pb var = ckpt_dump_first(dump, CKPT_CRIU_IMAGE_IPC_VAR, id, needed);
    if (!needed && var.message == NULL) {
        ckpt_view_null(sink, V(NamespaceContent, ipc));
        return;
    }
    ckpt_view_field(sink, V(NamespaceContent, ipc));
    sink->begin_struct(sink);
    put_objects(dump, CKPT_CRIU_IMAGE_IPCNS_SEM, id, V(Ipc, semaphores), put_semaphores, sink);
    put_objects(dump, CKPT_CRIU_IMAGE_IPCNS_MSG, id, V(Ipc, queues), put_queue, sink);
    put_objects(dump, CKPT_CRIU_IMAGE_IPCNS_SHM, id, V(Ipc, segments), put_segment, sink);
    put_limits(&var, sink);
    sink->end(sink);
}
