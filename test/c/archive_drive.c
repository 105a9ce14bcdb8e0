/* SPDX-License-Identifier: Apache-2.0 */
#include "archive_drive.h"

#include "allocator.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void say(drive_result *r, const char *format, ...)
{
    char line[1024];
    va_list arguments;
    va_start(arguments, format);
    int n = vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    size_t length = n < 0 ? 0 : (size_t)n < sizeof line ? (size_t)n : sizeof line - 1;
    if (r->length + length + 1 > r->capacity) {
        r->capacity = (r->length + length + 1) * 2 + 1024;
        r->text = realloc(r->text, r->capacity);
        if (r->text == NULL)
            abort();
    }
    memcpy(r->text + r->length, line, length + 1);
    r->length += length;
}

static void say_bytes(drive_result *r, const uint8_t *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (bytes[i] > 0x20 && bytes[i] < 0x7f && bytes[i] != '\\')
            say(r, "%c", bytes[i]);
        else
            say(r, "\\%02x", bytes[i]);
}

static void say_member(drive_result *r, const uint8_t *record)
{
    static const char types[] = "?-hlcbdpo";
    struct ckpt_member m;
    memcpy(&m, record, sizeof m);
    const uint8_t *text = record + sizeof m;
    if (m.index != r->members++)
        say(r, "WRONG INDEX ");
    say(r,
        "%c %04o %" PRIi64 ":%" PRIi64 " %" PRIu64 "/%" PRIu64 " %" PRIi64 ".%09u @%" PRIu64
        "+%" PRIu64 " f%x n%x ",
        types[m.type], m.mode & 07777, m.uid, m.gid, m.size, m.stored_size, m.mtime, m.mtime_nsec,
        m.header_offset, m.data_offset - m.header_offset, m.flags, m.name_flags);
    say_bytes(r, text, m.name_length);
    text += m.name_length;
    if (m.link_length) {
        say(r, " -> ");
        say_bytes(r, text, m.link_length);
    }
    text += m.link_length;
    say(r, " ");
    say_bytes(r, text, m.uname_length);
    say(r, ":");
    say_bytes(r, text + m.uname_length, m.gname_length);
    text += m.uname_length + m.gname_length;
    if (m.type == CKPT_MEMBER_CHARACTER || m.type == CKPT_MEMBER_BLOCK)
        say(r, " dev %u,%u", m.dev_major, m.dev_minor);
    uint32_t left = m.xattr_length;
    for (uint32_t i = 0; i < m.xattr_count; i++) {
        uint32_t head[3];
        memcpy(head, text, sizeof head);
        say(r, " xattr%u ", head[2]);
        say_bytes(r, text + 12, head[0]);
        say(r, "=");
        say_bytes(r, text + 12 + head[0], head[1]);
        text += 12 + head[0] + head[1];
        left -= 12 + head[0] + head[1];
    }
    if (left != 0)
        say(r, " WRONG XATTR LENGTH");
    if (m.differ != 0) {
        say(r, " differ %x size %" PRIu64 " other ", m.differ, m.other_size);
        say_bytes(r, text, m.other_length);
    }
    say(r, "\n");
}

static uint32_t next(ckpt_archive *a, struct ckpt_archive_event *event)
{
    allocator_spare(false);
    uint32_t type = ckpt_archive_next(a, event);
    allocator_spare(true);
    return type;
}

void drive(const uint8_t *bytes, size_t length, const drive_how *how, drive_result *r)
{
    memset(r, 0, sizeof *r);
    struct ckpt_archive_options options = how->options;
    options.source_size = how->sequential ? CKPT_ARCHIVE_SIZE_UNKNOWN : length;
    if (how->decide)
        options.flags |= CKPT_ARCHIVE_DECIDE;
    allocator_fail_at(how->memory, true);
    ckpt_archive *a = ckpt_archive_new(&options);
    if (a == NULL)
        return;
    allocator_spare(true);
    for (const char *const *p = how->select; p != NULL && *p != NULL; p++)
        if (!ckpt_archive_select(a, *p, strlen(*p), 0))
            say(r, "select failed\n");
    uint8_t *fed = NULL;
    uint64_t sum = 0, body = 0;
    struct ckpt_archive_event e;
    for (;;) {
        uint32_t type = next(a, &e);
        if (type == CKPT_ARCHIVE_NEED) {
            size_t n = e.offset < length ? length - (size_t)e.offset : 0;
            if (n > e.length)
                n = (size_t)e.length;
            if (how->chunk && n > how->chunk)
                n = how->chunk;
            free(fed);
            fed = malloc(n ? n : 1);
            if (fed == NULL)
                abort();
            if (n)
                memcpy(fed, bytes + e.offset, n);
            ckpt_archive_feed(a, fed, n, n == 0);
            r->asked += n;
            r->needs++;
        } else if (type == CKPT_ARCHIVE_MEMBERS) {
            const uint8_t *record = e.data;
            struct ckpt_member m = {0};
            for (uint32_t i = 0; i < e.count; i++) {
                memcpy(&m, record, sizeof m);
                say_member(r, record);
                record += m.record_size;
            }
            if ((uint64_t)(record - e.data) != e.length)
                say(r, "WRONG BATCH LENGTH\n");
            if (how->decide && m.type == CKPT_MEMBER_FILE)
                ckpt_archive_accept(a);
            sum = body = 0;
        } else if (type == CKPT_ARCHIVE_DATA) {
            for (uint64_t i = 0; i < e.length; i++)
                sum = (sum ^ e.data[i]) * UINT64_C(0x100000001b3);
            body += e.length;
            r->data += e.length;
        } else if (type == CKPT_ARCHIVE_MEMBER_END) {
            say(r, "  data %" PRIu64 " %016" PRIx64 "\n", body, sum);
        } else if (type != CKPT_ARCHIVE_PAUSE) {
            break;
        }
    }
    r->last = e;
    ckpt_archive_get_info(a, &r->info);
    if (e.type == CKPT_ARCHIVE_ERROR) {
        (void)snprintf(r->message, sizeof r->message, "%s", e.message);
        if (strlen(e.message) != e.message_length)
            say(r, "WRONG MESSAGE LENGTH\n");
        say(r, "ERROR %u have %" PRIu64 " want %" PRIu64 " member %d\n", e.code, e.have, e.want,
            (int)e.member);
    } else {
        say(r, "END %u at %" PRIu64 " trailing %" PRIu64 "/%" PRIu64 " first %" PRIu64 "\n", e.code,
            e.offset, r->info.trailing_nonzero, r->info.trailing, r->info.trailing_first);
    }
    if (next(a, &e) != r->last.type) /* the final event repeats */
        say(r, "WRONG LAST EVENT\n");
    free(fed);
    ckpt_archive_free(a);
    allocator_spare(false);
    allocator_fail_at(0, false);
}

void drive_free(drive_result *r)
{
    free(r->text);
    r->text = NULL;
}
