/* SPDX-License-Identifier: Apache-2.0 */
/* UTF-8: every code point, and every kind of invalid byte. */
#include <stdlib.h>
#include <string.h>

#include "helpers.h"
#include "tap.h"
#include "tests.h"
#include "text/utf8.h"

/* All code points there and back. */
static void check_round_trip(void)
{
    for (uint32_t rune = 0; rune <= 0x110001; rune++) {
        unsigned char text[4];
        uint32_t decoded;
        size_t size = ckpt_utf8_encode(rune, text);
        size_t want = rune < 0x80 ? 1 : rune < 0x800 ? 2 : rune < 0x10000 ? 3 : 4;
        bool valid = rune <= 0x10FFFF && (rune < 0xD800 || rune > 0xDFFF);
        if (!valid)
            want = 3; /* of U+FFFD */
        if (!CHECK_THAT(size == want && ckpt_utf8_decode(text, size, &decoded) == size &&
                            decoded == (valid ? rune : CKPT_REPLACEMENT) &&
                            ckpt_utf8_valid(text, size),
                        "U+%04X", rune))
            break;
        /* cut off: one byte at a time */
        for (size_t cut = 1; cut < size; cut++)
            CHECK_THAT(ckpt_utf8_decode(text, cut, &decoded) == 1 && decoded == CKPT_REPLACEMENT,
                       "U+%04X cut", rune);
    }
}

static const struct {
    const char *bytes;
    size_t count; /* code points */
    size_t utf16; /* units */
    bool valid;
} texts[] = {
    {"", 0, 0, true},
    {"a", 1, 1, true},
    {"abcdefgh", 8, 8, true},
    {"abcdefghijklmnopqrstuvwxyz", 26, 26, true},
    {"\xC3\xA9", 1, 1, true},
    {"abcdefgh\xC3\xA9", 9, 9, true},
    {"abcdefg\xE2\x82\xAChijklmnopqrs", 20, 20, true},
    {"\xF0\x9F\x90\xB3", 1, 2, true},
    {"\xF0\x9F\x90\xB3\xF0\x9F\x90\xB3 12345678 \xC3\xA9", 13, 15, true},
    {"\xFF", 1, 1, false},
    {"\x80", 1, 1, false},
    {"\xC0\xAF", 2, 2, false},
    {"\xC1\xBF", 2, 2, false},
    {"\xC3", 1, 1, false},
    {"\xC3(", 2, 2, false},
    {"\xE0\x80\x80", 3, 3, false},
    {"\xE0\x9F\xBF", 3, 3, false},
    {"\xE0\xA0\x80", 1, 1, true},
    {"\xE2\x82", 2, 2, false},
    {"\xE2\x28\xA1", 3, 3, false},
    {"\xE2\x82\x28", 3, 3, false},
    {"\xED\x9F\xBF", 1, 1, true},
    {"\xED\xA0\x80", 3, 3, false},
    {"\xEF\xBF\xBF", 1, 1, true},
    {"\xF0\x8F\xBF\xBF", 4, 4, false},
    {"\xF0\x90\x80\x80", 1, 2, true},
    {"\xF0\x90\x80", 3, 3, false},
    {"\xF0\x90\x80\x28", 4, 4, false},
    {"\xF0\x90\x28\x80", 4, 4, false},
    {"\xF4\x8F\xBF\xBF", 1, 2, true},
    {"\xF4\x90\x80\x80", 4, 4, false},
    {"\xF5\x80\x80\x80", 4, 4, false},
    {"\xFC\x83\xBF\xBF\xBF\xBF", 6, 6, false},
    {"12345678\xFF"
     "12345678",
     17, 17, false},
};

void test_utf8(void)
{
    check_round_trip();
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        size_t length = strlen(texts[i].bytes);
        unsigned char *exact = malloc(length == 0 ? 1 : length);
        memcpy(exact, texts[i].bytes, length);
        CHECK_THAT(ckpt_utf8_count(exact, length) == texts[i].count, "text %zu: %zu code points", i,
                   ckpt_utf8_count(exact, length));
        CHECK_THAT(ckpt_utf16_length(exact, length) == texts[i].utf16, "text %zu: %zu units", i,
                   ckpt_utf16_length(exact, length));
        CHECK_THAT(ckpt_utf8_valid(exact, length) == texts[i].valid, "text %zu", i);
        size_t ascii = 0;
        while (ascii < length && exact[ascii] < 0x80)
            ascii++;
        CHECK_THAT(ckpt_ascii_prefix(exact, length) == ascii, "text %zu", i);
        free(exact);
    }

    /* As Go: one U+FFFD for each byte that is not part of a character. */
    check_encodes(CKPT_KIND_DELETED_FILES,
                  "[\"\xE2\x82\",\"\xED\xA0\x80\",\"a\xFF"
                  "b\"]",
                  "[\"\xEF\xBF\xBD\xEF\xBF\xBD\",\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\","
                  "\"a\xEF\xBF\xBD"
                  "b\"]");
    /* Escapes: pairs join, a surrogate alone is replaced, and what follows it stays. */
    check_encodes(CKPT_KIND_DELETED_FILES,
                  "[\"\\ud83d\\udc33\",\"\\ud800\",\"\\udc00\\ud800\",\"\\ud800\\u0041\","
                  "\"\\ud800\\ud83d\\udc33\",\"\\ud800x\",\"\\uD83D\\uDC33\\u0000\\/\"]",
                  "[\"\xF0\x9F\x90\xB3\",\"\xEF\xBF\xBD\",\"\xEF\xBF\xBD\xEF\xBF\xBD\","
                  "\"\xEF\xBF\xBD"
                  "A\",\"\xEF\xBF\xBD\xF0\x9F\x90\xB3\",\"\xEF\xBF\xBDx\","
                  "\"\xF0\x9F\x90\xB3\\u0000/\"]");
    /* What only looks like the second half of a pair: no escape, or another one. */
    check_encodes(CKPT_KIND_DELETED_FILES,
                  "[\"\\ud800zzdc00\",\"\\ud800\\\\udc00\",\"\\ud800\\ntdc00\",\"\\ud800\\udbff\"]",
                  "[\"\xEF\xBF\xBDzzdc00\",\"\xEF\xBF\xBD\\\\udc00\","
                  "\"\xEF\xBF\xBD\\ntdc00\",\"\xEF\xBF\xBD\xEF\xBF\xBD\"]");
}
