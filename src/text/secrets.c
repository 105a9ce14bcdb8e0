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
    bool quoted, open; /* open: blanks and the like are part of it */
    char stops[2];     /* of a quoted one */
};

/* Where a value ends that is all of a line; of a text, if it goes over lines by what it is. */
static size_t open_end(ckpt_string text, size_t from, size_t most)
{
    bool lines = ckpt_starts_one_of(ckpt_slice_of(text, from, from + 16), "-----BEGIN\0{\0[\0");
    size_t to = end_within(text, from, most, "\n", !lines);
    return to > from && to < text.length && text.data[to - 1] == '\r' ? to - 1 : to;
}

static size_t value_end(ckpt_string text, const struct value *v, size_t most)
{
    if (v->quoted) /* an escaped quote ends at the next backslash */
        return end_within(text, v->from, most, v->stops, 2);
    return v->open ? open_end(text, v->from, most)
                   : end_within(text, v->from, most, ends, sizeof(ends) - 1);
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
    v->to = value_end(text, v, NEAR);
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

/* Names with dots between them, as in "key = module.Name3": code. */
static bool is_code(ckpt_string value)
{
    bool dot = false;
    for (size_t i = 0; i < value.length; i++) {
        char c = value.data[i];
        bool letter = ckpt_is_letter(c) || c == '_';
        if (!letter && !(i > 0 && (c == '.' || (ckpt_is_digit(c) && value.data[i - 1] != '.'))))
            return false;
        dot = dot || (c == '.' && i + 1 < value.length);
    }
    return dot;
}

/* The name in front of "value", as Kubernetes writes variables in JSON and YAML: "name": "A",
   "value": … */
static ckpt_string paired_name(ckpt_string text, size_t at)
{
    static const char between[] = " \t\r\n\"',:-";
    ckpt_string name = {"", 0};
    for (int word = 0; word < 2; word++) {
        bool colon = false;
        size_t to = at;
        while (to > 0 && at - to < (size_t)4 * AROUND &&
               memchr(between, text.data[to - 1], sizeof(between) - 1) != NULL)
            colon = text.data[--to] == ':' || colon;
        at = to;
        while (at > 0 && to - at < NAME && ckpt_is_token(text.data[at - 1]))
            at--;
        CKPT_SECRET_WORK(to - at);
        ckpt_string part = ckpt_slice_of(text, at, to);
        if (word == 0)
            name = part;
        else if (!colon || !ckpt_is_one_of(part, "name\0key\0"))
            name.length = 0;
    }
    return name;
}

/* The private part of a key in JSON (RFC 7517), whose "d" stands at `at`. */
static bool is_private_part(ckpt_string text, size_t at, ckpt_string value)
{
    enum { SHORTEST = 40, FAR = 1024 };
    if (value.length < SHORTEST || !ckpt_looks_random(value))
        return false;
    CKPT_SECRET_WORK((size_t)2 * FAR);
    return ckpt_index_of(ckpt_slice_of(text, at < FAR ? 0 : at - FAR, at + FAR), "\"kty\"") !=
           SIZE_MAX;
}

/* An assignment whose '=' or ':' stands at `at`. */
static bool assignment(ckpt_string text, size_t at, struct ckpt_secret *secret)
{
    bool colon = text.data[at] == ':', name_quoted, strict = false;
    ckpt_string name = name_before(text, at, &name_quoted);
    size_t start = (size_t)(name.data - text.data);
    bool first = !name_quoted && (start == 0 || text.data[start - 1] == '\n');
    bool flag = ckpt_starts(name, "-"), part = name_quoted && ckpt_equals(name, "d");
    while (ckpt_starts(name, "-"))
        name = ckpt_slice_of(name, 1, name.length);
    if (colon && ckpt_equals(name, "value"))
        name = paired_name(text, start);
    if ((name.length < 3 && !part) ||
        (flag && ckpt_equals(name, "secret"))) /* --secret names one */
        return false;
    for (size_t i = 0; i < name.length; i++)
        strict = strict || ckpt_is_lower(name.data[i]);
    if (!part && !ckpt_secret_name(name, strict) && !ckpt_secret_hint(name))
        return false;
    struct value v;
    size_t from = skip_blanks(text, at + 1);
    bool blank = from != at + 1;
    if (!value_at(text, from, !colon && !blank && first, &v))
        return false;
    ckpt_string value = ckpt_slice_of(text, v.from, v.to);
    /* Prose and names of images: "the token: see below", "password = required", token:v1.2.3. */
    bool prose = !v.quoted && !v.open && (blank || colon);
    if ((part ? !is_private_part(text, at, value) : !ckpt_is_secret(name, value, strict)) ||
        (prose &&
         (blank ? !has_letter_and_digit(value) || is_code(value) : !ckpt_looks_random(value))))
        return false;
    *secret = (struct ckpt_secret){v.from, value_end(text, &v, SIZE_MAX), name, NULL};
    return true;
}

/* A line of .pgpass, "host:port:database:user:password", whose first ':' stands at `at`. */
static bool line_of_pgpass(ckpt_string text, size_t at, struct ckpt_secret *secret)
{
    size_t from = at, fields[4] = {at}, to = at, count = 0;
    while (from > 0 && at - from < NAME &&
           (ckpt_is_alnum(text.data[from - 1]) || memchr(".-*", text.data[from - 1], 3) != NULL))
        from--;
    if (from == at || (from > 0 && text.data[from - 1] != '\n'))
        return false;
    for (; count < 4; count++) {
        fields[count] = to + 1;
        to = end_within(text, to + 1, NEAR, ": \t\r\n", 5);
        if (count < 3 && (to == text.length || text.data[to] != ':'))
            return false;
    }
    ckpt_string port = ckpt_slice_of(text, fields[0], fields[1] - 1);
    ckpt_string value = ckpt_slice_of(text, fields[3], to);
    bool number = port.length == 4 || port.length == 5;
    for (size_t i = 0; i < port.length; i++)
        number = number && ckpt_is_digit(port.data[i]);
    bool ends_line = to == text.length || memchr("\r\n", text.data[to], 2) != NULL;
    *secret = (struct ckpt_secret){fields[3], to, {"", 0}, "a password"};
    return (number || ckpt_equals(port, "*")) && ends_line && fields[3] - fields[2] > 1 &&
           (has_letter_and_digit(value) || ckpt_looks_random(value));
}

/* <password>…</password>, whose first '>' stands at `at`. */
static bool element(ckpt_string text, size_t at, struct ckpt_secret *secret)
{
    bool quoted;
    ckpt_string name = name_before(text, at, &quoted);
    if (quoted || name.data == text.data || name.data[-1] != '<')
        return false;
    size_t to = end_within(text, at + 1, NEAR, "<", 1);
    *secret = (struct ckpt_secret){at + 1, to, name, NULL};
    return ckpt_starts(ckpt_slice_of(text, to, to + 2), "</") &&
           ckpt_is_secret(name, ckpt_slice_of(text, at + 1, to), true);
}

/* What crypt(3) and its like make of a password: $6$salt$…; its first '$' stands at `at`. */
static bool hash(ckpt_string text, size_t at, struct ckpt_secret *secret)
{
    enum { SHORTEST = 20 };
    static const char kinds[] = "$1$\0$2a$\0$2b$\0$2y$\0$5$\0$6$\0$7$\0$y$\0$gy$\0$apr1$\0"
                                "$argon2\0$scrypt$\0$pbkdf2\0";
    if (!ckpt_starts_one_of(ckpt_slice_of(text, at, at + 16), kinds))
        return false;
    size_t to = at, last = at;
    for (; to < text.length && to - at < NEAR; to++) {
        if (text.data[to] == '$')
            last = to + 1;
        else if (!ckpt_is_token(text.data[to]) && memchr("./+=,", text.data[to], 5) == NULL)
            break;
    }
    CKPT_SECRET_WORK(to - at);
    *secret = (struct ckpt_secret){at, to, {"", 0}, "a hash of a password"};
    return to - last >= SHORTEST;
}

/* "Authorization: Bearer …", "machine h login u password …": a word, a blank, something random. */
static bool behind_word(ckpt_string text, size_t at, struct ckpt_secret *secret)
{
    static const char schemes[] =
        "Bearer \0bearer \0BEARER \0Basic \0basic \0Token \0token \0SSWS \0"
        "ApiKey \0apikey \0GenieKey \0";
    static const char words[] = "password \0";
    static const char settings[] = "requirepass \0masterauth \0bindpw \0rootpw \0";
    if (memchr("BbTtSAaGpPrm", text.data[at], 12) == NULL)
        return false;
    ckpt_string rest = ckpt_slice_of(text, at, at + 16);
    bool scheme = ckpt_starts_one_of(rest, schemes), setting = ckpt_starts_one_of(rest, settings);
    if (!scheme && !setting && !ckpt_starts_one_of(rest, words))
        return false;
    size_t from = at + ckpt_index_of(rest, " ") + 1;
    size_t to = end_within(text, from, NEAR, ends, sizeof(ends) - 1);
    ckpt_string value = ckpt_slice_of(text, from, to);
    if (scheme && ckpt_secret_shape(text, from, secret))
        return true;
    if (scheme    ? !ckpt_looks_random(value)
        : setting ? value.length < AROUND || !ckpt_secret_value(value)
                  : !has_letter_and_digit(value))
        return false;
    to = end_within(text, to, SIZE_MAX, ends, sizeof(ends) - 1);
    *secret =
        (struct ckpt_secret){from, to, {"", 0}, scheme ? "credentials of HTTP" : "a password"};
    return true;
}

/* An option and its value in a line of a shell: --token V, -u USER:V. */
static bool option(ckpt_string text, size_t at, struct ckpt_secret *secret)
{
    size_t to = at;
    while (to < text.length && to - at < NAME && ckpt_is_token(text.data[to]))
        to++;
    CKPT_SECRET_WORK(to - at);
    if (to - at < 2 || to == text.length || text.data[to] != ' ')
        return false;
    size_t from = to + 1, end = end_within(text, from, NEAR, ends, sizeof(ends) - 1);
    ckpt_string value = ckpt_slice_of(text, from, end);
    if (!has_letter_and_digit(value) ||
        !ckpt_secret_argument(ckpt_slice_of(text, at, to), value, secret))
        return false;
    secret->from += from;
    secret->to += from;
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
    bool pem = ckpt_starts(head, "-----BEGIN ") && ckpt_index_of(head, "PRIVATE KEY") != SIZE_MAX;
    if (!pem && !ckpt_starts(head, "Private-Lines: ")) /* PuTTY's */
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
    for (size_t i = from; i < text.length; i++) {
        char c = text.data[i];
        bool word = ckpt_is_token(c);
        CKPT_SECRET_WORK(1);
        if (word) {
            if (!inside &&
                (((c == '-' || c == 'P') && private_key(text, i, secret)) ||
                 (c == '-' && (short_flag(text, i, secret) || option(text, i, secret))) ||
                 ckpt_secret_shape(text, i, secret) || behind_word(text, i, secret)))
                return true;
        } else if (c == ':' && i > 0 && ckpt_is_alnum(text.data[i - 1]) && i + 2 < text.length &&
                   text.data[i + 1] == '/' && text.data[i + 2] == '/') {
            if (url(text, i, secret))
                return true;
        } else if (c == '=' || c == ':') {
            if (assignment(text, i, secret) || (c == ':' && line_of_pgpass(text, i, secret)))
                return true;
        } else if (c == '>' ? element(text, i, secret) : c == '$' && hash(text, i, secret)) {
            return true;
        }
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
