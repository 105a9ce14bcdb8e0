/* SPDX-License-Identifier: Apache-2.0 */
#include "criu/search.h"

#include <stdlib.h>
#include <string.h>

#include "criu/regex.h"
#include "criu/search_parts.h"
#include "text/letters.h"
#include "text/secrets_scan.h"
#include "text/utf8.h"

/* Up to this many patterns are searched one by one, each in a pass over what is in the cache. */
enum { FEW = 3 };

struct ckpt_search {
    struct ckpt_pattern *patterns;
    size_t count, room;
    uint32_t numbers; /* of patterns that were added */
    size_t longest;
    struct ckpt_regex *regex;
    struct ckpt_grams *grams;
    struct ckpt_strings strings;
    struct secrets {
        bool asked;
        uint64_t told[2]; /* where the last one ended: narrow, wide */
        uint32_t kinds;
        const char
            *what[CKPT_SEARCH_SECRET_KINDS]; /* of those that were found, "a private key" … */
    } secrets;
};

ckpt_search *ckpt_search_new(void)
{
    return calloc(1, sizeof(ckpt_search));
}

void ckpt_search_free(ckpt_search *search)
{
    if (search == NULL)
        return;
    for (size_t i = 0; i < search->count; i++)
        free(search->patterns[i].bytes);
    free(search->patterns);
    ckpt_regex_free(search->regex);
    ckpt_grams_free(search->grams);
    free(search);
}

static bool refuse(struct ckpt_search_error *error, size_t offset, const char *message)
{
    *error = (struct ckpt_search_error){message, offset};
    return false;
}

static const char NO_MEMORY[] = "there is not enough memory";
static const char EMPTY[] = "the pattern is empty";
static const char LONG[] = "the pattern is longer than 1024 bytes";

/* How often a byte stands in memory, roughly: 0 is the rarest. */
static unsigned commonness(uint8_t byte)
{
    if (byte == 0)
        return 255;
    if (byte == 0xFF)
        return 200;
    if (byte < 0x10 || byte == ' ' || byte == 0x48)
        return 120;
    if (byte >= 'a' && byte <= 'z')
        return strchr("etaoinsr", byte) != NULL ? 110 : 90;
    if (ckpt_is_digit((char)byte))
        return 80;
    return byte < 0x80 ? 60 : 40;
}

/* Of the bytes of a pattern, those that are compared first, and the part without wildcards. */
static void choose_bytes(struct ckpt_pattern *p)
{
    unsigned best[2] = {1000, 1000};
    uint32_t run = 0;
    for (uint32_t i = 0; i < p->length; i++) {
        bool fixed =
            p->masks[i] == 0xFF || (p->masks[i] == 0xDF && ckpt_is_letter((char)p->bytes[i]));
        run = fixed ? run + 1 : 0;
        if (run > p->core_length) {
            p->core_length = run;
            p->core = i + 1 - run;
        }
        unsigned common = commonness(p->bytes[i]) + (p->masks[i] == 0xFF ? 0 : fixed ? 40 : 300);
        if (common < best[0]) {
            best[1] = best[0], p->second = p->first;
            best[0] = common, p->first = i;
        } else if (common < best[1]) {
            best[1] = common, p->second = i;
        }
    }
    if (best[1] == 1000)
        p->second = p->first;
}

/* A pattern with room for its bytes and masks, which are all ones; NULL: refused. */
static struct ckpt_pattern *add(ckpt_search *s, size_t length, uint32_t number,
                                struct ckpt_search_error *error)
{
    refuse(error, 0, length == 0 ? EMPTY : length > CKPT_SEARCH_LONGEST ? LONG : NO_MEMORY);
    if (length == 0 || length > CKPT_SEARCH_LONGEST)
        return NULL;
    if (s->regex != NULL || s->strings.forms != 0 || s->secrets.asked ||
        s->count >= CKPT_SEARCH_MOST_PATTERNS) {
        refuse(error, 0,
               s->regex != NULL ? "an expression is the only pattern of a search"
                                : "there are too many patterns");
        return NULL;
    }
    if (s->count == s->room) {
        size_t room = s->room == 0 ? 8 : s->room * 2;
        struct ckpt_pattern *more = realloc(s->patterns, room * sizeof(*more));
        if (more == NULL)
            return NULL;
        s->patterns = more;
        s->room = room;
    }
    struct ckpt_pattern *p = &s->patterns[s->count];
    *p = (struct ckpt_pattern){.length = (uint32_t)length, .number = number};
    p->bytes = malloc(2 * length);
    if (p->bytes == NULL)
        return NULL;
    p->masks = p->bytes + length;
    memset(p->masks, 0xFF, length);
    s->count++;
    if (length > s->longest)
        s->longest = length;
    *error = (struct ckpt_search_error){NULL, 0};
    return p;
}

bool ckpt_search_add_bytes(ckpt_search *s, const uint8_t *bytes, size_t length,
                           struct ckpt_search_error *error)
{
    struct ckpt_pattern *p = add(s, length, s->numbers, error);
    if (p == NULL)
        return false;
    memcpy(p->bytes, bytes, length);
    choose_bytes(p);
    s->numbers++;
    return true;
}

static void fold_letters(struct ckpt_pattern *p)
{
    for (uint32_t i = 0; i < p->length; i++)
        if (ckpt_is_letter((char)p->bytes[i])) {
            p->masks[i] = 0xDF;
            p->bytes[i] &= 0xDF;
        }
}

static bool add_utf16(ckpt_search *s, const unsigned char *text, size_t length, bool fold,
                      struct ckpt_search_error *error)
{
    struct ckpt_pattern *p = add(s, 2 * ckpt_utf16_length(text, length), s->numbers, error);
    if (p == NULL)
        return false;
    uint8_t *out = p->bytes;
    for (size_t i = 0; i < length;) {
        uint32_t rune, units[2];
        i += ckpt_utf8_decode(text + i, length - i, &rune);
        int count = rune < 0x10000 ? 1 : 2;
        units[0] = count == 1 ? rune : 0xD800 + ((rune - 0x10000) >> 10);
        units[1] = 0xDC00 + ((rune - 0x10000) & 0x3FF);
        for (int k = 0; k < count; k++) {
            *out++ = (uint8_t)units[k];
            *out++ = (uint8_t)(units[k] >> 8);
        }
    }
    /* A byte that looks like a letter may be half of another character. */
    for (uint32_t i = 0; fold && i < p->length; i += 2)
        if (p->bytes[i + 1] == 0 && ckpt_is_letter((char)p->bytes[i])) {
            p->masks[i] = 0xDF;
            p->bytes[i] &= 0xDF;
        }
    choose_bytes(p);
    return true;
}

bool ckpt_search_add_text(ckpt_search *s, const char *text, size_t length, unsigned forms,
                          bool fold, struct ckpt_search_error *error)
{
    const unsigned char *bytes = (const unsigned char *)text;
    if (!ckpt_utf8_valid(bytes, length))
        return refuse(error, 0, "the text is not UTF-8");
    if (forms & CKPT_SEARCH_UTF8) {
        struct ckpt_pattern *p = add(s, length, s->numbers, error);
        if (p == NULL)
            return false;
        memcpy(p->bytes, bytes, length);
        if (fold)
            fold_letters(p);
        choose_bytes(p);
    }
    if ((forms & CKPT_SEARCH_UTF16) && !add_utf16(s, bytes, length, fold, error))
        return false;
    s->numbers++;
    return true;
}

/* "?" stands for any digit. */
static int digit_of(char c)
{
    return c == '?' ? 16 : ckpt_hex_value(c);
}

bool ckpt_search_add_hex(ckpt_search *s, const char *text, size_t length,
                         struct ckpt_search_error *error)
{
    size_t digits = 0;
    for (size_t i = 0; i < length; i++) {
        if (text[i] == ' ' && digits % 2 == 0)
            continue;
        if (digit_of(text[i]) < 0)
            return refuse(error, i,
                          text[i] == ' ' ? "a byte has two digits"
                                         : "this is neither a hexadecimal digit nor \"?\"");
        digits++;
    }
    if (digits % 2 != 0)
        return refuse(error, length, "a byte has two digits");
    struct ckpt_pattern *p = add(s, digits / 2, s->numbers, error);
    if (p == NULL)
        return false;
    memset(p->bytes, 0, (size_t)2 * p->length);
    size_t k = 0;
    for (size_t i = 0; i < length; i++) {
        int digit = digit_of(text[i]);
        if (digit < 0)
            continue;
        unsigned shift = k % 2 == 0 ? 4 : 0;
        if (digit < 16) {
            p->bytes[k / 2] = (uint8_t)(p->bytes[k / 2] | digit << shift);
            p->masks[k / 2] = (uint8_t)(p->masks[k / 2] | 15 << shift);
        }
        k++;
    }
    choose_bytes(p);
    if (p->core_length == 0) {
        free(p->bytes);
        s->count--;
        return refuse(error, 0, "at least one byte is needed that has no \"?\"");
    }
    s->numbers++;
    return true;
}

bool ckpt_search_add_regex(ckpt_search *s, const char *text, size_t length, bool fold, bool blur,
                           struct ckpt_search_error *error)
{
    if (length == 0)
        return refuse(error, 0, EMPTY);
    if (s->regex != NULL || s->count > 0)
        return refuse(error, 0, "an expression is the only pattern of a search");
    s->regex = ckpt_regex_new(text, length, fold, error);
    if (s->regex != NULL && blur)
        ckpt_regex_blur(s->regex);
    if (s->regex != NULL)
        s->longest = ckpt_regex_longest(s->regex);
    return s->regex != NULL;
}

bool ckpt_search_add_strings(ckpt_search *s, size_t least, unsigned forms)
{
    if (s->count > 0 || s->regex != NULL || least < 1 || least > CKPT_SEARCH_LONGEST / 2 ||
        forms == 0)
        return false;
    s->strings = (struct ckpt_strings){.least = (uint32_t)least, .forms = forms};
    s->longest = CKPT_SEARCH_LONGEST;
    return true;
}

bool ckpt_search_add_secrets(ckpt_search *s)
{
    if (s->count > 0 || s->regex != NULL || s->strings.forms != 0)
        return false;
    s->secrets = (struct secrets){.asked = true};
    s->longest = CKPT_SEARCH_LONGEST;
    return true;
}

const char *ckpt_search_secret_kind(const ckpt_search *s, uint32_t kind)
{
    return kind == 0 || kind > s->secrets.kinds ? NULL : s->secrets.what[kind - 1];
}

bool ckpt_search_prepare(ckpt_search *s)
{
    if (s->regex != NULL || s->strings.forms != 0 || s->secrets.asked)
        return true;
    if (s->count > FEW && s->grams == NULL)
        s->grams = ckpt_grams_new(s->patterns, s->count);
    return s->count > 0 && (s->count <= FEW || s->grams != NULL);
}

size_t ckpt_search_longest(const ckpt_search *s)
{
    return s->longest;
}

/* Each pattern is looked for up to its next place; the first of these is the next match. */
static bool run_few(ckpt_search *s, const uint8_t *bytes, size_t length, size_t from, size_t to,
                    uint64_t base, ckpt_match_sink *sink, void *context)
{
    size_t next[FEW], end[FEW];
    for (size_t i = 0; i < s->count; i++) {
        struct ckpt_pattern *p = &s->patterns[i];
        size_t last = length < p->length ? 0 : length - p->length + 1;
        end[i] = to < last ? to : last;
        size_t start = from;
        if (p->last > base + from)
            start = p->last - base < end[i] ? (size_t)(p->last - base) : end[i];
        next[i] = start < end[i] ? ckpt_literal_find(p, bytes, start, end[i]) : end[i];
    }
    for (;;) {
        size_t best = s->count;
        for (size_t i = 0; i < s->count; i++)
            if (next[i] < end[i] && (best == s->count || next[i] < next[best]))
                best = i;
        if (best == s->count)
            return true;
        struct ckpt_pattern *p = &s->patterns[best];
        struct ckpt_match match = {next[best], p->length, p->number};
        enum ckpt_match_answer answer = sink(context, &match);
        size_t behind = next[best] + 1;
        if (answer == CKPT_MATCH_STOP)
            return false;
        if (answer == CKPT_MATCH_TAKEN) {
            behind = next[best] + p->length;
            p->last = base + behind;
        }
        next[best] =
            behind < end[best] ? ckpt_literal_find(p, bytes, behind, end[best]) : end[best];
    }
}

/* The number of a kind, from 1; 0: its name says it. */
static uint32_t kind_of(struct secrets *s, const char *what)
{
    uint32_t i = 0;
    while (what != NULL && i < s->kinds && strcmp(s->what[i], what) != 0)
        i++;
    if (what == NULL || i == CKPT_SEARCH_SECRET_KINDS) /* there are fewer */
        return 0;
    if (i == s->kinds)
        s->what[s->kinds++] = what;
    return i + 1;
}

/* Where secrets go that the scanner finds. */
struct taken {
    struct secrets *secrets;
    uint64_t base;
    ckpt_match_sink *sink;
    void *context;
};

static bool take_secret(void *context, const struct ckpt_secret_found *found)
{
    const struct taken *t = context;
    uint64_t *told = &t->secrets->told[found->wide];
    if (t->base + found->first < *told)
        return true;
    size_t length = found->to - found->first;
    struct ckpt_match match = {
        found->first, length < CKPT_SEARCH_LONGEST ? length : CKPT_SEARCH_LONGEST,
        kind_of(t->secrets, found->what) | (found->wide ? CKPT_SEARCH_SECRET_WIDE : 0u) |
            (uint32_t)(found->from - found->first) << 8};
    enum ckpt_match_answer answer = t->sink(t->context, &match);
    if (answer == CKPT_MATCH_TAKEN)
        *told = t->base + found->to;
    return answer != CKPT_MATCH_STOP;
}

bool ckpt_search_run(ckpt_search *s, const uint8_t *bytes, size_t length, size_t from, size_t to,
                     uint64_t base, ckpt_match_sink *sink, void *context)
{
    if (from >= to)
        return true;
    if (s->strings.forms != 0)
        return ckpt_strings_run(&s->strings, bytes, length, from, to, base, sink, context);
    if (s->secrets.asked) {
        const struct ckpt_secrets_part part = {bytes, length, from, to < length ? to : length,
                                               true};
        struct taken taken = {&s->secrets, base, sink, context};
        return ckpt_secrets_scan(&part, take_secret, &taken);
    }
    if (s->regex != NULL)
        return ckpt_regex_run(s->regex, bytes, length, from, to, base, sink, context);
    if (s->grams != NULL)
        return ckpt_grams_run(s->grams, s->patterns, bytes, length, from, to, base, sink, context);
    return run_few(s, bytes, length, from, to, base, sink, context);
}
