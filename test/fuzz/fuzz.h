/* SPDX-License-Identifier: Apache-2.0 */
/* What the fuzz targets have in common. Inputs begin with a byte that chooses the file format. */
#ifndef CKPT_TEST_FUZZ_H
#define CKPT_TEST_FUZZ_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text/utf8.h"
#include "json/document.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the run as a finding unless the condition holds. */
#define REQUIRE(condition)                                                                         \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: not true: %s\n", __FILE__, __LINE__, #condition);              \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

static inline ckpt_kind fuzz_kind(uint8_t byte)
{
    return (ckpt_kind)(byte % CKPT_KIND_COUNT);
}

/* A copy of exactly that size, so that the sanitizer sees every read after its end. */
static inline unsigned char *fuzz_copy(const void *data, size_t size)
{
    unsigned char *copy = malloc(size == 0 ? 1 : size);
    REQUIRE(copy != NULL);
    if (size != 0)
        memcpy(copy, data, size);
    return copy;
}

static inline bool fuzz_equal(ckpt_string a, ckpt_string b)
{
    return a.length == b.length && (a.length == 0 || memcmp(a.data, b.data, a.length) == 0);
}

/* A place lies in the text, and its line and column are what counting byte by byte gives. */
static inline void fuzz_check_place(const unsigned char *text, size_t size, ckpt_location where)
{
    REQUIRE(where.offset <= size && where.length <= size - where.offset);
    size_t line = 1, column = 1;
    for (size_t i = 0; i < where.offset;) {
        uint32_t rune;
        if (text[i] == '\n') {
            line++;
            column = 1;
            i++;
        } else {
            column++;
            i += ckpt_utf8_decode(text + i, where.offset - i, &rune);
        }
    }
    REQUIRE(where.line == line && where.column == column);
}

static inline void fuzz_check_text(ckpt_string text)
{
    REQUIRE(text.length == 0 || ckpt_utf8_valid((const unsigned char *)text.data, text.length));
}

/* What is true of every error of ckpt_decode(). */
static inline void fuzz_check_error(const unsigned char *text, size_t size, const ckpt_error *error)
{
    REQUIRE(error->kind == CKPT_ERROR_SYNTAX || error->kind == CKPT_ERROR_TYPE ||
            error->kind == CKPT_ERROR_TIME);
    fuzz_check_place(text, size, error->where);
    REQUIRE(error->message.length > 0 && error->detail.length > error->message.length);
    REQUIRE(memcmp(error->message.data, error->detail.data, error->message.length) == 0);
    REQUIRE(error->found.length > 0 && error->expected.length > 0 && error->rule != NULL);
    const ckpt_string texts[] = {error->message, error->detail,    error->pointer,
                                 error->found,   error->expected,  error->go_value,
                                 error->go_type, error->go_struct, error->go_field};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        fuzz_check_text(texts[i]);
    int64_t offset = (int64_t)error->where.offset, length = (int64_t)error->where.length;
    switch (error->kind) {
    case CKPT_ERROR_SYNTAX: /* the byte read last, or all of them */
        REQUIRE(length == (error->where.offset < size));
        REQUIRE(error->go_offset == offset + length);
        break;
    case CKPT_ERROR_TYPE: /* after the token or its bracket; after what follows it */
        REQUIRE(length > 0 && error->go_type.length > 0 && error->go_value.length > 0);
        REQUIRE(error->go_offset == offset + length || error->go_offset == offset + 1 ||
                error->go_offset == offset + length + 1);
        break;
    default:
        REQUIRE(length > 0 && error->go_offset == -1);
    }
}

/* How deeply the text that was decoded last is nested: written with indentation, its size grows
   with the square of that. */
static inline size_t fuzz_depth(const ckpt_document *document)
{
    const struct ckpt_index *index = &document->index;
    size_t depth = 0, deepest = 0;
    uint32_t *ends = malloc((index->count + 1) * sizeof(*ends));
    REQUIRE(ends != NULL);
    for (uint32_t i = 0; i < index->count; i++) {
        while (depth > 0 && ends[depth - 1] <= i)
            depth--;
        if (ckpt_node_type(&index->nodes[i]) >= CKPT_ARRAY)
            ends[depth++] = index->nodes[i].end;
        deepest = depth > deepest ? depth : deepest;
    }
    free(ends);
    return deepest;
}

#endif
