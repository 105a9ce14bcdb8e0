/* SPDX-License-Identifier: Apache-2.0 */
/* Digests: what an image or the manifest of a pod says of its parts, against these. */
#include "rules/rules.h"

static const char unread[] =
    "Its digest was not checked: all of it has to be read for that, which is done on demand.";

/* What is known of a member of the image or pod; nothing if it is not there. */
static ckpt_value fact_of(const struct ckpt_rules *r, ckpt_string name)
{
    ckpt_value list = ckpt_get_exact(ckpt_whole(r->facts), "digests");
    for (ckpt_value d = ckpt_first(list); ckpt_exists(d); d = ckpt_next(list, d))
        if (ckpt_equal(ckpt_text(ckpt_get_exact(d, "name")), name))
            return d;
    return ckpt_nothing(NULL);
}

/* The member that holds the blob of a digest (OCI image-layout.md): blobs/sha256/…; "" for what is
   no digest. */
static ckpt_string blob_name(struct ckpt_rules *r, ckpt_string digest)
{
    size_t colon = ckpt_index_of(digest, ":");
    if (colon == SIZE_MAX)
        return (ckpt_string){"", 0};
    ckpt_buffer_clear(&r->text);
    ckpt_buffer_add_text(&r->text, "blobs/");
    ckpt_buffer_add(&r->text, digest.data, colon);
    ckpt_buffer_add_text(&r->text, "/");
    ckpt_buffer_add(&r->text, digest.data + colon + 1, digest.length - colon - 1);
    return ckpt_keep_text(r);
}

static void check_descriptor(struct ckpt_rules *r, ckpt_value descriptor)
{
    ckpt_value digest = ckpt_get(descriptor, "digest"), size = ckpt_get(descriptor, "size");
    ckpt_string text = ckpt_text(digest), name = blob_name(r, text);
    ckpt_value fact = fact_of(r, name);
    if (name.length == 0)
        return;
    if (!ckpt_exists(fact)) {
        if (!ckpt_is_whole(r))
            return;
        ckpt_block(r, ENGINES);
        ckpt_find(r, CKPT_RULE_903, digest, "%t is not in the image.", name);
        return;
    }
    uint64_t there = 0, told = 0;
    bool sized = ckpt_uint64_of(ckpt_get_exact(fact, "size"), &there) &&
                 ckpt_uint64_of(size, &told) && there != told;
    ckpt_string sum = ckpt_text(ckpt_get_exact(fact, "sha256"));
    if (!ckpt_starts(text, "sha256:"))
        ckpt_not_checked(r, false, name, "Its digest is no SHA-256.");
    else if (sum.length == 0 && !sized)
        ckpt_not_checked(r, false, name, unread);
    else if (sum.length != 0 && !ckpt_equal(sum, ckpt_slice_of(text, 7, text.length))) {
        /* containers/image and containerd compare while they copy. */
        ckpt_block(r, ENGINES);
        ckpt_distrust(r, CKPT_SUSPICIOUS);
        ckpt_find(r, CKPT_RULE_903, digest,
                  "%t has the SHA-256 %t; its descriptor says %v: its bytes were changed.", name,
                  sum, digest);
        return;
    }
    if (sized) {
        if (sum.length != 0)
            ckpt_lower(r, CKPT_WARNING); /* the bytes are right */
        else
            ckpt_block(r, ENGINES);
        ckpt_find(r, CKPT_RULE_903, size, "%t has %n bytes; its descriptor says %v.", name, there,
                  size);
    }
}

/* Whether a descriptor is that of a blob. */
static bool leads_to(struct ckpt_rules *r, ckpt_value descriptor, ckpt_value blob)
{
    struct ckpt_file *file = ckpt_value_file(blob);
    return file != NULL &&
           ckpt_equal(blob_name(r, ckpt_text(ckpt_get(descriptor, "digest"))), file->name);
}

void ckpt_check_blobs(struct ckpt_rules *r, ckpt_value index, ckpt_value nested_index,
                      ckpt_value manifest)
{
    if (ckpt_count(ckpt_get_exact(ckpt_whole(r->facts), "digests")) == 0)
        return;
    const ckpt_value indexes[] = {index, nested_index};
    for (int i = 0; i < 2; i++) {
        ckpt_value list = ckpt_get(indexes[i], "manifests");
        for (ckpt_value d = ckpt_first(list); ckpt_exists(d); d = ckpt_next(list, d))
            if (leads_to(r, d, manifest) || (i == 0 && leads_to(r, d, nested_index)))
                check_descriptor(r, d);
    }
    check_descriptor(r, ckpt_get(manifest, "config"));
    ckpt_value layers = ckpt_get(manifest, "layers");
    for (ckpt_value d = ckpt_first(layers); ckpt_exists(d); d = ckpt_next(layers, d))
        check_descriptor(r, d);
}

void ckpt_check_archive_digest(struct ckpt_rules *r, ckpt_string archive, ckpt_value digest)
{
    ckpt_value fact = fact_of(r, archive);
    ckpt_string sum = ckpt_text(ckpt_get_exact(fact, "sha256")), told = ckpt_text(digest);
    if (ckpt_starts(told, "sha256:"))
        told = ckpt_slice_of(told, 7, told.length);
    if (!ckpt_exists(fact))
        return; /* that it is missing is said elsewhere */
    if (sum.length == 0) {
        ckpt_not_checked(r, false, archive, unread);
        return;
    }
    if (ckpt_equal(sum, told))
        return;
    ckpt_distrust(r, CKPT_SUSPICIOUS);
    ckpt_find(r, CKPT_RULE_907, digest,
              "%t has the SHA-256 %t; the manifest says %v: its bytes were changed.", archive, sum,
              digest);
}
