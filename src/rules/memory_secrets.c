/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Secrets in the memory of processes and in what else the checkpoint holds of them. What a search
 * found (criu/search.h) comes with the facts, a row for each place and kind.
 */
#include "rules/rules.h"
#include "text/secrets.h"

/* "a private key" as "private key". */
static ckpt_string without_article(ckpt_string kind)
{
    size_t article = ckpt_starts(kind, "an ") ? 3 : ckpt_starts(kind, "a ") ? 2 : 0;
    return ckpt_slice_of(kind, article, kind.length);
}

/* "private key", "value of DB_PASSWORD". */
static ckpt_string what_of(struct ckpt_rules *r, ckpt_value found)
{
    ckpt_string name = ckpt_text(ckpt_get_exact(found, "name"));
    ckpt_string kind = ckpt_text(ckpt_get_exact(found, "kind"));
    if (kind.length != 0)
        return without_article(kind);
    return name.length == 0 ? ckpt_string_of("secret") : ckpt_text_of(r, "value of %t", name);
}

static ckpt_string value_of(struct ckpt_rules *r, ckpt_value found)
{
    ckpt_string value = ckpt_text(ckpt_get_exact(found, "value"));
    return r->reveal && value.length != 0 ? value : ckpt_string_of(CKPT_MASK);
}

static void check_environment(struct ckpt_rules *r, ckpt_value found, uint64_t pid)
{
    ckpt_string name = ckpt_text(ckpt_get_exact(found, "name"));
    ckpt_string kind = ckpt_text(ckpt_get_exact(found, "kind"));
    ckpt_string member = ckpt_text_of(r, "checkpoint/mm-%n.img", pid);
    bool named = name.length != 0;
    ckpt_string place = ckpt_text(ckpt_get_exact(found, "place"));
    ckpt_find_file(r, CKPT_RULE_801, member.data, "Process %n holds %t%s%t in its %t.", pid,
                   named              ? name
                   : kind.length != 0 ? kind
                                      : ckpt_string_of("a secret"),
                   named ? "=" : ": ", value_of(r, found), place);
}

static void check_place(struct ckpt_rules *r, ckpt_value found, uint64_t count)
{
    uint64_t pid;
    ckpt_string what = what_of(r, found), address = ckpt_text(ckpt_get_exact(found, "address"));
    ckpt_string place = ckpt_text(ckpt_get_exact(found, "place"));
    ckpt_string member = ckpt_text(ckpt_get_exact(found, "member"));
    ckpt_string value =
        r->reveal ? ckpt_text_of(r, ": %t", value_of(r, found)) : (ckpt_string){"", 0};
    ckpt_string times = count == 1 ? (ckpt_string){"", 0} : ckpt_text_of(r, ", %n times", count);
    const char *first = count == 1 ? "at" : "first at";
    if (ckpt_uint64_of(ckpt_get_exact(found, "pid"), &pid)) {
        ckpt_string image = ckpt_text_of(r, "checkpoint/mm-%n.img", pid);
        ckpt_find_file(r, CKPT_RULE_802, image.data,
                       "Possible %t in the memory of process %n (%t), %s %t%t%t.", what, pid, place,
                       first, address, times, value);
        return;
    }
    size_t mark = ckpt_index_of(member, "!");
    ckpt_string outer = ckpt_keep(r, ckpt_slice_of(member, 0, mark));
    ckpt_find_file(r, CKPT_RULE_802, outer.data, "Possible %t in %t, %s byte %t%t%t.", what, member,
                   first, address, times, value);
}

void ckpt_check_memory_secrets(struct ckpt_rules *r)
{
    ckpt_value memory = ckpt_get_exact(ckpt_whole(r->facts), "memory");
    ckpt_value list = ckpt_get_exact(memory, "secrets"), left = ckpt_get_exact(memory, "left");
    for (ckpt_value found = ckpt_first(list); ckpt_exists(found); found = ckpt_next(list, found)) {
        ckpt_string place = ckpt_text(ckpt_get_exact(found, "place"));
        uint64_t pid, count = 1;
        ckpt_uint64_of(ckpt_get_exact(found, "count"), &count);
        if (ckpt_is_one_of(place, "environment\0arguments\0") &&
            ckpt_uint64_of(ckpt_get_exact(found, "pid"), &pid))
            check_environment(r, found, pid);
        else
            check_place(r, found, count);
    }
    if (!ckpt_is(memory, CKPT_OBJECT)) {
        if (r->checked_images)
            ckpt_not_checked(r, false, ckpt_string_of("secrets in memory"),
                             "Memory, queues and files are searched for secrets only if that is "
                             "asked for (--memory).");
        return;
    }
    uint64_t bytes = 0, files = 0;
    ckpt_uint64_of(ckpt_get_exact(left, "bytes"), &bytes);
    files = ckpt_count(ckpt_get_exact(left, "files"));
    if (bytes != 0)
        ckpt_not_checked(r, false, ckpt_string_of("secrets in memory"),
                         "Some of the memory is in a checkpoint before this one, was to be sent "
                         "later, or is missing.");
    if (files != 0)
        ckpt_not_checked(r, false, ckpt_string_of("secrets in files"),
                         "Some files are too large to be searched, or compressed and damaged.");
}
