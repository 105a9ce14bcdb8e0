/* SPDX-License-Identifier: Apache-2.0 */
#include "json/scan.h"

#include <stdlib.h>
#include <string.h>

#define NO_PARENT UINT32_MAX

struct scanner {
    const unsigned char *text, *at, *end;
    struct ckpt_index *index;
    struct ckpt_scan_problem *problem;
};

/* ---- nodes ---------------------------------------------------------------------------------- */

void ckpt_index_free(struct ckpt_index *index)
{
    free(index->nodes);
    memset(index, 0, sizeof(*index));
}

static bool reserve(struct ckpt_index *index, size_t capacity)
{
    if (capacity <= index->capacity)
        return true;
    struct ckpt_node *nodes = realloc(index->nodes, capacity * sizeof(*nodes));
    if (nodes == NULL)
        return false;
    index->nodes = nodes;
    index->capacity = capacity;
    return true;
}

/* Adds a node that starts at `start`; its length stays 0 until it is complete. NULL: no memory. */
static inline struct ckpt_node *add_node(struct scanner *s, const unsigned char *start,
                                         uint32_t info)
{
    struct ckpt_index *index = s->index;
    if (index->count == index->capacity && !reserve(index, index->capacity * 2)) {
        s->problem->context = NULL;
        return NULL;
    }
    struct ckpt_node *node = &index->nodes[index->count++];
    node->offset = (uint32_t)(start - s->text);
    node->length = 0;
    node->end = (uint32_t)index->count;
    node->info = info;
    return node;
}

static inline bool close_scalar(struct scanner *s, struct ckpt_node *node)
{
    node->length = (uint32_t)(s->at - s->text) - node->offset;
    return true;
}

/* ---- problems ------------------------------------------------------------------------------- */

/* The byte at s->at (or the end of the text) does not fit here. At the end Go feeds its state
   machine a blank; `blank` says that this state refuses one. */
static bool fail(struct scanner *s, const char *context, bool blank)
{
    s->problem->offset = (size_t)(s->at - s->text);
    s->problem->context = context;
    s->problem->at_end = s->at == s->end;
    s->problem->blank = s->problem->at_end && blank;
    return false;
}

/* ---- tokens --------------------------------------------------------------------------------- */

#define EACH_BYTE(value) (UINT64_C(0x0101010101010101) * (value))

static inline const unsigned char *skip_blanks(const unsigned char *at, const unsigned char *end)
{
    while (at < end && *at <= ' ') {
        if (*at == ' ' && end - at >= 8) {
            uint64_t word;
            memcpy(&word, at, 8);
            if (word == EACH_BYTE(' ')) {
                at += 8;
                continue;
            }
        }
        if (*at != ' ' && *at != '\n' && *at != '\r' && *at != '\t')
            break;
        at++;
    }
    return at;
}

static bool scan_literal(struct scanner *s, const char *word, const char *const *contexts,
                         enum ckpt_node_type type)
{
    struct ckpt_node *node = add_node(s, s->at, type);
    if (node == NULL)
        return false;
    for (size_t i = 0; word[i] != '\0'; i++, s->at++) {
        if (s->at == s->end || *s->at != (unsigned char)word[i])
            return fail(s, contexts[i - 1], true);
    }
    return close_scalar(s, node);
}

static bool digit_here(const struct scanner *s)
{
    return s->at < s->end && *s->at >= '0' && *s->at <= '9';
}

static bool scan_number(struct scanner *s)
{
    struct ckpt_node *node = add_node(s, s->at, CKPT_NUMBER);
    if (node == NULL)
        return false;
    if (*s->at == '-') {
        s->at++;
        if (!digit_here(s))
            return fail(s, "in numeric literal", true);
    }
    if (*s->at == '0') {
        s->at++;
    } else {
        while (digit_here(s))
            s->at++;
    }
    if (s->at < s->end && *s->at == '.') {
        s->at++;
        if (!digit_here(s))
            return fail(s, "after decimal point in numeric literal", true);
        while (digit_here(s))
            s->at++;
    }
    if (s->at < s->end && (*s->at == 'e' || *s->at == 'E')) {
        s->at++;
        if (s->at < s->end && (*s->at == '+' || *s->at == '-'))
            s->at++;
        if (!digit_here(s))
            return fail(s, "in exponent of numeric literal", true);
        while (digit_here(s))
            s->at++;
    }
    return close_scalar(s, node);
}

static bool scan_escape(struct scanner *s)
{
    s->at++; /* the backslash */
    if (s->at == s->end)
        return fail(s, "in string escape code", true);
    switch (*s->at) {
    case '"':
    case '\\':
    case '/':
    case 'b':
    case 'f':
    case 'n':
    case 'r':
    case 't':
        s->at++;
        return true;
    case 'u':
        s->at++;
        for (int i = 0; i < 4; i++, s->at++) {
            bool hex = digit_here(s) ||
                       (s->at < s->end && ((*s->at | 0x20) >= 'a') && ((*s->at | 0x20) <= 'f'));
            if (!hex)
                return fail(s, "in \\u hexadecimal character escape", true);
        }
        return true;
    default:
        return fail(s, "in string escape code", true);
    }
}

/* Moves s->at to the next byte that is a quote, a backslash or a control byte (or to the end);
   notes bytes >= 0x80 on the way. */
static inline void skip_plain(struct scanner *s, uint32_t *info)
{
    const unsigned char *at = s->at, *end = s->end;
    uint64_t wide = 0;
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    while (end - at >= 8) {
        uint64_t word;
        memcpy(&word, at, 8);
        uint64_t quote = word ^ EACH_BYTE('"'), slash = word ^ EACH_BYTE('\\');
        /* The lowest set bit of each is exact: a borrow reaches only higher bytes. */
        uint64_t stop = (((quote - EACH_BYTE(1)) & ~quote) | ((slash - EACH_BYTE(1)) & ~slash) |
                         ((word - EACH_BYTE(0x20)) & ~word)) &
                        EACH_BYTE(0x80);
        if (stop != 0) {
            int bytes = __builtin_ctzll(stop) / 8;
            wide |= word & EACH_BYTE(0x80) & ((UINT64_C(1) << (bytes * 8)) - 1);
            at += bytes;
            goto stopped;
        }
        wide |= word & EACH_BYTE(0x80);
        at += 8;
    }
#endif
    while (at < end && *at != '"' && *at != '\\' && *at >= 0x20)
        wide |= *at++ & 0x80u;
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
stopped:
#endif
    if (wide != 0)
        *info |= CKPT_NODE_WIDE;
    s->at = at;
}

static bool scan_string(struct scanner *s)
{
    const unsigned char *start = s->at++;
    uint32_t info = CKPT_STRING;
    for (;;) {
        skip_plain(s, &info);
        if (s->at == s->end)
            break;
        if (*s->at == '"') {
            s->at++;
            struct ckpt_node *node = add_node(s, start, info);
            return node != NULL && close_scalar(s, node);
        }
        if (*s->at != '\\')
            break;
        info |= CKPT_NODE_ESCAPED;
        if (!scan_escape(s))
            return false;
    }
    return fail(s, "in string literal", false);
}

static bool scan_scalar(struct scanner *s)
{
    static const char *const true_contexts[] = {"in literal true (expecting 'r')",
                                                "in literal true (expecting 'u')",
                                                "in literal true (expecting 'e')"};
    static const char *const false_contexts[] = {
        "in literal false (expecting 'a')", "in literal false (expecting 'l')",
        "in literal false (expecting 's')", "in literal false (expecting 'e')"};
    static const char *const null_contexts[] = {"in literal null (expecting 'u')",
                                                "in literal null (expecting 'l')",
                                                "in literal null (expecting 'l')"};
    if (s->at == s->end)
        return fail(s, "looking for beginning of value", false);
    switch (*s->at) {
    case '"':
        return scan_string(s);
    case 't':
        return scan_literal(s, "true", true_contexts, CKPT_TRUE);
    case 'f':
        return scan_literal(s, "false", false_contexts, CKPT_FALSE);
    case 'n':
        return scan_literal(s, "null", null_contexts, CKPT_NULL);
    default:
        if (*s->at == '-' || (*s->at >= '0' && *s->at <= '9'))
            return scan_number(s);
        return fail(s, "looking for beginning of value", false);
    }
}

/* ---- structure --------------------------------------------------------------------------------
 */

static bool is_object(const struct ckpt_node *node)
{
    return ckpt_node_type(node) == CKPT_OBJECT;
}

static bool scan_key(struct scanner *s)
{
    if (s->at == s->end || *s->at != '"')
        return fail(s, "looking for beginning of object key string", false);
    if (!scan_string(s))
        return false;
    s->at = skip_blanks(s->at, s->end);
    if (s->at == s->end || *s->at != ':')
        return fail(s, "after object key", false);
    s->at++;
    return true;
}

/* An open container's `end` holds the index of the container around it. */
static bool scan_document(struct scanner *s)
{
    uint32_t parent = NO_PARENT;
    unsigned depth = 0;

    for (;;) {
        /* a value */
        s->at = skip_blanks(s->at, s->end);
        if (s->at < s->end && (*s->at == '{' || *s->at == '[')) {
            bool object = *s->at == '{';
            if (depth == CKPT_MAX_DEPTH) {
                s->problem->open = parent;
                return fail(s, "exceeded max depth", false);
            }
            struct ckpt_node *node = add_node(s, s->at, object ? CKPT_OBJECT : CKPT_ARRAY);
            if (node == NULL)
                return false;
            node->end = parent;
            parent = (uint32_t)s->index->count - 1;
            s->problem->open = parent;
            depth++;
            s->at = skip_blanks(s->at + 1, s->end);
            if (s->at < s->end && *s->at == (object ? '}' : ']'))
                goto close;
            if (object && !scan_key(s))
                return false;
            continue;
        }
        if (!scan_scalar(s))
            return false;

    after_value:
        if (parent == NO_PARENT)
            break;
        s->index->nodes[parent].info += CKPT_NODE_COUNT_ONE;
        s->at = skip_blanks(s->at, s->end);
        bool object = is_object(&s->index->nodes[parent]);
        if (s->at < s->end && *s->at == ',') {
            s->at++;
            if (object) {
                s->at = skip_blanks(s->at, s->end);
                if (!scan_key(s))
                    return false;
            }
            continue;
        }
        if (s->at == s->end || *s->at != (object ? '}' : ']'))
            return fail(s, object ? "after object key:value pair" : "after array element", false);

    close:
        s->at++;
        struct ckpt_node *node = &s->index->nodes[parent];
        node->length = (uint32_t)(s->at - s->text) - node->offset;
        parent = node->end;
        node->end = (uint32_t)s->index->count;
        s->problem->open = parent;
        depth--;
        goto after_value;
    }
    s->at = skip_blanks(s->at, s->end);
    if (s->at < s->end)
        return fail(s, "after top-level value", false);
    return true;
}

bool ckpt_scan(struct ckpt_index *index, const unsigned char *text, size_t length,
               struct ckpt_scan_problem *problem)
{
    struct scanner s = {text, text, text + length, index, problem};
    *problem = (struct ckpt_scan_problem){0, NULL, false, false, NO_PARENT};
    index->count = 0;
    if (!reserve(index, length / 32 + 64))
        return false;
    return scan_document(&s);
}
