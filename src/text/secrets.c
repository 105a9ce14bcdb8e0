/* SPDX-License-Identifier: Apache-2.0 */
/* Finding secrets in any text: what stands after a name, in a URL, or by itself. */
#include "text/secrets.h"

#include <string.h>

#include "text/letters.h"

#ifdef CKPT_COUNT_WORK
uint64_t ckpt_secret_work;
#endif

/* How far is looked around a byte; what is found may be longer. */
enum { NAME = 96, AROUND = 8, NEAR = 256 };

static const char ends[] = " \t\r\n;&|,\"'()<>[]{}\\";

/* Whether it is one of them. */
static bool is_end(char c)
{
    static const uint64_t bits[2] = {UINT64_C(0x580013c500002600), UINT64_C(0x3800000038000000)};
    unsigned char byte = (unsigned char)c;
    return byte < 128 && (bits[byte >> 6] >> (byte & 63) & 1) != 0;
}

static size_t end_within(ckpt_string text, size_t from, size_t most, const char *stops,
                         size_t count)
{
    size_t start = from;
    while (from < text.length && from - start < most &&
           memchr(stops, text.data[from], count) == NULL)
        from++;
    CKPT_SECRET_WORK(from - start);
    return from;
}

/* Passes over blanks; at most a few. */
static size_t skip_blanks(ckpt_string text, size_t from)
{
    for (int i = 0;
         i < AROUND && from < text.length && (text.data[from] == ' ' || text.data[from] == '\t');
         i++)
        from++;
    return from;
}

/* The name that ends in front of `at`, in quotes or not, these escaped or not. */
static ckpt_string name_before(ckpt_string text, size_t at, bool *quoted)
{
    size_t to = at;
    for (int i = 0; i < AROUND && to > 0 && (text.data[to - 1] == ' ' || text.data[to - 1] == '\t');
         i++)
        to--;
    *quoted = to > 0 && (text.data[to - 1] == '"' || text.data[to - 1] == '\'');
    to -= *quoted;
    for (int i = 0; i < AROUND && *quoted && to > 0 && text.data[to - 1] == '\\'; i++)
        to--;
    size_t from = to;
    while (from > 0 && to - from <= NAME &&
           (ckpt_is_token(text.data[from - 1]) || text.data[from - 1] == '.' ||
            (*quoted && text.data[from - 1] == '/')))
        from--;
    CKPT_SECRET_WORK(at - from);
    return ckpt_slice_of(text, from, to);
}

/* A value: where it is, at most NEAR bytes of it, and what ends it. */
struct value {
    size_t from, to;
    bool quoted, open; /* open: the text ends it */
    char stops[2];     /* of a quoted one */
};

static size_t value_end(ckpt_string text, const struct value *v, size_t from, size_t most)
{
    if (v->quoted) /* an escaped quote ends at the next backslash */
        return end_within(text, from, most, v->stops, 2);
    return end_within(text, from, most, ends, v->open ? 0 : sizeof(ends) - 1);
}

/* The value at `from`; false if there is none. */
static bool value_at(ckpt_string text, size_t from, bool open, struct value *v)
{
    size_t start = from;
    while (from < text.length && from - start < AROUND && text.data[from] == '\\')
        from++;
    *v = (struct value){.open = open};
    v->quoted = from < text.length && (text.data[from] == '"' || text.data[from] == '\'');
    if (v->quoted) {
        v->stops[0] = text.data[from];
        v->stops[1] = '\\';
        if (from == start) /* not escaped */
            v->stops[1] = text.data[from];
        v->open = false;
        from++;
    }
    v->from = from;
    v->to = value_end(text, v, from, NEAR);
    bool code = !v->quoted && !v->open && v->to < text.length &&
                (text.data[v->to] == '(' || text.data[v->to] == '[');
    return v->from < v->to && !code;
}

static bool has_letter_and_digit(ckpt_string value)
{
    bool letter = false, digit = false;
    for (size_t i = 0; i < value.length && i < NEAR; i++) {
        digit = digit || ckpt_is_digit(value.data[i]);
        letter = letter || ckpt_is_upper(value.data[i]) || ckpt_is_lower(value.data[i]);
    }
    return letter && digit && value.length >= 8;
}

/* An assignment whose '=' or ':' stands at `at`. `first_end`: the first byte that ends values. */
static bool assignment(ckpt_string text, size_t at, size_t first_end, struct ckpt_secret *secret)
{
    bool colon = text.data[at] == ':', name_quoted, strict = false;
    ckpt_string name = name_before(text, at, &name_quoted);
    bool flag = ckpt_starts(name, "-");
    while (ckpt_starts(name, "-"))
        name = ckpt_slice_of(name, 1, name.length);
    if (name.length < 3 || (flag && ckpt_equals(name, "secret"))) /* --secret names one */
        return false;
    for (size_t i = 0; i < name.length; i++)
        strict = strict || ckpt_is_lower(name.data[i]);
    if (!ckpt_secret_name(name, strict) && !ckpt_secret_hint(name))
        return false;
    struct value v;
    size_t from = skip_blanks(text, at + 1);
    bool blank = from != at + 1;
    if (!value_at(text, from, !colon && !blank && first_end > (size_t)(name.data - text.data), &v))
        return false;
    ckpt_string value = ckpt_slice_of(text, v.from, v.to);
    /* Prose and names of images: "the token: see below", "password = required", token:v1.2.3. */
    bool prose = !v.quoted && !v.open && (blank || colon);
    if (!ckpt_is_secret(name, value, strict) ||
        (prose && (blank ? !has_letter_and_digit(value) : !ckpt_looks_random(value))))
        return false;
    *secret = (struct ckpt_secret){v.from, value_end(text, &v, v.to, SIZE_MAX), name, NULL};
    return true;
}

/* "Authorization: Bearer …", "machine h login u password …": a word, a blank, something random. */
static bool behind_word(ckpt_string text, size_t at, struct ckpt_secret *secret)
{
    static const char schemes[] = "Bearer \0bearer \0BEARER \0Basic \0basic \0Token \0";
    static const char words[] = "password \0passwd \0PASSWORD \0";
    if (memchr("BbTpP", text.data[at], 5) == NULL)
        return false;
    ckpt_string rest = ckpt_slice_of(text, at, text.length);
    bool scheme = ckpt_starts_one_of(rest, schemes);
    if (!scheme && !ckpt_starts_one_of(rest, words))
        return false;
    size_t from = at + ckpt_index_of(ckpt_slice_of(rest, 0, 16), " ") + 1;
    size_t to = end_within(text, from, NEAR, ends, sizeof(ends) - 1);
    ckpt_string value = ckpt_slice_of(text, from, to);
    if (scheme ? !ckpt_looks_random(value) : !has_letter_and_digit(value))
        return false;
    to = end_within(text, to, SIZE_MAX, ends, sizeof(ends) - 1);
    *secret =
        (struct ckpt_secret){from, to, {"", 0}, scheme ? "credentials of HTTP" : "a password"};
    return true;
}

/* -pPASSWORD, as of mysql. */
static bool short_flag(ckpt_string text, size_t at, struct ckpt_secret *secret)
{
    if (at + 2 >= text.length || text.data[at + 1] != 'p')
        return false;
    size_t to = end_within(text, at + 2, NEAR, ends, sizeof(ends) - 1);
    ckpt_string value = ckpt_slice_of(text, at + 2, to);
    if (!ckpt_looks_random(value))
        return false;
    *secret = (struct ckpt_secret){at + 2, to, {"", 0}, "a password"};
    return true;
}

/* The path of a web hook: who knows it may post. */
static bool hook(ckpt_string text, size_t from, size_t to, struct ckpt_secret *secret)
{
    enum { SHORTEST = 16 };
    bool is_hook = false;
    size_t start = from;
    for (size_t i = from; i <= to; i++) {
        if (i < to && text.data[i] != '/')
            continue;
        ckpt_string part = ckpt_slice_of(text, start, i);
        if (is_hook && part.length >= SHORTEST && ckpt_looks_random(part)) {
            *secret = (struct ckpt_secret){start, i, {"", 0}, "a web hook"};
            return true;
        }
        is_hook = is_hook || ckpt_starts_one_of(part, "hooks.\0webhook\0hook\0incoming\0");
        start = i + 1;
    }
    return false;
}

/* A URL with a password, whose "://" stands at `at`. */
static bool url(ckpt_string text, size_t at, struct ckpt_secret *secret)
{
    static const char stops[] = " \t\r\n\"'<>\\?#";
    size_t from = at + 3, to = end_within(text, from, NEAR, stops, sizeof(stops) - 1);
    size_t host = end_within(text, from, to - from, "/", 1), colon = SIZE_MAX, sign = SIZE_MAX;
    for (size_t i = from; i < to; i++) {
        if (text.data[i] == ':' && colon == SIZE_MAX && i < host)
            colon = i + 1;
        /* A '/' in a password is written by those who should have escaped it; a port has digits. */
        bool inside =
            i < host || (colon != SIZE_MAX && colon < host && !ckpt_is_digit(text.data[colon]));
        if (text.data[i] == '@' && inside)
            sign = i;
    }
    if (sign == SIZE_MAX)
        return hook(text, from, to, secret);
    if (colon == SIZE_MAX || colon > sign) { /* a token in place of a user */
        *secret = (struct ckpt_secret){from, sign, {"", 0}, "a token in a URL"};
        return sign - from >= 16 && ckpt_looks_random(ckpt_slice_of(text, from, sign));
    }
    *secret = (struct ckpt_secret){colon, sign, {"", 0}, "a password in a URL"};
    return ckpt_secret_value(ckpt_slice_of(text, colon, sign));
}

static bool private_key(ckpt_string text, size_t at, struct ckpt_secret *secret)
{
    ckpt_string head = ckpt_slice_of(text, at, at + 48);
    if (!ckpt_starts(head, "-----BEGIN ") || ckpt_index_of(head, "PRIVATE KEY") == SIZE_MAX)
        return false;
    *secret = (struct ckpt_secret){at, text.length, {"", 0}, "a private key"};
    return true;
}

bool ckpt_secret_in(ckpt_string text, size_t from, struct ckpt_secret *secret)
{
    enum { SHORTEST = 12 }; /* of keys, tokens and all else without a name in front */
    if (text.length == 0)
        return false;
    if (text.length < SHORTEST && memchr(text.data, '=', text.length) == NULL &&
        memchr(text.data, ':', text.length) == NULL)
        return false;
    bool inside = from != 0 && ckpt_is_token(text.data[from - 1]); /* of a word */
    size_t first_end = from == 0 ? SIZE_MAX : 0; /* the first byte that ends values */
    for (size_t i = from; i < text.length; i++) {
        char c = text.data[i];
        bool word = ckpt_is_token(c);
        CKPT_SECRET_WORK(1);
        if (word) {
            if (!inside &&
                ((c == '-' && (private_key(text, i, secret) || short_flag(text, i, secret))) ||
                 ckpt_secret_shape(text, i, secret) || behind_word(text, i, secret)))
                return true;
        } else if (c == ':' && i > 0 && ckpt_is_alnum(text.data[i - 1]) && i + 2 < text.length &&
                   text.data[i + 1] == '/' && text.data[i + 2] == '/') {
            if (url(text, i, secret))
                return true;
        } else if ((c == '=' || c == ':') && assignment(text, i, first_end, secret)) {
            return true;
        }
        if (first_end == SIZE_MAX && is_end(c))
            first_end = i;
        inside = word;
    }
    return false;
}

bool ckpt_secret_argument(ckpt_string option, ckpt_string value, struct ckpt_secret *secret)
{
    if (value.length == 0 || value.data[0] == '-' || !ckpt_starts(option, "-"))
        return false;
    if (ckpt_starts(option, "--") && !ckpt_equals(option, "--secret") &&
        ckpt_is_secret(option, value, true)) {
        *secret =
            (struct ckpt_secret){0, value.length, ckpt_slice_of(option, 2, option.length), NULL};
        return true;
    }
    size_t from = 0;
    if (ckpt_is_one_of(option, "-u\0--user\0--proxy-user\0"))
        from = ckpt_index_of(value, ":") + 1; /* 0 without one */
    if (!ckpt_is_one_of(option, "-p\0-a\0-u\0--user\0--proxy-user\0") ||
        (from == 0 && option.length != 2) ||
        !ckpt_looks_random(ckpt_slice_of(value, from, value.length)))
        return false;
    *secret = (struct ckpt_secret){from, value.length, {"", 0}, "a password"};
    return true;
}
