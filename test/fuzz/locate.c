/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Places of values. Input: kind, length of a pointer, the pointer, the text. Any pointer at all
 * leads to a place in the text or nowhere; and the pointer of each value of the decoded whole leads
 * to the token that this value was read from.
 */
#include "fuzz.h"

#include "text/number.h"
#include "text/time.h"

#define MOST_NODES 400

static bool is_text(ckpt_string string, const char *text)
{
    return string.length == strlen(text) && memcmp(string.data, text, string.length) == 0;
}

/* A value that Go has without reading one, as it is written. */
static bool is_zero(const unsigned char *written, const struct ckpt_node *node)
{
    ckpt_string token = {(const char *)written + node->offset, node->length};
    return ckpt_node_type(node) >= CKPT_ARRAY || is_text(token, "null") || is_text(token, "0") ||
           is_text(token, "false") || is_text(token, "\"\"") ||
           is_text(token, "\"0001-01-01T00:00:00Z\"");
}

/* Whether the token at `at` of `text` can have given what was written. */
static bool gives(const unsigned char *text, ckpt_location at, const unsigned char *written,
                  const struct ckpt_node *node)
{
    static struct ckpt_index index;
    struct ckpt_scan_problem problem;
    struct ckpt_arena arena = {NULL, NULL, NULL};
    unsigned char *token = fuzz_copy(text + at.offset, at.length);
    REQUIRE(ckpt_json_scan(&index, token, at.length, &problem) && index.nodes[0].offset == 0 &&
            index.nodes[0].length == at.length);
    enum ckpt_node_type type = ckpt_node_type(&index.nodes[0]);
    const char *value = (const char *)written + node->offset;
    bool result = type == ckpt_node_type(node);
    if (result && type == CKPT_STRING) {
        ckpt_string from = ckpt_unquote(&arena, token, &index.nodes[0]);
        ckpt_string to = ckpt_unquote(&arena, written, node);
        ckpt_time time[2];
        struct ckpt_time_problem ignored;
        result = fuzz_equal(from, to) ||
                 (ckpt_time_parse(from.data, from.length, &time[0], &ignored) &&
                  ckpt_time_parse(to.data, to.length, &time[1], &ignored) &&
                  time[0].seconds == time[1].seconds && time[0].offset == time[1].offset);
    } else if (result && type == CKPT_NUMBER) {
        double from, to;
        bool same = at.length == node->length && memcmp(token, value, at.length) == 0;
        result = same || (ckpt_parse_double((const char *)token, at.length, &from) &&
                          ckpt_parse_double(value, node->length, &to) && from == to);
    }
    ckpt_arena_free(&arena);
    free(token);
    return result;
}

static void check_values(ckpt_document *document, const unsigned char *text, size_t size,
                         bool type_error)
{
    static ckpt_document *other;
    ckpt_error error;
    ckpt_string json;
    if (other == NULL)
        other = ckpt_document_new();
    if (fuzz_depth(document) > 100 ||
        !ckpt_encode(document, document->kind, ckpt_document_value(document), &json, &error))
        return;
    unsigned char *written = fuzz_copy(json.data, json.length);
    REQUIRE(ckpt_decode(other, CKPT_KIND_ANY, written, json.length, &error) ||
            error.kind == CKPT_ERROR_TYPE);
    uint32_t count = (uint32_t)(other->index.count < MOST_NODES ? other->index.count : MOST_NODES);
    bool is_key = false;
    for (uint32_t i = 0; i < count; i++) {
        const struct ckpt_node *node = &other->index.nodes[i];
        /* A key's pointer is that of its member. */
        is_key = i + 1 < other->index.count && ckpt_node_type(node) == CKPT_STRING && !is_key &&
                 written[node->offset + node->length] == ':';
        if (is_key)
            continue;
        ckpt_string pointer = ckpt_node_pointer(other, i);
        ckpt_location where;
        bool found = ckpt_locate(document, pointer.data, pointer.length, &where);
        if (!found) {
            REQUIRE(is_zero(written, node));
            continue;
        }
        fuzz_check_place(text, size, where);
        bool null = where.length == 4 && memcmp(text + where.offset, "null", 4) == 0;
        REQUIRE(gives(text, where, written, node) ||
                ((null || type_error) && is_zero(written, node)));
    }
    free(written);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static ckpt_document *document;
    ckpt_error error;
    ckpt_location where;
    if (size < 2 || data[1] > size - 2)
        return 0;
    if (document == NULL)
        document = ckpt_document_new();
    size_t pointer_length = data[1], text_size = size - 2 - pointer_length;
    unsigned char *pointer = fuzz_copy(data + 2, pointer_length);
    unsigned char *text = fuzz_copy(data + 2 + pointer_length, text_size);
    ckpt_decode(document, fuzz_kind(data[0]), text, text_size, &error);
    if (ckpt_locate(document, (const char *)pointer, pointer_length, &where)) {
        REQUIRE(error.kind != CKPT_ERROR_SYNTAX && where.length > 0);
        fuzz_check_place(text, text_size, where);
    }
    /* After a time error the members after it stand in the text, but were not read. */
    if (error.kind == CKPT_OK || error.kind == CKPT_ERROR_TYPE)
        check_values(document, text, text_size, error.kind == CKPT_ERROR_TYPE);
    free(pointer);
    free(text);
    return 0;
}
