/* SPDX-License-Identifier: Apache-2.0 */
/* The texts of findings: everything from a file is escaped, cut, and without its secrets. */
#include <string.h>

#include "rules/rules.h"
#include "text/message.h"
#include "text/secrets.h"

#define SHORT CKPT_QUOTE_MAX

/* Text as it may be shown, without the secrets in it. */
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
    ckpt_add_escaped(&r->text, text, most, quote);
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
        ckpt_add_escaped(&r->text, ckpt_slice_of(text, 0, equals == SIZE_MAX ? 0 : equals + 1),
                         SHORT, true);
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
        ckpt_add_escaped(out, ckpt_source(value), SHORT, false);
}

/* NOLINTBEGIN(clang-analyzer-valist.Uninitialized): whoever has the format started the list. */

/* The letters that findings have beside those of text/message.h; %t and %q mask secrets. */
static bool add_letter(void *context, char letter, struct ckpt_arguments *arguments)
{
    struct ckpt_rules *r = context;
    struct ckpt_buffer *out = &r->text;
    char text[CKPT_BYTES_MAX];
    switch (letter) {
    case 't':
        add_masked(r, va_arg(arguments->list, ckpt_string), 4 * SHORT, false);
        return true;
    case 'q':
        add_quoted(r, va_arg(arguments->list, ckpt_string));
        return true;
    case 'v':
        add_value(r, va_arg(arguments->list, ckpt_value));
        return true;
    case 'p': {
        ckpt_value value = va_arg(arguments->list, ckpt_value);
        ckpt_string pointer =
            ckpt_node_pointer(ckpt_value_file(value)->document, ckpt_value_node(value));
        ckpt_add_escaped(out, pointer, 2 * SHORT, false);
        return true;
    }
    case 'b': {
        uint64_t size = va_arg(arguments->list, uint64_t);
        ckpt_buffer_add(out, text, ckpt_byte_to_string((int64_t)(size & INT64_MAX), text));
        return true;
    }
    case 'o': {
        uint32_t mode = va_arg(arguments->list, uint32_t) & 07777;
        for (int i = 0; i < 4; i++)
            text[i] = (char)('0' + (mode >> 3 * (3 - i) & 7));
        ckpt_buffer_add(out, text, 4);
        return true;
    }
    default:
        return false;
    }
}

/* NOLINTEND(clang-analyzer-valist.Uninitialized) */

void ckpt_add_format(struct ckpt_rules *r, const char *format, struct ckpt_arguments *arguments)
{
    ckpt_format_list(&r->text, format, arguments, add_letter, r);
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
    struct ckpt_arguments arguments;
    va_start(arguments.list, format);
    ckpt_buffer_clear(&r->text);
    ckpt_add_format(r, format, &arguments);
    va_end(arguments.list);
    return ckpt_keep_text(r);
}
