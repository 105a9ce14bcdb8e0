/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/show.h"

#include <string.h>

#include "text/address.h"
#include "text/letters.h"
#include "text/message.h"

static const char hex_digits[] = "0123456789abcdef";

static void add_char(struct ckpt_buffer *out, char c)
{
    ckpt_buffer_add(out, &c, 1);
}

bool ckpt_pb_show_number(enum ckpt_pb_show show, uint64_t value, bool negative,
                         struct ckpt_buffer *out)
{
    switch (show) {
    case CKPT_PB_HEX:
        ckpt_format(out, negative ? "-0x%x" : "0x%x", negative ? 0 - value : value);
        return true;
    case CKPT_PB_DEVICE:
        ckpt_format(out, "%n:%n", value >> 20, value & 0xFFFFF);
        return true;
    case CKPT_PB_OLD_DEVICE:
        ckpt_format(out, "%n:%n", (value >> 8 & 0xFFF) | (value >> 32 & 0xFFFFF000),
                    (value & 0xFF) | (value >> 12 & 0xFFFFFF00));
        return true;
    default:
        return false;
    }
}

/* The longest row of zeros among the groups, at least two; 0 if there is none. */
static size_t longest_zeros(const uint16_t groups[8], size_t *length)
{
    size_t best = 0;
    *length = 0;
    for (size_t i = 0; i < 8;) {
        size_t start = i;
        while (i < 8 && groups[i] == 0)
            i++;
        if (i - start > *length) {
            *length = i - start;
            best = start;
        }
        i += i == start;
    }
    if (*length < 2)
        *length = 0;
    return best;
}

void ckpt_pb_show_address(const uint32_t *words, size_t count, struct ckpt_buffer *out)
{
    if (count == 1) {
        for (unsigned i = 0; i < 4; i++) {
            if (i > 0)
                add_char(out, '.');
            ckpt_format(out, "%n", (uint64_t)(words[0] >> 8 * i & 0xFF));
        }
        return;
    }
    uint16_t groups[8];
    for (size_t i = 0; i < 8; i++) {
        uint32_t half = words[i / 2] >> (i % 2 * 16);
        groups[i] = (uint16_t)((half & 0xFF) << 8 | (half >> 8 & 0xFF));
    }
    size_t length, zeros = longest_zeros(groups, &length);
    for (size_t i = 0; i < 8; i++) {
        if (length > 0 && i == zeros) {
            ckpt_buffer_add_text(out, "::");
            i += length - 1;
            continue;
        }
        if (i > 0 && !(length > 0 && i == zeros + length))
            add_char(out, ':');
        ckpt_format(out, "%x", (uint64_t)groups[i]);
    }
}

/* ---- Bytes ----------------------------------------------------------------------------------- */

void ckpt_pb_add_base64(struct ckpt_buffer *out, const uint8_t *bytes, size_t length)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    enum { LINE = 57 }; /* bytes, 76 characters */
    if (length > SIZE_MAX / 2 ||
        !ckpt_buffer_reserve(out, (length / 3 + 1) * 4 + length / LINE + 1)) {
        out->failed = true;
        return;
    }
    char *at = out->data + out->length;
    for (size_t i = 0; i < length; i += 3) {
        size_t left = length - i;
        uint32_t word = (uint32_t)bytes[i] << 16;
        if (left > 1)
            word |= (uint32_t)bytes[i + 1] << 8;
        if (left > 2)
            word |= bytes[i + 2];
        at[0] = digits[word >> 18];
        at[1] = digits[word >> 12 & 63];
        at[2] = digits[word >> 6 & 63];
        at[3] = digits[word & 63];
        if (left < 3)
            at[3] = '=';
        if (left < 2)
            at[2] = '=';
        at += 4;
        if (left <= 3 || (i + 3) % LINE == 0)
            *at++ = '\n';
    }
    out->length = (size_t)(at - out->data);
}

void ckpt_pb_add_hex_bytes(struct ckpt_buffer *out, const uint8_t *bytes, size_t length)
{
    if (length > SIZE_MAX / 2 || !ckpt_buffer_reserve(out, length * 2)) {
        out->failed = true;
        return;
    }
    for (size_t i = 0; i < length; i++) {
        out->data[out->length++] = hex_digits[bytes[i] >> 4];
        out->data[out->length++] = hex_digits[bytes[i] & 15];
    }
}

/* Whether the byte at `i` has to be written as "=3D" (Python: b2a_qp of text). */
static bool must_be_quoted(const uint8_t *bytes, size_t length, size_t i, size_t column)
{
    uint8_t c = bytes[i];
    bool last = i + 1 == length;
    if (c > 126 || c == '=')
        return true;
    if (c == '.' && column == 0)
        return last || bytes[i + 1] == '\n' || bytes[i + 1] == '\r' || bytes[i + 1] == 0;
    if (c == '\t' || c == ' ')
        return last;
    return c < 33 && c != '\r' && c != '\n';
}

static void add_quoted_byte(struct ckpt_buffer *out, uint8_t byte)
{
    add_char(out, '=');
    add_char(out, "0123456789ABCDEF"[byte >> 4]);
    add_char(out, "0123456789ABCDEF"[byte & 15]);
}

bool ckpt_pb_add_quoted(struct ckpt_buffer *out, const uint8_t *bytes, size_t length)
{
    enum { LINE = 76 };
    const uint8_t *feed = length == 0 ? NULL : memchr(bytes, '\n', length);
    bool returns = feed != NULL && feed > bytes && feed[-1] == '\r';
    const char *line_end = returns ? "\r\n" : "\n";
    size_t column = 0;
    for (size_t i = 0; i < length; i++) {
        uint8_t c = bytes[i];
        bool pair = c == '\r' && i + 1 < length && bytes[i + 1] == '\n';
        if (must_be_quoted(bytes, length, i, column)) {
            if (column + 3 >= LINE) {
                add_char(out, '=');
                ckpt_buffer_add_text(out, line_end);
                column = 0;
            }
            add_quoted_byte(out, c);
            column += 3;
        } else if (c == '\n' || pair) {
            if (pair != returns)
                return false;
            if (i > 0 && (bytes[i - 1] == ' ' || bytes[i - 1] == '\t') && out->length > 0) {
                out->length--;
                add_quoted_byte(out, bytes[i - 1]);
            }
            ckpt_buffer_add_text(out, line_end);
            column = 0;
            i += pair;
        } else {
            if (i + 1 != length && bytes[i + 1] != '\n' && column + 1 >= LINE) {
                add_char(out, '=');
                ckpt_buffer_add_text(out, line_end);
                column = 0;
            }
            add_char(out, (char)c);
            column++;
        }
    }
    return true;
}

bool ckpt_pb_read_hex_bytes(struct ckpt_buffer *out, ckpt_string text)
{
    if (text.length % 2 != 0)
        return false;
    for (size_t i = 0; i < text.length; i += 2) {
        int high = ckpt_hex_value(text.data[i]), low = ckpt_hex_value(text.data[i + 1]);
        if (high < 0 || low < 0)
            return false;
        add_char(out, (char)(high << 4 | low));
    }
    return true;
}

static int base64_value(char c)
{
    return ckpt_is_upper(c)   ? c - 'A'
           : ckpt_is_lower(c) ? c - 'a' + 26
           : ckpt_is_digit(c) ? c - '0' + 52
           : c == '+'         ? 62
           : c == '/'         ? 63
                              : -1;
}

bool ckpt_pb_read_base64(struct ckpt_buffer *out, ckpt_string text)
{
    uint32_t word = 0;
    unsigned count = 0, padding = 0;
    if (!ckpt_buffer_reserve(out, text.length / 4 * 3 + 3))
        return true; /* out->failed says it */
    for (size_t i = 0; i < text.length; i++) {
        int value = base64_value(text.data[i]);
        padding += text.data[i] == '=';
        if (value < 0)
            continue;
        if (padding > 0)
            return false;
        word = word << 6 | (uint32_t)value;
        if (++count == 4) {
            out->data[out->length++] = (char)(word >> 16);
            out->data[out->length++] = (char)(word >> 8);
            out->data[out->length++] = (char)word;
            count = 0;
        }
    }
    if (count == 0)
        return padding == 0;
    if (count == 1 || count + padding != 4)
        return false;
    word <<= 6 * (4 - count);
    out->data[out->length++] = (char)(word >> 16);
    if (count == 3)
        out->data[out->length++] = (char)(word >> 8);
    return true;
}

void ckpt_pb_read_quoted(struct ckpt_buffer *out, ckpt_string text)
{
    const char *at = text.data, *end = text.data + text.length;
    while (at < end) {
        if (*at != '=') {
            add_char(out, *at++);
            continue;
        }
        at++;
        int high = at < end ? ckpt_hex_value(*at) : -1,
            low = end - at > 1 ? ckpt_hex_value(at[1]) : -1;
        if (high >= 0 && low >= 0) {
            add_char(out, (char)(high << 4 | low));
            at += 2;
        } else if (at < end && *at == '=') {
            add_char(out, *at++);
        } else if (at < end && (*at == '\n' || *at == '\r')) { /* a line that goes on */
            while (at < end && *at != '\n')
                at++;
            at += at < end;
        } else if (at < end) {
            add_char(out, '=');
        }
    }
}

/* ---- Numbers --------------------------------------------------------------------------------- */

bool ckpt_pb_read_number(ckpt_string text, uint64_t *value, bool *negative)
{
    size_t at = 0;
    unsigned base = 10;
    *value = 0;
    *negative = text.length > 0 && text.data[0] == '-';
    if (text.length > 0 && (text.data[0] == '-' || text.data[0] == '+'))
        at++;
    if (text.length - at > 2 && text.data[at] == '0') {
        char letter = (char)(text.data[at + 1] | 0x20);
        base = letter == 'x' ? 16 : letter == 'o' ? 8 : letter == 'b' ? 2 : 10;
        at += base == 10 ? 0 : 2;
    }
    if (at == text.length)
        return false;
    for (; at < text.length; at++) {
        int digit = ckpt_hex_value(text.data[at]);
        if (digit < 0 || (unsigned)digit >= base || *value > (UINT64_MAX - (unsigned)digit) / base)
            return false;
        *value = *value * base + (unsigned)digit;
    }
    if (*negative && *value > UINT64_C(1) << 63)
        return false;
    *negative = *negative && *value != 0;
    if (*negative)
        *value = 0 - *value;
    return true;
}

bool ckpt_pb_read_device(enum ckpt_pb_show show, ckpt_string text, uint64_t *value)
{
    const char *colon = text.length == 0 ? NULL : memchr(text.data, ':', text.length);
    uint64_t major, minor;
    bool below;
    if (colon == NULL)
        return false;
    size_t length = (size_t)(colon - text.data);
    if (!ckpt_pb_read_number((ckpt_string){text.data, length}, &major, &below) || below ||
        !ckpt_pb_read_number((ckpt_string){colon + 1, text.length - length - 1}, &minor, &below) ||
        below || major > UINT32_MAX || minor > UINT32_MAX)
        return false;
    *value = show == CKPT_PB_DEVICE ? major << 20 | minor
                                    : (major & 0xFFF) << 8 | (major & 0xFFFFF000) << 32 |
                                          (minor & 0xFF) | (minor & 0xFFFFFF00) << 12;
    return true;
}

bool ckpt_pb_read_address(ckpt_string text, uint32_t words[4], size_t *count)
{
    struct ckpt_address address;
    if (!ckpt_address_parse(text.data, text.length, false, &address))
        return false;
    *count = address.size / 4;
    for (size_t i = 0; i < *count; i++) {
        const uint8_t *at = address.bytes + 4 * i;
        words[i] =
            (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
    }
    return true;
}
