/* SPDX-License-Identifier: Apache-2.0 */
#include "pax.h"

#include <string.h>

#include "archive.h"
#include "text/letters.h"
#include "text/number.h"

static const struct {
    const char *text;
    uint32_t length;
} keys[CKPT_PAX_KEY_COUNT] = {
#define X(name, key) {key, sizeof(key) - 1},
    CKPT_PAX_KEYS(X)
#undef X
};

bool ckpt_span_equal(struct ckpt_span a, struct ckpt_span b)
{
    return a.length == b.length && (a.length == 0 || memcmp(a.bytes, b.bytes, a.length) == 0);
}

static bool has_byte(struct ckpt_span text, uint8_t byte)
{
    return text.length != 0 && memchr(text.bytes, byte, text.length) != NULL;
}

/* Go: strconv.ParseInt, which takes a plus, too. */
bool ckpt_pax_integer(struct ckpt_span text, int64_t *value)
{
    const char *digits = (const char *)text.bytes;
    bool plus = text.length > 1 && digits[0] == '+' && ckpt_is_digit(digits[1]);
    if (text.length == 0) /* there may be no bytes at all to point to */
        digits = "";
    return ckpt_parse_int64(plus ? digits + 1 : digits, text.length - plus, value);
}

/* A key has no NUL, and neither have the values that are texts of the tar header. */
static bool is_valid(struct ckpt_span key, struct ckpt_span value)
{
    for (int i = CKPT_PAX_PATH; i <= CKPT_PAX_GNAME; i++)
        if (ckpt_span_equal(key, (struct ckpt_span){(const uint8_t *)keys[i].text, keys[i].length}))
            return !has_byte(value, 0);
    return !has_byte(key, 0);
}

int ckpt_pax_next(struct ckpt_span header, size_t *position, struct ckpt_span *key,
                  struct ckpt_span *value)
{
    size_t left = header.length - *position;
    int64_t size;
    if (left == 0)
        return 0;
    const uint8_t *record = header.bytes + *position;
    const uint8_t *blank = memchr(record, ' ', left);
    if (blank == NULL)
        return -1;
    struct ckpt_span number = {record, (size_t)(blank - record)};
    if (!ckpt_pax_integer(number, &size) || size < 5 || (uint64_t)size > left ||
        (uint64_t)size <= number.length + 1 || record[size - 1] != '\n')
        return -1;
    const uint8_t *text = blank + 1, *end = record + size - 1;
    const uint8_t *equals = end == text ? NULL : memchr(text, '=', (size_t)(end - text));
    if (equals == NULL || equals == text)
        return -1;
    *key = (struct ckpt_span){text, (size_t)(equals - text)};
    *value = (struct ckpt_span){equals + 1, (size_t)(end - equals) - 1};
    *position += (size_t)size;
    return is_valid(*key, *value) ? 1 : -1;
}

static bool starts(struct ckpt_span text, const char *literal, size_t length)
{
    return text.length >= length && memcmp(text.bytes, literal, length) == 0;
}

int ckpt_pax_xattr(struct ckpt_span key, struct ckpt_span *name)
{
    static const char star[] = "SCHILY.xattr.", bsd[] = "LIBARCHIVE.xattr.";
    size_t skip = starts(key, star, sizeof(star) - 1) ? sizeof(star) - 1
                  : starts(key, bsd, sizeof(bsd) - 1) ? sizeof(bsd) - 1
                                                      : 0;
    if (skip == 0)
        return 0;
    *name = (struct ckpt_span){key.bytes + skip, key.length - skip};
    return skip == sizeof(star) - 1 ? 1 : 2;
}

/* The numbers of a map of version 0.0 come in turn. */
static bool takes_turn(const struct ckpt_pax *pax, int key, struct ckpt_span value)
{
    int expected = pax->pairs % 2 == 0 ? CKPT_PAX_SPARSE_OFFSET : CKPT_PAX_SPARSE_NUMBYTES;
    return key == expected && !has_byte(value, ',');
}

bool ckpt_pax_read(struct ckpt_pax *pax, struct ckpt_span header)
{
    struct ckpt_span key, value, name;
    uint32_t count[3] = {0, 0, 0}, size[3] = {0, 0, 0};
    size_t position = 0;
    int r;
    memset(pax, 0, sizeof(*pax));
    while ((r = ckpt_pax_next(header, &position, &key, &value)) > 0) {
        int kind = ckpt_pax_xattr(key, &name);
        if (kind != 0) {
            count[kind]++;
            size[kind] += (uint32_t)(12 + name.length + value.length);
            continue;
        }
        int i = 0;
        while (i < CKPT_PAX_KEY_COUNT &&
               (keys[i].length != key.length || memcmp(keys[i].text, key.bytes, key.length) != 0))
            i++;
        if (i == CKPT_PAX_KEY_COUNT)
            continue;
        if (i == CKPT_PAX_SPARSE_OFFSET || i == CKPT_PAX_SPARSE_NUMBYTES) {
            if (!takes_turn(pax, i, value))
                return false;
            pax->pairs++;
        }
        pax->seen |= 1u << i;
        pax->value[i] = value;
    }
    pax->star_xattrs = count[1] != 0;
    pax->xattr_count = count[pax->star_xattrs ? 1 : 2];
    pax->xattr_length = size[pax->star_xattrs ? 1 : 2];
    return r == 0;
}

bool ckpt_pax_has(const struct ckpt_pax *pax, enum ckpt_pax_key key)
{
    return pax->value[key].length != 0;
}

/* "-1.5" is 1.5 s before 1970: seconds -2, nanoseconds 500000000, so that the fraction counts
   forward (Go: parsePAXTime). */
static bool read_time(struct ckpt_span text, int64_t *seconds, uint32_t *nanoseconds)
{
    uint32_t nano = 0, unit = 100000000;
    const uint8_t *dot = text.length == 0 ? NULL : memchr(text.bytes, '.', text.length);
    struct ckpt_span whole = {text.bytes, dot == NULL ? text.length : (size_t)(dot - text.bytes)};
    if (!ckpt_pax_integer(whole, seconds))
        return false;
    for (size_t i = whole.length + 1; i < text.length; i++) {
        if (text.bytes[i] < '0' || text.bytes[i] > '9')
            return false;
        nano += (uint32_t)(text.bytes[i] - '0') * unit;
        unit /= 10;
    }
    if (nano > 0 && text.bytes[0] == '-' && *seconds > INT64_MIN) {
        *seconds -= 1;
        nano = 1000000000 - nano;
    }
    *nanoseconds = nano;
    return true;
}

static void limit(struct ckpt_pax *pax, int64_t *value)
{
    const int64_t most = (int64_t)CKPT_ARCHIVE_NUMBER_MAX;
    if (*value > most || *value < -most) {
        pax->odd_number = true;
        *value = 0;
    }
}

const char *ckpt_pax_numbers(struct ckpt_pax *pax)
{
    int64_t other;
    uint32_t part;
    struct {
        enum ckpt_pax_key key;
        int64_t *value;
        uint32_t *nanoseconds; /* NULL: not a time */
    } numbers[] = {
        {CKPT_PAX_SIZE, &pax->size, NULL}, {CKPT_PAX_MTIME, &pax->mtime, &pax->mtime_nsec},
        {CKPT_PAX_UID, &pax->uid, NULL},   {CKPT_PAX_ATIME, &other, &part},
        {CKPT_PAX_GID, &pax->gid, NULL},   {CKPT_PAX_CTIME, &other, &part},
    };
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        struct ckpt_span value = pax->value[numbers[i].key];
        if (value.length != 0 && !(numbers[i].nanoseconds != NULL
                                       ? read_time(value, numbers[i].value, numbers[i].nanoseconds)
                                       : ckpt_pax_integer(value, numbers[i].value)))
            return keys[numbers[i].key].text;
    }
    limit(pax, &pax->mtime);
    limit(pax, &pax->uid);
    limit(pax, &pax->gid);
    return NULL;
}
