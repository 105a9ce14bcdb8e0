/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Secrets in any bytes: what text/secrets.h finds in runs of printable characters, if it is more
 * than a word of a program. A match begins where the secret can be told to be one: at the name in
 * front of it, at the scheme of a URL.
 */
#include <string.h>

#include "criu/search_parts.h"
#include "text/letters.h"
#include "text/secrets.h"

enum {
    SHORTEST = 12, /* a run that may hold one; see ckpt_secret_in() */
    OVERLAP = 320  /* of a long run, so much is looked at in both of two parts */
};

/* What tells that it is a secret, which stands before it. */
static size_t trigger_of(ckpt_string text, size_t from, const struct ckpt_secret *s)
{
    size_t at = s->from;
    if (s->what == NULL)
        return (size_t)(s->name.data - text.data);
    for (; at > from && s->from - at < 256; at--) { /* a URL */
        if (at + 3 <= text.length && memcmp(text.data + at, "://", 3) == 0) {
            while (at > from && ckpt_is_alnum(text.data[at - 1]))
                at--;
            return at;
        }
        if (text.data[at - 1] == ' ' || text.data[at - 1] == '"')
            break;
    }
    at = s->from;
    while (at > from && ckpt_is_token(text.data[at - 1]))
        at--;
    return at;
}

/* The text of a key follows its first line: no program has that as a constant. */
static bool key_follows(const uint8_t *bytes, size_t length, size_t at)
{
    enum { LEAST = 16, FAR = 160 };
    size_t run = 0;
    for (size_t end = length - at < FAR ? length : at + FAR; at < end; at++) {
        char c = (char)bytes[at];
        if (ckpt_is_alnum(c) || c == '+' || c == '/')
            run++;
        else if (c == '\n' || c == '\r' || c == ' ' || c == ':' || c == ',' || c == '-' ||
                 c == '\\')
            run = 0; /* a line feed, written out or not; or the lines of a header */
        else
            return false;
        if (run >= LEAST)
            return true;
    }
    return false;
}

/* Whether it is one here, where texts are mostly those of programs. Names alone say less than in a
   configuration: "token=%s" stands in many of them. */
static bool is_likely(const uint8_t *bytes, size_t length, size_t start, ckpt_string text,
                      const struct ckpt_secret *s)
{
    ckpt_string value = ckpt_slice_of(text, s->from, s->to);
    if (s->what == NULL) {
        static const char odd[] = "%$<>{}()*`|^";
        for (size_t i = 0; i < value.length; i++)
            if (memchr(odd, value.data[i], sizeof(odd) - 1) != NULL)
                return false;
        bool variable = s->name.data == text.data && text.data[s->from - 1] == '=';
        return ckpt_looks_random(value) || (variable && value.length >= 6);
    }
    if (strcmp(s->what, "a private key") == 0) {
        size_t head = s->from + 11;
        while (head < text.length && text.data[head] != '-')
            head++;
        while (head < text.length && text.data[head] == '-')
            head++;
        return key_follows(bytes, length, start + head);
    }
    for (size_t i = 0; i < value.length; i++)
        if (value.data[i] == '%' || value.data[i] == '<' || value.data[i] == '{')
            return strstr(s->what, "URL") == NULL;
    return true;
}

uint32_t ckpt_secrets_kind(struct ckpt_secrets *s, const char *what)
{
    uint32_t i = 0;
    while (i < s->kinds && strcmp(s->what[i], what) != 0)
        i++;
    if (i == CKPT_SECRET_KINDS)
        return i; /* there are fewer */
    if (i == s->kinds)
        s->what[s->kinds++] = what;
    return i + 1;
}

/* What is looked through. */
struct looked {
    struct ckpt_secrets *s;
    const uint8_t *bytes;
    size_t length, from, to;
    uint64_t base;
    ckpt_match_sink *sink;
    void *context;
};

/* Tells a secret: where it can be told to be one, where it begins itself, where it ends. False: to
   stop. */
static bool tell(const struct looked *l, size_t first, size_t from, size_t to, const char *what,
                 bool wide)
{
    uint64_t *last = wide ? &l->s->last_wide : &l->s->last;
    if (first >= l->to || l->base + first < *last)
        return true;
    uint32_t kind = what == NULL ? 0 : ckpt_secrets_kind(l->s, what);
    struct ckpt_match match = {first, to - first,
                               kind | (wide ? CKPT_SECRET_IS_WIDE : 0u) |
                                   (uint32_t)(from - first) << 8};
    enum ckpt_match_answer answer = l->sink(l->context, &match);
    if (answer == CKPT_MATCH_TAKEN)
        *last = l->base + to;
    return answer != CKPT_MATCH_STOP;
}

/* The secrets of a text that begins at `start`. */
static bool tell_all(const struct looked *l, size_t start, ckpt_string text)
{
    struct ckpt_secret found;
    /* Within a word nothing begins. */
    size_t done = start > 0 && ckpt_is_token((char)l->bytes[start - 1]) ? 1 : 0;
    while (done < text.length && ckpt_secret_in(text, done, &found) && found.to > done) {
        done = found.to;
        if (is_likely(l->bytes, l->length, start, text, &found) &&
            !tell(l, start + trigger_of(text, 0, &found), start + found.from, start + found.to,
                  found.what, false))
            return false;
    }
    return true;
}

/* The same of characters of UTF-16LE from `start` up to `end`. */
static bool tell_wide(const struct looked *l, size_t start, size_t end)
{
    char narrow[CKPT_SEARCH_LONGEST / 2];
    struct ckpt_secret found;
    ckpt_string text = {narrow, (end - start) / 2};
    for (size_t i = 0; i < text.length; i++)
        narrow[i] = (char)l->bytes[start + 2 * i];
    bool inside =
        start >= 2 && l->bytes[start - 1] == 0 && ckpt_is_token((char)l->bytes[start - 2]);
    size_t done = inside ? 1 : 0;
    while (done < text.length && ckpt_secret_in(text, done, &found) && found.to > done) {
        done = found.to;
        if (is_likely((const uint8_t *)narrow, text.length, 0, text, &found) &&
            !tell(l, start + 2 * trigger_of(text, 0, &found), start + 2 * found.from,
                  start + 2 * found.to, found.what, true))
            return false;
    }
    return true;
}

/* An argument, and the one behind its NUL. Programs have tables of options, too: the value must be
   more than a word. */
static bool tell_argument(const struct looked *l, size_t start, size_t end)
{
    enum { LONGEST_OPTION = 64, LEAST = 6, MOST = 256 };
    if (l->bytes[start] != '-' || end - start > LONGEST_OPTION || end - start < 2 ||
        (start > 0 && l->bytes[start - 1] != 0) || end + 1 >= l->length || l->bytes[end] != 0)
        return true;
    size_t from = end + 1, most = l->length - from < MOST ? l->length : from + MOST;
    size_t to = ckpt_strings_end(l->bytes, from, most);
    ckpt_string option = {(const char *)l->bytes + start, end - start};
    ckpt_string value = {(const char *)l->bytes + from, to - from};
    struct ckpt_secret found;
    bool letter = false, digit = false;
    for (size_t i = 0; i < value.length; i++) {
        if (value.data[i] == ' ')
            return true;
        digit = digit || ckpt_is_digit(value.data[i]);
        letter = letter || (ckpt_is_alnum(value.data[i]) && !ckpt_is_digit(value.data[i]));
    }
    if (value.length < LEAST || !((letter && digit) || ckpt_looks_random(value)) ||
        !ckpt_secret_argument(option, value, &found))
        return true;
    return tell(l, start, from + found.from, from + found.to, found.what, false);
}

__attribute__((noinline)) bool ckpt_secrets_run(struct ckpt_secrets *s, const uint8_t *bytes,
                                                size_t length, size_t from, size_t to,
                                                uint64_t base, ckpt_match_sink *sink, void *context)
{
    if (to > length)
        to = length;
    const struct looked l = {s, bytes, length, from, to, base, sink, context};
    for (size_t at = from; at < to;) {
        size_t start = ckpt_strings_skip(bytes, at, to);
        if (start == to)
            break;
        size_t most = length - start < CKPT_SEARCH_LONGEST ? length : start + CKPT_SEARCH_LONGEST;
        size_t end = ckpt_strings_end(bytes, start, most);
        bool goes_on = end == most && end < length && end - start == CKPT_SEARCH_LONGEST;
        at = goes_on ? end - OVERLAP : end;
        if (end - start >= SHORTEST &&
            !tell_all(&l, start, (ckpt_string){(const char *)bytes + start, end - start}))
            return false;
        if (goes_on)
            continue;
        if (!tell_argument(&l, start, end))
            return false;
        /* The last character of a text, with a zero behind it, may be the first one of a wide text.
         */
        size_t wide = ckpt_strings_wide_end(bytes, end - 1, most);
        if (wide - (end - 1) < (size_t)2 * SHORTEST)
            continue;
        if (!tell_wide(&l, end - 1, wide))
            return false;
        bool cut = wide + 2 > most && wide < length;
        at = cut && wide - OVERLAP > end ? wide - OVERLAP : wide;
    }
    return true;
}
