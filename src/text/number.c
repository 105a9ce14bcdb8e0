/* SPDX-License-Identifier: Apache-2.0 */
#include "text/number.h"

bool ckpt_parse_uint64(const char *token, size_t length, uint64_t *value)
{
    uint64_t result = 0;
    if (length == 0)
        return false;
    for (size_t i = 0; i < length; i++) {
        unsigned digit = (unsigned)(token[i] - '0');
        if (digit > 9 || result > UINT64_MAX / 10 ||
            (result == UINT64_MAX / 10 && digit > UINT64_MAX % 10))
            return false;
        result = result * 10 + digit;
    }
    *value = result;
    return true;
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
