/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the kubelet has to do with checkpoints: the name that it gives to an archive,
 * checkpoint-<pod>_<namespace>-<container>-<time>.tar, and the list that it was meant to keep.
 */
#include "rules/kubelet.h"
#include "text/letters.h"

#include <string.h>

#include "rules/rules.h"

enum { STAMP_Z = 20, STAMP_ZONE = 25 }; /* 2026-03-13T21:43:06Z, 2026-03-13T21:43:06+01:00 */

static ckpt_string base_name(ckpt_string path)
{
    size_t from = path.length;
    while (from > 0 && path.data[from - 1] != '/' && path.data[from - 1] != '\\')
        from--;
    return ckpt_slice_of(path, from, path.length);
}

static bool cut_end(ckpt_string *text, const char *end)
{
    if (!ckpt_ends(*text, end))
        return false;
    text->length -= strlen(end);
    return true;
}

/* A time at the end of a text, after a '-'. */
static bool cut_stamp(ckpt_string *text, size_t length, ckpt_string *stamp, ckpt_time *time)
{
    struct ckpt_time_problem problem = {0};
    if (text->length <= length || text->data[text->length - length - 1] != '-')
        return false;
    *stamp = ckpt_slice_of(*text, text->length - length, text->length);
    if (!ckpt_time_parse(stamp->data, length, time, &problem))
        return false;
    text->length -= length + 1;
    return true;
}

bool ckpt_kubelet_parse(ckpt_string path, struct ckpt_kubelet_name *name)
{
    static const char *const packed[] = {".gz", ".zst", ".xz", ".bz2"};
    ckpt_string rest = base_name(path);
    for (size_t i = 0; i < sizeof(packed) / sizeof(packed[0]); i++)
        if (cut_end(&rest, packed[i]))
            break;
    if (!cut_end(&rest, ".tar") || !ckpt_starts(rest, "checkpoint-"))
        return false;
    rest = ckpt_slice_of(rest, 11, rest.length);
    if (!cut_stamp(&rest, STAMP_Z, &name->stamp, &name->time) &&
        !cut_stamp(&rest, STAMP_ZONE, &name->stamp, &name->time))
        return false;
    size_t under = ckpt_index_of(rest, "_"); /* names of Kubernetes have none */
    if (under == 0 || under == SIZE_MAX)
        return false;
    name->pod = ckpt_slice_of(rest, 0, under);
    name->others = ckpt_slice_of(rest, under + 1, rest.length);
    size_t dash = ckpt_index_of(name->others, "-");
    return dash != SIZE_MAX && dash != 0 && dash + 1 < name->others.length;
}

/* Whether a date is in the text, 2026-03-13, whatever became of the rest. */
static bool has_date(ckpt_string text)
{
    static const char form[] = "dddd-dd-dd";
    for (size_t i = 0; i + sizeof(form) - 1 <= text.length; i++) {
        size_t n = 0;
        while (form[n] != '\0' &&
               (form[n] == '-' ? text.data[i + n] == '-' : ckpt_is_digit(text.data[i + n])))
            n++;
        if (form[n] == '\0')
            return true;
    }
    return false;
}

static void check_file_name(struct ckpt_rules *r)
{
    struct ckpt_kubelet_name name;
    ckpt_string base = base_name(r->file_name);
    bool kubernetes = r->engine == CKPT_ENGINE_CRIO || r->engine == CKPT_ENGINE_CONTAINERD;
    if (ckpt_kubelet_parse(base, &name)) {
        ckpt_lower(r, CKPT_INFO); /* that is how the kubelet wants it */
        ckpt_find_file(r, CKPT_RULE_909, "",
                       "The file name %q has \":\"%s, which not all file systems and programs "
                       "accept.",
                       base, ckpt_index_of(name.stamp, "+") == SIZE_MAX ? "" : " and \"+\"");
    } else if (kubernetes && ckpt_starts(base, "checkpoint-")) {
        if (!has_date(base) && ckpt_index_of(base, "_") == SIZE_MAX)
            ckpt_lower(r, CKPT_INFO); /* somebody's own name */
        ckpt_find_file(r, CKPT_RULE_909, "",
                       "The file name is %q; the kubelet names it "
                       "checkpoint-POD_NAMESPACE-CONTAINER-TIME.tar, with a time such as "
                       "2026-03-13T21:43:06Z.",
                       base);
    }
}

/* ---- KubernetesContainerCheckpointMetadata -----------------------------------------------------
 */

/* Seconds, though somebody may have written nanoseconds. */
static int64_t seconds_of(int64_t timestamp)
{
    return timestamp > INT64_C(100000000000000000) ? timestamp / 1000000000 : timestamp;
}

static void check_list(struct ckpt_rules *r, ckpt_value root)
{
    ckpt_value list = ckpt_get(root, "checkpoints"), total = ckpt_get(root, "totalSize");
    int64_t sum = 0, size, timestamp, before = INT64_MIN, stated = 0;
    ckpt_value last = {0};
    bool known = true;
    for (ckpt_value v = ckpt_first(list); ckpt_exists(v); v = ckpt_next(list, v)) {
        ckpt_value value = ckpt_get(v, "size"), time = ckpt_get(v, "timestamp");
        if (ckpt_int64_of(value, &size)) {
            if (size < 0)
                ckpt_find(r, CKPT_RULE_910, value, "size is %v; expected a number of bytes.",
                          value);
            known = known && size >= 0 && sum <= INT64_MAX - size;
            sum = known ? sum + size : 0;
        }
        if (!ckpt_int64_of(time, &timestamp))
            continue;
        timestamp = seconds_of(timestamp);
        if (timestamp < before)
            ckpt_relate(r,
                        ckpt_find(r, CKPT_RULE_910, time,
                                  "timestamp is %v, before that of the checkpoint in front of it, "
                                  "%v; expected the oldest first.",
                                  time, last),
                        last, "the one in front");
        before = timestamp;
        last = time;
    }
    if (ckpt_is_set(total) && !ckpt_int64_of(total, &stated))
        return;
    if (known && stated != sum)
        ckpt_find(r, CKPT_RULE_910, ckpt_exists(total) ? total : root,
                  "totalSize is %v; expected %i, the sum of all sizes.", total, sum);
}

void ckpt_check_kubelet(struct ckpt_rules *r)
{
    if (r->file_name.length != 0)
        check_file_name(r);
    for (struct ckpt_file *file = r->summary->files; file != NULL; file = file->next) {
        if (file->document == NULL ||
            file->document->kind != CKPT_KIND_KUBERNETES_CHECKPOINT_METADATA)
            continue;
        if (file->error.kind != CKPT_OK)
            ckpt_find_error(r, CKPT_RULE_910, file);
        check_list(r, ckpt_whole(file));
    }
}
