/* SPDX-License-Identifier: Apache-2.0 */
#include "checkpoint/members.h"

#include <string.h>

#include "archive/archive.h"
#include "checkpoint/print.h"
#include "ckpt.h"
#include "text/slice.h"

#define CKPT_KEEP_0 CKPT_KEEP_NOT
#define CKPT_KEEP_KEEP CKPT_KEEP_WHOLE

static const struct ckpt_member_info members[] = {
#define CKPT_MEMBER(name, match, writers, role, keep, doc)                                         \
    {name, writers, sizeof(name) - 1, CKPT_MATCH_##match, CKPT_ROLE_##role, CKPT_KEEP_##keep},
#include "checkpoint/members.def"
#undef CKPT_MEMBER
};
enum { MEMBER_COUNT = sizeof(members) / sizeof(members[0]) };

_Static_assert(MEMBER_COUNT <= 64, "the members seen are bits of one number");

static const char *const role_names[CKPT_ROLE_COUNT] = {
    "other",      "metadata",  "images",       "pages",      "gpuPages", "preImages", "prePages",
    "rootImages", "rootPages", "rootGpuPages", "rootfsDiff", "volume",   "devshm",    "log",
};

const struct ckpt_member_info *ckpt_member_lookup(const char *name, size_t length)
{
    for (size_t i = 0; i < MEMBER_COUNT; i++) {
        const struct ckpt_member_info *m = &members[i];
        /* A directory is listed without its slash. */
        if (m->match == CKPT_MATCH_BELOW && length == m->length - 1u &&
            memcmp(name, m->name, length) == 0)
            return m;
        if (m->match == CKPT_MATCH_FILE ? length != m->length : length <= m->length)
            continue;
        if (memcmp(name, m->name, m->length) != 0)
            continue;
        /* Pages are files of the directory itself. */
        if (m->match == CKPT_MATCH_START &&
            memchr(name + m->length, '/', length - m->length) != NULL)
            continue;
        return m;
    }
    return NULL;
}

unsigned ckpt_member_number(const struct ckpt_member_info *info)
{
    return (unsigned)(info - members);
}

enum ckpt_role ckpt_member_role(const char *name, size_t length)
{
    const struct ckpt_member_info *info = ckpt_member_lookup(name, length);
    if (info != NULL)
        return (enum ckpt_role)info->role;
    ckpt_string image = {name, length};
    if (memchr(name, '/', length) != NULL || length < 5 || !ckpt_ends(image, ".img"))
        return CKPT_ROLE_OTHER;
    if (ckpt_starts(image, "pages-"))
        return CKPT_ROLE_ROOT_PAGES;
    if (ckpt_starts(image, "amdgpu-pages-"))
        return CKPT_ROLE_ROOT_GPU_PAGES;
    return CKPT_ROLE_ROOT_IMAGES;
}

enum ckpt_use ckpt_member_use(const char *name, size_t length, uint64_t size)
{
    enum { SMALL = 1 << 20 };
    const ckpt_string whole = {name, length};
    const char *slash = memchr(name, '/', length);
    const struct ckpt_member_info *info = ckpt_member_lookup(name, length);
    /* The images of CRIU are small, and a validation reads them all. */
    if (info != NULL && info->role == CKPT_ROLE_IMAGES && length > 11 &&
        memchr(name + 11, '/', length - 11) == NULL)
        return size <= SMALL && ckpt_ends(whole, ".img") ? CKPT_USE_KEEP : CKPT_USE_NOTHING;
    if (info != NULL && (info->role == CKPT_ROLE_ROOTFS_DIFF || info->role == CKPT_ROLE_VOLUME ||
                         info->role == CKPT_ROLE_DEVSHM))
        return ckpt_ends(whole, ".tar") ? CKPT_USE_LIST : CKPT_USE_NOTHING;
    if (info != NULL || slash == NULL) {
        /* Layers of `docker save` lie at the top: <hex>.tar, <hex>.json. */
        if (info == NULL && length > 64 && ckpt_ends_one_of(whole, ".tar\0.json\0"))
            return size <= SMALL ? CKPT_USE_KEEP : CKPT_USE_ARCHIVE;
        return CKPT_USE_NOTHING;
    }
    size_t directory = (size_t)(slash - name), rest = length - directory - 1;
    if (ckpt_starts(whole, "blobs/") || ckpt_ends(whole, "/layer.tar") ||
        (ckpt_starts(whole, "containers/") && ckpt_ends(whole, ".tar")))
        return size <= SMALL ? CKPT_USE_KEEP : CKPT_USE_ARCHIVE;
    /* Containers of a pod are directories with the members of a checkpoint. */
    info = ckpt_member_lookup(slash + 1, rest);
    if (info != NULL && info->keep != CKPT_KEEP_NOT && size <= CKPT_ARCHIVE_MAX_KEPT)
        return CKPT_USE_KEEP;
    return CKPT_USE_NOTHING;
}

void ckpt_members_describe(struct ckpt_buffer *out)
{
    ckpt_buffer_add_text(out, "{\"tail\":");
    ckpt_print_number(out, CKPT_TAIL_SIZE);
    ckpt_buffer_add_text(out, ",\"members\":[");
    for (size_t i = 0; i < MEMBER_COUNT; i++) {
        const struct ckpt_member_info *m = &members[i];
        ckpt_buffer_add_text(out, i == 0 ? "{\"name\":" : ",{\"name\":");
        ckpt_print_string(out, m->name, m->length);
        ckpt_buffer_add_text(out, ",\"role\":");
        ckpt_print_string(out, role_names[m->role], strlen(role_names[m->role]));
        if (m->match != CKPT_MATCH_FILE)
            ckpt_buffer_add_text(out, ",\"start\":true");
        if (m->keep != CKPT_KEEP_NOT)
            ckpt_buffer_add_text(out, m->keep == CKPT_KEEP_TAIL ? ",\"keep\":\"tail\""
                                                                : ",\"keep\":\"whole\"");
        ckpt_kind kind = ckpt_kind_by_name(m->name, m->length);
        if (kind != CKPT_KIND_COUNT)
            ckpt_buffer_add_text(out, ",\"kind\":true");
        ckpt_buffer_add_text(out, "}");
    }
    ckpt_buffer_add_text(out, "]}");
}
