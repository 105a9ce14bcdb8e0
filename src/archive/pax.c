/* SPDX-License-Identifier: Apache-2.0 */
#include "pax.h"

#include <string.h>

#include "archive.h"

int ckpt_pax_next(const uint8_t *bytes, size_t length, size_t *position, ckpt_text *key,
                  ckpt_text *value)
{
    size_t start = *position, i = start, size = 0, equals;
    if (i >= length)
        return 0;
    for (; i < length && bytes[i] >= '0' && bytes[i] <= '9'; i++) {
        size = size * 10 + (size_t)(bytes[i] - '0');
        if (size > length)
            return -1;
    }
    if (i == start || i >= length || bytes[i] != ' ')
        return -1;
    i++;
    /* Room for "k=\n" at least, and the record must end where its length says. */
    if (size > length - start || start + size < i + 3 || bytes[start + size - 1] != '\n')
        return -1;
    for (equals = i; equals < start + size - 1 && bytes[equals] != '='; equals++)
        ;
    if (equals == i || equals == start + size - 1)
        return -1;
    key->bytes = bytes + i;
    key->length = equals - i;
    value->bytes = bytes + equals + 1;
    value->length = start + size - 1 - (equals + 1);
    *position = start + size;
    return 1;
}

static int is(const ckpt_text *text, const char *literal)
{
    size_t n = strlen(literal);
    return text->length == n && memcmp(text->bytes, literal, n) == 0;
}

static int starts(const ckpt_text *text, const char *literal)
{
    size_t n = strlen(literal);
    return text->length >= n && memcmp(text->bytes, literal, n) == 0;
}

int ckpt_pax_xattr(const ckpt_text *key, ckpt_text *name)
{
    static const char star[] = "SCHILY.xattr.", bsd[] = "LIBARCHIVE.xattr.";
    size_t skip = starts(key, star) ? sizeof star - 1 : starts(key, bsd) ? sizeof bsd - 1 : 0;
    if (skip == 0)
        return 0;
    name->bytes = key->bytes + skip;
    name->length = key->length - skip;
    return skip == sizeof star - 1 ? 1 : 2;
}

int ckpt_pax_decimal(const ckpt_text *text, uint64_t *value)
{
    uint64_t v = 0;
    if (text->length == 0)
        return -1;
    for (size_t i = 0; i < text->length; i++) {
        if (text->bytes[i] < '0' || text->bytes[i] > '9')
            return -1;
        uint64_t digit = (uint64_t)(text->bytes[i] - '0');
        if (v > (CKPT_ARCHIVE_NUMBER_MAX - digit) / 10)
            return -1;
        v = v * 10 + digit;
    }
    *value = v;
    return 0;
}

static int decimal_signed(ckpt_text text, int64_t *value)
{
    uint64_t v;
    int negative = text.length > 0 && text.bytes[0] == '-';
    if (negative) {
        text.bytes++;
        text.length--;
    }
    if (ckpt_pax_decimal(&text, &v))
        return -1;
    *value = negative ? -(int64_t)v : (int64_t)v;
    return 0;
}

/* "-1.5" is 1.5 s before 1970: seconds -2, nanoseconds 500000000, so that the fraction counts
 * forward. */
static int read_time(const ckpt_text *text, int64_t *seconds, uint32_t *nanoseconds)
{
    ckpt_text whole = *text;
    uint32_t nano = 0, unit = 100000000;
    size_t dot = 0;
    while (dot < text->length && text->bytes[dot] != '.')
        dot++;
    whole.length = dot;
    for (size_t i = dot + 1; i < text->length; i++) {
        if (text->bytes[i] < '0' || text->bytes[i] > '9')
            return -1;
        nano += (uint32_t)(text->bytes[i] - '0') * unit;
        unit /= 10;
    }
    if (decimal_signed(whole, seconds))
        return -1;
    if (nano > 0 && text->bytes[0] == '-') {
        *seconds -= 1;
        nano = 1000000000 - nano;
    }
    *nanoseconds = nano;
    return 0;
}

/* One record. 0 if understood or of no interest. */
static int apply(ckpt_pax *pax, const ckpt_text *key, const ckpt_text *value)
{
    uint64_t number;
    if (is(key, "path")) {
        pax->path = *value;
        pax->present |= CKPT_PAX_PATH;
    } else if (is(key, "linkpath")) {
        pax->link = *value;
        pax->present |= CKPT_PAX_LINK;
    } else if (is(key, "uname")) {
        pax->uname = *value;
        pax->present |= CKPT_PAX_UNAME;
    } else if (is(key, "gname")) {
        pax->gname = *value;
        pax->present |= CKPT_PAX_GNAME;
    } else if (is(key, "size")) {
        if (ckpt_pax_decimal(value, &pax->size))
            return CKPT_ARCHIVE_E_BAD_SIZE;
        pax->present |= CKPT_PAX_SIZE;
    } else if (is(key, "mtime")) {
        if (read_time(value, &pax->mtime, &pax->mtime_nsec))
            return CKPT_ARCHIVE_E_BAD_PAX;
        pax->present |= CKPT_PAX_MTIME;
    } else if (is(key, "uid")) {
        if (decimal_signed(*value, &pax->uid))
            return CKPT_ARCHIVE_E_BAD_PAX;
        pax->present |= CKPT_PAX_UID;
    } else if (is(key, "gid")) {
        if (decimal_signed(*value, &pax->gid))
            return CKPT_ARCHIVE_E_BAD_PAX;
        pax->present |= CKPT_PAX_GID;
    } else if (starts(key, "GNU.sparse.")) {
        pax->present |= CKPT_PAX_SPARSE;
        if (is(key, "GNU.sparse.name")) {
            pax->sparse_name = *value;
            pax->present |= CKPT_PAX_SPARSE_NAME;
        } else if (is(key, "GNU.sparse.map")) {
            pax->sparse_map = *value;
        } else if (is(key, "GNU.sparse.offset")) {
            pax->sparse_pairs++;
        } else if (is(key, "GNU.sparse.size") || is(key, "GNU.sparse.realsize")) {
            if (ckpt_pax_decimal(value, &pax->sparse_size))
                return CKPT_ARCHIVE_E_BAD_SIZE;
            pax->present |= CKPT_PAX_SPARSE_SIZE;
        } else if (is(key, "GNU.sparse.major") || is(key, "GNU.sparse.minor")) {
            if (ckpt_pax_decimal(value, &number) || number > 1000)
                return CKPT_ARCHIVE_E_BAD_PAX;
            if (is(key, "GNU.sparse.major"))
                pax->sparse_major = (uint32_t)number;
            else
                pax->sparse_minor = (uint32_t)number;
        }
    }
    return 0;
}

int ckpt_pax_read(ckpt_pax *pax, const uint8_t *bytes, size_t length, ckpt_text *bad)
{
    ckpt_text key, value, name;
    uint32_t count[3] = {0, 0, 0}, size[3] = {0, 0, 0};
    size_t position = 0;
    int r;
    memset(pax, 0, sizeof *pax);
    bad->length = 0;
    while ((r = ckpt_pax_next(bytes, length, &position, &key, &value)) > 0) {
        int kind = ckpt_pax_xattr(&key, &name);
        if (kind) {
            count[kind]++;
            size[kind] += (uint32_t)(12 + name.length + value.length);
            continue;
        }
        if (value.length == 0) /* an empty value takes an earlier one back */
            continue;
        int code = apply(pax, &key, &value);
        if (code) {
            *bad = key;
            return code;
        }
    }
    if (r < 0)
        return CKPT_ARCHIVE_E_BAD_PAX;
    int used = count[1] ? 1 : 2;
    pax->xattr_count = count[used];
    pax->xattr_length = size[used];
    return 0;
}
