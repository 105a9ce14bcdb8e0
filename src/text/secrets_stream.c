/* SPDX-License-Identifier: Apache-2.0 */
#include "text/secrets_stream.h"

#include <stdlib.h>
#include <string.h>

#include "text/letters.h"

enum {
    ROOM = 512 << 10, /* of bytes that are looked through together */
    KEEP = 8 << 10,   /* of a longer text: looked through again with what follows */
    WIDE = 16 << 10,  /* characters of a wide text */
    SHORTEST = 6,     /* texts: A=B with something secret in it */
    OPTION = 64,      /* an argument that another one follows */
    TELLING = 6,      /* values that stand in the middle of a text */
    LONGEST_KEY = 16 << 10
};

struct ckpt_secrets_stream {
    struct ckpt_needles needles;
    struct ckpt_buffer results;
    char *bytes; /* ROOM */
    size_t length;
    uint64_t offset;    /* of the first of them in the part */
    size_t text_from;   /* of the text that may go on after them */
    size_t scanned;     /* of that text: looked through up to there, or 0 */
    size_t needles_end; /* where the last needle ended */
    bool only_needles;
    char option[OPTION]; /* an argument, and where its NUL stands in the part */
    size_t option_length;
    uint64_t option_end;
    char wide[WIDE];
    size_t wide_length;
    uint64_t wide_start; /* in the part */
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

/* ---- Texts ----------------------------------------------------------------------------------- */

static bool is_text(char c)
{
    return ((unsigned char)c >= 0x20 && c != 0x7f) || c == '\t' || c == '\n' || c == '\r';
}

/* How many of the next bytes are printable ASCII, in steps of 8: the bulk of a text. */
static size_t printable(const char *bytes, size_t length)
{
    size_t at = 0;
    uint64_t word;
    for (; at + sizeof(word) <= length; at += sizeof(word)) {
        memcpy(&word, bytes + at, sizeof(word));
        /* Below a space, above '~', above 127: its highest bit is set. A carry comes from such a
           byte only. */
        uint64_t odd =
            (word - UINT64_C(0x2020202020202020)) | (word + UINT64_C(0x0101010101010101)) | word;
        if ((odd & UINT64_C(0x8080808080808080)) != 0)
            break;
    }
    return at;
}

/* How many of the next bytes are zero, in steps of 8. */
static size_t zeros(const char *bytes, size_t length)
{
    size_t at = 0;
    uint64_t word;
    for (; at + sizeof(word) <= length; at += sizeof(word)) {
        memcpy(&word, bytes + at, sizeof(word));
        if (word != 0)
            break;
    }
    return at;
}

/* Where the text ends that byte `at` is in: at what is no text, or no UTF-8. What may be the start
   of a character is text. */
static size_t text_end(const char *bytes, size_t at, size_t length)
{
    while (at < length) {
        unsigned char c = (unsigned char)bytes[at];
        if (c < 0x80) {
            if (!is_text(bytes[at]))
                return at;
            at++;
            at += printable(bytes + at, length - at);
            continue;
        }
        size_t more = c < 0xc2 ? 0 : c < 0xe0 ? 1 : c < 0xf0 ? 2 : c < 0xf5 ? 3 : 0;
        if (more == 0)
            return at;
        for (size_t i = 1; i <= more && at + i < length; i++)
            if (((unsigned char)bytes[at + i] & 0xc0) != 0x80)
                return at;
        at += more + 1;
    }
    return length;
}

/* Where a private key that begins at `from` ends: after its last line, else where no line of one
   can be. */
static size_t key_end(ckpt_string text, size_t from)
{
    static const char last[] = "-----END ";
    ckpt_string rest = ckpt_slice_of(text, from + 1, from + LONGEST_KEY);
    size_t end = ckpt_index_of(rest, last);
    if (end != SIZE_MAX) {
        size_t to = from + 1 + end + sizeof(last) - 1;
        while (to < text.length && (ckpt_is_upper(text.data[to]) || text.data[to] == ' '))
            to++;
        while (to < text.length && text.data[to] == '-')
            to++;
        return to;
    }
    size_t to = from;
    while (to < text.length && to - from < LONGEST_KEY &&
           (ckpt_is_alnum(text.data[to]) || memchr("+/=-:, \n\r\t\\", text.data[to], 12) != NULL))
        to++;
    return to;
}

/* Whether what the scanner took for a secret, in a text of any program's memory, is the format of a
   message. */
static bool is_format(ckpt_string value)
{
    enum { LONGEST = 16 };
    return value.length != 0 && value.data[0] == '%' && value.length <= LONGEST;
}

/* A named secret must be of some length, unless the text is nothing but its assignment. */
static bool tells(ckpt_string text, const struct ckpt_secret *secret)
{
    if (secret->name.length == 0)
        return true;
    bool alone = secret->name.data == text.data && secret->to == text.length;
    ckpt_string value = ckpt_slice_of(text, secret->from, secret->to);
    return (alone || value.length >= TELLING) && !is_format(value);
}

struct place {
    uint64_t offset; /* of the text in the part */
    bool wide;
    size_t
        *told; /* the text goes on: where the last secret ended; what touches the end is not told */
};

/* Tells the secrets of a text from byte `from` on. Gives where one begins that was not told as it
   may go on after the text; SIZE_MAX if there is none. */
static size_t scan_text(ckpt_secrets_stream *stream, ckpt_string text, size_t from,
                        struct place place)
{
    struct ckpt_secret secret;
    size_t done = from;
    while (ckpt_secret_in(text, done, &secret)) {
        bool key = secret.what != NULL && secret.to == text.length &&
                   ckpt_starts(ckpt_slice_of(text, secret.from, text.length), "-----BEGIN");
        if (key)
            secret.to = key_end(text, secret.from);
        if (place.told != NULL && text.length - secret.from < LONGEST_KEY &&
            (key || secret.to == text.length))
            return secret.from;
        if (secret.to <= done) /* never */
            break;
        done = secret.to;
        if (!tells(text, &secret))
            continue;
        size_t scale = place.wide ? 2 : 1;
        tell(stream, place.offset + secret.from * scale, (secret.to - secret.from) * scale,
             place.wide ? CKPT_SECRET_WIDE : CKPT_SECRET_NAMED, secret.name, secret.what,
             ckpt_slice_of(text, secret.from, secret.to));
    }
    if (place.told != NULL)
        *place.told = done;
    return SIZE_MAX;
}

static void end_wide(ckpt_secrets_stream *stream)
{
    if (stream->wide_length >= SHORTEST) {
        ckpt_string text = {stream->wide, stream->wide_length};
        scan_text(stream, text, 0, (struct place){stream->wide_start, true, NULL});
    }
    stream->wide_length = 0;
}

/* A character that a zero follows: the next one of a wide text, or the first. */
static void add_wide(ckpt_secrets_stream *stream, uint64_t at, char c)
{
    if (stream->wide_length == WIDE ||
        at != stream->wide_start + 2 * (uint64_t)stream->wide_length) {
        end_wide(stream);
        stream->wide_start = at;
    }
    if (stream->wide_length == 0)
        stream->wide_start = at;
    stream->wide[stream->wide_length++] = c;
}

/* A complete text: may be the value of the argument before it, and an argument itself. */
static void scan_argument(ckpt_secrets_stream *stream, ckpt_string text, uint64_t offset)
{
    struct ckpt_secret secret;
    ckpt_string option = {stream->option, stream->option_length};
    bool behind = option.length != 0 && stream->option_end + 1 == offset;
    stream->option_length = 0;
    if (behind && text.length >= SHORTEST && text.length <= CKPT_SECRET_VALUE &&
        ckpt_secret_argument(option, text, &secret))
        tell(stream, offset + secret.from, secret.to - secret.from, CKPT_SECRET_NAMED, secret.name,
             secret.what, ckpt_slice_of(text, secret.from, secret.to));
    if (text.length < OPTION && ckpt_starts(text, "-")) {
        memcpy(stream->option, text.data, text.length);
        stream->option_length = text.length;
        stream->option_end = offset + text.length;
    }
}

/* Looks through the texts of the bytes. At the end of the part the last one is complete. */
static void scan_texts(ckpt_secrets_stream *stream, bool at_end)
{
    const char *bytes = stream->bytes;
    size_t i = stream->text_from, length = stream->length;
    for (;;) {
        size_t to = text_end(bytes, i, length);
        if (to == length && !at_end)
            break;
        if (to > i && to < length && bytes[to] == 0)
            add_wide(stream, stream->offset + to - 1, bytes[to - 1]);
        if (to - i >= SHORTEST)
            scan_text(stream, (ckpt_string){bytes + i, to - i},
                      stream->scanned > i ? stream->scanned - i : 0,
                      (struct place){stream->offset + i, false, NULL});
        if (to > i && stream->scanned <= i)
            scan_argument(stream, (ckpt_string){bytes + i, to - i}, stream->offset + i);
        stream->scanned = 0;
        if (to >= length) {
            stream->text_from = length;
            return;
        }
        i = to + 1;
        i += zeros(bytes + i, length - i);
        while (i < length && !is_text(bytes[i])) {
            i++;
            i += zeros(bytes + i, length - i);
        }
    }
    stream->text_from = i;
}

/* ---- Pieces ---------------------------------------------------------------------------------- */

void ckpt_secrets_stream_begin(ckpt_secrets_stream *stream, bool needles_only)
{
    stream->length = stream->text_from = stream->scanned = stream->needles_end = 0;
    stream->offset = 0;
    stream->wide_length = stream->option_length = 0;
    stream->wide_start = 0;
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
    if (!stream->only_needles && stream->text_from < done)
        done = stream->text_from;
    memmove(stream->bytes, stream->bytes + done, stream->length - done);
    stream->length -= done;
    stream->offset += done;
    stream->needles_end -= done;
    stream->text_from -= stream->text_from < done ? stream->text_from : done;
    stream->scanned -= stream->scanned < done ? stream->scanned : done;
}

/* A text longer than there is room for: looks through what is there, and keeps its end. */
static void scan_long(ckpt_secrets_stream *stream)
{
    size_t from = stream->text_from, again = stream->length - KEEP;
    ckpt_string text = {stream->bytes + from, stream->length - from};
    size_t told = 0;
    size_t open = scan_text(stream, text, stream->scanned > from ? stream->scanned - from : 0,
                            (struct place){stream->offset + from, false, &told});
    /* What starts in the last bytes may need what follows; names stand in front of values. */
    told += from;
    stream->scanned = open != SIZE_MAX ? from + open : told > again ? told : again;
    stream->text_from = stream->scanned > from + KEEP ? stream->scanned - KEEP : from;
    while (stream->text_from > from && stream->text_from < stream->scanned &&
           ((unsigned char)stream->bytes[stream->text_from] & 0xc0) == 0x80)
        stream->text_from++; /* not within a character */
}

void ckpt_secrets_stream_feed(ckpt_secrets_stream *stream, size_t length)
{
    stream->length += length;
    size_t longest = stream->needles.longest;
    if (longest == 0)
        stream->needles_end = stream->length;
    else if (stream->length > longest)
        find_needles(stream, stream->length - longest);
    if (!stream->only_needles) {
        scan_texts(stream, false);
        if (stream->length - stream->text_from > ROOM / 2)
            scan_long(stream);
    }
    forget(stream);
}

void ckpt_secrets_stream_end(ckpt_secrets_stream *stream)
{
    find_needles(stream, stream->length);
    if (!stream->only_needles) {
        scan_texts(stream, true);
        end_wide(stream);
    }
}
