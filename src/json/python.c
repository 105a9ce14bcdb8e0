/* SPDX-License-Identifier: Apache-2.0 */
#include "json/python.h"

#include <string.h>

#include "text/number.h"
#include "text/utf8.h"

static struct ckpt_python *printer_of(struct ckpt_sink *sink)
{
    return (struct ckpt_python *)sink;
}

static void new_line(struct ckpt_python *p)
{
    size_t spaces = (size_t)p->depth * 4;
    if (!ckpt_buffer_reserve(p->out, spaces + 1))
        return;
    p->out->data[p->out->length++] = '\n';
    memset(p->out->data + p->out->length, ' ', spaces);
    p->out->length += spaces;
}

/* One or two characters. */
static void add_two(struct ckpt_buffer *out, char one, char two, size_t count)
{
    if (!ckpt_buffer_reserve(out, 2))
        return;
    out->data[out->length] = one;
    out->data[out->length + 1] = two;
    out->length += count;
}

static void separate(struct ckpt_python *p)
{
    if (p->depth == 0)
        return;
    if (!p->first)
        add_two(p->out, ',', ' ', p->indented ? 1 : 2);
    if (p->indented)
        new_line(p);
    p->first = false;
}

static void before_value(struct ckpt_python *p)
{
    if (!p->after_key)
        separate(p);
    p->after_key = false;
}

/* ---- Strings --------------------------------------------------------------------------------- */

static void add_unit(struct ckpt_buffer *out, uint32_t unit)
{
    static const char hex[] = "0123456789abcdef";
    char text[6] = {
        '\\', 'u', hex[unit >> 12 & 15], hex[unit >> 8 & 15], hex[unit >> 4 & 15], hex[unit & 15]};
    ckpt_buffer_add(out, text, sizeof(text));
}

static bool is_plain(unsigned char c)
{
    return c >= 0x20 && c < 0x7F && c != '"' && c != '\\';
}

/* A string of which `done` bytes are written, after its opening quote. */
static void add_rest(struct ckpt_python *p, ckpt_string string, size_t done)
{
    static const char escapes[] = "\"\"\\\\\bb\ff\nn\rr\tt";
    const unsigned char *text = (const unsigned char *)string.data;
    for (size_t i = done; i < string.length;) {
        size_t start = i;
        while (i < string.length && is_plain(text[i]))
            i++;
        ckpt_buffer_add(p->out, string.data + start, i - start);
        if (i == string.length)
            break;
        const char *escape = text[i] == 0 ? NULL : strchr(escapes, text[i]);
        while (escape != NULL && (escape - escapes) % 2 != 0) /* a letter of an escape */
            escape = strchr(escape + 1, text[i]);
        if (text[i] < 0x80) {
            if (escape != NULL) {
                char pair[2] = {'\\', escape[1]};
                ckpt_buffer_add(p->out, pair, 2);
            } else {
                add_unit(p->out, text[i]);
            }
            i++;
            continue;
        }
        uint32_t rune;
        i += ckpt_utf8_decode(text + i, string.length - i, &rune);
        if (rune >= 0x10000) {
            add_unit(p->out, 0xD800 + ((rune - 0x10000) >> 10));
            rune = 0xDC00 + ((rune - 0x10000) & 0x3FF);
        }
        add_unit(p->out, rune);
    }
    ckpt_buffer_add(p->out, "\"", 1);
}

/* Nearly all are short and need no escape: copied by hand, as calls cost more than the bytes. */
static void add_string(struct ckpt_python *p, ckpt_string string)
{
    struct ckpt_buffer *out = p->out;
    if (string.length > SIZE_MAX - 2 || !ckpt_buffer_reserve(out, string.length + 2))
        return;
    char *to = out->data + out->length;
    size_t i = 0;
    *to++ = '"';
    while (i < string.length && is_plain((unsigned char)string.data[i]))
        *to++ = string.data[i++];
    if (i == string.length)
        *to++ = '"';
    out->length = (size_t)(to - out->data);
    if (i < string.length)
        add_rest(p, string, i);
}

static void add_number(struct ckpt_python *p, uint64_t value, bool negative)
{
    char text[20];
    size_t length = ckpt_format_uint64(value, text);
    if (!ckpt_buffer_reserve(p->out, length + 1))
        return;
    char *to = p->out->data + p->out->length;
    if (negative)
        *to++ = '-';
    for (size_t i = 0; i < length; i++)
        *to++ = text[i];
    p->out->length = (size_t)(to - p->out->data);
}

/* ---- The sink -------------------------------------------------------------------------------- */

static void put_null(struct ckpt_sink *sink)
{
    before_value(printer_of(sink));
    ckpt_buffer_add(printer_of(sink)->out, "null", 4);
}

static void put_boolean(struct ckpt_sink *sink, bool value)
{
    before_value(printer_of(sink));
    ckpt_buffer_add_text(printer_of(sink)->out, value ? "true" : "false");
}

static void put_integer(struct ckpt_sink *sink, int64_t value)
{
    before_value(printer_of(sink));
    add_number(printer_of(sink), value < 0 ? 0 - (uint64_t)value : (uint64_t)value, value < 0);
}

static void put_unsigned(struct ckpt_sink *sink, uint64_t value)
{
    before_value(printer_of(sink));
    add_number(printer_of(sink), value, false);
}

static void put_string(struct ckpt_sink *sink, ckpt_string value)
{
    before_value(printer_of(sink));
    add_string(printer_of(sink), value);
}

static void put_word(struct ckpt_sink *sink, uint32_t name)
{
    put_string(sink, ckpt_names_get(printer_of(sink)->names, name));
}

static void put_key(struct ckpt_sink *sink, ckpt_string key)
{
    struct ckpt_python *p = printer_of(sink);
    separate(p);
    add_string(p, key);
    add_two(p->out, ':', ' ', 2);
    p->after_key = true;
}

static void put_member(struct ckpt_sink *sink, uint32_t name)
{
    put_key(sink, ckpt_names_get(printer_of(sink)->names, name));
}

static void begin(struct ckpt_python *p, char opener, char closer)
{
    before_value(p);
    add_two(p->out, opener, ' ', 1);
    p->first = true;
    if (p->depth == CKPT_PYTHON_DEPTH) {
        p->failed = true;
        p->out->failed = true; /* nothing that follows would be JSON */
        return;
    }
    p->closers[p->depth++] = closer;
}

static void begin_struct(struct ckpt_sink *sink)
{
    begin(printer_of(sink), '{', '}');
}

static void begin_array(struct ckpt_sink *sink)
{
    begin(printer_of(sink), '[', ']');
}

static void end(struct ckpt_sink *sink)
{
    struct ckpt_python *p = printer_of(sink);
    if (p->depth == 0)
        return;
    p->depth--;
    if (p->indented && !p->first)
        new_line(p);
    add_two(p->out, p->closers[p->depth], ' ', 1);
    p->first = false;
}

void ckpt_python_begin(struct ckpt_python *printer, struct ckpt_buffer *out,
                       const struct ckpt_names *names, bool indented)
{
    memset(printer, 0, sizeof(*printer));
    printer->sink = (struct ckpt_sink){.null_value = put_null,
                                       .boolean = put_boolean,
                                       .integer = put_integer,
                                       .integer64 = put_integer,
                                       .unsigned64 = put_unsigned,
                                       .string = put_string,
                                       .begin_struct = begin_struct,
                                       .begin_map = begin_struct,
                                       .key = put_key,
                                       .member = put_member,
                                       .word = put_word,
                                       .begin_array = begin_array,
                                       .end = end};
    printer->out = out;
    printer->names = names;
    printer->indented = indented;
}
