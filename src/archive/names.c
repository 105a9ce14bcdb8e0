/* SPDX-License-Identifier: Apache-2.0 */
#include "names.h"

#include <string.h>

#include "text/utf8.h"

/* Flags that depend on single characters. */
static uint32_t characters(const uint8_t *text, size_t length)
{
    uint32_t flags = 0, point;
    for (size_t i = 0; i < length;) {
        if (text[i] >= 0x20 && text[i] < 0x7f) {
            if (text[i] == '\\')
                flags |= CKPT_NAME_BACKSLASH;
            i++;
            continue;
        }
        size_t n = ckpt_utf8_decode(text + i, length - i, &point);
        if (n == 1 && point == CKPT_REPLACEMENT)
            flags |= CKPT_NAME_NOT_UTF8;
        if (point == 0)
            flags |= CKPT_NAME_NUL;
        if (point < 0x20 || (point >= 0x7f && point < 0xa0) || point == 0x2028 || point == 0x2029)
            flags |= CKPT_NAME_CONTROL;
        if (point == 0x61c || point == 0x200e || point == 0x200f ||
            (point >= 0x202a && point <= 0x202e) || (point >= 0x2066 && point <= 0x2069))
            flags |= CKPT_NAME_BIDI;
        i += n;
    }
    return flags;
}

const uint8_t *ckpt_name_component(const uint8_t *name, size_t length, size_t *position,
                                   size_t *size)
{
    size_t i = *position, start;
    while (i < length && name[i] == '/')
        i++;
    start = i;
    while (i < length && name[i] != '/')
        i++;
    *position = i;
    *size = i - start;
    return i > start ? name + start : NULL;
}

static bool is_dot(const uint8_t *part, size_t size)
{
    return size == 1 && part[0] == '.';
}

static bool is_dotdot(const uint8_t *part, size_t size)
{
    return size == 2 && part[0] == '.' && part[1] == '.';
}

uint32_t ckpt_name_classify(const uint8_t *name, size_t length, uint32_t *normal_start,
                            uint32_t *normal_length)
{
    uint32_t flags = characters(name, length);
    size_t start = 0, end = length, position = 0, size;
    const uint8_t *part;
    if (length == 0)
        flags |= CKPT_NAME_EMPTY;
    else if (name[0] == '/')
        flags |= CKPT_NAME_ABSOLUTE;
    if (length >= 2 && name[1] == ':' && ((name[0] | 0x20) >= 'a' && (name[0] | 0x20) <= 'z'))
        flags |= CKPT_NAME_DRIVE;
    while ((part = ckpt_name_component(name, length, &position, &size)) != NULL)
        if (is_dotdot(part, size))
            flags |= CKPT_NAME_DOTDOT;
    while (start < end && name[start] == '/') /* engines take it as a relative name */
        start++;
    while (end - start >= 2 && name[start] == '.' && name[start + 1] == '/') {
        flags |= CKPT_NAME_DOT_SLASH;
        for (start += 2; start < end && name[start] == '/'; start++)
            ;
    }
    while (end > start && name[end - 1] == '/')
        end--;
    for (size_t i = start; i < end; i++) /* what follows a slash */
        if (name[i] == '/' &&
            (name[i + 1] == '/' || (name[i + 1] == '.' && (i + 2 == end || name[i + 2] == '/'))))
            flags |= CKPT_NAME_UNCLEAN;
    *normal_start = (uint32_t)start;
    *normal_length = (uint32_t)(end - start);
    return flags;
}

size_t ckpt_name_clean(const uint8_t *name, size_t length, uint8_t *to)
{
    const uint8_t *part;
    size_t position = 0, size, written = 0;
    while ((part = ckpt_name_component(name, length, &position, &size)) != NULL) {
        if (is_dot(part, size))
            continue;
        if (written > 0)
            to[written++] = '/';
        memcpy(to + written, part, size);
        written += size;
    }
    return written;
}

uint32_t ckpt_name_classify_link(const uint8_t *name, size_t name_length, const uint8_t *target,
                                 size_t target_length, int symbolic)
{
    uint32_t flags = 0;
    size_t position = 0, size;
    int64_t depth = 0;
    const uint8_t *part;
    if (target_length == 0)
        return CKPT_NAME_LINK_EMPTY;
    if (characters(target, target_length) & (CKPT_NAME_CONTROL | CKPT_NAME_NUL | CKPT_NAME_BIDI))
        flags |= CKPT_NAME_LINK_CONTROL;
    if (target[0] == '/')
        return flags | CKPT_NAME_LINK_ABSOLUTE;
    if (symbolic) {
        while ((part = ckpt_name_component(name, name_length, &position, &size)) != NULL)
            depth += is_dotdot(part, size) ? -1 : !is_dot(part, size);
        depth--; /* the last component is the link itself */
    }
    position = 0;
    while ((part = ckpt_name_component(target, target_length, &position, &size)) != NULL) {
        depth += is_dotdot(part, size) ? -1 : !is_dot(part, size);
        if (depth < 0)
            flags |= CKPT_NAME_LINK_OUTSIDE;
    }
    return flags;
}
