/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzz target for the rules: parts of a checkpoint, one after the other. A part is a byte that says
 * what it is, one that says which, the length of its bytes (16 bits), and these: files, members,
 * records of members as they are, options, facts, how reading an archive came out. What comes out
 * must be JSON, the same twice.
 */
#include <stdlib.h>
#include <string.h>

#include "archive/archive.h"
#include "archive/names.h"
#include "session/session.h"
#include "test/fuzz/fuzz.h"

static const char *const files[] = {
    "config.dump",
    "spec.dump",
    "network.status",
    "status",
    "status.dump",
    "deleted.files",
    "bind.mounts",
    "stats-dump",
    "pod.options",
    "pod.dump",
    "checkpoint-manifest.json",
    "index.json",
    "manifest.json",
    "checkpoint/descriptors.json",
    "checkpoint/inventory.img",
    "checkpoint/pstree.img",
    "inventory.img",
    "pstree.img",
    "pre-checkpoint/inventory.img",
    "dump.log",
    "blobs/sha256/m",
    "blobs/sha256/c",
    "kubernetes-checkpoint-metadata",
};

static const char *const scopes[] = {"", "rootfs-diff.tar", "volumes/v.tar", "image:", ""};

enum { FILES = sizeof(files) / sizeof(files[0]), SCOPES = sizeof(scopes) / sizeof(scopes[0]) };

struct part {
    uint8_t kind, which;
    const uint8_t *bytes;
    size_t length;
};

static bool next_part(const uint8_t **at, size_t *left, struct part *part)
{
    if (*left < 4)
        return false;
    size_t length = (size_t)(*at)[2] | (size_t)(*at)[3] << 8;
    if (length > *left - 4)
        length = *left - 4;
    *part = (struct part){(*at)[0] % 6, (*at)[1], *at + 4, length};
    *at += 4 + length;
    *left -= 4 + length;
    return true;
}

/* A member: type, mode, size, length of its link, then name and link; what is left is an extended
   attribute or what looks like one. */
static uint8_t *make_record(const struct part *part, size_t *size)
{
    if (part->length < 6)
        return NULL;
    const uint8_t *text = part->bytes + 6;
    size_t length = part->length - 6;
    size_t link = part->bytes[5] < length ? part->bytes[5] : length;
    size_t extra = part->bytes[4] < length - link ? part->bytes[4] : length - link;
    size_t name = length - link - extra;
    struct ckpt_member m = {
        .index = part->which,
        .header_offset = part->which * UINT64_C(512),
        .size = (uint64_t)part->bytes[3] << 4,
        .mode = (uint32_t)(part->bytes[1] | part->bytes[2] << 8),
        .type = part->bytes[0] % 9u,
        .flags = part->bytes[0] >> 6 == 3 ? CKPT_MEMBER_TOO_BIG : 0,
        .name_length = (uint32_t)name,
        .link_length = (uint32_t)link,
        .xattr_length = (uint32_t)extra,
        .xattr_count = extra != 0,
    };
    m.name_flags = ckpt_name_classify(text, name, &m.normal_start, &m.normal_length);
    if (m.type == CKPT_MEMBER_SYMLINK || m.type == CKPT_MEMBER_HARDLINK)
        m.name_flags |=
            ckpt_name_classify_link(text, name, text + name, link, m.type == CKPT_MEMBER_SYMLINK);
    if (part->which > 250)
        m.name_flags |= CKPT_NAME_SEEN;
    *size = (sizeof(m) + length + 7) & ~(size_t)7;
    m.record_size = (uint32_t)*size;
    uint8_t *record = calloc(1, *size);
    REQUIRE(record != NULL);
    memcpy(record, &m, sizeof(m));
    memcpy(record + sizeof(m), text, length);
    return record;
}

/* The report, copied; length 0: the options are wrong. */
static char *report_on(const uint8_t *data, size_t size, size_t *length)
{
    static const char standard[] =
        "{\"nested\":[{\"name\":\"rootfs-diff.tar\"}],\"image\":{\"form\":\"oci-layout\","
        "\"manifest\":\"blobs/sha256/m\",\"config\":"
        "\"blobs/sha256/c\",\"layers\":1}}";
    ckpt_string options = {"{}", 2}, facts = {standard, sizeof(standard) - 1}, problem;
    struct ckpt_session *s = ckpt_session_new((ckpt_string){"a", size != 0 && data[0] == 255});
    struct part part;
    char *copy = NULL;
    REQUIRE(s != NULL);
    const uint8_t *at = data;
    for (size_t left = size; next_part(&at, &left, &part);) {
        size_t n = part.length;
        if (part.kind == 0)
            REQUIRE(ckpt_summary_add_file(s->summary, files[part.which % FILES],
                                          strlen(files[part.which % FILES]), part.bytes, n));
        else if (part.kind == 3)
            options = (ckpt_string){(const char *)part.bytes, n};
        else if (part.kind == 4)
            facts = (ckpt_string){(const char *)part.bytes, n};
    }
    if (ckpt_session_validate(s, options, &problem)) {
        at = data;
        for (size_t left = size; next_part(&at, &left, &part);) {
            const char *name = scopes[part.which % SCOPES];
            ckpt_string scope = {name, strlen(name)};
            size_t n = part.length;
            struct ckpt_archive_info info = {.garbage_offset = UINT64_MAX};
            if (part.kind == 5) {
                memcpy(&info, part.bytes, n < sizeof(info) ? n : sizeof(info));
                ckpt_validation_add_archive(s->validation, scope, &info);
            }
            uint8_t *record = part.kind == 1   ? make_record(&part, &n)
                              : part.kind == 2 ? fuzz_copy(part.bytes, n)
                                               : NULL;
            if (record == NULL)
                continue;
            if (scope.length == 0)
                ckpt_summary_add_records(s->summary, record, n);
            ckpt_validation_add_records(s->validation, scope, record, n);
            free(record);
        }
        ckpt_string text = ckpt_validation_finish(s->validation, facts);
        REQUIRE(text.length != 0);
        copy = (char *)fuzz_copy(text.data, text.length);
        *length = text.length;
    } else {
        REQUIRE(problem.length != 0);
        *length = 0;
    }
    ckpt_session_free(s);
    return copy;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t length, again;
    char *report = report_on(data, size, &length), *other = report_on(data, size, &again);
    REQUIRE(length == again && (length == 0 || memcmp(report, other, length) == 0));
    ckpt_document *document = ckpt_document_new();
    ckpt_error error;
    REQUIRE(document != NULL);
    if (length != 0)
        REQUIRE(ckpt_decode(document, CKPT_KIND_ANY, report, length, &error));
    ckpt_document_free(document);
    free(report);
    free(other);
    return 0;
}
