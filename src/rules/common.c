/* SPDX-License-Identifier: Apache-2.0 */
/* What the checks of several areas ask for. */
#include "rules/rules.h"

bool ckpt_is_for(const struct ckpt_rules *r, enum ckpt_engine engine)
{
    if (r->engine != CKPT_ENGINE_UNKNOWN)
        return r->engine == engine;
    return r->targets[engine - 1].asked;
}

const struct ckpt_archive_info *ckpt_reading_of(const struct ckpt_rules *r, ckpt_string scope)
{
    for (const struct ckpt_reading *reading = r->readings; reading != NULL; reading = reading->next)
        if (ckpt_equal(reading->scope, scope))
            return &reading->info;
    return NULL;
}

ckpt_string ckpt_compression_of(const struct ckpt_rules *r, ckpt_string scope)
{
    const struct ckpt_archive_info *info = ckpt_reading_of(r, scope);
    return info == NULL || info->compression == CKPT_COMPRESSION_UNKNOWN
               ? (ckpt_string){"", 0}
               : ckpt_string_of(ckpt_compression_name(info->compression));
}

enum ckpt_stop ckpt_stop_of(ckpt_value error)
{
    ckpt_string code = ckpt_text(ckpt_get_exact(error, "code"));
    ckpt_value stop = ckpt_get_exact(error, "stop");
    if (!ckpt_is(error, CKPT_OBJECT))
        return CKPT_DID_NOT_STOP;
    if (ckpt_is_text(stop, "limit"))
        return CKPT_STOPPED_BY_LIMIT;
    if (!ckpt_is_text(stop, "unreadable"))
        return CKPT_STOPPED_BY_DAMAGE;
    return ckpt_equals(code, "unsupported-compression") || ckpt_equals(code, "zstd-dictionary")
               ? CKPT_UNKNOWN_FORMAT
               : CKPT_NO_ARCHIVE;
}

const char *ckpt_why_stopped(enum ckpt_stop stop)
{
    switch (stop) {
    case CKPT_STOPPED_BY_LIMIT:
        return "Reading stopped there, at a limit of this program.";
    case CKPT_STOPPED_BY_DAMAGE:
        return "Reading stopped there, where the archive is damaged.";
    default:
        return "This program cannot read it.";
    }
}

bool ckpt_has_nothing(const struct ckpt_rules *r)
{
    for (size_t i = 0; i < sizeof(r->seen) / sizeof(r->seen[0]); i++)
        if (r->seen[i].info != NULL)
            return false;
    return r->form == CKPT_FORM_UNKNOWN && r->folder.length == 0 && r->images_folder.length == 0 &&
           r->gvisor.length == 0 && !r->dynamo && !r->cedana && !r->has_descriptors;
}

bool ckpt_is_whole(const struct ckpt_rules *r)
{
    ckpt_value facts = ckpt_whole(r->facts);
    return (r->read_all || !ckpt_is_set(ckpt_get_exact(facts, "error"))) &&
           !ckpt_is_true(ckpt_get_exact(facts, "loose"));
}

bool ckpt_has_all_images(const struct ckpt_rules *r)
{
    return ckpt_is_whole(r) && r->linked.length == 0;
}

bool ckpt_is_unread(const struct ckpt_rules *r, const char *name)
{
    return ckpt_has_name(r, ckpt_string_of(name)) && ckpt_file_of(r, name) == NULL;
}

bool ckpt_is_linked(struct ckpt_rules *r, const char *name)
{
    const struct ckpt_seen *seen = ckpt_seen_of(r, name);
    if (seen == NULL || (seen->type != CKPT_MEMBER_SYMLINK && seen->type != CKPT_MEMBER_HARDLINK))
        return false;
    ckpt_not_checked(r, true, ckpt_string_of(name), "It is a link, which was not followed.");
    return true;
}

const char *ckpt_path_problem(ckpt_string path, bool local)
{
    uint32_t start, length;
    uint32_t flags = ckpt_name_classify((const uint8_t *)path.data, path.length, &start, &length);
    if ((flags & CKPT_NAME_EMPTY) != 0)
        return "is empty";
    if ((flags & CKPT_NAME_NUL) != 0)
        return "has a NUL byte";
    if ((flags & CKPT_NAME_DOTDOT) != 0)
        return "has a component \"..\"";
    if (local) {
        if ((flags & (CKPT_NAME_ABSOLUTE | CKPT_NAME_DRIVE)) != 0)
            return "is absolute";
        return (flags & CKPT_NAME_BACKSLASH) != 0 ? "has a backslash" : NULL;
    }
    if ((flags & CKPT_NAME_ABSOLUTE) == 0)
        return "is not absolute";
    if (length == 0)
        return "is the root directory itself";
    for (size_t i = 0; i < path.length; i++) {
        size_t left = path.length - i;
        if (path.data[i] != '/')
            continue;
        if (left == 1 || path.data[i + 1] == '/' ||
            (path.data[i + 1] == '.' && (left == 2 || path.data[i + 2] == '/')))
            return "is not clean (an empty component, or \".\")";
    }
    return NULL;
}

bool ckpt_in_range(ckpt_value value, int64_t low, int64_t high)
{
    int64_t number;
    return ckpt_int64_of(value, &number) && number >= low && number <= high;
}

ckpt_value ckpt_mount_at(const struct ckpt_rules *r, const char *destination)
{
    ckpt_value mounts = ckpt_get(ckpt_file_root(r, "spec.dump"), "mounts");
    ckpt_value found = ckpt_nothing(ckpt_value_file(mounts));
    for (ckpt_value m = ckpt_first(mounts); ckpt_exists(m); m = ckpt_next(mounts, m))
        if (ckpt_is_text(ckpt_get(m, "destination"), destination))
            found = m;
    return found;
}

bool ckpt_is_bind(ckpt_value mount)
{
    if (ckpt_is_text(ckpt_get(mount, "type"), "bind"))
        return true;
    ckpt_value options = ckpt_get(mount, "options");
    for (ckpt_value o = ckpt_first(options); ckpt_exists(o); o = ckpt_next(options, o)) {
        ckpt_string text = ckpt_text(o);
        if (ckpt_equals(text, "bind") || ckpt_equals(text, "rbind"))
            return true;
    }
    return false;
}

bool ckpt_set_add(struct ckpt_rules *r, struct ckpt_paths *set, ckpt_string path)
{
    uint32_t node;
    if (!ckpt_paths_add(set, path.data, path.length, &node)) {
        r->failed = true;
        return false;
    }
    return set->nodes[node].mark++ == 0;
}

bool ckpt_set_has(const struct ckpt_paths *set, ckpt_string path)
{
    uint32_t node = ckpt_paths_find(set, path.data, path.length);
    return node != CKPT_PATHS_NONE && set->nodes[node].mark != 0;
}
