/* SPDX-License-Identifier: Apache-2.0 */
/* What the reader says of a tar, in the lines of test/tools/tar-go/main.go. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "archive/archive.h"
#include "archive_lines.h"

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

bool archive_lines(const uint8_t *bytes, size_t length, size_t piece, bool stream,
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
    while (end == NULL && a != NULL) {
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
    return a != NULL;
}
