/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tars, most of them malformed, against what Go's archive/tar takes them for: test/data/tar-go,
 * recorded by test/tools/tar-go. A case is "tar BASE64", a line for each member, and how it ended.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/archive.h"
#include "archive/gzip.h"
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

static void say(struct ckpt_buffer *out, const char *format, uint64_t number)
{
    char text[64];
    (void)snprintf(text, sizeof(text), format, number);
    ckpt_buffer_add_text(out, text);
}

static void say_hex(struct ckpt_buffer *out, const uint8_t *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++)
        say(out, "%02" PRIx64, bytes[i]);
}

enum { LARGE = 1 << 26 }; /* what is larger was not read */

static const uint64_t hash_start = UINT64_C(0xcbf29ce484222325);

/* "30 NAME -> LINK SIZE MODE UID:GID TIME UNAME:GNAME MAJOR,MINOR ", texts as hex. */
static void say_member(struct ckpt_buffer *out, const struct ckpt_member *m, const uint8_t *text)
{
    char numbers[160];
    uint32_t type = m->typeflag != 0 ? m->typeflag : m->type == CKPT_MEMBER_DIRECTORY ? '5' : '0';
    say(out, "%02" PRIx64 " ", type);
    say_hex(out, text, m->name_length);
    ckpt_buffer_add_text(out, " -> ");
    say_hex(out, text += m->name_length, m->link_length);
    (void)snprintf(numbers, sizeof(numbers),
                   " %" PRIu64 " %o %" PRIi64 ":%" PRIi64 " %" PRIi64 ".%09u ",
                   m->size > LARGE ? (uint64_t)LARGE : m->size, m->mode, m->uid, m->gid, m->mtime,
                   m->mtime_nsec);
    ckpt_buffer_add_text(out, numbers);
    say_hex(out, text += m->link_length, m->uname_length);
    ckpt_buffer_add_text(out, ":");
    say_hex(out, text + m->uname_length, m->gname_length);
    (void)snprintf(numbers, sizeof(numbers), " %u,%u ", m->dev_major, m->dev_minor);
    ckpt_buffer_add_text(out, numbers);
}

/* What the reader says of a tar, fed in pieces. */
static void read_tar(const uint8_t *bytes, size_t length, size_t piece, bool stream,
                     struct ckpt_buffer *out)
{
    struct ckpt_archive_options options = {
        .source_size = stream ? CKPT_ARCHIVE_SIZE_UNKNOWN : length, .flags = CKPT_ARCHIVE_DECIDE};
    ckpt_archive *a = ckpt_archive_new(&options);
    struct ckpt_archive_event e;
    struct ckpt_member m = {0};
    uint64_t hash = hash_start, size = 0;
    const char *end = NULL;
    bool open = false;
    while (end == NULL && CHECK(a != NULL)) {
        uint32_t type = ckpt_archive_next(a, &e);
        bool over = type == CKPT_ARCHIVE_END || type == CKPT_ARCHIVE_ERROR;
        if (open && (over || type == CKPT_ARCHIVE_MEMBERS)) {
            if (type == CKPT_ARCHIVE_ERROR && e.member == m.index) {
                ckpt_buffer_add_text(out, "bad\n");
            } else {
                say(out, "%" PRIu64 " ", size);
                say(out, "%016" PRIx64 "\n", hash);
            }
            open = false;
        }
        if (type == CKPT_ARCHIVE_NEED) {
            size_t left = e.offset < length ? length - (size_t)e.offset : 0;
            left = left < e.length ? left : (size_t)e.length;
            left = left < piece ? left : piece;
            ckpt_archive_feed(a, bytes + (left != 0 ? e.offset : 0), left, left == 0);
        } else if (type == CKPT_ARCHIVE_MEMBERS) {
            memcpy(&m, e.data, sizeof(m));
            say_member(out, &m, e.data + sizeof(m));
            hash = hash_start;
            size = 0;
            open = true;
            if (m.size > LARGE) {
                ckpt_buffer_add_text(out, "large\n");
                end = "stop";
            }
            ckpt_archive_accept(a);
        } else if (type == CKPT_ARCHIVE_DATA) {
            for (uint64_t i = 0; i < e.length; i++)
                hash = (hash ^ e.data[i]) * UINT64_C(0x100000001b3);
            size += e.length;
        } else if (over) {
            /* An empty file is an empty archive for Go, and an error here. */
            end = type == CKPT_ARCHIVE_END || e.code == CKPT_ARCHIVE_E_EMPTY ? "ok" : "error";
        }
    }
    ckpt_buffer_add_text(out, end != NULL ? end : "");
    ckpt_buffer_add_text(out, "\n");
    ckpt_archive_free(a);
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
            read_tar(tar, length, ways[i].piece, ways[i].stream, &said);
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
