/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Work grows as the input does: counted, not timed. Of the instrumented build (make sanitize) every
 * basic block calls
 * __sanitizer_cov_trace_pc(), which counts; others have nothing to count with.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tap.h"
#include "test/fuzz/whole.h"
#include "tests.h"

#ifdef __clang__
#define UNCOUNTED __attribute__((no_sanitize("coverage", "address", "undefined")))
#else
#define UNCOUNTED __attribute__((no_sanitize_coverage, no_sanitize("address", "undefined")))
#endif

static uint64_t blocks;
/* The compiler gives the name. */
/* NOLINTNEXTLINE(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
void __sanitizer_cov_trace_pc(void);
UNCOUNTED void __sanitizer_cov_trace_pc(void)
{
    blocks++;
}

/* An archive that grows. */
struct bytes {
    uint8_t *at;
    size_t length, room;
};

static void put(struct bytes *b, const void *bytes, size_t length)
{
    if (b->length + length > b->room)
        b->at = whole_grow(b->at, b->room = 2 * (b->length + length));
    memcpy(b->at + b->length, bytes, length);
    b->length += length;
}

static void put_member(struct bytes *b, const char *name, const char *text, size_t length)
{
    unsigned char header[512] = {0}, zeros[512] = {0};
    unsigned sum = 0;
    (void)snprintf((char *)header, 100, "%s", name);
    (void)snprintf((char *)header + 100, 8, "%07o", 0600);
    (void)snprintf((char *)header + 124, 12, "%011zo", length);
    (void)snprintf((char *)header + 136, 12, "%011o", 0);
    memcpy(header + 148, "        0", 9);
    memcpy(header + 257, "ustar\00000", 8);
    for (size_t i = 0; i < sizeof(header); i++)
        sum += header[i];
    (void)snprintf((char *)header + 148, 8, "%06o", sum);
    put(b, header, sizeof(header));
    put(b, text, length);
    put(b, zeros, -length & 511);
}

static void put_text(struct bytes *b, const char *text)
{
    put(b, text, strlen(text));
}

/* A member whose text is `before`, `count` times `part` with the number in it, and `after`. */
static void put_list(struct bytes *archive, const char *name, const char *before, const char *part,
                     size_t count, const char *after)
{
    struct bytes text = {0};
    char piece[512];
    put_text(&text, before);
    for (size_t i = 0; i < count; i++) {
        const char *mark = strchr(part, '#');
        int head = mark == NULL ? (int)strlen(part) : (int)(mark - part);
        (void)snprintf(piece, sizeof(piece), "%s%.*s%zu%s", i == 0 ? "" : ",", head, part, i,
                       mark == NULL ? "" : mark + 1);
        put_text(&text, piece);
    }
    put_text(&text, after);
    put_member(archive, name, (const char *)text.at, text.length);
    free(text.at);
}

static void secrets(struct bytes *b, size_t n)
{
    put_list(b, "spec.dump", "{\"process\":{\"env\":[", "\"TOKEN_#=Ab1Cd2Ef3Gh4\"", n, "]}}");
}
static void mounts(struct bytes *b, size_t n)
{
    put_list(b, "spec.dump", "{\"mounts\":[",
             "{\"destination\":\"/m#\",\"type\":\"bind\",\"source\":\"relative\"}", n, "]}");
}
static void annotations(struct bytes *b, size_t n)
{
    put_list(b, "spec.dump", "{\"annotations\":{", "\"key#\":\"x\"", n, "}}");
}
static void deleted(struct bytes *b, size_t n)
{
    put_list(b, "deleted.files", "[", "\"/usr/../#\"", n, "]");
}
static void members(struct bytes *b, size_t n)
{
    char name[100];
    for (size_t i = 0; i < n; i++) {
        (void)snprintf(name, sizeof(name), "a/%zu/../../../escape", i);
        put_member(b, name, "", 0);
    }
}
static void images(struct bytes *b, size_t n)
{
    char name[100];
    for (size_t i = 0; i < n; i++) {
        (void)snprintf(name, sizeof(name), "checkpoint/core-%zu.img", i);
        put_member(b, name, "damaged", 7);
    }
}
static void inside(struct bytes *b, size_t n)
{
    struct bytes diff = {0};
    members(&diff, n);
    put_member(b, "rootfs-diff.tar", (const char *)diff.at, diff.length);
    free(diff.at);
}
static void same_name(struct bytes *b, size_t n)
{
    for (size_t i = 0; i < n; i++)
        put_member(b, "config.dump", "{}", 2);
}

static uint64_t work_of(void make(struct bytes *, size_t), size_t n)
{
    struct bytes archive = {0};
    static const char zeros[1024];
    put_member(&archive, "config.dump", "{\"id\":\"a\"}", 10);
    make(&archive, n);
    put(&archive, zeros, sizeof(zeros));
    blocks = 0;
    char *report = whole_report(archive.at, archive.length, NULL);
    uint64_t work = blocks;
    free(report);
    free(archive.at);
    return work;
}

/* Places of many values in one text. */
static uint64_t work_of_pointers(size_t n)
{
    struct bytes text = {0};
    char piece[64];
    ckpt_document *document = ckpt_document_new();
    ckpt_error error;
    ckpt_location where;
    for (size_t i = 0; i < n; i++) {
        (void)snprintf(piece, sizeof(piece), "%s\n\"key%zu\":%zu", i == 0 ? "{" : ",", i, i);
        put_text(&text, piece);
    }
    put_text(&text, "}");
    blocks = 0;
    CHECK(ckpt_decode(document, CKPT_KIND_ANY, (const char *)text.at, text.length, &error));
    (void)snprintf(piece, sizeof(piece), "/key%zu", n - 1);
    CHECK(ckpt_locate(document, piece, strlen(piece), &where) && where.line == n + 1);
    uint64_t work = blocks;
    ckpt_document_free(document);
    free(text.at);
    return work;
}

static void check_linear(const char *what, uint64_t one, uint64_t two, uint64_t four)
{
    CHECK_THAT(two <= 2 * one + one / 4 + 20000 && four <= 2 * two + two / 4 + 20000,
               "%s: %llu, %llu, %llu", what, (unsigned long long)one, (unsigned long long)two,
               (unsigned long long)four);
}

void test_work(void)
{
    static const struct {
        const char *name;
        void (*make)(struct bytes *, size_t);
    } cases[] = {
        {"secrets", secrets},       {"mounts", mounts},      {"annotations", annotations},
        {"deleted files", deleted}, {"members", members},    {"images", images},
        {"members inside", inside}, {"one name", same_name},
    };
    const size_t n = 1500;
    (void)work_of(secrets, 10);
    if (blocks == 0) {
        printf("# nothing counts in this build: make sanitize does\n");
        return;
    }
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        check_linear(cases[i].name, work_of(cases[i].make, n), work_of(cases[i].make, 2 * n),
                     work_of(cases[i].make, 4 * n));
    check_linear("pointers", work_of_pointers(n), work_of_pointers(2 * n), work_of_pointers(4 * n));
}
