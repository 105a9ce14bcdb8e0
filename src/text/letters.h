/* SPDX-License-Identifier: Apache-2.0 */
/* ASCII letters and digits, whatever the locale. */
#ifndef CKPT_TEXT_LETTERS_H
#define CKPT_TEXT_LETTERS_H

#include <stdbool.h>
#include <stdint.h>

static inline bool ckpt_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* The value of a hexadecimal digit in either case, or -1. */
static inline int ckpt_hex_value(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

static inline bool ckpt_is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static inline bool ckpt_is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}

static inline bool ckpt_is_letter(char c)
{
    return ckpt_is_upper(c) || ckpt_is_lower(c);
}

static inline bool ckpt_is_alnum(char c)
{
    return ckpt_is_digit(c) || ckpt_is_letter(c);
}

static inline char ckpt_to_upper(char c)
{
    if (ckpt_is_lower(c))
        return (char)(c - 'a' + 'A');
    return c;
}

/* What keys and tokens are written with. */
static inline bool ckpt_is_token(char c)
{
    /* A bit for each of them, as ranges cost four comparisons a byte. */
    static const uint64_t tokens[2] = {UINT64_C(0x03ff200000000000), UINT64_C(0x07fffffe87fffffe)};
    unsigned char byte = (unsigned char)c;
    return byte < 128 && (tokens[byte >> 6] >> (byte & 63) & 1) != 0;
}

#endif
