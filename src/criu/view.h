/* SPDX-License-Identifier: Apache-2.0 */
/* Writing views: the members of views.def, in their order, to a sink. */
#ifndef CKPT_CRIU_VIEW_H
#define CKPT_CRIU_VIEW_H

#include "criu/dump.h"
#include "json/document.h"

/* The members by their number: CKPT_VIEW_Process_pid. */
enum ckpt_view_member {
    CKPT_VIEW_NONE, /* 0 ends a value on the tape */
#define CKPT_VIEW_OBJECT(name, doc)
#define CKPT_VIEW_MEMBER(object, name, type, doc) CKPT_VIEW_##object##_##name,
#include "criu/views.def"
#undef CKPT_VIEW_OBJECT
#undef CKPT_VIEW_MEMBER
    CKPT_VIEW_MEMBER_COUNT
};

/* A process, file … as it is written: V(Process, pid) stands for the member. */
#define V(object, member) CKPT_VIEW_##object##_##member

/* Begins a member; its value follows. */
void ckpt_view_field(struct ckpt_sink *sink, enum ckpt_view_member member);

/* A member and its value. */
void ckpt_view_null(struct ckpt_sink *sink, enum ckpt_view_member member);
void ckpt_view_boolean(struct ckpt_sink *sink, enum ckpt_view_member member, bool value);
/* null: it is not known. */
void ckpt_view_deleted(struct ckpt_sink *sink, enum ckpt_view_member member, unsigned deleted);
void ckpt_view_integer(struct ckpt_sink *sink, enum ckpt_view_member member, int64_t value);
void ckpt_view_integer64(struct ckpt_sink *sink, enum ckpt_view_member member, uint64_t value);
/* A literal; NULL: null. */
void ckpt_view_name(struct ckpt_sink *sink, enum ckpt_view_member member, const char *value);
/* Bytes, which may be no UTF-8. data == NULL: null. */
void ckpt_view_text(struct ckpt_sink *sink, enum ckpt_view_member member, ckpt_string value);
void ckpt_view_begin_array(struct ckpt_sink *sink, enum ckpt_view_member member);

/* An integer of a message as it stands there; null if the message has no such field. */
void ckpt_view_word(struct ckpt_sink *sink, enum ckpt_view_member member,
                    const struct ckpt_pb *message, unsigned field);

/* Text as an element of an array. */
void ckpt_view_put_text(struct ckpt_sink *sink, ckpt_string value);
void ckpt_view_put_name(struct ckpt_sink *sink, const char *value);

/* All gaps of the dump as an array. */
void ckpt_view_gaps(struct ckpt_sink *sink, enum ckpt_view_member member, ckpt_dump *dump);

/* Bytes as text. */
static inline ckpt_string ckpt_text_of(struct ckpt_pb_bytes bytes)
{
    return (ckpt_string){(const char *)bytes.data, bytes.length};
}

/* ---- what processes, files and sockets have in common ------------------------------------------
 */

/* Whether nothing is at a path any more, or something else. */
enum ckpt_deleted { CKPT_NOT_DELETED, CKPT_DELETED, CKPT_DELETED_UNKNOWN };

/* Where a file lies. */
struct ckpt_path {
    ckpt_string path; /* data == NULL: it has none, or it is not known */
    enum ckpt_deleted deleted;
    struct ckpt_pb remap; /* its remap_file_path_entry; empty: none */
};

/* The name of an image in the archive, that of its directory before it. */
ckpt_string ckpt_full_name(ckpt_dump *dump, ckpt_string name);

/* The entries of pstree.img, parents before their children: those at and below `pid`, or all (0).
   The array stays as long as the dump. */
const struct ckpt_pb *ckpt_tree(ckpt_dump *dump, uint32_t pid, size_t *count);

/* The path of an open file (NULL: it is not there) of any type that has one: the name of a regular
   file, of a FIFO, of a terminal's device, of a memory file. */
struct ckpt_path ckpt_file_path(ckpt_dump *dump, const struct ckpt_dump_file *file);

/* ---- the views: each writes one value; what they lack is told by gaps -------------------------
 */

/* `pid`: only this process and those below it; 0: all. */
void ckpt_view_processes(ckpt_dump *dump, uint32_t pid, struct ckpt_sink *sink);
/* `pid`: only those of this process; 0: all, also those that are no process's. */
void ckpt_view_files(ckpt_dump *dump, uint32_t pid, struct ckpt_sink *sink);
void ckpt_view_sockets(ckpt_dump *dump, uint32_t pid, struct ckpt_sink *sink);
/* Of the namespaces of this process; 0: all. */
void ckpt_view_mounts(ckpt_dump *dump, uint32_t pid, struct ckpt_sink *sink);
/* `pid`: only those of this process; 0: all, also those that no process is in. */
void ckpt_view_namespaces(ckpt_dump *dump, uint32_t pid, struct ckpt_sink *sink);

#endif
