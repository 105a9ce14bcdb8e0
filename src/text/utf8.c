/* SPDX-License-Identifier: Apache-2.0 */
#include "text/utf8.h"

#include <string.h>

size_t ckpt_utf8_decode(const unsigned char *text, size_t length, uint32_t *rune)
{
    unsigned char lead = text[0];
    if (lead < 0x80) {
        *rune = lead;
        return 1;
    }
    *rune = CKPT_REPLACEMENT;
    /* The second byte's range excludes overlong forms, surrogates and values above U+10FFFF. */
    size_t size;
    unsigned char low = 0x80, high = 0xBF;
    uint32_t value;
    if (lead >= 0xC2 && lead <= 0xDF) {
        size = 2;
        value = lead & 0x1Fu;
    } else if (lead >= 0xE0 && lead <= 0xEF) {
        size = 3;
        value = lead & 0x0Fu;
        if (lead == 0xE0)
            low = 0xA0;
        if (lead == 0xED)
            high = 0x9F;
    } else if (lead >= 0xF0 && lead <= 0xF4) {
        size = 4;
        value = lead & 0x07u;
        if (lead == 0xF0)
            low = 0x90;
        if (lead == 0xF4)
            high = 0x8F;
    } else {
        return 1;
    }
    if (length < size || text[1] < low || text[1] > high)
        return 1;
    value = value << 6 | (text[1] & 0x3Fu);
    for (size_t i = 2; i < size; i++) {
        if ((text[i] & 0xC0) != 0x80)
            return 1;
        value = value << 6 | (text[i] & 0x3Fu);
    }
    *rune = value;
    return size;
}

size_t ckpt_utf8_encode(uint32_t rune, unsigned char *out)
{
    if (rune > 0x10FFFF || (rune >= 0xD800 && rune <= 0xDFFF))
        rune = CKPT_REPLACEMENT;
    if (rune < 0x80) {
        out[0] = (unsigned char)rune;
        return 1;
    }
    if (rune < 0x800) {
        out[0] = (unsigned char)(0xC0 | rune >> 6);
        out[1] = (unsigned char)(0x80 | (rune & 0x3F));
        return 2;
    }
    if (rune < 0x10000) {
        out[0] = (unsigned char)(0xE0 | rune >> 12);
        out[1] = (unsigned char)(0x80 | (rune >> 6 & 0x3F));
        out[2] = (unsigned char)(0x80 | (rune & 0x3F));
        return 3;
    }
    out[0] = (unsigned char)(0xF0 | rune >> 18);
    out[1] = (unsigned char)(0x80 | (rune >> 12 & 0x3F));
    out[2] = (unsigned char)(0x80 | (rune >> 6 & 0x3F));
    out[3] = (unsigned char)(0x80 | (rune & 0x3F));
    return 4;
}

size_t ckpt_ascii_prefix(const unsigned char *text, size_t length)
{
    size_t i = 0;
    for (; i + 8 <= length; i += 8) {
        uint64_t word;
        memcpy(&word, text + i, 8);
        if (word & UINT64_C(0x8080808080808080))
            break;
    }
    while (i < length && text[i] < 0x80)
        i++;
    return i;
}

bool ckpt_utf8_valid(const unsigned char *text, size_t length)
{
    size_t i = 0;
    while ((i += ckpt_ascii_prefix(text + i, length - i)) < length) {
        uint32_t rune;
        size_t size = ckpt_utf8_decode(text + i, length - i, &rune);
        if (size == 1)
            return false;
        i += size;
    }
    return true;
}

size_t ckpt_utf16_length(const unsigned char *text, size_t length)
{
    size_t units = 0, i = 0;
    while (i < length) {
        size_t ascii = ckpt_ascii_prefix(text + i, length - i);
        units += ascii;
        i += ascii;
        if (i == length)
            break;
        uint32_t rune;
        i += ckpt_utf8_decode(text + i, length - i, &rune);
        units += rune >= 0x10000 ? 2 : 1;
    }
    return units;
}

size_t ckpt_utf8_count(const unsigned char *text, size_t length)
{
    size_t count = 0, i = 0;
    while (i < length) {
        size_t ascii = ckpt_ascii_prefix(text + i, length - i);
        count += ascii;
        i += ascii;
        if (i == length)
            break;
        uint32_t rune;
        i += ckpt_utf8_decode(text + i, length - i, &rune);
        count++;
    }
    return count;
}
