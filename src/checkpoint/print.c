/* SPDX-License-Identifier: Apache-2.0 */
#include "checkpoint/print.h"

#include <string.h>

#include "text/number.h"
#include "text/utf8.h"

void ckpt_print_string(struct ckpt_buffer *out, const char *text, size_t length)
{
    static const char hex[] = "0123456789abcdef";
    const unsigned char *bytes = (const unsigned char *)text;
    ckpt_buffer_add(out, "\"", 1);
    for (size_t i = 0; i < length;) {
        uint32_t rune;
        size_t plain = i;
        while (plain < length && bytes[plain] >= 0x20 && bytes[plain] < 0x80 &&
               bytes[plain] != '"' && bytes[plain] != '\\')
            plain++;
        ckpt_buffer_add(out, text + i, plain - i);
        if ((i = plain) == length)
            break;
        size_t size = ckpt_utf8_decode(bytes + i, length - i, &rune);
        char escape[6] = {'\\', 'u', '0', '0', 0, 0};
        if (rune == '"' || rune == '\\') {
            escape[1] = (char)rune;
            ckpt_buffer_add(out, escape, 2);
        } else if (rune < 0x20) {
            escape[4] = hex[rune >> 4];
            escape[5] = hex[rune & 15];
            ckpt_buffer_add(out, escape, 6);
        } else if (rune == CKPT_REPLACEMENT && size == 1) {
            ckpt_buffer_add(out, "\xef\xbf\xbd", 3);
        } else {
            ckpt_buffer_add(out, text + i, size);
        }
        i += size;
    }
    ckpt_buffer_add(out, "\"", 1);
}

void ckpt_print_number(struct ckpt_buffer *out, uint64_t number)
{
    char digits[24];
    const char *quote = number >> 53 != 0 ? "\"" : "";
    ckpt_buffer_add_text(out, quote);
    ckpt_buffer_add(out, digits, ckpt_format_uint64(number, digits));
    ckpt_buffer_add_text(out, quote);
}

static void separate(struct ckpt_buffer *out)
{
    if (out->length == 0)
        return;
    char last = out->data[out->length - 1];
    if (last != '{' && last != '[' && last != ':')
        ckpt_buffer_add(out, ",", 1);
}

void ckpt_print_key(struct ckpt_buffer *out, const char *key)
{
    separate(out);
    ckpt_print_string(out, key, strlen(key));
    ckpt_buffer_add(out, ":", 1);
}

void ckpt_print_member(struct ckpt_buffer *out, const char *key, ckpt_string value)
{
    if (value.length == 0)
        return;
    ckpt_print_key(out, key);
    ckpt_print_string(out, value.data, value.length);
}

void ckpt_print_optional(struct ckpt_buffer *out, const char *key, bool there, uint64_t number)
{
    ckpt_print_key(out, key);
    if (there)
        ckpt_print_number(out, number);
    else
        ckpt_buffer_add_text(out, "null");
}

void ckpt_print_open(struct ckpt_buffer *out, const char *opener)
{
    separate(out);
    ckpt_buffer_add_text(out, opener);
}
