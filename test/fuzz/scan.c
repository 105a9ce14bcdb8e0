/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The scanner against a second one that reads byte by byte: the same verdict, and the same place
 * of the first wrong byte. And all that the nodes promise.
 */
#include "fuzz.h"

enum state {
    VALUE,
    VALUE_OR_END,
    KEY,
    KEY_OR_END,
    COLON,
    AFTER,
    STRING,
    ESCAPE,
    HEX,
    WORD,
    MINUS,
    ZERO,
    DIGITS,
    POINT,
    FRACTION,
    EXPONENT,
    SIGN,
    EXPONENT_DIGITS
};

struct reader {
    enum state state;
    bool is_key;
    int hex_left;
    const char *rest; /* of a word */
    unsigned depth;
    char closer[CKPT_MAX_DEPTH];
};

static bool is_digit(unsigned char c)
{
    return c >= '0' && c <= '9';
}

static bool read_value(struct reader *r, unsigned char c)
{
    static const char *const words[] = {"true", "false", "null"};
    if (c == '{' || c == '[') {
        if (r->depth == CKPT_MAX_DEPTH)
            return false;
        r->closer[r->depth++] = c == '{' ? '}' : ']';
        r->state = c == '{' ? KEY_OR_END : VALUE_OR_END;
        return true;
    }
    r->is_key = false;
    r->state = c == '"' ? STRING : c == '-' ? MINUS : c == '0' ? ZERO : DIGITS;
    if (c == '"' || c == '-' || is_digit(c))
        return true;
    for (int i = 0; i < 3; i++) {
        if (c == (unsigned char)words[i][0]) {
            r->state = WORD;
            r->rest = words[i] + 1;
            return true;
        }
    }
    return false;
}

static bool read_after(struct reader *r, unsigned char c)
{
    if (r->depth == 0)
        return false;
    char closer = r->closer[r->depth - 1];
    if (c == ',')
        r->state = closer == '}' ? KEY : VALUE;
    else if (c == (unsigned char)closer)
        r->depth--;
    else
        return false;
    return true;
}

/* Whether the number may end before this byte, or takes it. */
static bool read_number(struct reader *r, unsigned char c, bool *ended)
{
    *ended = false;
    bool digit = is_digit(c), e = c == 'e' || c == 'E';
    switch (r->state) {
    case MINUS:
        r->state = c == '0' ? ZERO : DIGITS;
        return digit;
    case POINT:
        r->state = FRACTION;
        return digit;
    case EXPONENT:
        r->state = digit ? EXPONENT_DIGITS : SIGN;
        return digit || c == '+' || c == '-';
    case SIGN:
        r->state = EXPONENT_DIGITS;
        return digit;
    default:
        if (digit && r->state != ZERO)
            return true;
        if (c == '.' && (r->state == ZERO || r->state == DIGITS)) {
            r->state = POINT;
        } else if (e && r->state != EXPONENT_DIGITS) {
            r->state = EXPONENT;
        } else {
            *ended = true;
            r->state = AFTER;
        }
        return true;
    }
}

static bool read_byte(struct reader *r, unsigned char c)
{
    if (r->state >= MINUS) {
        bool ended;
        if (!read_number(r, c, &ended))
            return false;
        if (!ended)
            return true;
    }
    bool blank = c == ' ' || c == '\t' || c == '\n' || c == '\r';
    switch (r->state) {
    case STRING:
        if (c == '"')
            r->state = r->is_key ? COLON : AFTER;
        else if (c == '\\')
            r->state = ESCAPE;
        return c >= 0x20;
    case ESCAPE:
        r->state = c == 'u' ? HEX : STRING;
        r->hex_left = 4;
        return c != 0 && strchr("\"\\/bfnrtu", c) != NULL;
    case HEX:
        if (--r->hex_left == 0)
            r->state = STRING;
        return c != 0 && strchr("0123456789abcdefABCDEF", c) != NULL;
    case WORD:
        if (c != (unsigned char)*r->rest++)
            return false;
        if (*r->rest == '\0')
            r->state = AFTER;
        return true;
    default:
        break;
    }
    if (blank)
        return true;
    bool ends = (r->state == VALUE_OR_END || r->state == KEY_OR_END) &&
                c == (unsigned char)r->closer[r->depth - 1];
    if (ends) {
        r->depth--;
        r->state = AFTER;
        return true;
    }
    switch (r->state) {
    case KEY:
    case KEY_OR_END:
        r->state = STRING;
        r->is_key = true;
        return c == '"';
    case COLON:
        r->state = VALUE;
        return c == ':';
    case AFTER:
        return read_after(r, c);
    default:
        return read_value(r, c);
    }
}

/* The offset of the first wrong byte; the size if the text ends too early; SIZE_MAX for JSON. */
static size_t first_problem(const unsigned char *text, size_t size)
{
    static struct reader r;
    r.state = VALUE;
    r.depth = 0;
    for (size_t i = 0; i < size; i++) {
        if (!read_byte(&r, text[i]))
            return i;
    }
    bool complete = r.depth == 0 && (r.state == AFTER || r.state == ZERO || r.state == DIGITS ||
                                     r.state == FRACTION || r.state == EXPONENT_DIGITS);
    return complete ? SIZE_MAX : size;
}

/* ---- nodes ------------------------------------------------------------------------------------
 */

static void check_string(const unsigned char *token, const struct ckpt_node *node)
{
    bool escaped = false, wide = false;
    REQUIRE(node->length >= 2 && token[0] == '"' && token[node->length - 1] == '"');
    for (uint32_t i = 1; i + 1 < node->length; i++) {
        escaped = escaped || token[i] == '\\';
        wide = wide || token[i] >= 0x80;
    }
    REQUIRE(((node->info & CKPT_NODE_ESCAPED) != 0) == escaped);
    REQUIRE(((node->info & CKPT_NODE_WIDE) != 0) == wide);
}

/* A container's children stand after it, in order, and it ends with the last one. */
static void check_children(const struct ckpt_index *index, uint32_t container)
{
    const struct ckpt_node *nodes = index->nodes, *node = &nodes[container];
    bool object = ckpt_node_type(node) == CKPT_OBJECT;
    uint32_t count = 0, child = container + 1, behind = node->offset + 1;
    REQUIRE(node->end <= index->count);
    while (child < node->end) {
        REQUIRE(nodes[child].offset >= behind);
        if (object) {
            REQUIRE(ckpt_node_type(&nodes[child]) == CKPT_STRING);
            REQUIRE(nodes[child].end == child + 1 && child + 1 < node->end);
            child++;
        }
        behind = nodes[child].offset + nodes[child].length;
        child = nodes[child].end;
        count++;
    }
    REQUIRE(child == node->end && count == ckpt_node_count(node));
    REQUIRE(behind < node->offset + node->length);
}

static void check_nodes(const unsigned char *text, size_t size, const struct ckpt_index *index)
{
    static const char starts[] = "nft-\"[{";
    REQUIRE(index->count > 0 && index->nodes[0].end == index->count);
    for (uint32_t i = 0; i < index->count; i++) {
        const struct ckpt_node *node = &index->nodes[i];
        enum ckpt_node_type type = ckpt_node_type(node);
        const unsigned char *token = text + node->offset;
        REQUIRE(node->length > 0 && node->offset + (size_t)node->length <= size && node->end > i);
        REQUIRE(token[0] == (unsigned char)starts[type] ||
                (type == CKPT_NUMBER && is_digit(token[0])));
        if (type == CKPT_STRING)
            check_string(token, node);
        if (type >= CKPT_ARRAY) {
            REQUIRE(token[node->length - 1] == (type == CKPT_ARRAY ? ']' : '}'));
            check_children(index, i);
        } else {
            REQUIRE(node->end == i + 1 && first_problem(token, node->length) == SIZE_MAX);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct ckpt_index index; /* used again and again, as a document does */
    if (size == 0)
        return 0;
    size--;
    unsigned char *text = fuzz_copy(data + 1, size);
    struct ckpt_scan_problem problem;
    bool scanned = ckpt_json_scan(&index, text, size, &problem);
    size_t expected = first_problem(text, size);
    REQUIRE(scanned == (expected == SIZE_MAX));
    if (scanned) {
        check_nodes(text, size, &index);
    } else {
        REQUIRE(problem.context != NULL && problem.offset == expected);
        REQUIRE(problem.at_end == (expected == size) && (!problem.blank || problem.at_end));
        REQUIRE(problem.open == UINT32_MAX ||
                (problem.open < index.count && index.nodes[problem.open].length == 0 &&
                 ckpt_node_type(&index.nodes[problem.open]) >= CKPT_ARRAY));
    }
    free(text);
    return 0;
}
