/* SPDX-License-Identifier: Apache-2.0 */
#include "json/scan.h"

#include <stdlib.h>
#include <string.h>

#include "mem/block.h"

#define NO_PARENT UINT32_MAX

struct scanner {
    const unsigned char *text, *end;
    struct ckpt_node *next, *limit; /* where the next node goes; end of the room for nodes */
    struct ckpt_index *index;
    struct ckpt_scan_problem *problem;
    uint32_t flags; /* of all strings */
};

/* The functions below get the position of their token and give back the one after it, or NULL
   where there is a problem. */
typedef const unsigned char *position;

/* ---- nodes ---------------------------------------------------------------------------------- */

void ckpt_index_free(struct ckpt_index *index)
{
    free(index->nodes);
    memset(index, 0, sizeof(*index));
}

/* Room for `capacity` nodes; keeps those that are there. */
static bool reserve(struct scanner *s, size_t capacity)
{
    struct ckpt_index *index = s->index;
    size_t count = index->nodes == NULL ? 0 : (size_t)(s->next - index->nodes);
    if (capacity > index->capacity) {
        struct ckpt_node *nodes = realloc(index->nodes, capacity * sizeof(*nodes));
        if (nodes == NULL && index->capacity != 0) { /* memory is short: a little more will do */
            capacity = index->capacity + index->capacity / 8 + 64;
            nodes = realloc(index->nodes, capacity * sizeof(*nodes));
        }
        if (nodes == NULL) {
            s->problem->context = NULL;
            return false;
        }
        index->nodes = nodes;
        index->capacity = capacity;
    }
    s->next = index->nodes + count;
    s->limit = index->nodes + index->capacity;
    return s->next != NULL;
}

/* Adds a node; a length of 0 says that it is not complete yet. NULL: no memory. */
static inline struct ckpt_node *add_node(struct scanner *s, position start, size_t length,
                                         uint32_t info)
{
    if (s->next == s->limit && !reserve(s, s->index->capacity * 2 + 64))
        return NULL;
    struct ckpt_node *node = s->next++;
    node->offset = (uint32_t)(start - s->text);
    node->length = (uint32_t)length;
    node->end = (uint32_t)(s->next - s->index->nodes);
    node->info = info;
    return node;
}

/* ---- problems ------------------------------------------------------------------------------- */

/* The byte at `at` (or the end of the text) does not fit here. At the end Go feeds its state
   machine a blank; `blank` says that this state refuses one. */
static position fail(struct scanner *s, position at, const char *context, bool blank)
{
    s->problem->offset = (size_t)(at - s->text);
    s->problem->context = context;
    s->problem->at_end = at == s->end;
    s->problem->blank = s->problem->at_end && blank;
    return NULL;
}

/* ---- tokens --------------------------------------------------------------------------------- */

static inline position skip_blanks(position at, position end)
{
    while (at < end && *at <= ' ') {
        if (*at == ' ') {
            /* indentation */
            uint64_t word;
            while (end - at >= 8 && (memcpy(&word, at, 8), word == CKPT_EACH_BYTE(' ')))
                at += 8;
            while (at < end && *at == ' ')
                at++;
        } else if (*at == '\n' || *at == '\r' || *at == '\t') {
            at++;
        } else {
            break;
        }
    }
    return at;
}

static bool is_digit(const struct scanner *s, position at)
{
    return at < s->end && *at >= '0' && *at <= '9';
}

static position skip_digits(const struct scanner *s, position at)
{
    while (is_digit(s, at))
        at++;
    return at;
}

static position scan_literal(struct scanner *s, position at, const char *word,
                             const char *const *contexts, enum ckpt_node_type type)
{
    struct ckpt_node *node = add_node(s, at, 0, type);
    if (node == NULL)
        return NULL;
    size_t i = 1; /* the first byte brought us here */
    for (; word[i] != '\0'; i++) {
        if (at + i == s->end || at[i] != (unsigned char)word[i])
            return fail(s, at + i, contexts[i - 1], true);
    }
    node->length = (uint32_t)i;
    return at + i;
}

static position scan_number(struct scanner *s, position at)
{
    position start = at;
    struct ckpt_node *node = add_node(s, at, 0, CKPT_NUMBER);
    if (node == NULL)
        return NULL;
    if (*at == '-') {
        at++;
        if (!is_digit(s, at))
            return fail(s, at, "in numeric literal", true);
    }
    at = *at == '0' ? at + 1 : skip_digits(s, at);
    if (at < s->end && *at == '.') {
        at++;
        if (!is_digit(s, at))
            return fail(s, at, "after decimal point in numeric literal", true);
        at = skip_digits(s, at);
    }
    if (at < s->end && (*at == 'e' || *at == 'E')) {
        at++;
        if (at < s->end && (*at == '+' || *at == '-'))
            at++;
        if (!is_digit(s, at))
            return fail(s, at, "in exponent of numeric literal", true);
        at = skip_digits(s, at);
    }
    node->length = (uint32_t)(at - start);
    return at;
}

/* The escape whose backslash is at `at`. */
static position scan_escape(struct scanner *s, position at)
{
    at++;
    if (at < s->end && *at == 'u') {
        at++;
        for (int i = 0; i < 4; i++, at++) {
            unsigned char lower = at < s->end ? *at | 0x20 : 0;
            if (!is_digit(s, at) && (lower < 'a' || lower > 'f'))
                return fail(s, at, "in \\u hexadecimal character escape", true);
        }
        return at;
    }
    if (at == s->end || *at == '\0' || strchr("\"\\/bfnrt", *at) == NULL)
        return fail(s, at, "in string escape code", true);
    return at + 1;
}

/* What became of a run of plain bytes: where it ends, and whether some are >= 0x80. */
struct run {
    position stop; /* a quote, a backslash, a control byte, or the end of the text */
    uint32_t info; /* CKPT_NODE_WIDE or 0 */
};

static inline struct run skip_plain(position at, position end)
{
    uint64_t wide = 0;
    while (end - at >= CKPT_BLOCK_SIZE) {
        struct ckpt_block block = ckpt_block_read(at);
        if (block.stop != 0) {
            uint64_t before = (block.stop & (~block.stop + 1)) - 1; /* the bits below the lowest */
            wide |= block.wide & before;
            at += __builtin_ctzll(block.stop) / CKPT_BLOCK_BITS;
            return (struct run){at, wide != 0 ? CKPT_NODE_WIDE : 0};
        }
        wide |= block.wide;
        at += CKPT_BLOCK_SIZE;
    }
    while (at < end && *at != '"' && *at != '\\' && *at >= 0x20)
        wide |= *at++ & 0x80u;
    return (struct run){at, wide != 0 ? CKPT_NODE_WIDE : 0};
}

/* The rest of a string with escapes, from its first one at `at`. */
static position scan_escaped_string(struct scanner *s, position start, position at, uint32_t info)
{
    while (at < s->end && *at == '\\') {
        at = scan_escape(s, at);
        if (at == NULL)
            return NULL;
        struct run run = skip_plain(at, s->end);
        at = run.stop;
        info |= run.info;
    }
    if (at == s->end || *at != '"')
        return fail(s, at, "in string literal", false);
    at++;
    s->flags |= info;
    return add_node(s, start, (size_t)(at - start), info | CKPT_NODE_ESCAPED) == NULL ? NULL : at;
}

static inline position scan_string(struct scanner *s, position start)
{
    struct run run = skip_plain(start + 1, s->end);
    position at = run.stop;
    if (at == s->end || *at != '"')
        return scan_escaped_string(s, start, at, CKPT_STRING | run.info);
    at++;
    s->flags |= run.info;
    return add_node(s, start, (size_t)(at - start), CKPT_STRING | run.info) == NULL ? NULL : at;
}

static position scan_other_scalar(struct scanner *s, position at)
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
    switch (at == s->end ? 0 : *at) {
    case 't':
        return scan_literal(s, at, "true", true_contexts, CKPT_TRUE);
    case 'f':
        return scan_literal(s, at, "false", false_contexts, CKPT_FALSE);
    case 'n':
        return scan_literal(s, at, "null", null_contexts, CKPT_NULL);
    default:
        if (is_digit(s, at) || (at < s->end && *at == '-'))
            return scan_number(s, at);
        return fail(s, at, "looking for beginning of value", false);
    }
}

/* ---- structure --------------------------------------------------------------------------------
 */

/* A key, its colon, and the blanks around them. */
static inline position scan_key(struct scanner *s, position at)
{
    if (at == s->end || *at != '"')
        return fail(s, at, "looking for beginning of object key string", false);
    at = scan_string(s, at);
    if (at == NULL)
        return NULL;
    at = skip_blanks(at, s->end);
    if (at == s->end || *at != ':')
        return fail(s, at, "after object key", false);
    return skip_blanks(at + 1, s->end);
}

/* A new container; `end` of an open one holds the index of the container around it. */
static struct ckpt_node *open_container(struct scanner *s, position at, uint32_t parent,
                                        unsigned depth)
{
    if (depth == CKPT_MAX_DEPTH) {
        fail(s, at, "exceeded max depth", false);
        return NULL;
    }
    struct ckpt_node *node = add_node(s, at, 0, *at == '{' ? CKPT_OBJECT : CKPT_ARRAY);
    if (node != NULL)
        node->end = parent;
    return node;
}

static position scan_document(struct scanner *s, position at)
{
    position end = s->end;
    uint32_t parent = NO_PARENT;
    unsigned depth = 0;
    bool object = false; /* the innermost open container is one */

    at = skip_blanks(at, end);
    for (;;) {
        /* a value, at its first byte */
        if (at < end && *at == '"') {
            at = scan_string(s, at);
        } else if (at < end && (*at == '{' || *at == '[')) {
            struct ckpt_node *node = open_container(s, at, parent, depth);
            if (node == NULL)
                return NULL;
            parent = (uint32_t)(node - s->index->nodes);
            s->problem->open = parent;
            depth++;
            object = *at == '{';
            at = skip_blanks(at + 1, end);
            if (at < end && *at == (object ? '}' : ']'))
                goto close;
            if (object && (at = scan_key(s, at)) == NULL)
                return NULL;
            continue;
        } else {
            at = scan_other_scalar(s, at);
        }
        if (at == NULL)
            return NULL;

    after_value:
        at = skip_blanks(at, end);
        if (parent == NO_PARENT)
            break;
        s->index->nodes[parent].info += CKPT_NODE_COUNT_ONE;
        if (at < end && *at == ',') {
            at = skip_blanks(at + 1, end);
            if (object && (at = scan_key(s, at)) == NULL)
                return NULL;
            continue;
        }
        if (at == end || *at != (object ? '}' : ']'))
            return fail(s, at, object ? "after object key:value pair" : "after array element",
                        false);

    close:
        at++;
        depth--;
        struct ckpt_node *node = &s->index->nodes[parent];
        node->length = (uint32_t)(at - s->text) - node->offset;
        parent = node->end;
        node->end = (uint32_t)(s->next - s->index->nodes);
        s->problem->open = parent;
        object = parent != NO_PARENT && ckpt_node_type(&s->index->nodes[parent]) == CKPT_OBJECT;
        goto after_value;
    }
    return at < end ? fail(s, at, "after top-level value", false) : at;
}

bool ckpt_json_scan(struct ckpt_index *index, const unsigned char *text, size_t length,
                    struct ckpt_scan_problem *problem)
{
    struct scanner s = {text, text + length, index->nodes, NULL, index, problem, 0};
    *problem = (struct ckpt_scan_problem){0, NULL, false, false, NO_PARENT};
    index->count = 0;
    if (!reserve(&s, length / 32 + 64))
        return false;
    bool complete = scan_document(&s, text) != NULL;
    index->count = (size_t)(s.next - index->nodes);
    index->wide = (s.flags & CKPT_NODE_WIDE) != 0;
    return complete;
}
