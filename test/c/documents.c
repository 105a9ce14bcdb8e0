/* SPDX-License-Identifier: Apache-2.0 */
/* One document for many decodes; what it owns, and how long. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "helpers.h"
#include "tap.h"
#include "tests.h"
#include "json/document.h"

/* Texts of all kinds and outcomes, one after the other, give the same as in a new document. */
static void check_reuse(void)
{
    static const struct {
        ckpt_kind kind;
        const char *text;
    } steps[] = {
        {CKPT_KIND_CONFIG_DUMP, "{\"id\":\"a\",\"name\":\"\\u0062\"}"},
        {CKPT_KIND_CONFIG_DUMP, "{"},
        {CKPT_KIND_CONFIG_DUMP, "{}"},
        {CKPT_KIND_SPEC_DUMP, "{\"linux\":{\"sysctl\":{\"b\":\"\\n\",\"a\":\"1\"}}}"},
        {CKPT_KIND_SPEC_DUMP, "{\"linux\":{\"sysctl\":[]},\"process\":7}"},
        {CKPT_KIND_ANY, "[[[[{\"b\":[1,2,3.5e3],\"a\":null}]]]]"},
        {CKPT_KIND_ANY, ""},
        {CKPT_KIND_CONFIG_DUMP, "{\"createdTime\":\"x\",\"id\":\"late\"}"},
        {CKPT_KIND_DELETED_FILES, "[\"a\",\"\xFF\",\"\\ud800\"]"},
        {CKPT_KIND_DELETED_FILES, "null"},
        {CKPT_KIND_NETWORK_STATUS, "{\"b\":{},\"a\":{\"interfaces\":{\"x\":null}}}"},
        {CKPT_KIND_POD_OPTIONS, "{\"version\":1,\"containers\":{\"b\":\"1\",\"a\":\"2\"}}"},
        {CKPT_KIND_STATUS, "{\"Pid\":1,\"pid\":-1}"},
    };
    enum { STEPS = sizeof(steps) / sizeof(steps[0]) };
    ckpt_document *used = ckpt_document_new();
    for (int round = 0; round < 3 * STEPS; round++) {
        int i = round * 5 % STEPS;
        ckpt_document *fresh = ckpt_document_new();
        ckpt_error error[2], ignored;
        ckpt_string text[2];
        bool ok = decode_text(used, steps[i].kind, steps[i].text, &error[0]);
        CHECK(ok == decode_text(fresh, steps[i].kind, steps[i].text, &error[1]));
        CHECK(error[0].kind == error[1].kind && error[0].go_offset == error[1].go_offset &&
              error[0].where.offset == error[1].where.offset &&
              ckpt_string_compare(error[0].detail, error[1].detail) == 0);
        CHECK(ckpt_encode(used, steps[i].kind, ckpt_document_value(used), &text[0], &ignored));
        CHECK(ckpt_encode(fresh, steps[i].kind, ckpt_document_value(fresh), &text[1], &ignored));
        CHECK_THAT(ckpt_string_compare(text[0], text[1]) == 0, "%s: %.*s, not %.*s", steps[i].text,
                   SHOW(text[0]), SHOW(text[1]));
        /* the texts of an error outlive encoding and locating */
        ckpt_location where;
        char *copy = malloc(error[0].detail.length + 1);
        memcpy(copy, error[0].detail.data == NULL ? "" : error[0].detail.data,
               error[0].detail.length);
        ckpt_locate(used, "/a/b/c/d", 8, &where);
        CHECK(error[0].detail.length == 0 ||
              memcmp(copy, error[0].detail.data, error[0].detail.length) == 0);
        free(copy);
        ckpt_document_free(fresh);
    }
    ckpt_document_free(used);
}

static size_t arena_size(const ckpt_document *document)
{
    /* How far the arena is filled shows where the next allocation goes. */
    return (size_t)(document->arena.end - document->arena.next);
}

/* Encoding and locating again and again takes no more memory each time. */
static void check_no_growth(void)
{
    ckpt_document *document = ckpt_document_new();
    ckpt_error error;
    ckpt_string text;
    ckpt_location where;
    CHECK(decode_text(document, CKPT_KIND_ANY, "{\"\\u0061\":[[[{\"\\u0062\":1}]]]}", &error));
    size_t before = arena_size(document);
    void *chunk = document->arena.chunks;
    for (int i = 0; i < 5000; i++) {
        CHECK(ckpt_encode(document, CKPT_KIND_ANY, ckpt_document_value(document), &text, &error));
        CHECK(ckpt_locate(document, "/a/0/0/0/b", 10, &where));
        CHECK(!ckpt_locate(document, "/a/0/0/0/c", 10, &where));
        CHECK(!ckpt_locate(document, "/a/~", 4, &where));
    }
    CHECK(document->arena.chunks == chunk && arena_size(document) == before);
    ckpt_document_free(document);
}

/* The value stays where it is while its document encodes it and others. */
static void check_encode_elsewhere(void)
{
    ckpt_document *document = ckpt_document_new(), *other = ckpt_document_new();
    ckpt_error error;
    ckpt_string text;
    CHECK(decode_text(document, CKPT_KIND_DELETED_FILES, "[\"a\"]", &error));
    const void *value = ckpt_document_value(document);
    CHECK(decode_text(other, CKPT_KIND_ANY, "{}", &error));
    CHECK(ckpt_encode(other, CKPT_KIND_DELETED_FILES, value, &text, &error));
    CHECK(same(text, "[\n  \"a\"\n]"));
    CHECK(ckpt_encode(document, CKPT_KIND_ANY, ckpt_document_value(other), &text, &error));
    CHECK(same(text, "{}"));
    CHECK(ckpt_document_value(document) == value);
    ckpt_document_free(document);
    ckpt_document_free(other);
    ckpt_document_free(NULL);
}

/* A large input between small ones: what it took is not kept. */
static void check_large_then_small(void)
{
    enum { COUNT = 300000 };
    char *text = malloc(COUNT * 6 + 16);
    size_t length = 0;
    text[length++] = '[';
    for (int i = 0; i < COUNT; i++) {
        memcpy(text + length, i == 0 ? "\"\\n\"" : ",\"\\n\"", i == 0 ? 4 : 5);
        length += i == 0 ? 4 : 5;
    }
    text[length++] = ']';
    ckpt_document *document = ckpt_document_new();
    ckpt_error error;
    CHECK(ckpt_decode(document, CKPT_KIND_DELETED_FILES, text, length, &error));
    CHECK(((const ckpt_slice *)ckpt_document_value(document))->count == COUNT);
    size_t nodes = document->index.capacity;
    CHECK(nodes >= COUNT);
    CHECK(decode_text(document, CKPT_KIND_DELETED_FILES, "[\"x\"]", &error));
    CHECK_THAT(document->index.capacity < nodes / 10, "%zu nodes are kept",
               document->index.capacity);
    ckpt_document_free(document);
    free(text);
}

void test_documents(void)
{
    check_reuse();
    check_no_growth();
    check_encode_elsewhere();
    check_large_then_small();
}
