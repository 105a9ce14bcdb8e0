/* SPDX-License-Identifier: Apache-2.0 */
/* The members of an archive, one by one, as they come; and what is remembered of them. */
#include <string.h>

#include "rules/rules.h"
#include "text/letters.h"

/* The end of the year 9999, in Unix time. */
#define LATEST INT64_C(253402300800)

static const char *const type_names[] = {
    "member of unknown type", "regular file", "hard link", "symbolic link",
    "character device",       "block device", "directory", "fifo",
    "member of unknown type",
};

static const char *type_name(uint32_t type)
{
    return type < sizeof(type_names) / sizeof(type_names[0]) ? type_names[type] : type_names[0];
}

static bool remember(struct ckpt_rules *r, struct ckpt_named **list, uint32_t *count,
                     ckpt_string name, uint64_t header_offset)
{
    if (++*count > CKPT_REMEMBERED)
        return false;
    struct ckpt_named *named = ckpt_arena_alloc(&r->arena, sizeof(*named));
    if (named == NULL) {
        r->failed = true;
        return false;
    }
    *named = (struct ckpt_named){*list, ckpt_keep(r, name), header_offset};
    *list = named;
    return true;
}

/* ---- names ----------------------------------------------------------------------------------- */

static void check_name(struct ckpt_rules *r, const struct ckpt_member_view *m)
{
    uint32_t flags = m->record->name_flags;
    const char *why = (flags & CKPT_NAME_DOTDOT) != 0     ? "has a component \"..\""
                      : (flags & CKPT_NAME_ABSOLUTE) != 0 ? "is absolute"
                      : (flags & CKPT_NAME_NUL) != 0      ? "has a NUL byte"
                      : (flags & CKPT_NAME_DRIVE) != 0    ? "starts with a drive letter"
                                                          : NULL;
    if (why != NULL && (flags & CKPT_NAME_DOTDOT) == 0) { /* engines take it as a relative one */
        ckpt_distrust(r, CKPT_SUSPICIOUS);
        ckpt_block(r, NONE);
    }
    if (why != NULL)
        ckpt_find_member(r, CKPT_RULE_004, m,
                         "The name %q %s: it leaves the folder where the archive is unpacked; "
                         "expected a relative path without \"..\".",
                         m->raw, why);
    if ((flags & (CKPT_NAME_CONTROL | CKPT_NAME_BIDI | CKPT_NAME_LINK_CONTROL)) != 0)
        ckpt_find_member(r, CKPT_RULE_807, m,
                         "The name %q has %s; a terminal or a page that shows it as it is can be "
                         "made to lie.",
                         (flags & CKPT_NAME_LINK_CONTROL) != 0 ? m->link : m->raw,
                         (flags & CKPT_NAME_BIDI) != 0
                             ? "characters that change the direction of text"
                             : "control characters");
}

/* A name that came before, in whatever spelling. */
static void note_duplicate(struct ckpt_rules *r, const struct ckpt_member_view *m)
{
    uint32_t node;
    if ((m->record->name_flags & CKPT_NAME_SEEN) == 0 || m->record->type == CKPT_MEMBER_DIRECTORY)
        return;
    if (!ckpt_paths_add(&r->repeated, m->name.data, m->name.length, &node)) {
        r->failed = true;
        return;
    }
    uint32_t *mark = &r->repeated.nodes[node].mark; /* its number, from 1 */
    if (*mark != 0) {
        r->duplicates[*mark - 1]->count++;
        return;
    }
    if (r->duplicate_count == CKPT_REMEMBERED)
        return;
    struct ckpt_duplicate *d = ckpt_arena_alloc(&r->arena, sizeof(*d));
    if (d == NULL) {
        r->failed = true;
        return;
    }
    *d = (struct ckpt_duplicate){ckpt_keep(r, m->name), m->record->header_offset, 2};
    r->duplicates[r->duplicate_count++] = d;
    *mark = r->duplicate_count;
}

static bool is_parent_link(const struct ckpt_member_view *m)
{
    return m->record->type == CKPT_MEMBER_SYMLINK && ckpt_ends(m->name, "/parent") &&
           (m->record->name_flags & (CKPT_NAME_LINK_ABSOLUTE | CKPT_NAME_LINK_OUTSIDE)) == 0;
}

/* In a directory of images it may lead to another one; elsewhere that is said later. */
static bool is_top_parent(const struct ckpt_member_view *m)
{
    return m->record->type == CKPT_MEMBER_SYMLINK && ckpt_equals(m->name, "parent") &&
           (m->record->name_flags & CKPT_NAME_LINK_ABSOLUTE) == 0;
}

static bool is_layer_link(const struct ckpt_member_view *m)
{
    bool link = m->record->type == CKPT_MEMBER_SYMLINK || m->record->type == CKPT_MEMBER_HARDLINK;
    return link && ckpt_ends(m->name, "/layer.tar") &&
           (m->record->name_flags & (CKPT_NAME_LINK_ABSOLUTE | CKPT_NAME_LINK_OUTSIDE)) == 0;
}

/* Whether a directory of its path is a link that leads out of the archive. What lies behind one is
   written there by engines (Podman 4.3.1, as root). */
static bool lies_behind_link(struct ckpt_rules *r, const struct ckpt_member_view *m)
{
    bool through = ckpt_paths_marked_above(&r->outer_links, m->name.data, m->name.length);
    if (m->record->type == CKPT_MEMBER_SYMLINK &&
        (m->record->name_flags & (CKPT_NAME_LINK_ABSOLUTE | CKPT_NAME_LINK_OUTSIDE)) != 0)
        ckpt_set_add(r, &r->outer_links, m->name);
    return through;
}

/* containers/storage refuses all other types: sparse files of GNU, contiguous ones, volume labels.
 */
static bool is_refused_type(uint32_t typeflag)
{
    return typeflag != 0 && (typeflag < '0' || typeflag > '6');
}

static void check_link(struct ckpt_rules *r, const struct ckpt_member_view *m)
{
    uint32_t flags = m->record->name_flags;
    if ((flags & CKPT_NAME_LINK_OUTSIDE) == 0)
        return;
    /* containers/storage: "invalid symlink", "invalid hardlink" */
    if (m->record->type == CKPT_MEMBER_HARDLINK ||
        (m->record->type == CKPT_MEMBER_SYMLINK && (flags & CKPT_NAME_LINK_ABSOLUTE) == 0)) {
        ckpt_distrust(r, CKPT_HOSTILE);
        ckpt_block(r, ENGINES);
    }
}

/* The target of a hard link, as names are compared. */
static ckpt_string target_of(const struct ckpt_member_view *m)
{
    uint32_t start, length;
    ckpt_name_classify((const uint8_t *)m->link.data, m->link.length, &start, &length);
    return ckpt_slice_of(m->link, start, start + length);
}

static void check_type(struct ckpt_rules *r, const struct ckpt_member_view *m)
{
    uint32_t type = m->record->type;
    bool behind = (m->record->name_flags & CKPT_NAME_DOTDOT) == 0 && lies_behind_link(r, m);
    if (behind) {
        ckpt_block(r, NONE); /* Podman 4.3.1 restores it */
        ckpt_find_member(
            r, CKPT_RULE_004, m,
            "Member %q is reached through a symbolic link that leads out of the archive: it "
            "is written outside of the folder where the archive is unpacked.",
            m->name);
    }
    bool refused = is_refused_type(m->record->typeflag);
    if (!refused && (type == CKPT_MEMBER_FILE || type == CKPT_MEMBER_DIRECTORY))
        return;
    if (refused) {
        ckpt_block(r, ENGINES);
        ckpt_find_member(r, CKPT_RULE_005, m,
                         "Member %q has the type %n in its header, which engines refuse; expected "
                         "a regular file or directory.",
                         m->name, (uint64_t)m->record->typeflag);
        return;
    }
    check_link(r, m);
    if (type == CKPT_MEMBER_HARDLINK && !ckpt_set_has(&r->names, target_of(m)) &&
        !ckpt_set_has(&r->linked_names, target_of(m)))
        ckpt_block(r, ENGINES); /* containers/storage: "no such file or directory" */
    ckpt_set_add(r, &r->linked_names, m->name);
    bool link = type == CKPT_MEMBER_SYMLINK || type == CKPT_MEMBER_HARDLINK;
    ckpt_find_member(r, CKPT_RULE_005, m,
                     link ? "Member %q is a %s to %q; expected a regular file or directory."
                          : "Member %q is a %s; expected a regular file or directory.",
                     m->name, type_name(type), m->link);
}

/* ---- names at the top -------------------------------------------------------------------------
 */

static const char *const reserved[] = {
    "config.dump",
    "spec.dump",
    "network.status",
    "status.dump",
    "deleted.files",
    "bind.mounts",
    "stats-dump",
    "dump.log",
    "ctr.log",
    "container.log",
    "rootfs-diff.tar",
    "checkpoint",
    "pre-checkpoint",
    "devshm-checkpoint.tar",
    "volumes",
    "artifacts",
    "io.kubernetes.cri-o.LogPath",
};

static bool begins_folded(ckpt_string name, const char *start)
{
    size_t n = strlen(start);
    if (name.length < n)
        return false;
    for (size_t i = 0; i < n; i++) {
        char a = name.data[i], b = start[i];
        if (a != b && ((a ^ b) != 0x20 || (b | 0x20) < 'a' || (b | 0x20) > 'z'))
            return false;
    }
    return true;
}

/* A folder "checkpoint1": what Docker's users call their checkpoints. */
static bool is_numbered(ckpt_string top, bool folder)
{
    static const char name[] = "checkpoint";
    const size_t n = sizeof(name) - 1;
    return folder && ckpt_starts(top, name) && top.length > n && ckpt_is_digit(top.data[n]);
}

/* What stands at the top, once for all that is below it. */
static void check_top(struct ckpt_rules *r, const struct ckpt_member_view *m)
{
    const char *slash = m->name.length == 0 ? NULL : memchr(m->name.data, '/', m->name.length);
    ckpt_string top = {m->name.data,
                       slash == NULL ? m->name.length : (size_t)(slash - m->name.data)};
    if (top.length == 0)
        return;
    if (ckpt_set_has(&r->tops, top))
        return;
    ckpt_set_add(r, &r->tops, top);
    const struct ckpt_member_info *info = ckpt_member_lookup(top.data, top.length);
    if (info != NULL || ckpt_member_role(top.data, top.length) != CKPT_ROLE_OTHER)
        return;
    for (size_t i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++) {
        if (!begins_folded(top, reserved[i]) ||
            is_numbered(top, slash != NULL || m->record->type == CKPT_MEMBER_DIRECTORY))
            continue;
        ckpt_find_member(r, CKPT_RULE_008, m,
                         "%q only resembles %q; some programs take it for the real member.", top,
                         ckpt_string_of(reserved[i]));
        return;
    }
    remember(r, &r->unknown, &r->unknown_count, top, m->record->header_offset);
}

static void check_mode(struct ckpt_rules *r, const struct ckpt_member_view *m)
{
    static const char *const private_names[] = {
        "config.dump", "spec.dump",     "network.status",
        "ctr.log",     "deleted.files", "status",
        "status.dump", "bind.mounts",   "checkpoint/descriptors.json",
    };
    if ((m->record->mode & 077) == 0 || m->record->type != CKPT_MEMBER_FILE)
        return;
    for (size_t i = 0; i < sizeof(private_names) / sizeof(private_names[0]); i++)
        if (ckpt_equals(m->name, private_names[i]))
            ckpt_find_member(r, CKPT_RULE_009, m,
                             "%s has mode %o; expected 0600, because it holds private data.",
                             private_names[i], m->record->mode);
}

/* ---- what is remembered ------------------------------------------------------------------------
 */

/* A checkpoint that lies in a folder of the archive: people unpack, look, and pack again. */
static void note_folder(struct ckpt_rules *r, const struct ckpt_member_view *m)
{
    ckpt_string name = m->name;
    if (m->record->type != CKPT_MEMBER_FILE)
        return;
    if (r->folder.length == 0 && ckpt_ends(name, "/config.dump"))
        r->folder = ckpt_keep(r, ckpt_slice_of(name, 0, name.length - 11));
    if (r->images_folder.length == 0 && ckpt_ends(name, "/inventory.img") &&
        !ckpt_ends(name, "checkpoint/inventory.img"))
        r->images_folder = ckpt_keep(r, ckpt_slice_of(name, 0, name.length - 13));
    r->has_descriptors = r->has_descriptors || ckpt_ends(name, "/descriptors.json");
}

static void note(struct ckpt_rules *r, const struct ckpt_member_view *m)
{
    const struct ckpt_member *record = m->record;
    const struct ckpt_member_info *info = ckpt_member_lookup(m->name.data, m->name.length);
    bool top_parent = is_top_parent(m);
    struct ckpt_seen *seen =
        top_parent || ckpt_equals(m->name, "checkpoint/parent") ? &r->parent : NULL;
    r->top_parent = r->top_parent || top_parent;
    if (seen != NULL)
        r->parent_link = ckpt_keep(r, m->link);
    if (info != NULL && info->match == CKPT_MATCH_FILE)
        seen = &r->seen[ckpt_member_number(info)];
    if (seen != NULL) {
        seen->info = info;
        seen->header_offset = record->header_offset;
        seen->data_offset = record->data_offset;
        seen->size = record->size;
        seen->mode = record->mode;
        seen->type = record->type;
        seen->flags = record->flags;
        seen->count++;
    }
    r->members++;
    if (record->type == CKPT_MEMBER_DIRECTORY && ckpt_equals(m->name, "checkpoint"))
        r->images_mode = record->mode & 07777;
    bool link = record->type == CKPT_MEMBER_SYMLINK || record->type == CKPT_MEMBER_HARDLINK;
    if (link && r->linked.length == 0 && seen != &r->parent &&
        (ckpt_starts(m->name, "checkpoint/") || ckpt_equals(m->name, "checkpoint")))
        r->linked = ckpt_keep(r, m->name);
    if (record->type != CKPT_MEMBER_FILE)
        return;
    if (ckpt_starts(m->name, "checkpoint/")) {
        r->images++;
        if (record->mtime > r->newest && record->mtime < LATEST)
            r->newest = record->mtime;
    }
    if (r->partial.length == 0 && ckpt_ends(m->name, ".partial")) {
        r->partial = ckpt_keep(r, m->name);
        r->partial_offset = record->header_offset;
    }
    note_folder(r, m);
    r->dynamo = r->dynamo || ckpt_equals(m->name, "manifest.yaml");
    /* internal/cedana/process/dump_adapters.go, STATE_FILE */
    r->cedana = r->cedana || ckpt_equals(m->name, "process_state.json");
    r->crac = r->crac || ckpt_equals(m->name, "cppath"); /* criuengine.c, create_cppath() */
    if (r->gvisor.length == 0 && (ckpt_equals(m->name, "checkpoint/checkpoint.img") ||
                                  ckpt_equals(m->name, "checkpoint.img")))
        r->gvisor = ckpt_keep(r, m->name);
    if (r->gpu.length == 0 &&
        (ckpt_starts(m->name, "checkpoint/amdgpu-") || ckpt_starts(m->name, "amdgpu-"))) {
        r->gpu = ckpt_keep(r, m->name);
        r->gpu_offset = record->header_offset;
    }
    ckpt_set_add(r, &r->names, m->name);
    if (ckpt_starts(m->name, "volumes/") && ckpt_ends(m->name, ".tar") && m->name.length > 12)
        remember(r, &r->volumes, &r->volume_count, ckpt_slice_of(m->name, 8, m->name.length - 4),
                 record->header_offset);
}

void ckpt_check_member(struct ckpt_rules *r, const struct ckpt_member_view *m)
{
    note(r, m);
    check_name(r, m);
    if (!is_parent_link(m) && !is_top_parent(m))
        check_type(r, m);
    note_duplicate(r, m);
    ckpt_check_readers(r, m);
    check_top(r, m);
    check_mode(r, m);
}

void ckpt_check_image_member(struct ckpt_rules *r, const struct ckpt_member_view *m)
{
    check_name(r, m);
    if (!is_layer_link(m))
        check_type(r, m);
    note_duplicate(r, m);
    ckpt_check_readers(r, m);
}
