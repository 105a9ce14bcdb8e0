/* SPDX-License-Identifier: Apache-2.0 */
/* The texts of errors: Go's, and after them where it is, what was found, what was expected. */
#include <string.h>

#include "text/lines.h"
#include "text/message.h"
#include "text/number.h"
#include "text/slice.h"
#include "text/time.h"
#include "text/utf8.h"
#include "json/document.h"

/* ---- building texts ---------------------------------------------------------------------------
 */

/* Texts are put together in the document's buffer and then kept in its arena. */
static void add(ckpt_document *document, const char *text)
{
    ckpt_buffer_add_text(&document->text, text);
}

/* The text since the last call, in the arena; empty if there is no memory. */
static ckpt_string keep(ckpt_document *document)
{
    size_t length = document->text.length;
    bool failed = document->text.failed; /* the text is not whole */
    char *copy = failed ? NULL : ckpt_arena_alloc(&document->arena, length + 1);
    if (copy != NULL && length != 0)
        memcpy(copy, document->text.data, length);
    ckpt_buffer_clear(&document->text);
    if (copy == NULL) {
        document->text_lost = true;
        return (ckpt_string){"", 0};
    }
    return (ckpt_string){copy, length};
}

/* ---- places -------------------------------------------------------------------------------------
 */

void ckpt_position(const void *text, size_t length, size_t offset, ckpt_location *where)
{
    size_t start;
    if (offset > length)
        offset = length;
    size_t lines = ckpt_count_lines(text, offset, &start);
    const unsigned char *line = (const unsigned char *)text + start;
    *where = (ckpt_location){offset, 0, lines + 1, ckpt_utf8_count(line, offset - start) + 1};
}

/* One reference token of a JSON pointer (RFC 6901, section 3). */
static void add_token(ckpt_document *document, ckpt_string token)
{
    add(document, "/");
    for (size_t i = 0; i < token.length; i++) {
        if (token.data[i] == '~')
            add(document, "~0");
        else if (token.data[i] == '/')
            add(document, "~1");
        else
            ckpt_buffer_add(&document->text, &token.data[i], 1);
    }
}

/* Adds the steps from the root to `node`. Containers that are not closed yet (after a syntax
   error) reach to the end of the index; `end_of` knows them. */
static uint32_t end_of(const ckpt_document *document, uint32_t node)
{
    const struct ckpt_node *n = &document->index.nodes[node];
    bool open = ckpt_node_type(n) >= CKPT_ARRAY && n->length == 0;
    return open ? (uint32_t)document->index.count : n->end;
}

/* Containers of more children than this are not walked from their beginning each time. */
enum { MANY = 16 };

static void add_pointer(ckpt_document *document, uint32_t node)
{
    const struct ckpt_node *nodes = document->index.nodes;
    uint32_t at = 0;
    for (size_t depth = 0; at != node; depth++) {
        struct ckpt_near *near = &document->near[depth % CKPT_NEAR];
        bool object = ckpt_node_type(&nodes[at]) == CKPT_OBJECT;
        uint32_t child = at + 1;
        size_t element = 0;
        if (near->child != 0 && near->container == at && near->child <= node) {
            child = near->child;
            element = near->element;
        }
        for (;;) { /* the child that is or holds the node */
            uint32_t value = child + object;
            if (node < end_of(document, value))
                break;
            child = end_of(document, value);
            element++;
        }
        if (element > MANY)
            *near = (struct ckpt_near){at, child, element};
        if (object) {
            ckpt_string key = ckpt_unquote(&document->arena, document->input, &nodes[child]);
            add_token(document, key);
            if (node == child)
                return; /* the key itself: its member */
        } else {
            char digits[20];
            add_token(document, (ckpt_string){digits, ckpt_format_uint64(element, digits)});
        }
        at = child + object;
    }
}

ckpt_string ckpt_node_pointer(ckpt_document *document, uint32_t node)
{
    ckpt_buffer_clear(&document->text);
    add_pointer(document, node);
    return keep(document);
}

/* ---- what all errors have in common
 * ----------------------------------------------------------------- */

static void set_place(ckpt_document *document, ckpt_error *error, size_t offset, size_t length)
{
    ckpt_position(document->input, document->length, offset, &error->where);
    error->where.length = length;
}

/* detail = message (line 3, column 5, at /a/b: found …; expected …) */
static void set_detail(ckpt_document *document, ckpt_error *error)
{
    ckpt_format(&document->text, "%t (line %n, column %n%s%t: found %t; expected %t)",
                error->message, (uint64_t)error->where.line, (uint64_t)error->where.column,
                error->pointer.length != 0 ? ", at " : "", error->pointer, error->found,
                error->expected);
    error->detail = keep(document);
    if (document->text_lost) {
        memset(error, 0, sizeof(*error));
        ckpt_limit_error(error, "out of memory");
    }
}

void ckpt_limit_error(ckpt_error *error, const char *message)
{
    error->kind = CKPT_ERROR_LIMIT;
    error->rule = "CKP012";
    error->go_offset = -1;
    error->message = ckpt_string_of(message);
    error->detail = error->message;
}

/* ---- syntax
 * ---------------------------------------------------------------------------------------------- */

/* Go: quoteChar. A byte is shown as the code point of that number. */
static void add_quoted_byte(ckpt_document *document, unsigned char c)
{
    static const char hex[] = "0123456789abcdef";
    static const char *const names[] = {"\aa", "\bb", "\ff",  "\nn", "\rr",
                                        "\tt", "\vv", "\\\\", "''"};
    char text[8] = "'";
    size_t length = 1;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (c == (unsigned char)names[i][0]) {
            text[length++] = '\\';
            text[length++] = names[i][1];
        }
    }
    if (length == 1) {
        if (c < 0x20 || c == 0x7F) {
            memcpy(text + length, "\\x", 2);
            text[length + 2] = hex[c >> 4];
            text[length + 3] = hex[c & 0xF];
            length += 4;
        } else if ((c >= 0x80 && c <= 0xA0) || c == 0xAD) {
            memcpy(text + length, "\\u00", 4);
            text[length + 4] = hex[c >> 4];
            text[length + 5] = hex[c & 0xF];
            length += 6;
        } else {
            length += ckpt_utf8_encode(c, (unsigned char *)text + length);
        }
    }
    ckpt_buffer_add(&document->text, text, length);
    add(document, "'");
}

/* What would fit, for each of Go's contexts. */
static const char *expected_after(const char *context)
{
    static const char *const words[][2] = {
        {"looking for beginning of value", "a value"},
        {"looking for beginning of object key string", "a key in double quotes"},
        {"after object key", "a colon"},
        {"after object key:value pair", "a comma or the closing brace"},
        {"after array element", "a comma or the closing bracket"},
        {"after top-level value", "nothing but white space"},
        {"in numeric literal", "a digit"},
        {"after decimal point in numeric literal", "a digit"},
        {"in exponent of numeric literal", "a digit"},
        {"in string literal", "the rest of the string; control characters must be escaped"},
        {"in string escape code", "one of \" \\ / b f n r t u"},
        {"in \\u hexadecimal character escape", "a hexadecimal digit"},
        {"exceeded max depth", "at most 10000 nested arrays and objects"},
    };
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcmp(words[i][0], context) == 0)
            return words[i][1];
    }
    return "true, false or null"; /* "in literal …" */
}

/* The place of a syntax error: the member or element that was being read, else its container. */
static void add_syntax_pointer(ckpt_document *document, const struct ckpt_scan_problem *problem)
{
    const struct ckpt_node *nodes = document->index.nodes;
    uint32_t count = (uint32_t)document->index.count;
    if (problem->open == UINT32_MAX)
        return;
    add_pointer(document, problem->open);
    if (ckpt_node_type(&nodes[problem->open]) == CKPT_OBJECT) {
        for (uint32_t key = problem->open + 1; key < count; key = nodes[key + 1].end) {
            if (key + 1 < count && nodes[key + 1].length != 0)
                continue; /* a complete member */
            ckpt_string name = ckpt_unquote(&document->arena, document->input, &nodes[key]);
            add_token(document, name);
            return;
        }
    } else if (strcmp(problem->context, "after array element") != 0) {
        size_t elements = 0;
        for (uint32_t i = problem->open + 1; i < count && nodes[i].length != 0; i = nodes[i].end)
            elements++;
        char digits[20];
        add_token(document, (ckpt_string){digits, ckpt_format_uint64(elements, digits)});
    }
}

void ckpt_syntax_error(ckpt_document *document, const struct ckpt_scan_problem *problem,
                       ckpt_error *error)
{
    error->kind = CKPT_ERROR_SYNTAX;
    error->go_offset = (int64_t)problem->offset + !problem->at_end;
    set_place(document, error, problem->offset, !problem->at_end);

    ckpt_buffer_clear(&document->text);
    if (problem->at_end && !problem->blank) {
        add(document, "unexpected end of JSON input");
    } else {
        add(document, "invalid character ");
        add_quoted_byte(document, problem->at_end ? ' ' : document->input[problem->offset]);
        add(document, " ");
        add(document, problem->context);
    }
    error->message = keep(document);

    add_syntax_pointer(document, problem);
    error->pointer = keep(document);

    if (problem->at_end) {
        add(document, "the end of the text");
    } else {
        add_quoted_byte(document, document->input[problem->offset]);
    }
    error->found = keep(document);
    error->expected = ckpt_string_of(expected_after(problem->context));
    set_detail(document, error);
}

/* ---- types
 * -------------------------------------------------------------------------------------------------
 */

/* Go's word for a kind of value (UnmarshalTypeError.Value). */
static const char *go_word(enum ckpt_node_type type)
{
    static const char *const words[] = {"null",   "bool",  "bool",  "number",
                                        "string", "array", "object"};
    return words[type];
}

/* Adds a token, with U+FFFD for each byte that is not UTF-8. */
static void add_valid(ckpt_document *document, const char *token, size_t length)
{
    const unsigned char *at = (const unsigned char *)token;
    while (length > 0) {
        uint32_t rune;
        unsigned char encoded[4];
        size_t size = ckpt_utf8_decode(at, length, &rune);
        ckpt_buffer_add(&document->text, (const char *)encoded, ckpt_utf8_encode(rune, encoded));
        at += size;
        length -= size;
    }
}

/* A short form of the value for people: scalars as they stand, cut when long. */
static void add_found(ckpt_document *document, const struct ckpt_node *node)
{
    static const char *const words[] = {"",         "",         "", "the number ", "the string ",
                                        "an array", "an object"};
    enum ckpt_node_type type = ckpt_node_type(node);
    add(document, words[type]);
    if (type >= CKPT_ARRAY)
        return;
    const char *token = (const char *)document->input + node->offset;
    size_t length = node->length;
    if (length > 60) {
        /* not in the middle of a code point */
        for (length = 57; length > 0 && ((unsigned char)token[length] & 0xC0) == 0x80; length--) {
        }
    }
    add_valid(document, token, length);
    if (length < node->length)
        add(document, "...");
}

/* Go: Type.String(); the name of a pointer's type is that of what it points to. */
static void add_go_type(ckpt_document *document, const struct ckpt_type_problem *problem)
{
    const struct ckpt_kind_info *kind = &ckpt_kinds[document->kind];
    if (problem->depth == 0 && problem->node == 0) {
        /* the whole document: for deleted.files "[]string", for network.status its own name */
        add(document, kind->type->kind == CKPT_T_ANY ? "float64" : kind->go_name);
        return;
    }
    if (problem->shape == CKPT_SHAPE_SLICE)
        add(document, "[]");
    else if (problem->shape == CKPT_SHAPE_MAP)
        add(document, "map[string]");
    add(document, problem->type->kind == CKPT_T_ANY ? "float64" : problem->type->go_name);
}

static void add_expected_type(ckpt_document *document, const struct ckpt_type_problem *problem)
{
    static const char *const words[] = {
        "a string",
        "true or false",
        "an integer from -2147483648 to 2147483647",
        "an integer from -9223372036854775808 to 9223372036854775807",
        "an integer from 0 to 65535",
        "an integer from 0 to 4294967295",
        "an integer from 0 to 18446744073709551615",
        "a time",
        "a number that fits a double",
        "an object"};
    if (problem->shape == CKPT_SHAPE_SLICE)
        add(document, "an array");
    else if (problem->shape == CKPT_SHAPE_MAP)
        add(document, "an object");
    else
        add(document, words[problem->type->kind]);
}

/* Go: FieldStack joined by dots; an embedded struct is a step of its own. */
static void add_go_field(ckpt_document *document, const struct ckpt_type_problem *problem)
{
    for (int i = 0; i < problem->depth; i++) {
        if (i > 0)
            add(document, ".");
        if (problem->step[i].field->embedded != NULL) {
            add(document, problem->step[i].field->embedded);
            add(document, ".");
        }
        add(document, problem->step[i].field->json);
    }
}

void ckpt_type_error(ckpt_document *document, const struct ckpt_type_problem *problem,
                     ckpt_error *error)
{
    const struct ckpt_node *node = &document->index.nodes[problem->node];
    error->kind = CKPT_ERROR_TYPE;
    error->go_offset = problem->go_offset;
    set_place(document, error, node->offset, node->length);
    ckpt_buffer_clear(&document->text);

    add(document, go_word(ckpt_node_type(node)));
    if (problem->literal) {
        add(document, " ");
        ckpt_buffer_add(&document->text, (const char *)document->input + node->offset,
                        node->length);
    }
    error->go_value = keep(document);
    add_go_type(document, problem);
    error->go_type = keep(document);
    if (problem->depth > 0) {
        const char *name = problem->step[problem->depth - 1].owner->go_name;
        const char *dot = strchr(name, '.');
        error->go_struct = ckpt_string_of(dot == NULL ? name : dot + 1);
        add_go_field(document, problem);
        error->go_field = keep(document);
    }

    bool field = problem->depth > 0;
    ckpt_format(&document->text, "json: cannot unmarshal %t into Go %s%t%s%t of type %t",
                error->go_value, field ? "struct field " : "value", error->go_struct,
                field ? "." : "", error->go_field, error->go_type);
    error->message = keep(document);

    error->pointer = ckpt_node_pointer(document, problem->node);
    add_found(document, node);
    error->found = keep(document);
    add_expected_type(document, problem);
    error->expected = keep(document);
    set_detail(document, error);
}

/* ---- times
 * ---------------------------------------------------------------------------------------------------
 */

/* Go: quote of package time. */
static void add_time_quoted(ckpt_document *document, const char *text, size_t length)
{
    static const char hex[] = "0123456789abcdef";
    add(document, "\"");
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c < 0x20 || c >= 0x80) {
            char escape[4] = {'\\', 'x', hex[c >> 4], hex[c & 0xF]};
            ckpt_buffer_add(&document->text, escape, 4);
            continue;
        }
        if (c == '"' || c == '\\')
            add(document, "\\");
        ckpt_buffer_add(&document->text, &text[i], 1);
    }
    add(document, "\"");
}

void ckpt_time_error(ckpt_document *document, uint32_t node_index,
                     const struct ckpt_time_problem *problem, ckpt_error *error)
{
    const struct ckpt_node *node = &document->index.nodes[node_index];
    error->kind = CKPT_ERROR_TIME;
    error->rule = "CKP103";
    error->go_offset = -1;
    set_place(document, error, node->offset, node->length);
    ckpt_buffer_clear(&document->text);

    if (problem == NULL) {
        add(document, "Time.UnmarshalJSON: input is not a JSON string");
    } else {
        const char *text = (const char *)document->input + node->offset + 1;
        size_t length = node->length - 2;
        add(document, "parsing time ");
        add_time_quoted(document, text, length);
        if (problem->element != NULL) {
            add(document, " as \"2006-01-02T15:04:05Z07:00\": cannot parse ");
            add_time_quoted(document, text + problem->rest, length - problem->rest);
            ckpt_format(&document->text, " as \"%s\"", problem->element);
        } else if (problem->extra_text) {
            add(document, ": extra text: ");
            add_time_quoted(document, text + problem->rest, length - problem->rest);
        } else {
            ckpt_format(&document->text, ": %s out of range", problem->message);
        }
    }
    error->message = keep(document);
    error->pointer = ckpt_node_pointer(document, node_index);
    add_found(document, node);
    error->found = keep(document);
    error->expected = ckpt_string_of("an RFC 3339 time such as 2024-01-28T00:10:45Z");
    set_detail(document, error);
}

void ckpt_value_error(ckpt_document *document, uint32_t node, const char *expected,
                      ckpt_error *error)
{
    const struct ckpt_node *n = &document->index.nodes[node];
    memset(error, 0, sizeof(*error));
    error->kind = CKPT_ERROR_TYPE;
    error->go_offset = -1;
    set_place(document, error, n->offset, n->length);
    error->message = ckpt_string_of("unexpected value");
    error->pointer = ckpt_node_pointer(document, node);
    add_found(document, n);
    error->found = keep(document);
    error->expected = ckpt_string_of(expected);
    set_detail(document, error);
}
