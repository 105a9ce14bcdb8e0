/* SPDX-License-Identifier: Apache-2.0 */
#include "text/secrets_scan.h"

#include <string.h>

#include "mem/vector.h"
#include "text/letters.h"

enum {
    WIDE = 8 << 10,      /* characters of a wide text that are looked through together */
    WIDE_STEP = 4 << 10, /* of a longer one: so many, then what follows */
    OPTION = 64,         /* an argument that another one follows */
    ARGUMENT = 4096,     /* that one */
    TELLING = 6,         /* named values that stand in the middle of a text */
    SHORTEST = 6,        /* texts: A=B with something secret in it */
    LIKELY = 12          /* the same among texts of programs */
};

struct looked {
    const struct ckpt_secrets_part *part;
    ckpt_secrets_sink *sink;
    void *context;
};

/* ---- Texts ----------------------------------------------------------------------------------- */

static bool is_text(uint8_t byte)
{
    return (byte >= 0x20 && byte < 0x7f) || byte == '\t' || byte == '\n' || byte == '\r';
}

/* For each of 16 bytes whether it is text. */
static uint32_t text_bits(const uint8_t *at)
{
    ckpt_v16 v = ckpt_v16_load(at);
    ckpt_v16 blank =
        ckpt_v16_or(ckpt_v16_within(v, '\t', 1), ckpt_v16_equal(v, ckpt_v16_splat('\r')));
    return ckpt_v16_bits(ckpt_v16_or(ckpt_v16_within(v, 0x20, 0x5e), blank));
}

static size_t text_start(const uint8_t *bytes, size_t at, size_t end)
{
    for (; end - at >= 16; at += 16) {
        uint32_t bits = text_bits(bytes + at);
        if (bits != 0)
            return at + (size_t)__builtin_ctz(bits);
    }
    while (at < end && !is_text(bytes[at]))
        at++;
    return at;
}

/* Bytes of the character at `at` that has more than one; 0: it is none. One that the end cuts off
   is one. */
static size_t character(const uint8_t *bytes, size_t at, size_t end)
{
    uint8_t c = bytes[at];
    size_t size = c < 0xc2 ? 0 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : c < 0xf5 ? 4 : 0;
    if (size > end - at)
        size = end - at;
    for (size_t i = 1; i < size; i++)
        if ((bytes[at + i] & 0xc0) != 0x80)
            return 0;
    return size;
}

/* Where the text ends that byte `at` is in: at what is no text, or no UTF-8. */
static size_t text_end(const uint8_t *bytes, size_t at, size_t end)
{
    for (;;) {
        for (; end - at >= 16; at += 16) {
            uint32_t bits = text_bits(bytes + at);
            if (bits != 0xffff) {
                at += (size_t)__builtin_ctz(~bits);
                break;
            }
        }
        while (at < end && is_text(bytes[at]))
            at++;
        size_t size = at < end ? character(bytes, at, end) : 0;
        if (size == 0)
            return at;
        at += size;
    }
}

static bool is_wide(const uint8_t *at)
{
    return at[1] == 0 && is_text(at[0]);
}

/* ---- What is told ---------------------------------------------------------------------------- */

static bool is_key(ckpt_string value)
{
    return ckpt_starts_one_of(value, "-----BEGIN\0Private-Lines: \0");
}

/* Where the first line of a private key ends, with its dashes. */
static size_t first_line(ckpt_string text, size_t at)
{
    while (at < text.length && text.data[at] == '-')
        at++;
    while (at < text.length && text.data[at] != '-' && text.data[at] != '\n')
        at++;
    while (at < text.length && text.data[at] == '-')
        at++;
    return at;
}

/* Where a private key that begins at `from` ends: after its last line, else where no line of one
   can be; the first ones may be headers. */
static size_t key_end(ckpt_string text, size_t from)
{
    enum { HEADERS = 256 };
    static const char last[] = "-----END ";
    ckpt_string rest = ckpt_slice_of(text, from + 1, from + CKPT_SECRET_LONGEST_KEY);
    size_t end = ckpt_index_of(rest, last), to = first_line(text, from);
    if (end != SIZE_MAX && text.data[from] == '-') {
        to = from + 1 + end + sizeof(last) - 1;
        while (to < text.length && (ckpt_is_upper(text.data[to]) || text.data[to] == ' '))
            to++;
        while (to < text.length && text.data[to] == '-')
            to++;
        return to;
    }
    for (; to < text.length && to - from < CKPT_SECRET_LONGEST_KEY; to++) {
        char c = text.data[to];
        if (!ckpt_is_alnum(c) && memchr("+/=\n\r\t\\", c, 7) == NULL &&
            !(to - from < HEADERS && memchr(" :,-", c, 4) != NULL))
            break;
    }
    return to;
}

/* What tells that it is a secret, which stands before it. */
static size_t trigger_of(ckpt_string text, const struct ckpt_secret *s)
{
    size_t at = s->from;
    if (s->what == NULL)
        return (size_t)(s->name.data - text.data);
    for (; at > 0 && s->from - at < 256; at--) { /* a URL */
        if (at + 3 <= text.length && memcmp(text.data + at, "://", 3) == 0) {
            while (at > 0 && ckpt_is_alnum(text.data[at - 1]))
                at--;
            return at;
        }
        if (memchr(" \n\"", text.data[at - 1], 3) != NULL)
            break;
    }
    at = s->from;
    while (at > 0 && ckpt_is_token(text.data[at - 1]))
        at--;
    return at;
}

/* The text of a key follows its first line: no program has that as a constant. */
static bool key_follows(ckpt_string text, size_t from)
{
    enum { LEAST = 16, FAR = 160 };
    size_t run = 0, at = first_line(text, from);
    for (size_t end = text.length - at < FAR ? text.length : at + FAR; at < end; at++) {
        char c = text.data[at];
        if (ckpt_is_alnum(c) || c == '+' || c == '/')
            run++;
        else if (memchr("\n\r :,-\\", c, 7) != NULL)
            run = 0; /* a line feed, written out or not; or the lines of a header */
        else
            return false;
        if (run >= LEAST)
            return true;
    }
    return false;
}

/* 8-4-4-4-12 hexadecimal digits: as a token some services have them. */
static bool is_uuid(ckpt_string value)
{
    bool good = value.length == 36;
    for (size_t i = 0; i < value.length && good; i++)
        good = i == 8 || i == 13 || i == 18 || i == 23 ? value.data[i] == '-'
                                                       : ckpt_hex_value(value.data[i]) >= 0;
    return good;
}

/* Whether a named value may be one though neither it nor its place says much: NAME=value. */
static bool is_assigned(ckpt_string text, const struct ckpt_secret *s, ckpt_string value)
{
    enum { SURE = 16, LEAST = 12 };
    const char *end = s->name.data + s->name.length;
    bool first = s->name.data == text.data || s->name.data[-1] == '\n';
    bool capitals = true, letter = false, digit = false, blank = false, odd = false;
    for (size_t i = 0; i < s->name.length; i++)
        capitals = capitals && !ckpt_is_lower(s->name.data[i]);
    for (size_t i = 0; i < value.length; i++) {
        char c = value.data[i];
        letter = letter || ckpt_is_letter(c);
        digit = digit || ckpt_is_digit(c);
        blank = blank || c == ' ';
        odd = odd || memchr("%$<>{}()*`|^", c, 12) != NULL;
    }
    while (end < text.data + s->from && (*end == ' ' || *end == '\t'))
        end++;
    if (*end != '=' || (odd && (!first || blank || value.length < SURE)))
        return false;
    return (first && (value.length >= TELLING && !odd)) ||
           (capitals && letter && digit && !blank && value.length >= LEAST);
}

/* Whether it is one where texts are mostly those of programs. Names alone say less than in a
   configuration: "token=%s" stands in many of them. */
static bool is_likely(ckpt_string text, const struct ckpt_secret *s)
{
    ckpt_string value = ckpt_slice_of(text, s->from, s->to);
    if (is_key(value))
        return key_follows(text, s->from);
    bool format = false;
    for (size_t i = 0; i < value.length; i++) {
        bool escaped = i + 2 < value.length && ckpt_hex_value(value.data[i + 1]) >= 0 &&
                       ckpt_hex_value(value.data[i + 2]) >= 0;
        format =
            format || (value.data[i] == '%' && !escaped) || memchr("<{", value.data[i], 2) != NULL;
    }
    if (s->what != NULL)
        return strstr(s->what, "URL") == NULL ||
               !(format || ckpt_is_one_of(value, "pass\0passwd\0password\0")); /* of manuals */
    return (!format && memchr(value.data, '*', value.length) == NULL &&
            (ckpt_looks_random(value) || is_uuid(value))) ||
           is_assigned(text, s, value);
}

/* A named secret must be of some length and no format of a message, unless the text is nothing but
   its assignment. */
static bool is_told(ckpt_string text, const struct ckpt_secret *s)
{
    enum { LONGEST_FORMAT = 16 };
    ckpt_string value = ckpt_slice_of(text, s->from, s->to);
    if (s->name.length == 0)
        return true;
    bool alone = s->name.data == text.data && s->to == text.length;
    bool format = ckpt_starts(value, "%") && value.length <= LONGEST_FORMAT;
    return (alone || value.length >= TELLING) && !format;
}

/* ---- Looking --------------------------------------------------------------------------------- */

/* Tells the secrets of a text from its byte `done` on; it begins at `start`. `open`: of those that
   touch its end, which is cut off, only what begins before that byte of it. */
static bool scan_text(const struct looked *l, size_t start, ckpt_string text, size_t done,
                      bool wide, size_t open)
{
    size_t scale = wide ? 2 : 1;
    struct ckpt_secret s;
    while (done < text.length && ckpt_secret_in(text, done, &s) && s.to > done) {
        size_t first = trigger_of(text, &s);
        if (is_key(ckpt_slice_of(text, s.from, s.to)))
            s.to = key_end(text, s.from);
        done = s.to;
        if (start + first * scale >= l->part->to || (s.to == text.length && first >= open))
            return true;
        if (!(l->part->likely ? is_likely(text, &s) : is_told(text, &s)))
            continue;
        const struct ckpt_secret_found found = {start + first * scale,
                                                start + s.from * scale,
                                                start + s.to * scale,
                                                s.name,
                                                s.what,
                                                ckpt_slice_of(text, s.from, s.to),
                                                wide};
        if (!l->sink(l->context, &found))
            return false;
    }
    return true;
}

/* The same of characters of UTF-16LE from `start` up to `end`. */
static bool scan_wide(const struct looked *l, size_t start, size_t end, size_t done)
{
    char narrow[WIDE];
    for (;;) {
        ckpt_string text = {narrow, (end - start) / 2};
        bool more = text.length > WIDE;
        if (more)
            text.length = WIDE;
        for (size_t i = 0; i < text.length; i++)
            narrow[i] = (char)l->part->bytes[start + 2 * i];
        if (!scan_text(l, start, text, done, true, more ? WIDE_STEP : SIZE_MAX))
            return false;
        start += (size_t)2 * WIDE_STEP;
        if (!more || start >= l->part->to)
            return true;
        done = ckpt_is_token(narrow[WIDE_STEP - 1]) ? 1 : 0;
    }
}

/* An argument, and the one behind its NUL. Programs have tables of options, too: among their texts
   the value must be more than a word. */
static bool scan_argument(const struct looked *l, size_t start, size_t end)
{
    const uint8_t *bytes = l->part->bytes;
    size_t length = l->part->length, from = end + 1;
    if (bytes[start] != '-' || end - start >= OPTION || end - start < 2 ||
        (start > 0 && bytes[start - 1] != 0) || from >= length || bytes[end] != 0)
        return true;
    size_t to = text_end(bytes, from, length - from < ARGUMENT ? length : from + ARGUMENT);
    ckpt_string option = {(const char *)bytes + start, end - start};
    ckpt_string value = {(const char *)bytes + from, to - from};
    bool letter = false, digit = false, blank = false;
    for (size_t i = 0; i < value.length; i++) {
        blank = blank || value.data[i] == ' ';
        digit = digit || ckpt_is_digit(value.data[i]);
        letter = letter || ckpt_is_letter(value.data[i]);
    }
    struct ckpt_secret s;
    if (value.length < TELLING ||
        (l->part->likely && (blank || !((letter && digit) || ckpt_looks_random(value)))) ||
        !ckpt_secret_argument(option, value, &s))
        return true;
    const struct ckpt_secret_found found = {
        start, from + s.from, from + s.to, s.name, s.what, ckpt_slice_of(value, s.from, s.to),
        false};
    return l->sink(l->context, &found);
}

/* Where the text begins, and the wide one, that goes on at `from`. */
static size_t begin_of(const uint8_t *bytes, size_t from, bool wide)
{
    size_t at = from, step = wide ? 2 : 1;
    while (at >= step && from - at < CKPT_SECRETS_BACK &&
           (wide ? is_wide(bytes + at - 2) : is_text(bytes[at - 1])))
        at -= step;
    return at;
}

__attribute__((noinline)) bool ckpt_secrets_scan(const struct ckpt_secrets_part *part,
                                                 ckpt_secrets_sink *sink, void *context)
{
    const struct looked l = {part, sink, context};
    const uint8_t *bytes = part->bytes;
    size_t shortest = part->likely ? LIKELY : SHORTEST;
    for (size_t at = part->from; at < part->to;) {
        size_t here = text_start(bytes, at, part->to), start = here;
        if (here == part->to)
            break;
        if (here == part->from)
            start = begin_of(bytes, here, false);
        size_t end = text_end(bytes, here, part->length);
        at = end;
        if (end - start >= shortest &&
            !scan_text(&l, start, (ckpt_string){(const char *)bytes + start, end - start},
                       here - start, false, SIZE_MAX))
            return false;
        if (!scan_argument(&l, start, end))
            return false;
        /* The last character of a text, with a zero behind it, may be the first of a wide one. */
        size_t wide = end - 1, behind = wide;
        while (part->length - behind >= 2 && is_wide(bytes + behind))
            behind += 2;
        size_t before = behind > wide ? begin_of(bytes, wide, true) : wide;
        if (behind - before >= 2 * shortest && !scan_wide(&l, before, behind, (wide - before) / 2))
            return false;
        if (behind > at)
            at = behind;
    }
    return true;
}
