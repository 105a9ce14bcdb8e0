/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tars, most of them malformed, against what Go's archive/tar takes them for: test/data/tar-go,
 * recorded by test/tools/tar-go. A case is "tar BASE64", a line for each member, and how it ended.
 */
#include <stdlib.h>
#include <string.h>

#include "archive/gzip.h"
#include "archive_lines.h"
#include "mem/buffer.h"
#include "tap.h"
#include "tests.h"

/* The whole of a gzip file. */
static struct ckpt_buffer unpacked(const char *path)
{
    struct ckpt_buffer text = {0};
    size_t length, some;
    uint8_t *bytes = (uint8_t *)tap_read_file(path, &length);
    struct ckpt_gzip *gzip = malloc(sizeof(*gzip));
    if (bytes != NULL && gzip != NULL) {
        const uint8_t *in = bytes, *out;
        ckpt_gzip_init(gzip);
        while (ckpt_gzip_run(gzip, &in, bytes + length, &out, &some) == CKPT_GZIP_OUTPUT)
            ckpt_buffer_add(&text, (const char *)out, some);
        CHECK(ckpt_gzip_at_end(gzip));
    }
    ckpt_buffer_add(&text, "", 1);
    free(gzip);
    free(bytes);
    return text;
}

static size_t from_base64(const char *text, size_t length, uint8_t *bytes)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    uint32_t bits = 0;
    size_t count = 0, size = 0;
    for (size_t i = 0; i < length; i++) {
        const char *digit = text[i] == '=' ? NULL : strchr(digits, text[i]);
        if (digit == NULL)
            break;
        bits = bits << 6 | (uint32_t)(digit - digits);
        if ((count += 6) >= 8)
            bytes[size++] = (uint8_t)(bits >> (count -= 8));
    }
    return size;
}

void test_archive_go(void)
{
    static const struct {
        size_t piece;
        bool stream;
    } ways[] = {{SIZE_MAX, false}, {SIZE_MAX, true}, {100, false}, {513, true}};
    struct ckpt_buffer text = unpacked(tap_data("tar-go/cases.txt.gz")), said = {0};
    uint8_t *bytes = malloc(text.length);
    unsigned count = 0;
    for (char *line = text.data; CHECK(bytes != NULL) && strncmp(line, "tar ", 4) == 0; count++) {
        char *answer = strchr(line, '\n') + 1, *next = strstr(answer, "\ntar ");
        size_t length = from_base64(line + 4, (size_t)(answer - line), bytes);
        next = next == NULL ? answer + strlen(answer) : next + 1;
        /* In a block of its own, so that sanitizers see every read after it. */
        uint8_t *tar = malloc(length == 0 ? 1 : length);
        if (tar != NULL && length != 0)
            memcpy(tar, bytes, length);
        for (size_t i = 0; tar != NULL && i < sizeof(ways) / sizeof(ways[0]); i++) {
            ckpt_buffer_clear(&said);
            CHECK(archive_lines(tar, length, ways[i].piece, ways[i].stream, &said));
            bool same = said.length == (size_t)(next - answer) &&
                        memcmp(said.data, answer, said.length) == 0;
            CHECK_THAT(same, "case %u, way %u: Go says\n%.*swe say\n%.*s", count, (unsigned)i,
                       (int)(next - answer), answer, (int)said.length, said.data);
        }
        free(tar);
        line = next;
    }
    CHECK_THAT(count == 3000, "%u cases", count);
    free(bytes);
    ckpt_buffer_free(&text);
    ckpt_buffer_free(&said);
}
