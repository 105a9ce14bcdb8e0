/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/reference.h"

#include <string.h>

#include "text/letters.h"

enum { LONGEST_NAME = 255, LONGEST_TAG = 128, SHORTEST_DIGEST = 32 };

bool ckpt_is_hex(ckpt_string text, size_t length)
{
    if (text.length != length)
        return false;
    for (size_t i = 0; i < length; i++)
        if (ckpt_is_upper(text.data[i]) || ckpt_hex_value(text.data[i]) < 0)
            return false;
    return true;
}

ckpt_string ckpt_image_id(ckpt_string text)
{
    if (ckpt_starts(text, "sha256:"))
        text = ckpt_slice_of(text, 7, text.length);
    return ckpt_is_hex(text, 64) ? text : (ckpt_string){"", 0};
}

/* Names of hosts, separated by dots, with a port; or an address in brackets. */
static bool is_domain(ckpt_string text)
{
    size_t i = 0;
    if (text.length != 0 && text.data[0] == '[') {
        for (i = 1; i < text.length && (ckpt_is_alnum(text.data[i]) || text.data[i] == ':'); i++)
            ;
        if (i++ >= text.length || text.data[i - 1] != ']')
            return false;
    } else {
        for (bool inside = false; i < text.length && text.data[i] != ':'; i++) {
            char c = text.data[i];
            bool last = i + 1 == text.length || text.data[i + 1] == '.' || text.data[i + 1] == ':';
            if (c == '.' ? !inside || last : c == '-' ? !inside || last : !ckpt_is_alnum(c))
                return false;
            inside = c != '.';
        }
    }
    if (i == text.length)
        return i != 0;
    if (i == 0 || text.data[i++] != ':' || i == text.length)
        return false;
    for (; i < text.length; i++)
        if (!ckpt_is_digit(text.data[i]))
            return false;
    return true;
}

/* Whether a run of separators may stand between letters and digits. */
static bool is_separator(ckpt_string run)
{
    char c = run.data[0];
    for (size_t i = 1; i < run.length; i++)
        if (run.data[i] != c || c == '.' || (c == '_' && i > 1))
            return false;
    return true;
}

/* Components separated by slashes: lower-case letters and digits, with one '.', one or two '_' or
   any number of '-' between them. */
static bool is_path(ckpt_string text)
{
    bool start = true; /* of a component */
    for (size_t i = 0, end; i < text.length; i = end) {
        for (end = i; end < text.length &&
                      (text.data[end] == '.' || text.data[end] == '_' || text.data[end] == '-');
             end++)
            ;
        bool letter =
            end < text.length && (ckpt_is_digit(text.data[end]) || ckpt_is_lower(text.data[end]));
        if (end != i && (start || !letter || !is_separator(ckpt_slice_of(text, i, end))))
            return false;
        if (end == i && !letter && (start || text.data[i] != '/'))
            return false;
        start = !letter;
        end++;
    }
    return !start;
}

static bool is_tag(ckpt_string text)
{
    for (size_t i = 0; i < text.length; i++) {
        char c = text.data[i];
        if (!ckpt_is_alnum(c) && c != '_' && (i == 0 || (c != '.' && c != '-')))
            return false;
    }
    return text.length != 0 && text.length <= LONGEST_TAG;
}

static bool is_digest(ckpt_string text)
{
    size_t colon = ckpt_index_of(text, ":");
    if (colon == 0 || colon == SIZE_MAX)
        return false;
    ckpt_string hex = ckpt_slice_of(text, colon + 1, text.length);
    if (ckpt_starts(text, "sha256:") && hex.length != 64)
        return false;
    return hex.length >= SHORTEST_DIGEST && ckpt_is_hex(hex, hex.length);
}

bool ckpt_reference_parse(ckpt_string text, struct ckpt_reference *reference)
{
    struct ckpt_reference r = {.domain = {"docker.io", 9}};
    ckpt_string name = text;
    size_t at = ckpt_index_of(text, "@");
    if (at != SIZE_MAX) {
        r.digest = ckpt_slice_of(text, at + 1, text.length);
        name = ckpt_slice_of(text, 0, at);
        if (!is_digest(r.digest))
            return false;
    }
    size_t slash = ckpt_index_of(name, "/"), last = 0;
    for (size_t i = 0; i < name.length; i++)
        if (name.data[i] == '/')
            last = i + 1;
    size_t colon = ckpt_index_of(ckpt_slice_of(name, last, name.length), ":");
    if (colon != SIZE_MAX) {
        r.tag = ckpt_slice_of(name, last + colon + 1, name.length);
        name = ckpt_slice_of(name, 0, last + colon);
        if (!is_tag(r.tag))
            return false;
    }
    r.path = name;
    if (slash != SIZE_MAX) {
        ckpt_string first = ckpt_slice_of(name, 0, slash);
        bool domain = ckpt_equals(first, "localhost");
        for (size_t i = 0; i < slash; i++)
            domain = domain || first.data[i] == '.' || first.data[i] == ':' ||
                     ckpt_is_upper(first.data[i]);
        if (domain) {
            if (!is_domain(first))
                return false;
            r.names_its_domain = true;
            r.path = ckpt_slice_of(name, slash + 1, name.length);
            if (!ckpt_equals(first, "index.docker.io"))
                r.domain = first;
        }
    }
    if (r.digest.length == 0 && r.tag.length == 0)
        r.tag = (ckpt_string){"latest", 6};
    *reference = r;
    return is_path(r.path) && name.length <= LONGEST_NAME && !ckpt_is_hex(text, 64);
}

/* The path without the "library/" that need not be written. */
static ckpt_string short_path(const struct ckpt_reference *r)
{
    bool official = ckpt_equals(r->domain, "docker.io") && ckpt_starts(r->path, "library/");
    return official ? ckpt_slice_of(r->path, 8, r->path.length) : r->path;
}

bool ckpt_same_repository(const struct ckpt_reference *a, const struct ckpt_reference *b)
{
    return ckpt_equal(a->domain, b->domain) && ckpt_equal(short_path(a), short_path(b));
}

static bool fits(ckpt_string a, ckpt_string b)
{
    return a.length == 0 || b.length == 0 || ckpt_equal(a, b);
}

bool ckpt_same_image(const struct ckpt_reference *a, const struct ckpt_reference *b)
{
    return ckpt_same_repository(a, b) && fits(a->tag, b->tag) && fits(a->digest, b->digest);
}
