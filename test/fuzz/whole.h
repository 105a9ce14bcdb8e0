/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The whole way of a file through the core, as the API goes it: the archive and those inside of it,
 * the summary, the images of CRIU, the report. For the fuzz target and for tests that count work.
 */
#ifndef CKPT_TEST_WHOLE_H
#define CKPT_TEST_WHOLE_H

#include "archive/archive.h"
#include "checkpoint/members.h"
#include "criu/dump.h"
#include "criu/view.h"
#include "session/session.h"
#include "test/fuzz/fuzz.h"

enum { WHOLE_DEEPEST = 3, WHOLE_ARCHIVES = 64, WHOLE_KEPT = 1 << 20 };

struct whole_body {
    char *name;
    size_t name_length;
    uint8_t *bytes;
    size_t length, room;
    bool archive; /* may be one */
};

/* What was read of one archive. */
struct whole_archive {
    uint8_t *records;
    size_t length;
    struct whole_body *bodies;
    size_t count;
    struct ckpt_archive_info info;
};

static inline void whole_forget(struct whole_archive *a)
{
    for (size_t i = 0; i < a->count; i++) {
        free(a->bodies[i].name);
        free(a->bodies[i].bytes);
    }
    free(a->bodies);
    free(a->records);
}

static inline void *whole_grow(void *block, size_t size)
{
    void *larger = realloc(block, size == 0 ? 1 : size);
    REQUIRE(larger != NULL);
    return larger;
}

/* Room for the body of a member that is looked at; NULL: it is not. */
static inline struct whole_body *whole_want(struct whole_archive *a, const uint8_t *record)
{
    struct ckpt_member m;
    memcpy(&m, record, sizeof(m));
    const char *name = (const char *)record + sizeof(m) + m.normal_start;
    if (m.type != CKPT_MEMBER_FILE || m.size > WHOLE_KEPT)
        return NULL;
    const struct ckpt_member_info *info = ckpt_member_lookup(name, m.normal_length);
    enum ckpt_use use = ckpt_member_use(name, m.normal_length, m.size);
    if (use == CKPT_USE_NOTHING && info == NULL)
        return NULL;
    if ((a->count & (a->count + 1)) == 0)
        a->bodies = whole_grow(a->bodies, (2 * a->count + 2) * sizeof(*a->bodies));
    struct whole_body *body = &a->bodies[a->count++];
    *body = (struct whole_body){.name = (char *)fuzz_copy(name, m.normal_length),
                                .name_length = m.normal_length,
                                .room = (size_t)m.size,
                                .bytes = whole_grow(NULL, (size_t)m.size),
                                .archive = use == CKPT_USE_ARCHIVE || use == CKPT_USE_LIST};
    return body;
}

static inline void whole_read(struct whole_archive *a, const uint8_t *bytes, size_t size)
{
    struct ckpt_archive_options options = {.source_size = size, .flags = CKPT_ARCHIVE_DECIDE};
    options.max_members = 100000;
    options.max_window = 1 << 23;
    options.max_kept = WHOLE_KEPT;
    memset(a, 0, sizeof(*a));
    ckpt_archive *reader = ckpt_archive_new(&options);
    REQUIRE(reader != NULL);
    struct whole_body *body = NULL;
    struct ckpt_archive_event e;
    size_t room = 0;
    for (uint32_t type; (type = ckpt_archive_next(reader, &e)) != CKPT_ARCHIVE_END &&
                        type != CKPT_ARCHIVE_ERROR;) {
        if (type == CKPT_ARCHIVE_NEED) {
            size_t n = e.offset < size ? size - (size_t)e.offset : 0;
            n = n > e.length ? (size_t)e.length : n;
            ckpt_archive_feed(reader, bytes + (n == 0 ? 0 : e.offset), n, n == 0);
        } else if (type == CKPT_ARCHIVE_MEMBERS) {
            if (a->length + e.length > room)
                a->records = whole_grow(a->records, room = 2 * (a->length + (size_t)e.length));
            memcpy(a->records + a->length, e.data, (size_t)e.length);
            a->length += (size_t)e.length;
            const uint8_t *record = e.data;
            for (uint32_t i = 1; i < e.count; i++) {
                struct ckpt_member m;
                memcpy(&m, record, sizeof(m));
                record += m.record_size;
            }
            body = whole_want(a, record);
            if (body != NULL)
                ckpt_archive_accept(reader);
        } else if (type == CKPT_ARCHIVE_DATA && body != NULL) {
            REQUIRE(e.length <= body->room - body->length);
            memcpy(body->bytes + body->length, e.data, (size_t)e.length);
            body->length += (size_t)e.length;
        }
    }
    ckpt_archive_get_info(reader, &a->info);
    ckpt_archive_free(reader);
}

static inline int whole_order(const void *a, const void *b)
{
    const struct whole_body *one = a, *two = b;
    size_t least = one->name_length < two->name_length ? one->name_length : two->name_length;
    int order = memcmp(one->name, two->name, least);
    return order != 0
               ? order
               : (one->name_length > two->name_length) - (one->name_length < two->name_length);
}

/* The images of an archive; `early`: those in pre-checkpoint/. NULL: there are none. */
static inline ckpt_dump *whole_dump(const struct whole_archive *a, bool early)
{
    ckpt_dump *dump = ckpt_dump_new(0);
    REQUIRE(dump != NULL);
    if (early)
        ckpt_dump_choose_early(dump);
    REQUIRE(ckpt_dump_list(dump, (ckpt_string){"", 0}, a->records, a->length));
    ckpt_string directory = ckpt_dump_directory(dump);
    struct whole_body *sorted =
        (struct whole_body *)fuzz_copy(a->bodies, a->count * sizeof(*a->bodies));
    qsort(sorted, a->count, sizeof(*sorted), whole_order);
    for (size_t n = 0; n < ckpt_dump_image_count(dump); n++) {
        const struct ckpt_dump_image *image = ckpt_dump_image_at(dump, n);
        uint64_t wanted = ckpt_dump_wanted(image, true);
        size_t length = directory.length + image->name.length;
        char *name = whole_grow(NULL, length);
        memcpy(name, directory.data, directory.length);
        memcpy(name + directory.length, image->name.data, image->name.length);
        struct whole_body key = {.name = name, .name_length = length};
        const struct whole_body *body =
            a->count == 0 ? NULL : bsearch(&key, sorted, a->count, sizeof(key), whole_order);
        free(name);
        if (wanted != 0 && body != NULL)
            ckpt_dump_add(dump, image->name, body->bytes,
                          wanted < body->length ? (size_t)wanted : body->length, false);
    }
    free(sorted);
    if (ckpt_dump_image_count(dump) > 0)
        return dump;
    ckpt_dump_free(dump);
    return NULL;
}

/* The report on a file, copied and terminated; the caller frees it. `looked_at` is given the images
   (or NULL) before they are freed; NULL is allowed. */
static inline char *whole_report(const uint8_t *bytes, size_t size,
                                 void (*looked_at)(ckpt_dump *dump))
{
    struct ckpt_session *s = ckpt_session_new((ckpt_string){"", 0});
    struct whole_archive outer;
    ckpt_string problem;
    REQUIRE(s != NULL);
    whole_read(&outer, bytes, size);
    ckpt_summary_add_records(s->summary, outer.records, outer.length);
    for (size_t i = 0; i < outer.count; i++) {
        const struct whole_body *body = &outer.bodies[i];
        if (!body->archive && ckpt_member_lookup(body->name, body->name_length) != NULL)
            REQUIRE(ckpt_summary_add_file(s->summary, body->name, body->name_length, body->bytes,
                                          body->length));
    }
    REQUIRE(ckpt_summary_finish(s->summary, size, false).length > 0);
    REQUIRE(ckpt_session_validate(s, (ckpt_string){"{}", 2}, &problem));
    ckpt_validation_add_records(s->validation, (ckpt_string){"", 0}, outer.records, outer.length);
    /* Archives inside, and those inside of them: what is to be read lies on a stack. */
    struct {
        const struct whole_body *body;
        struct whole_archive archive;
        size_t next;
    } stack[WHOLE_DEEPEST];
    size_t depth = 0, archives = 0;
    const struct whole_archive *at = &outer;
    size_t next = 0;
    for (;;) {
        while (next < at->count && !at->bodies[next].archive)
            next++;
        if (next < at->count && depth < WHOLE_DEEPEST && archives < WHOLE_ARCHIVES) {
            const struct whole_body *body = &at->bodies[next];
            if (depth > 0)
                stack[depth - 1].next = next + 1;
            stack[depth].body = body;
            whole_read(&stack[depth].archive, body->bytes, body->length);
            if (depth == 0)
                ckpt_validation_add_records(
                    s->validation, (ckpt_string){body->name, body->name_length},
                    stack[depth].archive.records, stack[depth].archive.length);
            at = &stack[depth].archive;
            depth++;
            archives++;
            next = 0;
        } else if (depth == 0) {
            break;
        } else {
            const struct whole_body *done = stack[--depth].body;
            at = depth == 0 ? &outer : &stack[depth - 1].archive;
            next = depth == 0 ? (size_t)(done - outer.bodies) + 1 : stack[depth - 1].next;
            whole_forget(&stack[depth].archive);
        }
    }
    ckpt_dump *dump = whole_dump(&outer, false), *before = NULL;
    if (dump != NULL && ckpt_dump_has_early(dump) && (before = whole_dump(&outer, true)) != NULL)
        ckpt_dump_set_previous(dump, before);
    if (dump != NULL)
        ckpt_validation_set_dump(s->validation, dump);
    char facts[256];
    int length =
        snprintf(facts, sizeof(facts), "{\"size\":%zu,\"compression\":\"none\"%s}", size,
                 outer.info.error == 0
                     ? ""
                     : ",\"error\":{\"code\":\"short\",\"stop\":\"damage\",\"message\":\"cut\"}");
    ckpt_string text = ckpt_validation_finish(s->validation, (ckpt_string){facts, (size_t)length});
    REQUIRE(text.length > 0);
    char *copy = whole_grow(NULL, text.length + 1);
    memcpy(copy, text.data, text.length);
    copy[text.length] = '\0';
    if (looked_at != NULL)
        looked_at(dump);
    ckpt_session_free(s);
    ckpt_dump_free(dump);
    ckpt_dump_free(before);
    whole_forget(&outer);
    /* What was not read to its end does not restore. */
    REQUIRE(outer.info.error == 0 || strstr(copy, "\"verdict\":\"restores\"") == NULL);
    return copy;
}

#endif
