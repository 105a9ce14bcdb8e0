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

__attribute__((noinline)) bool ckpt_secrets_run(struct ckpt_secrets *s, const uint8_t *bytes,
                                                size_t length, size_t from, size_t to,
                                                uint64_t base, ckpt_match_sink *sink, void *context)
{
    if (to > length)
        to = length;
    for (size_t at = from; at < to;) {
        size_t start = ckpt_strings_skip(bytes, at, to);
        if (start == to)
            break;
        size_t most = length - start < CKPT_SEARCH_LONGEST ? length : start + CKPT_SEARCH_LONGEST;
        size_t end = ckpt_strings_end(bytes, start, most);
        bool goes_on = end == most && end < length && end - start == CKPT_SEARCH_LONGEST;
        at = goes_on ? end - OVERLAP : end;
        if (end - start < SHORTEST)
            continue;
        ckpt_string text = {(const char *)bytes + start, end - start};
        struct ckpt_secret found;
        /* Within a word nothing begins. */
        size_t done = start > 0 && ckpt_is_token((char)bytes[start - 1]) ? 1 : 0;
        while (done < text.length && ckpt_secret_in(text, done, &found) && found.to > done) {
            size_t first = start + trigger_of(text, 0, &found);
            done = found.to;
            struct ckpt_match match = {first, start + found.to - first, 0};
            if (first >= to || base + first < s->last ||
                !is_likely(bytes, length, start, text, &found))
                continue;
            uint32_t kind = found.what == NULL ? 0 : ckpt_secrets_kind(s, found.what);
            match.pattern = kind | (uint32_t)(start + found.from - first) << 8;
            enum ckpt_match_answer answer = sink(context, &match);
            if (answer == CKPT_MATCH_STOP)
                return false;
            if (answer == CKPT_MATCH_TAKEN)
                s->last = base + first + match.length;
        }
    }
    return true;
}
