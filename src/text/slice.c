/* SPDX-License-Identifier: Apache-2.0 */
#include "text/slice.h"

#include <string.h>

bool ckpt_equal(ckpt_string a, ckpt_string b)
{
    return a.length == b.length && (a.length == 0 || memcmp(a.data, b.data, a.length) == 0);
}

bool ckpt_equals(ckpt_string a, const char *b)
{
    return ckpt_equal(a, ckpt_string_of(b));
}

bool ckpt_starts(ckpt_string text, const char *start)
{
    size_t n = strlen(start);
    return text.length >= n && memcmp(text.data, start, n) == 0;
}

bool ckpt_ends(ckpt_string text, const char *end)
{
    size_t n = strlen(end);
    return text.length >= n && memcmp(text.data + text.length - n, end, n) == 0;
}

static bool any(ckpt_string text, const char *list, bool (*fits)(ckpt_string, const char *))
{
    for (; *list != '\0'; list += strlen(list) + 1)
        if (fits(text, list))
            return true;
    return false;
}

bool ckpt_is_one_of(ckpt_string text, const char *list)
{
    return any(text, list, ckpt_equals);
}

bool ckpt_starts_one_of(ckpt_string text, const char *list)
{
    return any(text, list, ckpt_starts);
}

bool ckpt_ends_one_of(ckpt_string text, const char *list)
{
    return any(text, list, ckpt_ends);
}

size_t ckpt_index_of(ckpt_string text, const char *part)
{
    size_t n = strlen(part);
    for (size_t i = 0; i + n <= text.length; i++) {
        const char *found = memchr(text.data + i, part[0], text.length - n + 1 - i);
        if (found == NULL)
            break;
        i = (size_t)(found - text.data);
        if (memcmp(found, part, n) == 0)
            return i;
    }
    return SIZE_MAX;
}

ckpt_string ckpt_slice_of(ckpt_string text, size_t from, size_t to)
{
    if (to > text.length)
        to = text.length;
    if (from > to)
        from = to;
    /* No text may have no data either, and nothing is added to NULL, not even 0. */
    return (ckpt_string){from == 0 ? text.data : text.data + from, to - from};
}
