/* SPDX-License-Identifier: Apache-2.0 */
#include "text/secrets_stream.h"

#include <stdlib.h>
#include <string.h>

#include "text/secrets_scan.h"

enum {
    ROOM = 512 << 10, /* of bytes that are looked through together */
    ENOUGH = 256 << 10
};

struct ckpt_secrets_stream {
    struct ckpt_needles needles;
    struct ckpt_buffer results;
    char *bytes; /* ROOM */
    size_t length;
    uint64_t offset;    /* of the first of them in the part */
    size_t next;        /* looked through up to there */
    uint64_t told[2];   /* where the last secret ended in the part: narrow, wide */
    size_t needles_end; /* where the last needle ended */
    bool only_needles;
};

ckpt_secrets_stream *ckpt_secrets_stream_new(void)
{
    ckpt_secrets_stream *stream = calloc(1, sizeof(*stream));
    if (stream == NULL)
        return NULL;
    stream->bytes = malloc(ROOM);
    if (stream->bytes == NULL) {
        free(stream);
        return NULL;
    }
    return stream;
}

void ckpt_secrets_stream_free(ckpt_secrets_stream *stream)
{
    if (stream == NULL)
        return;
    ckpt_needles_free(&stream->needles);
    ckpt_buffer_free(&stream->results);
    free(stream->bytes);
    free(stream);
}

bool ckpt_secrets_stream_know(ckpt_secrets_stream *stream, const char *bytes, size_t length)
{
    return ckpt_needles_add(&stream->needles, bytes, length);
}

struct ckpt_buffer *ckpt_secrets_stream_results(ckpt_secrets_stream *stream)
{
    return &stream->results;
}

static void tell(ckpt_secrets_stream *stream, uint64_t offset, uint64_t length,
                 enum ckpt_secret_how how, ckpt_string name, const char *what, ckpt_string value)
{
    static const char zeros[8] = {0};
    size_t what_length = what == NULL ? 0 : strlen(what);
    if (value.length > CKPT_SECRET_VALUE)
        value.length = CKPT_SECRET_VALUE;
    const struct ckpt_secret_hit hit = {offset,
                                        length,
                                        (uint32_t)how,
                                        (uint32_t)name.length,
                                        (uint32_t)what_length,
                                        (uint32_t)value.length};
    size_t size = name.length + what_length + value.length;
    ckpt_buffer_add(&stream->results, (const char *)&hit, sizeof(hit));
    ckpt_buffer_add(&stream->results, name.data, name.length);
    if (what != NULL)
        ckpt_buffer_add(&stream->results, what, what_length);
    ckpt_buffer_add(&stream->results, value.data, value.length);
    ckpt_buffer_add(&stream->results, zeros, -size & 7);
}

/* One that the scanner found, if it was not told with the bytes before. */
static bool take(void *context, const struct ckpt_secret_found *found)
{
    ckpt_secrets_stream *stream = context;
    uint64_t *told = &stream->told[found->wide];
    if (stream->offset + found->first < *told)
        return true;
    *told = stream->offset + found->to;
    tell(stream, stream->offset + found->from, found->to - found->from,
         found->wide ? CKPT_SECRET_WIDE : CKPT_SECRET_NAMED, found->name, found->what,
         found->value);
    return true;
}

static void scan(ckpt_secrets_stream *stream, size_t to)
{
    const struct ckpt_secrets_part part = {(const uint8_t *)stream->bytes, stream->length,
                                           stream->next, to, false};
    if (to > stream->next)
        ckpt_secrets_scan(&part, take, stream);
    stream->next = to;
}

/* ---- Pieces ---------------------------------------------------------------------------------- */

void ckpt_secrets_stream_begin(ckpt_secrets_stream *stream, bool needles_only)
{
    stream->length = stream->next = stream->needles_end = 0;
    stream->offset = stream->told[0] = stream->told[1] = 0;
    stream->only_needles = needles_only;
}

char *ckpt_secrets_stream_room(ckpt_secrets_stream *stream, size_t *size)
{
    *size = ROOM - stream->length;
    return stream->bytes + stream->length;
}

/* Tells the needles that start in front of `until`. */
static void find_needles(ckpt_secrets_stream *stream, size_t until)
{
    size_t at, length;
    while (stream->needles_end < until &&
           ckpt_needles_find(&stream->needles, stream->bytes, stream->length, stream->needles_end,
                             &at, &length) &&
           at < until) {
        tell(stream, stream->offset + at, length, CKPT_SECRET_NEEDLE, (ckpt_string){"", 0}, NULL,
             (ckpt_string){"", 0});
        stream->needles_end = at + length;
    }
    if (stream->needles_end < until)
        stream->needles_end = until;
}

/* Forgets what is done with. */
static void forget(ckpt_secrets_stream *stream)
{
    size_t done = stream->needles_end < stream->length ? stream->needles_end : stream->length;
    size_t back = stream->next < CKPT_SECRETS_BACK ? 0 : stream->next - CKPT_SECRETS_BACK;
    if (!stream->only_needles && back < done)
        done = back;
    memmove(stream->bytes, stream->bytes + done, stream->length - done);
    stream->length -= done;
    stream->offset += done;
    stream->needles_end -= done;
    stream->next -= stream->next < done ? stream->next : done;
}

void ckpt_secrets_stream_feed(ckpt_secrets_stream *stream, size_t length)
{
    stream->length += length;
    size_t longest = stream->needles.longest;
    if (longest == 0)
        stream->needles_end = stream->length;
    else if (stream->length > longest)
        find_needles(stream, stream->length - longest);
    if (!stream->only_needles && stream->length - stream->next >= ENOUGH)
        scan(stream, stream->length - CKPT_SECRETS_AHEAD);
    forget(stream);
}

void ckpt_secrets_stream_end(ckpt_secrets_stream *stream)
{
    find_needles(stream, stream->length);
    if (!stream->only_needles)
        scan(stream, stream->length);
}
