/* SPDX-License-Identifier: Apache-2.0 */
/* The archive as a whole, once all of its members are known. */
#include "rules/rules.h"

enum {
    FAR = 64 << 20,       /* bytes in front of the metadata that make everyone wait */
    CROWDED = 100000,     /* members: as the limit that containerd has */
    BOMB = 1000,          /* bytes out of one byte in */
    BOMB_FLOOR = 16 << 20 /* less than this is no bomb */
};

static ckpt_value fact(const struct ckpt_rules *r, const char *key)
{
    return ckpt_get_exact(ckpt_whole(r->facts), key);
}

static uint64_t number_of(ckpt_value object, const char *key)
{
    uint64_t number;
    return ckpt_uint64_of(ckpt_get_exact(object, key), &number) ? number : 0;
}

/* How reading the archive came out; all zero if nothing was read. */
static struct ckpt_archive_info reading_of(const struct ckpt_rules *r)
{
    const struct ckpt_archive_info *info = ckpt_reading_of(r, (ckpt_string){"", 0});
    struct ckpt_archive_info none = {.garbage_offset = UINT64_MAX};
    return info == NULL ? none : *info;
}

static bool is_compressed_with(const struct ckpt_rules *r, const char *name)
{
    return ckpt_equals(ckpt_compression_of(r, (ckpt_string){"", 0}), name);
}

/* Puts the offset of a finding about the whole archive. */
static void set_offset(struct ckpt_finding *finding, uint64_t offset)
{
    if (finding != NULL)
        finding->archive_offset = offset;
}

/* Says what was not seen after the place where reading stopped. */
static void tell_unread(struct ckpt_rules *r, ckpt_value error)
{
    bool cut = ckpt_starts(ckpt_text(ckpt_get_exact(error, "code")), "truncated");
    uint64_t read = reading_of(r).tar_read, from = reading_of(r).source_read;
    uint64_t size = number_of(ckpt_whole(r->facts), "sourceSize");
    const char *members = r->members == 1 ? "member" : "members";
    struct ckpt_finding *finding;
    if (size > from && !cut)
        finding = ckpt_find_file(r, CKPT_RULE_014, "",
                                 "The archive was not read to its end: reading stopped at offset "
                                 "%n of it, after %n %s; %b of the file were not seen.",
                                 read, r->members, members, size - from);
    else
        finding = ckpt_find_file(r, CKPT_RULE_014, "",
                                 "The archive was not read to its end: reading stopped at offset "
                                 "%n of it, after %n %s; what should follow was not seen.",
                                 read, r->members, members);
    uint64_t why = number_of(error, "offset");
    set_offset(finding, why > read ? why : read);
    ckpt_not_checked(r, true, ckpt_text_of(r, "The archive from offset %n on", read),
                     ckpt_why_stopped(ckpt_stop_of(error)));
}

/* Whether the tar ends before the checksum of gzip that is wrong: engines do not read on. */
static bool ends_before_sum(struct ckpt_rules *r, ckpt_string code)
{
    return ckpt_equals(code, "stream-checksum") && is_compressed_with(r, "gzip") &&
           reading_of(r).end == CKPT_END_CLEAN && reading_of(r).end_offset != 0;
}

static void check_error(struct ckpt_rules *r)
{
    ckpt_value error = fact(r, "error");
    if (!ckpt_is(error, CKPT_OBJECT))
        return;
    ckpt_string message = ckpt_text(ckpt_get_exact(error, "message"));
    enum ckpt_stop stop = ckpt_stop_of(error);
    enum ckpt_rule_index rule = stop == CKPT_STOPPED_BY_LIMIT    ? CKPT_RULE_012
                                : stop == CKPT_STOPPED_BY_DAMAGE ? CKPT_RULE_002
                                                                 : CKPT_RULE_001;
    ckpt_string code = ckpt_text(ckpt_get_exact(error, "code"));
    bool whole = ends_before_sum(r, code);
    /* What is encrypted may be all right. */
    bool locked =
        rule == CKPT_RULE_001 && ckpt_index_of(message, " is encrypted with ") != SIZE_MAX;
    /* Of a pod, the pod's own report says why. */
    if (!ckpt_is_true(ckpt_get_exact(error, "around"))) {
        if (stop == CKPT_UNKNOWN_FORMAT || locked) {
            ckpt_block(r, NONE); /* nobody knows whether it restores */
            ckpt_distrust(r, CKPT_CLEAN);
        }
        if (whole) {
            ckpt_lower(r, CKPT_WARNING);
            ckpt_block(r, NONE);
            r->read_all = true;
        }
        struct ckpt_finding *finding = ckpt_find_file(r, rule, "", "%t", message);
        set_offset(finding, number_of(error, "offset"));
        ckpt_string member = ckpt_text(ckpt_get_exact(error, "member"));
        if (finding != NULL && member.length != 0)
            finding->member = ckpt_keep(r, member);
        if (finding != NULL && ckpt_equals(code, "limit-window"))
            finding->hint =
                "Decompress it in a safe place, with \"zstd -d --long=31\" or \"xz -d\", "
                "and check the tar archive.";
    }
    if (stop == CKPT_UNKNOWN_FORMAT)
        ckpt_not_checked(r, true, ckpt_string_of("The archive"), ckpt_why_stopped(stop));
    if (locked)
        ckpt_not_checked(r, true, ckpt_string_of("The archive"), "It is encrypted.");
    if (rule != CKPT_RULE_001 && !whole)
        tell_unread(r, error);
}

/* An archive without anything of a checkpoint. (Of images: image_pod.c.) */
static void check_absent(struct ckpt_rules *r)
{
    if (!ckpt_is_whole(r))
        return;
    if (ckpt_has_nothing(r) && r->members == 0)
        ckpt_find_file(r, CKPT_RULE_001, "", "The archive has no members; expected a checkpoint.");
    else if (ckpt_has_nothing(r))
        ckpt_find_file(r, CKPT_RULE_001, "",
                       "Nothing in it is of a checkpoint, such as config.dump, spec.dump or the "
                       "directory checkpoint/.");
}

static void check_end(struct ckpt_rules *r)
{
    const struct ckpt_archive_info info = reading_of(r);
    if (info.end == CKPT_END_NO_MARK || info.end == CKPT_END_ONE_ZERO) {
        ckpt_lower(r, CKPT_WARNING);
        set_offset(
            ckpt_find_file(r, CKPT_RULE_002, "",
                           "The archive ends without its end mark of two blocks of zeros; it "
                           "may have been cut between two members."),
            info.end_offset);
    }
    if (info.trailing_nonzero != 0)
        set_offset(ckpt_find_file(r, CKPT_RULE_003, "",
                                  "%n bytes that are not zero follow the end of the archive, the "
                                  "first of them at offset %n; expected none.",
                                  info.trailing_nonzero, info.trailing_first),
                   info.trailing_first);
    if (info.garbage_offset != UINT64_MAX)
        set_offset(ckpt_find_file(r, CKPT_RULE_003, "",
                                  "Other data follows the compressed stream, at offset %n of the "
                                  "file; expected none.",
                                  info.garbage_offset),
                   info.garbage_offset);
}

/* containers/storage knows zstd by 28 b5 2f fd alone (pkg/archive/archive.go, DetectCompression, at
   0da4bc60b3ba and in later versions), containerd by skippable frames, too
   (pkg/archive/compression/ compression.go, zstdMatcher, at 0793f99d95ae). */
static void check_first_frame(struct ckpt_rules *r)
{
    if (reading_of(r).skippable == 0)
        return;
    ckpt_lower(r, CKPT_WARNING);
    ckpt_block(r, PODMAN | CRIO);
    set_offset(ckpt_find_file(r, CKPT_RULE_001, "",
                              "The file begins with a skippable frame of zstd: Podman and CRI-O do "
                              "not take it for compressed, and say \"archive/tar: invalid tar "
                              "header\"."),
               0);
}

static void check_limits(struct ckpt_rules *r)
{
    uint64_t in = reading_of(r).source_read, out = reading_of(r).tar_read;
    if (r->members > CROWDED)
        ckpt_find_file(r, CKPT_RULE_012, "",
                       "The archive has %n members; engines take no more than %n.", r->members,
                       (uint64_t)CROWDED);
    if (out > BOMB_FLOOR && in != 0 && out / in > BOMB && !is_compressed_with(r, "none"))
        ckpt_find_file(r, CKPT_RULE_012, "",
                       "%b come out of %b of compressed data, more than %n times as much.", out, in,
                       (uint64_t)BOMB);
}

/* Members that are there and were too large to be read: those of a pod's containers are not marked
   as such by the reader of the archive. */
static void check_unread(struct ckpt_rules *r)
{
    bool whole = !ckpt_is_set(fact(r, "error")) || r->read_all;
    for (size_t i = 0; i < sizeof(r->seen) / sizeof(r->seen[0]); i++) {
        const struct ckpt_seen *seen = &r->seen[i];
        if (seen->info == NULL || seen->info->keep == CKPT_KEEP_NOT ||
            seen->type != CKPT_MEMBER_FILE)
            continue;
        const char *name = seen->info->name;
        if ((seen->flags & CKPT_MEMBER_TOO_BIG) != 0 || (whole && ckpt_file_of(r, name) == NULL))
            ckpt_find_file(r, CKPT_RULE_012, name,
                           "%s has %b, more than what is read of a metadata file; it was not "
                           "looked at.",
                           name, seen->size);
    }
}

static void check_order(struct ckpt_rules *r)
{
    static const char *const names[] = {"config.dump", "spec.dump"};
    for (int i = 0; i < 2; i++) {
        const struct ckpt_seen *seen = ckpt_seen_of(r, names[i]);
        if (seen != NULL && seen->data_offset > FAR && !ckpt_is_true(fact(r, "directory")))
            ckpt_find_file(r, CKPT_RULE_011, names[i],
                           "%s comes after %b of data, which every reader of the compressed "
                           "archive must decompress first.",
                           names[i], seen->data_offset);
    }
}

/* The endings of names, and the compression that they promise. */
static void check_name(struct ckpt_rules *r)
{
    static const struct {
        const char *ending, *compression;
    } endings[] = {
        {".tar", "none"},      {".tar.gz", "gzip"}, {".tgz", "gzip"},  {".tar.zst", "zstd"},
        {".tar.zstd", "zstd"}, {".tzst", "zstd"},   {".tar.xz", "xz"}, {".txz", "xz"},
        {".tar.bz2", "bzip2"}, {".tbz2", "bzip2"},  {".tbz", "bzip2"},
    };
    ckpt_string found = ckpt_compression_of(r, ckpt_string_of("image:"));
    if (found.length == 0)
        found = ckpt_compression_of(r, (ckpt_string){"", 0});
    if (r->file_name.length == 0 || found.length == 0 || ckpt_is_true(fact(r, "directory")))
        return;
    for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
        if (!ckpt_ends(r->file_name, endings[i].ending))
            continue;
        if (ckpt_equals(found, endings[i].compression) || ckpt_equals(found, "unknown"))
            return;
        bool plain = ckpt_equals(found, "none");
        const char *right = plain                         ? ".tar"
                            : ckpt_equals(found, "gzip")  ? ".tar.gz"
                            : ckpt_equals(found, "zstd")  ? ".tar.zst"
                            : ckpt_equals(found, "xz")    ? ".tar.xz"
                            : ckpt_equals(found, "bzip2") ? ".tar.bz2"
                                                          : ".tar";
        /* Kubelets name everything .tar; nothing else is lost by it. */
        ckpt_string stem = ckpt_slice_of(
            r->file_name, 0, r->file_name.length - ckpt_string_of(endings[i].ending).length);
        ckpt_find_file(
            r, CKPT_RULE_007, "", "%q is %s%t; its name says %s. A name that fits is %q.",
            r->file_name, plain ? "not compressed" : "compressed with ",
            plain ? (ckpt_string){"", 0} : found,
            ckpt_equals(ckpt_string_of(endings[i].compression), "none") ? "not compressed"
                                                                        : endings[i].compression,
            ckpt_text_of(r, "%t%s", stem, right));
        return;
    }
}

static void check_members(struct ckpt_rules *r)
{
    for (uint32_t i = 0; i < r->duplicate_count; i++) {
        const struct ckpt_duplicate *d = r->duplicates[i];
        set_offset(ckpt_find_file(r, CKPT_RULE_006, d->name.data,
                                  "Member %q occurs %n times; expected once.", d->name,
                                  (uint64_t)d->count),
                   d->header_offset);
    }
    if (r->form != CKPT_FORM_ARCHIVE && r->form != CKPT_FORM_DIRECTORY)
        return;
    for (const struct ckpt_named *u = r->unknown; u != NULL; u = u->next)
        set_offset(ckpt_find_file(r, CKPT_RULE_010, u->name.data,
                                  "%q is not the name of anything that belongs in a checkpoint.",
                                  u->name),
                   u->header_offset);
}

void ckpt_check_container(struct ckpt_rules *r)
{
    check_error(r);
    check_absent(r);
    check_end(r);
    check_first_frame(r);
    check_limits(r);
    check_unread(r);
    check_order(r);
    check_name(r);
    check_members(r);
    if (r->file_mode != UINT32_MAX && (r->file_mode & 07) != 0 &&
        !ckpt_is_true(fact(r, "directory"))) {
        ckpt_lower(r, CKPT_INFO);
        ckpt_find_file(
            r, CKPT_RULE_009, "",
            "The archive has mode %o, so everyone on this machine can read the memory of "
            "the container; expected 0600.",
            r->file_mode);
    }
}
