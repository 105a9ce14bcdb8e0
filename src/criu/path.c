/* SPDX-License-Identifier: Apache-2.0 */
/* Where open files lie. */
#include "criu/internal.h"
#include "criu/view.h"

static ckpt_string text_field(const struct ckpt_pb *message, unsigned field)
{
    struct ckpt_pb_bytes bytes = {NULL, 0};
    ckpt_pb_get_bytes(message, field, &bytes);
    return ckpt_text_of(bytes);
}

/* The regular file that a FIFO or a terminal refers to by a number; NULL: none. */
static const struct ckpt_dump_file *behind(ckpt_dump *dump, const struct ckpt_dump_file *file,
                                           unsigned field)
{
    uint64_t id;
    if (!ckpt_pb_get_u64(&file->message, field, &id))
        return NULL;
    return ckpt_dump_file_of(dump, CKPT_CRIU_fd_types_REG, (uint32_t)id);
}

struct ckpt_path ckpt_file_path(ckpt_dump *dump, const struct ckpt_dump_file *file)
{
    struct ckpt_path path = {{NULL, 0}, CKPT_DELETED_UNKNOWN, {NULL, NULL, NULL}};
    struct ckpt_pb inode;
    if (file != NULL && file->type == CKPT_CRIU_fd_types_FIFO)
        file = behind(dump, file, F(fifo_entry, regf_id));
    else if (file != NULL && file->type == CKPT_CRIU_fd_types_TTY)
        file = behind(dump, file, F(tty_file_entry, regf_id));
    else if (file != NULL && file->type == CKPT_CRIU_fd_types_TUNF)
        file = ckpt_dump_file_of(dump, CKPT_CRIU_fd_types_REG, file->id);
    if (file == NULL)
        return path;
    path.deleted = CKPT_NOT_DELETED;
    switch (file->type) {
    case CKPT_CRIU_fd_types_REG:
        /* The name is as it was opened; only remap-fpath.img tells what became of it. */
        path.path = text_field(&file->message, F(reg_file_entry, name));
        path.remap = ckpt_dump_lookup(dump, CKPT_LOOKUP_REMAP, file->id);
        if (path.remap.message != NULL)
            path.deleted = CKPT_DELETED;
        else if (!ckpt_dump_lookup_all(dump, CKPT_LOOKUP_REMAP)->whole)
            path.deleted = CKPT_DELETED_UNKNOWN;
        break;
    case CKPT_CRIU_fd_types_MEMFD:
        inode = ckpt_dump_lookup(dump, CKPT_LOOKUP_MEMFD,
                                 ckpt_pb_u64(&file->message, F(memfd_file_entry, inode_id), 0));
        path.path = text_field(&inode, F(memfd_inode_entry, name));
        break;
    default:
        break;
    }
    return path;
}
