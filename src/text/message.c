/* SPDX-License-Identifier: Apache-2.0 */
#include "text/message.h"

#include "text/number.h"
#include "text/utf8.h"

static const char hex_digits[] = "0123456789abcdef";

static bool is_invisible(uint32_t rune)
{
    return rune < 0x20 || (rune >= 0x7f && rune < 0xa0) || rune == 0xad || rune == 0x61c ||
           (rune >= 0x200b && rune <= 0x200f) || (rune >= 0x2028 && rune <= 0x202e) ||
           (rune >= 0x2060 && rune <= 0x206f) || rune == 0xfeff ||
           (rune >= 0xe0000 && rune < 0xe1000);
}

void ckpt_add_escaped(struct ckpt_buffer *out, ckpt_string text, size_t most, bool quote)
{
    const unsigned char *bytes = (const unsigned char *)text.data;
    size_t i = 0;
    while (i < text.length && i < most) {
        uint32_t rune;
        size_t size = ckpt_utf8_decode(bytes + i, text.length - i, &rune);
        bool broken = rune == CKPT_REPLACEMENT && size == 1;
        if (broken || is_invisible(rune)) {
            char escape[8] = {'\\', broken ? 'x' : 'u'};
            uint32_t value = broken ? bytes[i] : rune;
            int digits = broken ? 2 : rune > 0xffff ? 5 : 4;
            for (int d = 0; d < digits; d++)
                escape[2 + d] = hex_digits[value >> 4 * (digits - 1 - d) & 15];
            ckpt_buffer_add(out, escape, (size_t)digits + 2);
        } else {
            if (quote && rune == '"')
                ckpt_buffer_add_text(out, "\\");
            ckpt_buffer_add(out, text.data + i, size);
        }
        i += size;
    }
    if (i < text.length)
        ckpt_buffer_add_text(out, "…");
}

static void add_bytes(struct ckpt_buffer *out, ckpt_string bytes)
{
    for (size_t i = 0; i < bytes.length; i++) {
        unsigned char byte = (unsigned char)bytes.data[i];
        char text[3] = {' ', hex_digits[byte >> 4], hex_digits[byte & 15]};
        ckpt_buffer_add(out, text + (i == 0), i == 0 ? 2 : 3);
    }
}

/* Adds the argument of a letter. */
static void add(struct ckpt_buffer *out, char letter, struct ckpt_arguments *arguments)
{
    char text[20];
    ckpt_string string;
    switch (letter) {
    case 's':
        ckpt_buffer_add_text(out, va_arg(arguments->list, const char *));
        break;
    case 't':
        string = va_arg(arguments->list, ckpt_string);
        ckpt_buffer_add(out, string.data, string.length);
        break;
    case 'q':
        ckpt_buffer_add_text(out, "\"");
        ckpt_add_escaped(out, va_arg(arguments->list, ckpt_string), CKPT_QUOTE_MAX, true);
        ckpt_buffer_add_text(out, "\"");
        break;
    case 'h':
        add_bytes(out, va_arg(arguments->list, ckpt_string));
        break;
    case 'n':
        ckpt_buffer_add(out, text, ckpt_format_uint64(va_arg(arguments->list, uint64_t), text));
        break;
    case 'i':
        ckpt_buffer_add(out, text, ckpt_format_int64(va_arg(arguments->list, int64_t), text));
        break;
    case 'x':
        ckpt_buffer_add(out, text, ckpt_format_hex(va_arg(arguments->list, uint64_t), text));
        break;
    default:
        ckpt_buffer_add_text(out, "%");
    }
}

void ckpt_format_list(struct ckpt_buffer *out, const char *format, struct ckpt_arguments *arguments,
                      ckpt_add_letter *own, void *context)
{
    for (const char *from = format;; format++) {
        if (*format != '%' && *format != '\0')
            continue;
        ckpt_buffer_add(out, from, (size_t)(format - from));
        if (*format == '\0')
            return;
        format++;
        if (own == NULL || !own(context, *format, arguments))
            add(out, *format, arguments);
        from = format + 1;
    }
}

void ckpt_format(struct ckpt_buffer *out, const char *format, ...)
{
    struct ckpt_arguments arguments;
    va_start(arguments.list, format);
    ckpt_format_list(out, format, &arguments, NULL, NULL);
    va_end(arguments.list);
}
