/* SPDX-License-Identifier: Apache-2.0 */
/* Lines and columns. */
#include <string.h>

#include "helpers.h"
#include "tap.h"
#include "tests.h"

static void check_place(const char *text, size_t offset, size_t line, size_t column)
{
    ckpt_location where;
    memset(&where, 0xFF, sizeof(where));
    ckpt_position(text, strlen(text), offset, &where);
    CHECK_THAT(where.offset == (offset > strlen(text) ? strlen(text) : offset) &&
                   where.length == 0 && where.line == line && where.column == column,
               "\"%s\" at %zu: offset %zu, line %zu, column %zu", text, offset, where.offset,
               where.line, where.column);
}

void test_positions(void)
{
    check_place("", 0, 1, 1);
    check_place("", 5, 1, 1); /* after the end is the end */
    check_place("abc", 0, 1, 1);
    check_place("abc", 2, 1, 3);
    check_place("abc", 3, 1, 4);
    check_place("abc", 99, 1, 4);
    check_place("a\nb\n", 1, 1, 2); /* the line break belongs to its line */
    check_place("a\nb\n", 2, 2, 1);
    check_place("a\nb\n", 4, 3, 1);
    check_place("\n\n\n", 3, 4, 1);
    /* CR is a character as any other: only LF ends a line. */
    check_place("a\r\nb", 2, 1, 3);
    check_place("a\r\nb", 3, 2, 1);
    check_place("a\rb", 2, 1, 3);
    /* columns are code points */
    check_place("\xC3\xA9x", 2, 1, 2);
    check_place("\xE2\x82\xACx", 3, 1, 2);
    check_place("\xF0\x9F\x90\xB3x", 4, 1, 2);
    check_place("a\n\xF0\x9F\x90\xB3\xC3\xA9x", 8, 2, 3);
    /* invalid bytes count one each */
    check_place("\xFF\xFEx", 2, 1, 3);
    check_place("\xE2\x82x", 2, 1, 3);
    check_place("\xED\xA0\x80x", 3, 1, 4);
    /* in the middle of a character */
    check_place("\xE2\x82\xACx", 1, 1, 2);
    check_place("\xE2\x82\xACx", 2, 1, 3);
    /* long lines */
    check_place("0123456789012345678901234567890123456789\n0123456789\xC3\xA9x", 53, 2, 12);

    /* The place of an error is that of its first byte. */
    static const struct {
        const char *text;
        size_t offset, length, line, column;
    } errors[] = {
        {"", 0, 0, 1, 1},
        {"\r\n\r\n", 4, 0, 3, 1},
        {"[1,\r\n  2,\r\n  x]", 13, 1, 3, 3},
        {"[\"\xC3\xA9\xF0\x9F\x90\xB3\", x]", 11, 1, 1, 8},
        {"[\"\xFF\xFE\",\xC3\xA9]", 6, 1, 1, 7},
        {"{\"a\":1\n}}", 8, 1, 2, 2},
        {"[\"a\nb\"]", 3, 1, 1, 4},
        {"[\"abc", 5, 0, 1, 6},
    };
    ckpt_document *document = ckpt_document_new();
    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
        ckpt_error error;
        CHECK(!decode_text(document, CKPT_KIND_ANY, errors[i].text, &error));
        CHECK_THAT(error.where.offset == errors[i].offset &&
                       error.where.length == errors[i].length &&
                       error.where.line == errors[i].line && error.where.column == errors[i].column,
                   "%s: offset %zu, length %zu, line %zu, column %zu", errors[i].text,
                   error.where.offset, error.where.length, error.where.line, error.where.column);
    }
    ckpt_document_free(document);
}
