/* SPDX-License-Identifier: Apache-2.0 */
/* JSON text as Go's json.MarshalIndent(v, "", "  ") writes it. */
#include <math.h>
#include <string.h>

#include "text/number.h"
#include "text/time.h"
#include "text/utf8.h"
#include "json/document.h"

struct printer {
    struct ckpt_sink sink; /* first */
    struct ckpt_buffer *out;
    const char *problem; /* Go's reason not to write the value … */
    bool time_problem;   /* … which is a time, else a number */
    size_t depth;
    /* Of the innermost open container, one bit a level would do, but brackets need a byte. */
    char *closers; /* closing bracket of each open container */
    size_t capacity;
    struct ckpt_arena *arena;
    bool first;     /* nothing was written in the innermost container yet */
    bool after_key; /* the next value stands after a key */
    bool failed;
};

static void add(struct printer *p, const char *text, size_t length)
{
    ckpt_buffer_add(p->out, text, length);
}

static void new_line(struct printer *p, size_t depth)
{
    if (!ckpt_buffer_reserve(p->out, 1 + 2 * depth))
        return;
    p->out->data[p->out->length++] = '\n';
    memset(p->out->data + p->out->length, ' ', 2 * depth);
    p->out->length += 2 * depth;
}

/* Before each element or key. */
static void separate(struct printer *p)
{
    if (p->depth == 0)
        return;
    if (!p->first)
        add(p, ",", 1);
    new_line(p, p->depth);
    p->first = false;
}

/* Before each value. */
static void before_value(struct printer *p)
{
    if (!p->after_key)
        separate(p);
    p->after_key = false;
}

/* ---- strings ----------------------------------------------------------------------------------
 */

/* Go: appendString with escapeHTML. */
static void add_string(struct printer *p, ckpt_string string)
{
    static const char hex[] = "0123456789abcdef";
    const unsigned char *text = (const unsigned char *)string.data;
    size_t plain = 0; /* start of what is copied as it is */
    add(p, "\"", 1);
    for (size_t i = 0; i < string.length;) {
        char escape[6];
        size_t escape_length = 0, size = 1;
        unsigned char c = text[i];
        if (c == '"' || c == '\\') {
            escape[0] = '\\';
            escape[1] = (char)c;
            escape_length = 2;
        } else if (c < 0x20 || c == '<' || c == '>' || c == '&') {
            const char *names = "\bb\ff\nn\rr\tt";
            memcpy(escape, "\\u00", 4);
            escape[4] = hex[c >> 4];
            escape[5] = hex[c & 0xF];
            escape_length = 6;
            for (int n = 0; n < 10; n += 2) {
                if (c == (unsigned char)names[n]) {
                    escape[1] = names[n + 1];
                    escape_length = 2;
                }
            }
        } else if (c >= 0x80) {
            uint32_t rune;
            size = ckpt_utf8_decode(text + i, string.length - i, &rune);
            if (rune == 0x2028 || rune == 0x2029 || size == 1) {
                memcpy(escape, size == 1 ? "\\ufffd" : rune == 0x2028 ? "\\u2028" : "\\u2029", 6);
                escape_length = 6;
            }
        }
        if (escape_length != 0) {
            add(p, string.data + plain, i - plain);
            add(p, escape, escape_length);
            plain = i + size;
        }
        i += size;
    }
    if (string.length > plain)
        add(p, string.data + plain, string.length - plain);
    add(p, "\"", 1);
}

/* ---- the sink
 * ------------------------------------------------------------------------------------ */

static struct printer *printer_of(struct ckpt_sink *sink)
{
    return (struct printer *)sink;
}

static void add_word(struct ckpt_sink *sink, const char *word, size_t length)
{
    before_value(printer_of(sink));
    add(printer_of(sink), word, length);
}

/* The first problem is kept, as Go stops there. */
static void problem_with(struct printer *p, const char *problem, bool is_time)
{
    if (p->problem == NULL) {
        p->problem = problem;
        p->time_problem = is_time;
    }
}

static void print_null(struct ckpt_sink *sink)
{
    add_word(sink, "null", 4);
}

static void print_boolean(struct ckpt_sink *sink, bool value)
{
    add_word(sink, value ? "true" : "false", value ? 4 : 5);
}

static void print_integer(struct ckpt_sink *sink, int64_t value)
{
    char text[20];
    add_word(sink, text, ckpt_format_int64(value, text));
}

static void print_unsigned(struct ckpt_sink *sink, uint64_t value)
{
    char text[20];
    add_word(sink, text, ckpt_format_uint64(value, text));
}

static void print_number(struct ckpt_sink *sink, double value)
{
    if (!isfinite(value)) { /* only in a tree that was made by hand */
        problem_with(printer_of(sink), isnan(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf", false);
        return;
    }
    char text[CKPT_DOUBLE_MAX];
    add_word(sink, text, ckpt_format_double(value, text));
}

static void print_string(struct ckpt_sink *sink, ckpt_string value)
{
    before_value(printer_of(sink));
    add_string(printer_of(sink), value);
}

static void print_time(struct ckpt_sink *sink, ckpt_time value)
{
    const char *problem = ckpt_time_marshal_problem(value);
    if (problem != NULL) {
        problem_with(printer_of(sink), problem, true);
        return;
    }
    char text[CKPT_TIME_MAX];
    print_string(sink, (ckpt_string){text, ckpt_time_format(value, text)});
}

static void begin(struct ckpt_sink *sink, char opener, char closer)
{
    struct printer *p = printer_of(sink);
    before_value(p);
    add(p, &opener, 1);
    if (p->depth == p->capacity) {
        size_t capacity = p->capacity * 2 + 64;
        char *closers = ckpt_arena_alloc(p->arena, capacity);
        if (closers == NULL) {
            p->failed = true;
            return;
        }
        if (p->depth != 0)
            memcpy(closers, p->closers, p->depth);
        p->closers = closers;
        p->capacity = capacity;
    }
    p->closers[p->depth++] = closer;
    p->first = true;
}

static void begin_struct(struct ckpt_sink *sink)
{
    begin(sink, '{', '}');
}

static void begin_map(struct ckpt_sink *sink)
{
    begin(sink, '{', '}');
}

static void begin_array(struct ckpt_sink *sink)
{
    begin(sink, '[', ']');
}

static void end(struct ckpt_sink *sink)
{
    struct printer *p = printer_of(sink);
    if (p->failed)
        return;
    p->depth--;
    if (!p->first)
        new_line(p, p->depth);
    add(p, &p->closers[p->depth], 1);
    p->first = false;
}

static void print_key(struct ckpt_sink *sink, ckpt_string key)
{
    struct printer *p = printer_of(sink);
    separate(p);
    add_string(p, key);
    add(p, ": ", 2);
    p->after_key = true;
}

static void print_field(struct ckpt_sink *sink, const struct ckpt_type *type,
                        const struct ckpt_field *field)
{
    (void)type;
    print_key(sink, (ckpt_string){field->json, field->json_length});
}

bool ckpt_encode(ckpt_document *document, ckpt_kind kind, const void *value, ckpt_string *text,
                 ckpt_error *error)
{
    static const struct ckpt_sink sink = {
        .null_value = print_null,
        .boolean = print_boolean,
        .integer = print_integer,
        .integer64 = print_integer,
        .unsigned64 = print_unsigned,
        .number = print_number,
        .string = print_string,
        .time = print_time,
        .begin_struct = begin_struct,
        .field = print_field,
        .begin_map = begin_map,
        .key = print_key,
        .begin_array = begin_array,
        .end = end,
    };
    static const char time_problem[] = "json: error calling MarshalJSON for type time.Time: "
                                       "Time.MarshalJSON: ";
    struct printer p = {.sink = sink, .out = &document->text, .arena = &document->arena};
    ckpt_buffer_clear(&document->text);
    memset(error, 0, sizeof(*error));
    *text = (ckpt_string){NULL, 0};

    const struct ckpt_kind_info *info = &ckpt_kinds[kind];
    struct ckpt_arena_mark mark = ckpt_arena_mark(p.arena);
    bool complete = ckpt_emit(p.arena, info->type, info->shape, value, &p.sink);
    ckpt_arena_release(p.arena, mark);
    if (p.problem != NULL) {
        ckpt_buffer_clear(&document->text);
        ckpt_buffer_add_text(p.out, p.time_problem ? time_problem : "json: unsupported value: ");
        ckpt_buffer_add_text(p.out, p.problem);
        error->kind = p.time_problem ? CKPT_ERROR_TIME : CKPT_ERROR_TYPE;
        error->rule = p.time_problem ? "CKP103" : info->rule;
        error->go_offset = -1;
        error->message = (ckpt_string){p.out->data, p.out->length};
        error->detail = error->message;
    } else if (!complete || p.failed || p.out->failed) {
        ckpt_limit_error(error, "out of memory");
    } else {
        *text = (ckpt_string){p.out->data, p.out->length};
    }
    return error->kind == CKPT_OK;
}
