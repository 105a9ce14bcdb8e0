/* SPDX-License-Identifier: Apache-2.0 */
#include "text/number.h"

#include "text/letters.h"

size_t ckpt_count_digits(const char *text, size_t length)
{
    size_t i = 0;
    while (i < length && ckpt_is_digit(text[i]))
        i++;
    return i;
}

static inline bool parse(const char *text, size_t length, unsigned base, uint64_t *value)
{
    uint64_t result = 0;
    if (length == 0)
        return false;
    for (size_t i = 0; i < length; i++) {
        unsigned digit = ckpt_is_digit(text[i])             ? (unsigned)(text[i] - '0')
                         : text[i] >= 'a' && text[i] <= 'f' ? (unsigned)(text[i] - 'a') + 10
                                                            : base;
        if (digit >= base || result > UINT64_MAX / base ||
            (result == UINT64_MAX / base && digit > UINT64_MAX % base))
            return false;
        result = result * base + digit;
    }
    *value = result;
    return true;
}

bool ckpt_parse_digits(const char *text, size_t length, unsigned base, uint64_t *value)
{
    return base == 16 ? parse(text, length, 16, value) : parse(text, length, 10, value);
}

bool ckpt_parse_uint64(const char *token, size_t length, uint64_t *value)
{
    return parse(token, length, 10, value);
}

bool ckpt_parse_int64(const char *token, size_t length, int64_t *value)
{
    bool negative = length > 0 && token[0] == '-';
    uint64_t magnitude;
    if (!ckpt_parse_uint64(token + negative, length - negative, &magnitude) ||
        magnitude > (uint64_t)INT64_MAX + negative)
        return false;
    if (!negative)
        *value = (int64_t)magnitude;
    else
        *value = magnitude == 0 ? 0 : -(int64_t)(magnitude - 1) - 1;
    return true;
}

static size_t format(uint64_t value, unsigned base, char *out)
{
    char digits[20];
    size_t count = 0;
    do {
        digits[count++] = "0123456789abcdef"[value % base];
        value /= base;
    } while (value != 0);
    for (size_t i = 0; i < count; i++)
        out[i] = digits[count - 1 - i];
    return count;
}

size_t ckpt_format_uint64(uint64_t value, char *out)
{
    return format(value, 10, out);
}

size_t ckpt_format_hex(uint64_t value, char *out)
{
    return format(value, 16, out);
}

size_t ckpt_format_int64(int64_t value, char *out)
{
    if (value >= 0)
        return ckpt_format_uint64((uint64_t)value, out);
    out[0] = '-';
    return 1 + ckpt_format_uint64((uint64_t)0 - (uint64_t)value, out + 1);
}
