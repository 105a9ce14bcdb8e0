/* SPDX-License-Identifier: Apache-2.0 */
/* Members that Go's archive/tar and other readers take for different things. */
#include "rules/rules.h"

/* Whether an engine reads a member of this name. */
static bool is_read(ckpt_string name)
{
    while (ckpt_starts(name, "./"))
        name = ckpt_slice_of(name, 2, name.length);
    while (ckpt_ends(name, "/"))
        name.length--;
    return ckpt_member_lookup(name.data, name.length) != NULL ||
           ckpt_member_role(name.data, name.length) != CKPT_ROLE_OTHER;
}

/* The finding about this member, an error only if an engine reads it. */
static void weigh(struct ckpt_rules *r, const struct ckpt_member_view *m, bool read)
{
    if (m->scope.length != 0 || !read)
        ckpt_lower(r, CKPT_WARNING);
}

static void check_size(struct ckpt_rules *r, const struct ckpt_member_view *m, bool read)
{
    const struct ckpt_member *record = m->record;
    if ((record->flags & CKPT_MEMBER_SIZE_IGNORED) != 0) {
        weigh(r, m, read);
        ckpt_find_member(r, CKPT_RULE_013, m,
                         "%q has no data for Go, with which the engines unpack; GNU tar takes the "
                         "%b after its header for data, and passes over the members in them.",
                         m->name, record->other_size);
    } else {
        weigh(r, m, read || record->other_size < record->stored_size);
        ckpt_find_member(r, CKPT_RULE_013, m,
                         "%q has %b for Go, with which the engines unpack, and %b for GNU tar, "
                         "bsdtar or Python.",
                         m->name, record->size, record->other_size);
    }
}

/* What its own headers say. */
static void check_own(struct ckpt_rules *r, const struct ckpt_member_view *m)
{
    uint32_t differ = m->record->differ;
    bool read = is_read(m->name);
    if ((differ & CKPT_DIFFER_NAME) != 0) {
        weigh(r, m, read || is_read(m->other));
        ckpt_find_member(r, CKPT_RULE_013, m,
                         "Go, with which the engines unpack, names this member %q; GNU tar, bsdtar "
                         "or Python name it %q.",
                         m->raw, m->other);
    } else if ((differ & CKPT_DIFFER_LINK) != 0) {
        weigh(r, m, read);
        ckpt_find_member(r, CKPT_RULE_013, m,
                         "For Go, with which the engines unpack, %q is a link to %q; for GNU tar, "
                         "bsdtar or Python to %q.",
                         m->name, m->link, m->other);
    }
    if ((differ & CKPT_DIFFER_SIZE) != 0)
        check_size(r, m, read);
    if ((differ & CKPT_DIFFER_TYPE) != 0) {
        /* What is its data for one is a row of members for the other. */
        weigh(r, m, read || m->record->size != 0);
        ckpt_find_member(r, CKPT_RULE_013, m,
                         "For Go, with which the engines unpack, %q is a %s; a slash at the end of "
                         "its name makes it a %s for GNU tar, bsdtar or Python.",
                         m->raw, m->record->type == CKPT_MEMBER_DIRECTORY ? "directory" : "file",
                         m->record->type == CKPT_MEMBER_DIRECTORY ? "file" : "directory");
    }
    if ((differ & CKPT_DIFFER_HEADER) != 0) {
        weigh(r, m, read);
        ckpt_find_member(r, CKPT_RULE_013, m,
                         "%q is a member of type X for Go, with which the engines unpack; GNU tar, "
                         "bsdtar and Python take it for an extended header of the next one.",
                         m->name);
    }
}

void ckpt_check_readers(struct ckpt_rules *r, const struct ckpt_member_view *m)
{
    const struct ckpt_member *record = m->record;
    if (record->differ != 0)
        check_own(r, m);
    if (m->scope.length != 0)
        return;
    if (record->header_offset < r->hidden_to && is_read(m->name))
        ckpt_find_member(r, CKPT_RULE_013, m,
                         "%q is a member for Go, with which the engines unpack; GNU tar, bsdtar or "
                         "Python take it for data of a member before it.",
                         m->name);
    if (r->renamed && is_read(m->name))
        ckpt_find_member(r, CKPT_RULE_013, m,
                         "%q comes after a header of type X, which may give it another name or "
                         "size for GNU tar, bsdtar and Python, but not for Go, with which the "
                         "engines unpack.",
                         m->name);
    r->renamed = (record->differ & CKPT_DIFFER_HEADER) != 0;
    if ((record->differ & CKPT_DIFFER_SIZE) != 0)
        r->hidden_to = record->data_offset + record->other_size;
}
