/* SPDX-License-Identifier: Apache-2.0 */
/* Validation through the native library: for comparison with WebAssembly, and without memory. */
#include "validate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "allocator.h"
#include "archive/archive.h"
#include "checkpoint/members.h"
#include "criu/dump.h"
#include "session/session.h"
#include "tap.h"
#include "tests.h"

/* A file, or records. */
struct part {
    char kind, *name;
    uint8_t *bytes;
    size_t length;
};

struct evidence {
    struct part parts[1024];
    size_t count;
    const char *facts, *options;
};

static bool add_part(struct evidence *e, char kind, const char *name, const void *bytes,
                     size_t length)
{
    if (e->count == sizeof(e->parts) / sizeof(e->parts[0]))
        return false;
    struct part *p = &e->parts[e->count];
    *p = (struct part){kind, malloc(strlen(name) + 1), malloc(length + 1), length};
    if (p->name == NULL || p->bytes == NULL)
        abort();
    memcpy(p->name, name, strlen(name) + 1);
    if (length != 0)
        memcpy(p->bytes, bytes, length);
    p->bytes[length] = 0;
    e->count++;
    return true;
}

static void forget(struct evidence *e)
{
    for (size_t i = 0; i < e->count; i++) {
        free(e->parts[i].name);
        free(e->parts[i].bytes);
    }
    e->count = 0;
}

/* The images, as many of their bytes as are wanted; `early`: those in pre-checkpoint/. NULL: there
   are none, or no memory. */
static ckpt_dump *dump_of(const struct evidence *e, bool early)
{
    ckpt_dump *dump = NULL;
    char kind = early ? 'e' : 'd';
    for (size_t i = 0; i < e->count; i++)
        if (e->parts[i].kind == kind && dump == NULL && (dump = ckpt_dump_new(0)) == NULL)
            return NULL;
    if (dump != NULL && early)
        ckpt_dump_choose_early(dump);
    for (size_t i = 0; dump != NULL && i < e->count; i++)
        if (e->parts[i].kind == 'r' && e->parts[i].name[0] == '\0')
            ckpt_dump_list(dump, (ckpt_string){"", 0}, e->parts[i].bytes, e->parts[i].length);
    for (size_t n = 0; dump != NULL && n < ckpt_dump_image_count(dump); n++) {
        const struct ckpt_dump_image *image = ckpt_dump_image_at(dump, n);
        uint64_t wanted = ckpt_dump_wanted(image, true);
        for (size_t i = 0; i < e->count && wanted != 0; i++) {
            const struct part *p = &e->parts[i];
            if (p->kind == kind && p->length >= wanted && strlen(p->name) == image->name.length &&
                memcmp(p->name, image->name.data, image->name.length) == 0) {
                ckpt_dump_add(dump, image->name, p->bytes, (size_t)wanted, false);
                break;
            }
        }
    }
    return dump;
}

/* The report, copied; NULL: no memory, or wrong options. */
static char *report_on(const struct evidence *e)
{
    struct ckpt_session *s = ckpt_session_new((ckpt_string){"", 0});
    ckpt_string problem, text = {NULL, 0};
    bool good = s != NULL;
    for (size_t i = 0; good && i < e->count; i++) {
        const struct part *p = &e->parts[i];
        if (p->kind == 'f')
            good = ckpt_summary_add_file(s->summary, p->name, strlen(p->name), p->bytes, p->length);
        else if (p->kind == 'r' && p->name[0] == '\0')
            ckpt_summary_add_records(s->summary, p->bytes, p->length);
    }
    good =
        good && ckpt_session_validate(s, (ckpt_string){e->options, strlen(e->options)}, &problem);
    for (size_t i = 0; good && i < e->count; i++) {
        const struct part *p = &e->parts[i];
        struct ckpt_archive_info info;
        if (p->kind == 'r')
            ckpt_validation_add_records(s->validation, (ckpt_string){p->name, strlen(p->name)},
                                        p->bytes, p->length);
        if (p->kind == 'a' && p->length == sizeof(info)) {
            memcpy(&info, p->bytes, sizeof(info));
            ckpt_validation_add_archive(s->validation, (ckpt_string){p->name, strlen(p->name)},
                                        &info);
        }
    }
    ckpt_dump *dump = good ? dump_of(e, false) : NULL, *before = NULL;
    if (dump != NULL && ckpt_dump_has_early(dump) && (before = dump_of(e, true)) != NULL)
        ckpt_dump_set_previous(dump, before);
    if (good && dump != NULL)
        ckpt_validation_set_dump(s->validation, dump);
    if (good)
        text = ckpt_validation_finish(s->validation, (ckpt_string){e->facts, strlen(e->facts)});
    char *copy = text.length == 0 ? NULL : malloc(text.length + 1);
    if (copy != NULL) {
        memcpy(copy, text.data, text.length);
        copy[text.length] = '\0';
    }
    ckpt_session_free(s);
    ckpt_dump_free(dump);
    ckpt_dump_free(before);
    return copy;
}

/* ---- the standard input ---------------------------------------------------------------------- */

static char *read_text(uint32_t length)
{
    char *text = malloc((size_t)length + 1);
    if (text == NULL || fread(text, 1, length, stdin) != length)
        abort();
    text[length] = '\0';
    return text;
}

int validate_stream(void)
{
    static struct evidence e;
    char *options = NULL;
    int kind;
    while ((kind = getchar()) != EOF) {
        uint32_t lengths[2]; /* of this machine's byte order, which is little-endian */
        if (fread(lengths, 1, sizeof(lengths), stdin) != sizeof(lengths))
            return 2;
        char *name = read_text(lengths[0]), *body = read_text(lengths[1]);
        if (kind == 'o') {
            free(options);
            options = body;
            body = NULL;
        } else if (kind != 'x') {
            if (!add_part(&e, (char)kind, name, body, lengths[1]))
                return 2;
        } else {
            e.options = options == NULL ? "{}" : options;
            e.facts = body;
            char *report = report_on(&e);
            puts(report == NULL ? "" : report);
            free(report);
            forget(&e);
        }
        free(name);
        free(body);
    }
    free(options);
    return 0;
}

/* ---- an archive, without memory ---------------------------------------------------------------
 */

/* Adds the members of a tar, and the files among them that are kept. */
static void read_tar(struct evidence *e, const char *scope, const uint8_t *bytes, size_t length)
{
    struct ckpt_archive_options options = {.flags = CKPT_ARCHIVE_DECIDE, .source_size = length};
    ckpt_archive *a = ckpt_archive_new(&options);
    struct ckpt_archive_event event;
    char name[256] = "";
    static uint8_t body[1 << 20];
    size_t filled = 0;
    uint32_t type;
    while ((type = ckpt_archive_next(a, &event)) != CKPT_ARCHIVE_END &&
           type != CKPT_ARCHIVE_ERROR) {
        if (type == CKPT_ARCHIVE_NEED) {
            size_t left = event.offset < length ? length - (size_t)event.offset : 0;
            size_t n = event.length < left ? (size_t)event.length : left;
            ckpt_archive_feed(a, bytes + event.offset, n, n == left);
        } else if (type == CKPT_ARCHIVE_MEMBERS) {
            CHECK(add_part(e, 'r', scope, event.data, (size_t)event.length));
            struct ckpt_member m = {0};
            const uint8_t *record = event.data;
            for (uint32_t i = 0; i < event.count; i++, record += m.record_size)
                memcpy(&m, record, sizeof(m));
            record -= m.record_size;
            const char *text = (const char *)record + sizeof(m) + m.normal_start;
            const struct ckpt_member_info *info = ckpt_member_lookup(text, m.normal_length);
            bool inside = ckpt_member_use(text, m.normal_length, m.size) == CKPT_USE_LIST;
            if (scope[0] == '\0' && m.type == CKPT_MEMBER_FILE && m.size <= sizeof(body) &&
                m.normal_length < sizeof(name) &&
                (inside || (info != NULL && info->keep != CKPT_KEEP_NOT))) {
                memcpy(name, text, m.normal_length);
                name[m.normal_length] = '\0';
                filled = 0;
                ckpt_archive_accept(a);
            }
        } else if (type == CKPT_ARCHIVE_DATA) {
            memcpy(body + filled, event.data, (size_t)event.length);
            filled += (size_t)event.length;
        } else if (type == CKPT_ARCHIVE_MEMBER_END) {
            bool inside = ckpt_member_use(name, strlen(name), filled) == CKPT_USE_LIST;
            if (inside && filled != 0)
                add_part(e, 'i', name, body, filled);
            else if (!inside)
                CHECK(add_part(e, 'f', name, body, filled));
        }
    }
    ckpt_archive_free(a);
}

/* Whatever allocation fails: there is a report, or none, and nothing is lost. */
static void check_memory(const struct evidence *e)
{
    char *whole = report_on(e);
    CHECK(whole != NULL);
    for (int for_good = 0; for_good < 2; for_good++) {
        size_t none = 0;
        for (size_t n = 1;; n++) {
            allocator_fail_at(n, for_good != 0);
            char *report = report_on(e);
            bool failed = allocator_has_failed();
            allocator_fail_at(0, false);
            none += report == NULL;
            if (!failed)
                CHECK(report != NULL && whole != NULL && strcmp(report, whole) == 0);
            if (report != NULL)
                CHECK(report[0] == '{' && report[strlen(report) - 1] == '}');
            free(report);
            if (!failed)
                break;
        }
        CHECK(none > 10);
    }
    free(whole);
}

void test_rules_memory(void)
{
    static const char *const names[] = {"archives/crio.tar", "archives/containerd21.tar",
                                        "archives/simple-none.tar", "archives/features-gzip.tar.gz",
                                        "archives/pre-checkpoint-gzip.tar.gz"};
    static struct evidence e;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        size_t length;
        char *bytes = tap_read_file(tap_data(names[i]), &length);
        read_tar(&e, "", (const uint8_t *)bytes, length);
        size_t count = e.count;
        for (size_t p = 0; p < count; p++)
            if (e.parts[p].kind == 'i')
                read_tar(&e, e.parts[p].name, e.parts[p].bytes, e.parts[p].length);
        e.options = "{\"targets\":[\"podman@5\",\"containerd@2.4\",\"cri-o\"],\"now\":1800000000}";
        struct ckpt_archive_info info = {.compression = CKPT_COMPRESSION_NONE,
                                         .end = CKPT_END_NO_MARK,
                                         .garbage_offset = UINT64_MAX};
        add_part(&e, 'a', "", &info, sizeof(info));
        info.compression = CKPT_COMPRESSION_ZSTD;
        add_part(&e, 'a', "rootfs-diff.tar", &info, sizeof(info));
        e.facts = "{\"nested\":[{\"name\":\"rootfs-diff.tar\",\"error\":null}]}";
        check_memory(&e);
        forget(&e);
        free(bytes);
    }
}
