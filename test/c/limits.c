/* SPDX-License-Identifier: Apache-2.0 */
/* Limits: too large an input, and no memory at any point. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "allocator.h"
#include "helpers.h"
#include "mem/arena.h"
#include "mem/buffer.h"
#include "tap.h"
#include "tests.h"
#include "json/document.h"

static void check_too_large(void)
{
    ckpt_document *document = ckpt_document_new();
    ckpt_error error;
    /* The text is not looked at. */
    CHECK(!ckpt_decode(document, CKPT_KIND_ANY, "1", CKPT_MAX_INPUT + 1, &error));
    CHECK(error.kind == CKPT_ERROR_LIMIT &&
          same(error.message, "the input is larger than 256 MiB"));
    CHECK(same(error.detail, "the input is larger than 256 MiB") &&
          strcmp(error.rule, "CKP012") == 0 && error.go_offset == -1 && error.where.line == 0);
    CHECK(decode_text(document, CKPT_KIND_ANY, "1", &error));
    ckpt_document_free(document);
}

static void check_arena(void)
{
    struct ckpt_arena arena = {NULL, NULL, NULL};
    CHECK(ckpt_arena_alloc(&arena, ((size_t)1 << 30) + 1) == NULL);
    ckpt_arena_reset(&arena);
    CHECK(ckpt_arena_array(&arena, SIZE_MAX / 2, 4) == NULL);
    ckpt_arena_reset(&arena);
    CHECK(ckpt_arena_array(&arena, SIZE_MAX, 0) != NULL);
    /* zeroed and aligned, across many chunks, after a reset too */
    for (int round = 0; round < 3; round++) {
        for (size_t size = 1; size < 40000; size = size * 3 / 2 + 1) {
            unsigned char *memory = ckpt_arena_alloc(&arena, size);
            if (!CHECK(memory != NULL && (uintptr_t)memory % 8 == 0))
                break;
            bool zero = true;
            for (size_t i = 0; i < size; i++)
                zero = zero && memory[i] == 0;
            CHECK(zero);
            memset(memory, 0xFF, size);
        }
        ckpt_arena_reset(&arena);
    }
    /* a huge chunk is given back by a reset */
    CHECK(ckpt_arena_alloc(&arena, (size_t)20 << 20) != NULL);
    ckpt_arena_reset(&arena);
    CHECK(arena.end - arena.next <= 1 << 20);
    ckpt_arena_free(&arena);
    CHECK(arena.chunks == NULL);
}

static void check_buffer(void)
{
    struct ckpt_buffer buffer = {NULL, 0, 0, false};
    ckpt_buffer_add_text(&buffer, "abc");
    CHECK(!ckpt_buffer_reserve(&buffer, (size_t)1 << 30) && buffer.failed);
    ckpt_buffer_add_text(&buffer, "d"); /* it stays failed, and what it was */
    CHECK(buffer.length == 3 && memcmp(buffer.data, "abc", 3) == 0);
    ckpt_buffer_free(&buffer);
    CHECK(buffer.data == NULL && !buffer.failed);
}

/* ---- no memory --------------------------------------------------------------------------------
 */

struct work {
    ckpt_kind kind;
    const char *before; /* then a key of any length, then … */
    const char *after;
};

static const struct work works[] = {
    {CKPT_KIND_SPEC_DUMP, "{\"\\u0041",
     "\":0,\"process\":{\"args\":[\"a\",\"\\n\"],\"rlimits\":[{\"type\":\"\\t\"}],\"oomScoreAdj\":"
     "1},"
     "\"annotations\":{\"b\":\"\\n\",\"a\":\"\xFF\",\"\\u0062\":\"\"},"
     "\"annotations\":{\"c\":\"1\",\"b\":\"2\"},"
     "\"windows\":{\"credentialSpec\":{\"b\":[1,\"\\n\",{\"\\u0061\":null}],\"a\":\"x\",\"\":1e3}}"
     "}"},
    {CKPT_KIND_SPEC_DUMP, "{\"\\u0041",
     "\":0,\"linux\":{\"timeOffsets\":{\"b\":{\"secs\":1},\"a\":{\"secs\":\"1\"}},"
     "\"resources\":{\"rdma\":{\"\\u0062\":{},\"a\":null}}}}"},
    {CKPT_KIND_CONFIG_DUMP, "{\"\\u0041", "\":0,\"id\":\"\\t\",\"createdTime\":\"x\"}"},
    {CKPT_KIND_CONFIG_DUMP, "{\"\\u0041", "\":0,\"id\":\"\\t\",\"name\":[{\"a\":1},[,]]}"},
    {CKPT_KIND_ANY, "{\"\\u0041", "\":[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]],\"a\":1e400}"},
    {CKPT_KIND_ANY, "[\"\\u0041", "\",{\"b\":{\"d\":1,\"c\":2},\"a\":3}]"},
#define MANY "[1,true,\"\",-2.5,null,{\"\":0},[],false],"
#define MORE MANY MANY MANY MANY MANY MANY MANY MANY
    /* more nodes than there is room for at first */
    {CKPT_KIND_STATUS, "{\"", "\":[" MORE MORE MORE MORE MORE MORE MORE MORE "[]]}"},
};

/* What came of some work: a sum over all texts, and a place. */
struct outcome {
    uint64_t sum; /* 0: a limit was hit */
    size_t place; /* of the value that is looked for; 0: not found */
};

static uint64_t add_to_sum(uint64_t sum, ckpt_string text)
{
    for (size_t i = 0; i < text.length; i++)
        sum = (sum ^ (unsigned char)text.data[i]) * UINT64_C(1099511628211);
    return sum;
}

/* Decodes, encodes and locates, whatever memory there is. */
static struct outcome do_work(ckpt_document *document, ckpt_kind kind, const char *text,
                              size_t length)
{
    struct outcome outcome = {UINT64_C(14695981039346656037), 0};
    ckpt_error error;
    ckpt_string json;
    ckpt_location where;
    bool decoded = ckpt_decode(document, kind, text, length, &error);
    bool limited = error.kind == CKPT_ERROR_LIMIT;
    CHECK(decoded == (error.kind == CKPT_OK));
    CHECK(decoded || error.message.length > 0);
    outcome.sum = add_to_sum(outcome.sum, error.detail);
    if (!limited && error.kind != CKPT_ERROR_SYNTAX) {
        if (ckpt_encode(document, kind, ckpt_document_value(document), &json, &error))
            outcome.sum = add_to_sum(outcome.sum, json);
        limited = error.kind == CKPT_ERROR_LIMIT;
    }
    if (limited) {
        CHECK(same(error.message, "out of memory") && allocator_has_failed());
        outcome.sum = 0;
    }
    if (ckpt_locate(document, "/annotations/b", 14, &where))
        outcome.place = where.offset;
    return outcome;
}

/* Lets every single allocation fail, and every one from each on. The arena asks for memory only
   when a chunk is full: keys of many lengths put its border everywhere. */
static void check_no_memory(const struct work *work)
{
    enum { CHUNK = 16 << 10, BEFORE = 3200, STEP = 8 };
    size_t before = strlen(work->before), after = strlen(work->after);
    char *text = malloc(before + CHUNK + after);
    memcpy(text, work->before, before);
    for (size_t key = 0; key < CHUNK; key = key == 0 ? CHUNK - BEFORE : key + STEP) {
        size_t length = before + key;
        memset(text + before, 'x', key);
        memcpy(text + length, work->after, after);
        length += after;
        ckpt_document *first = ckpt_document_new();
        struct outcome want = do_work(first, work->kind, text, length);
        ckpt_document_free(first);
        bool done = false;
        for (size_t fail = 1; !done && fail < 200; fail++) {
            for (int for_good = 0; for_good < 2; for_good++) {
                struct outcome got = {0, 0};
                allocator_fail_at(fail, for_good != 0);
                ckpt_document *document = ckpt_document_new();
                if (document != NULL)
                    got = do_work(document, work->kind, text, length);
                done = !allocator_has_failed();
                allocator_fail_at(0, false);
                /* all of it, or a limit */
                CHECK(got.sum == want.sum || (got.sum == 0 && !done));
                CHECK(got.place == want.place || (got.place == 0 && !done));
                if (document != NULL && for_good == 0 && fail % 4 == 0) {
                    got = do_work(document, work->kind, text, length);
                    CHECK(got.sum == want.sum && got.place == want.place);
                }
                ckpt_document_free(document);
            }
        }
        CHECK(done);
    }
    free(text);
}

/* The same for files. */
static void check_no_memory_for_files(void)
{
    static const char directory[] = "test/data/example";
    ckpt_slice nothing = {NULL, 0, 0, 0};
    bool done = false;
    for (size_t fail = 1; !done && fail < 1000; fail++) {
        for (int for_good = 0; for_good < 2; for_good++) {
            ckpt_document *document = ckpt_document_new(), *other = ckpt_document_new();
            ckpt_error error[4];
            ckpt_string path;
            allocator_fail_at(fail, for_good != 0);
            bool read = ckpt_read_json_file(document, CKPT_KIND_DELETED_FILES, directory,
                                            "deleted.files", &path, &error[0]);
            bool missing = ckpt_read_json_file(document, CKPT_KIND_ANY, directory, "missing", &path,
                                               &error[1]);
            bool written = ckpt_write_json_file(other, CKPT_KIND_DELETED_FILES, &nothing,
                                                "test/data/missing", "x", &path, &error[2]);
            /* Where there is such a file: it does not know its size, and has to grow. */
            bool growing =
                ckpt_read_json_file(other, CKPT_KIND_ANY, "/proc/self", "smaps", &path, &error[3]);
            done = !allocator_has_failed();
            allocator_fail_at(0, false);
            CHECK(!missing && !written && !growing);
            CHECK(read == (error[0].kind == CKPT_OK));
            for (int i = 0; i < 4; i++) {
                CHECK(error[i].kind != CKPT_OK || i == 0);
                CHECK(error[i].kind == CKPT_OK || error[i].message.length > 0);
                CHECK(error[i].kind != CKPT_ERROR_LIMIT || !done);
            }
            ckpt_document_free(document);
            ckpt_document_free(other);
        }
    }
    CHECK(done);
}

void test_limits(void)
{
    check_too_large();
    check_arena();
    check_buffer();
    for (size_t i = 0; i < sizeof(works) / sizeof(works[0]); i++)
        check_no_memory(&works[i]);
    check_no_memory_for_files();
}
