/* SPDX-License-Identifier: Apache-2.0 */
/* The texts of findings: everything from a file is escaped, cut, and without its secrets. */
#include <stdarg.h>
#include <string.h>

#include "rules/rules.h"
#include "text/number.h"
#include "text/secrets.h"
#include "text/utf8.h"

/* A quoted value is cut behind so many bytes. */
#define SHORT ((size_t)96)

static bool is_invisible(uint32_t rune)
{
    return rune < 0x20 || (rune >= 0x7f && rune < 0xa0) || rune == 0xad || rune == 0x61c ||
           (rune >= 0x200b && rune <= 0x200f) || (rune >= 0x2028 && rune <= 0x202e) ||
           (rune >= 0x2060 && rune <= 0x206f) || rune == 0xfeff ||
           (rune >= 0xe0000 && rune < 0xe1000);
}

/* Text as it may be shown: what cannot be seen, or moves the text around, as \u escapes. */
static void add_escaped(struct ckpt_buffer *out, ckpt_string text, size_t most, bool quote)
{
    static const char hex[] = "0123456789abcdef";
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
                escape[2 + d] = hex[value >> 4 * (digits - 1 - d) & 15];
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

/* The same without the secrets in it. */
static void add_masked(struct ckpt_rules *r, ckpt_string text, size_t most, bool quote)
{
    struct ckpt_secret secret;
    struct ckpt_buffer shown = {0};
    ckpt_string part = ckpt_slice_of(text, 0, most + 4 * SHORT); /* what is shown, and some more */
    size_t done = 0;
    while (!r->reveal && ckpt_secret_in(part, done, &secret)) {
        ckpt_buffer_add(&shown, part.data + done, secret.from - done);
        ckpt_buffer_add_text(&shown, CKPT_MASK);
        done = secret.to;
    }
    if (done != 0) {
        ckpt_buffer_add(&shown, part.data + done, part.length - done);
        text = (ckpt_string){shown.data, shown.length};
    }
    r->failed = r->failed || shown.failed;
    add_escaped(&r->text, text, most, quote);
    ckpt_buffer_free(&shown);
}

static void add_quoted(struct ckpt_rules *r, ckpt_string text)
{
    ckpt_buffer_add_text(&r->text, "\"");
    add_masked(r, text, SHORT, true);
    ckpt_buffer_add_text(&r->text, "\"");
}

bool ckpt_is_variable(ckpt_string pointer)
{
    return ckpt_index_of(pointer, "/env/") != SIZE_MAX || ckpt_ends(pointer, "/env");
}

static void add_string(struct ckpt_rules *r, ckpt_value value)
{
    ckpt_string text = ckpt_text(value);
    if (!r->reveal && ckpt_is_variable(ckpt_node_pointer(ckpt_value_file(value)->document,
                                                         ckpt_value_node(value)))) {
        size_t equals = ckpt_index_of(text, "=");
        ckpt_buffer_add_text(&r->text, "\"");
        add_escaped(&r->text, ckpt_slice_of(text, 0, equals == SIZE_MAX ? 0 : equals + 1), SHORT,
                    true);
        ckpt_buffer_add_text(&r->text, CKPT_MASK "\"");
        return;
    }
    add_quoted(r, text);
}

static void add_value(struct ckpt_rules *r, ckpt_value value)
{
    struct ckpt_buffer *out = &r->text;
    if (!ckpt_exists(value))
        ckpt_buffer_add_text(out, "missing");
    else if (ckpt_is(value, CKPT_STRING))
        add_string(r, value);
    else if (ckpt_is(value, CKPT_ARRAY))
        ckpt_buffer_add_text(out, ckpt_count(value) == 0 ? "an empty array" : "an array");
    else if (ckpt_is(value, CKPT_OBJECT))
        ckpt_buffer_add_text(out, ckpt_count(value) == 0 ? "an empty object" : "an object");
    else
        add_escaped(out, ckpt_source(value), SHORT, false);
}

static void add_number(struct ckpt_buffer *out, uint64_t number)
{
    char digits[20];
    ckpt_buffer_add(out, digits, ckpt_format_uint64(number, digits));
}

void ckpt_add_format(struct ckpt_rules *r, const char *format, va_list arguments)
{
    struct ckpt_buffer *out = &r->text;
    for (const char *from = format;; format++) {
        if (*format != '%' && *format != '\0')
            continue;
        ckpt_buffer_add(out, from, (size_t)(format - from));
        if (*format == '\0')
            return;
        char text[CKPT_BYTES_MAX];
        switch (*++format) {
        case 's':
            ckpt_buffer_add_text(out, va_arg(arguments, const char *));
            break;
        case 't':
            add_masked(r, va_arg(arguments, ckpt_string), 4 * SHORT, false);
            break;
        case 'q':
            add_quoted(r, va_arg(arguments, ckpt_string));
            break;
        case 'v':
            add_value(r, va_arg(arguments, ckpt_value));
            break;
        case 'p': {
            ckpt_value value = va_arg(arguments, ckpt_value);
            add_escaped(out,
                        ckpt_node_pointer(ckpt_value_file(value)->document, ckpt_value_node(value)),
                        2 * SHORT, false);
            break;
        }
        case 'n':
            add_number(out, va_arg(arguments, uint64_t));
            break;
        case 'i':
            ckpt_buffer_add(out, text, ckpt_format_int64(va_arg(arguments, int64_t), text));
            break;
        case 'b':
            ckpt_buffer_add(
                out, text,
                ckpt_byte_to_string((int64_t)(va_arg(arguments, uint64_t) & INT64_MAX), text));
            break;
        case 'o': {
            uint32_t mode = va_arg(arguments, uint32_t) & 07777;
            char octal[4];
            for (int i = 0; i < 4; i++)
                octal[i] = (char)('0' + (mode >> 3 * (3 - i) & 7));
            ckpt_buffer_add(out, octal, 4);
            break;
        }
        default:
            ckpt_buffer_add_text(out, "%");
        }
        from = format + 1;
    }
}

ckpt_string ckpt_keep(struct ckpt_rules *r, ckpt_string text)
{
    char *copy = ckpt_arena_alloc(&r->arena, text.length + 1);
    if (copy == NULL) {
        r->failed = true;
        return (ckpt_string){"", 0};
    }
    if (text.length != 0)
        memcpy(copy, text.data, text.length);
    return (ckpt_string){copy, text.length};
}

ckpt_string ckpt_keep_text(struct ckpt_rules *r)
{
    ckpt_string text = ckpt_keep(r, (ckpt_string){r->text.data, r->text.length});
    r->failed = r->failed || r->text.failed;
    ckpt_buffer_clear(&r->text);
    return text;
}

ckpt_string ckpt_text_of(struct ckpt_rules *r, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    ckpt_buffer_clear(&r->text);
    ckpt_add_format(r, format, arguments);
    va_end(arguments);
    return ckpt_keep_text(r);
}
