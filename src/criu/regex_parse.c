/* SPDX-License-Identifier: Apache-2.0 */
/* From text to postfix order; groups are on a stack of our own. */
#include <stdlib.h>
#include <string.h>

#include "criu/regex_parts.h"
#include "text/letters.h"
#include "text/number.h"
#include "text/utf8.h"

/* A group that is open. */
struct group {
    uint32_t joined, either; /* operands that wait for JOIN and EITHER */
    bool fold, dot_all;      /* as it was before the group */
};

struct parser {
    const unsigned char *text;
    size_t length, at;
    struct ckpt_regex_postfix *out;
    struct ckpt_search_error *error;
    struct group groups[CKPT_RE_MOST_DEPTH + 1];
    uint32_t depth;
    uint32_t *operands, operand_count; /* where the waiting operands begin in the output */
    bool fold, dot_all;
};

static bool refuse(struct parser *p, size_t at, const char *message)
{
    *p->error = (struct ckpt_search_error){message, at};
    return false;
}

static const char TOO_LARGE[] = "the expression is too large";

static bool put(struct parser *p, struct ckpt_regex_token token)
{
    if (p->out->count == CKPT_RE_MOST_TOKENS)
        return refuse(p, p->at, TOO_LARGE);
    p->out->tokens[p->out->count++] = token;
    return true;
}

static bool put_operation(struct parser *p, enum ckpt_regex_operation operation, bool lazy)
{
    return put(p, (struct ckpt_regex_token){.operation = (uint8_t)operation, .lazy = lazy});
}

static bool put_range(struct parser *p, unsigned first, unsigned last)
{
    return put(p, (struct ckpt_regex_token){
                      .operation = CKPT_RE_RANGE, .first = (uint8_t)first, .last = (uint8_t)last});
}

static bool put_set(struct parser *p, const struct ckpt_regex_set *set)
{
    if (p->out->set_count == CKPT_RE_MOST_SETS)
        return refuse(p, p->at, TOO_LARGE);
    p->out->sets[p->out->set_count] = *set;
    return put(p, (struct ckpt_regex_token){.operation = CKPT_RE_SET, .set = p->out->set_count++});
}

/* ---- Operands -------------------------------------------------------------------------------- */

/* Before an operand: joins the two that wait. */
static bool begin_operand(struct parser *p)
{
    struct group *g = &p->groups[p->depth];
    if (g->joined > 1) {
        g->joined--;
        p->operand_count--;
        if (!put_operation(p, CKPT_RE_JOIN, false))
            return false;
    }
    p->operands[p->operand_count++] = p->out->count;
    g->joined++;
    return true;
}

/* All that waits in the current alternative becomes one operand. */
static bool end_alternative(struct parser *p)
{
    struct group *g = &p->groups[p->depth];
    if (g->joined == 0) { /* an alternative of nothing */
        p->operands[p->operand_count++] = p->out->count;
        g->joined = 1;
        return put_operation(p, CKPT_RE_EMPTY, false);
    }
    while (g->joined > 1) {
        g->joined--;
        p->operand_count--;
        if (!put_operation(p, CKPT_RE_JOIN, false))
            return false;
    }
    return true;
}

static bool end_group(struct parser *p)
{
    if (!end_alternative(p))
        return false;
    for (struct group *g = &p->groups[p->depth]; g->either > 0; g->either--) {
        p->operand_count--;
        if (!put_operation(p, CKPT_RE_EITHER, false))
            return false;
    }
    return true;
}

/* A character as one operand: the bytes of its UTF-8. */
static bool put_character(struct parser *p, uint32_t rune)
{
    unsigned char bytes[4];
    size_t length = ckpt_utf8_encode(rune, bytes);
    uint32_t lower = rune | 32;
    if (p->fold && rune < 0x80 && lower >= 'a' && lower <= 'z') {
        struct ckpt_regex_set set = {{0}};
        ckpt_regex_put(&set, lower);
        ckpt_regex_put(&set, lower - 32);
        return put_set(p, &set);
    }
    for (size_t i = 0; i < length; i++)
        if (!put_range(p, bytes[i], bytes[i]) || (i > 0 && !put_operation(p, CKPT_RE_JOIN, false)))
            return false;
    return true;
}

/* ---- Classes --------------------------------------------------------------------------------- */

/* [:alpha:] and its like; at stands after "[:". */
static bool posix_set(struct parser *p, struct ckpt_regex_set *set)
{
    size_t length = ckpt_regex_put_posix(set, p->text + p->at, p->length - p->at);
    p->at += length;
    return length != 0 || refuse(p, p->at, "there is no such class");
}

/* After "\x". Two digits are a byte, digits in braces a character. */
static bool hex_escape(struct parser *p, uint32_t *rune, bool *is_byte)
{
    bool braces = p->at < p->length && p->text[p->at] == '{';
    size_t start = p->at += braces;
    *rune = 0;
    while (p->at < p->length && p->at - start < (braces ? 6u : 2u) &&
           ckpt_hex_value((char)p->text[p->at]) >= 0)
        *rune = *rune << 4 | (uint32_t)ckpt_hex_value((char)p->text[p->at++]);
    *is_byte = !braces;
    bool ends = !braces || (p->at < p->length && p->text[p->at] == '}');
    if (p->at - start != 2 && !(braces && p->at > start))
        return refuse(p, start, "\\x is to be followed by two hexadecimal digits");
    if (!ends || *rune > 0x10FFFF || (*rune >= 0xD800 && *rune < 0xE000))
        return refuse(p, start, "\\x{…} is not a character");
    p->at += braces;
    return true;
}

/* A character or an escaped one. `is_byte`: it is a byte, not the UTF-8 of a character. */
static bool one_character(struct parser *p, uint32_t *rune, bool *is_byte)
{
    *is_byte = false;
    if (p->text[p->at] != '\\') {
        size_t length = ckpt_utf8_decode(p->text + p->at, p->length - p->at, rune);
        *is_byte = *rune == CKPT_REPLACEMENT && length == 1;
        if (*is_byte)
            *rune = p->text[p->at];
        p->at += length;
        return true;
    }
    if (++p->at == p->length)
        return refuse(p, p->at - 1, "the expression ends with a backslash");
    unsigned char c = p->text[p->at++];
    static const char letters[] = "n\nr\rt\tf\fv\va\a";
    for (const char *l = letters; *l != 0; l += 2)
        if (c == (unsigned char)l[0]) {
            *rune = (unsigned char)l[1];
            return true;
        }
    *rune = c == '0' ? 0 : c;
    if (c == 'x')
        return hex_escape(p, rune, is_byte);
    bool letter = (c | 32) >= 'a' && (c | 32) <= 'z';
    if (letter || (c >= '1' && c <= '9') || c >= 0x80)
        return refuse(p, p->at - 2,
                      c == 'b' || c == 'B' || c == 'A' || c == 'z' || c == 'Z'
                          ? "memory has no words, lines or ends: \\b and its like are not supported"
                          : "this escape is not supported");
    return true;
}

/* As UTF-8 would be, also where halves of pairs would be: as the border of a range. */
static size_t encode(uint32_t rune, unsigned char *bytes)
{
    static const unsigned char marks[] = {0, 0, 0xC0, 0xE0, 0xF0};
    size_t length = rune < 0x800 ? 2 : rune < 0x10000 ? 3 : 4;
    for (size_t i = length - 1; i > 0; i--, rune >>= 6)
        bytes[i] = (unsigned char)(0x80 | (rune & 0x3F));
    bytes[0] = (unsigned char)(marks[length] | rune);
    return length;
}

/* The sequences of bytes that are the characters from first to last >= 0x80, each an alternative.
 */
static bool put_utf8_ranges(struct parser *p, uint32_t first, uint32_t last, uint32_t *alternatives)
{
    struct {
        uint32_t first, last;
    } stack[16];
    size_t depth = 0;
    stack[depth].first = first;
    stack[depth++].last = last;
    while (depth > 0) {
        depth--;
        first = stack[depth].first, last = stack[depth].last;
        bool split = false;
        static const uint32_t limits[] = {0x7FF, 0xFFFF};
        for (int i = 0; i < 2 && !split; i++)
            if (first <= limits[i] && last > limits[i]) {
                stack[depth].first = limits[i] + 1, stack[depth++].last = last;
                stack[depth].first = first, stack[depth++].last = limits[i];
                split = true;
            }
        for (unsigned bits = 6; bits <= 18 && !split; bits += 6) {
            uint32_t low = (1u << bits) - 1;
            if ((first & ~low) == (last & ~low))
                continue;
            uint32_t border = (first & low) != 0    ? first | low
                              : (last & low) != low ? (last & ~low) - 1
                                                    : 0;
            if (border == 0)
                continue;
            stack[depth].first = border + 1, stack[depth++].last = last;
            stack[depth].first = first, stack[depth++].last = border;
            split = true;
        }
        if (split)
            continue;
        unsigned char a[4], b[4];
        size_t length = encode(first, a);
        encode(last, b);
        for (size_t i = 0; i < length; i++)
            if (!put_range(p, a[i], b[i]) || (i > 0 && !put_operation(p, CKPT_RE_JOIN, false)))
                return false;
        if ((*alternatives)++ > 0 && !put_operation(p, CKPT_RE_EITHER, false))
            return false;
    }
    return true;
}

static bool put_class(struct parser *p)
{
    size_t start = p->at - 1;
    struct ckpt_regex_set set = {{0}};
    uint32_t alternatives = 0;
    bool negated = p->at < p->length && p->text[p->at] == '^';
    p->at += negated;
    for (bool first = true;; first = false) {
        if (p->at >= p->length)
            return refuse(p, start, "the class is not closed");
        if (p->text[p->at] == ']' && !first)
            break;
        if (p->text[p->at] == '[' && p->at + 1 < p->length && p->text[p->at + 1] == ':') {
            p->at += 2;
            if (!posix_set(p, &set))
                return false;
            continue;
        }
        if (p->text[p->at] == '\\' && p->at + 1 < p->length &&
            ckpt_regex_put_named(&set, p->text[p->at + 1])) {
            p->at += 2;
            continue;
        }
        size_t at = p->at;
        uint32_t low, high;
        bool low_byte, high_byte;
        if (!one_character(p, &low, &low_byte))
            return false;
        high = low, high_byte = low_byte;
        if (p->length - p->at >= 2 && p->text[p->at] == '-' && p->text[p->at + 1] != ']') {
            p->at++;
            if (!one_character(p, &high, &high_byte))
                return false;
        }
        if (high < low)
            return refuse(p, at, "the range is empty");
        bool bytes = (low < 0x80 || low_byte) && (high < 0x80 || high_byte);
        if (bytes) {
            ckpt_regex_put_range(&set, low, high);
            continue;
        }
        if (negated || low_byte || high_byte)
            return refuse(p, at, "such a class can have only bytes: ASCII, or \\xHH");
        if (low < 0x80)
            ckpt_regex_put_range(&set, low, 0x7F);
        if (!put_utf8_ranges(p, low < 0x80 ? 0x80 : low, high, &alternatives))
            return false;
    }
    p->at++;
    if (p->fold)
        ckpt_regex_fold(&set);
    for (int i = 0; i < 4 && negated; i++)
        set.bits[i] = ~set.bits[i];
    bool empty = (set.bits[0] | set.bits[1] | set.bits[2] | set.bits[3]) == 0;
    if (empty && alternatives > 0)
        return true;
    return put_set(p, &set) && (alternatives == 0 || put_operation(p, CKPT_RE_EITHER, false));
}

/* ---- Quantifiers ----------------------------------------------------------------------------- */

/* The digits that come next; what is far above the limit is not told exactly. */
static bool number(struct parser *p, uint32_t *value)
{
    const char *text = (const char *)p->text + p->at;
    size_t digits = ckpt_count_digits(text, p->length - p->at);
    uint64_t number = UINT64_MAX;
    (void)ckpt_parse_digits(text, digits, 10, &number);
    *value = number > 100000 ? 100000 : (uint32_t)number;
    p->at += digits;
    return digits > 0;
}

/* {n}, {n,}, {n,m} after the brace. False, without an error: it is none, so a brace is a brace. */
static bool counts(struct parser *p, uint32_t *least, uint32_t *most)
{
    size_t start = p->at;
    bool good = number(p, least);
    *most = *least;
    if (good && p->at < p->length && p->text[p->at] == ',') {
        p->at++;
        if (!number(p, most))
            *most = UINT32_MAX;
    }
    good = good && p->at < p->length && p->text[p->at] == '}';
    if (good)
        p->at++;
    else
        p->at = start;
    return good;
}

/* The last operand's tokens once more. */
static bool copy_operand(struct parser *p, uint32_t start, uint32_t length)
{
    for (uint32_t i = 0; i < length; i++)
        if (!put(p, p->out->tokens[start + i]))
            return false;
    return true;
}

/* x{2,4} is x x (x (x)?)?, x{2,} is x x+. */
static bool put_counts(struct parser *p, uint32_t least, uint32_t most, bool lazy)
{
    uint32_t start = p->operands[p->operand_count - 1], length = p->out->count - start;
    if (least > 1000 || (most != UINT32_MAX && (most > 1000 || most < least)))
        return refuse(p, p->at, "a count can be up to 1000, the first one not above the second");
    if (most == 0) {
        p->out->count = start;
        return put_operation(p, CKPT_RE_EMPTY, false);
    }
    if (most == UINT32_MAX && least == 0)
        return put_operation(p, CKPT_RE_STAR, lazy);
    uint32_t copies = most == UINT32_MAX ? least : most;
    for (uint32_t i = 1; i < copies; i++)
        if (!copy_operand(p, start, length))
            return false;
    if (most == UINT32_MAX) {
        if (!put_operation(p, CKPT_RE_PLUS, lazy))
            return false;
    } else {
        /* The optional ones are inside each other: the innermost first. */
        for (uint32_t i = most; i > least; i--) {
            if (!put_operation(p, CKPT_RE_MAYBE, lazy))
                return false;
            if (i > 1 && !put_operation(p, CKPT_RE_JOIN, false))
                return false;
        }
        copies = least;
    }
    for (uint32_t i = 1; i < copies; i++)
        if (!put_operation(p, CKPT_RE_JOIN, false))
            return false;
    return true;
}

static bool put_quantifier(struct parser *p, unsigned char c, uint32_t least, uint32_t most)
{
    bool lazy = p->at < p->length && p->text[p->at] == '?';
    p->at += lazy;
    if (c == '{')
        return put_counts(p, least, most, lazy);
    return put_operation(p,
                         c == '*'   ? CKPT_RE_STAR
                         : c == '+' ? CKPT_RE_PLUS
                                    : CKPT_RE_MAYBE,
                         lazy);
}

/* ---- Groups ---------------------------------------------------------------------------------- */

/* After "(". */
static bool open_group(struct parser *p)
{
    size_t start = p->at - 1;
    struct group group = {0, 0, p->fold, p->dot_all};
    if (p->at < p->length && p->text[p->at] == '?') {
        bool on = true;
        for (p->at++; p->at < p->length && p->text[p->at] != ':' && p->text[p->at] != ')';
             p->at++) {
            unsigned char c = p->text[p->at];
            if (c == '-')
                on = false;
            else if (c == 'i')
                p->fold = on;
            else if (c == 's')
                p->dot_all = on;
            else
                return refuse(p, p->at, "only (?: (?i) and (?s) are supported here");
        }
        if (p->at == p->length)
            return refuse(p, start, "the group is not closed");
        if (p->text[p->at++] == ')')
            return true; /* flags for the rest of the group around */
    }
    if (p->depth == CKPT_RE_MOST_DEPTH)
        return refuse(p, start, "groups are nested too deeply");
    if (!begin_operand(p))
        return false;
    p->groups[++p->depth] = group;
    return true;
}

static bool close_group(struct parser *p)
{
    if (p->depth == 0)
        return refuse(p, p->at - 1, "there is no group to be closed");
    if (!end_group(p))
        return false;
    p->fold = p->groups[p->depth].fold;
    p->dot_all = p->groups[p->depth].dot_all;
    p->depth--;
    p->operand_count--; /* the group's own stands where it began */
    return true;
}

/* A character, class or dot. */
static bool put_operand(struct parser *p)
{
    struct ckpt_regex_set set = {{0}};
    unsigned char c = p->text[p->at];
    uint32_t rune;
    bool is_byte;
    if (!begin_operand(p))
        return false;
    if (c == '[') {
        p->at++;
        return put_class(p);
    }
    if (c == '.') {
        p->at++;
        ckpt_regex_put_range(&set, 0, 255);
        if (!p->dot_all)
            set.bits[0] &= ~(UINT64_C(1) << '\n');
        return put_set(p, &set);
    }
    if (c == '\\' && p->at + 1 < p->length && ckpt_regex_put_named(&set, p->text[p->at + 1])) {
        p->at += 2;
        return put_set(p, &set);
    }
    if (!one_character(p, &rune, &is_byte))
        return false;
    return is_byte ? put_range(p, rune, rune) : put_character(p, rune);
}

static bool parse(struct parser *p)
{
    bool quantified = true; /* nothing to be quantified */
    while (p->at < p->length) {
        unsigned char c = p->text[p->at];
        uint32_t least = 0, most = 0;
        size_t at = p->at++;
        bool good;
        bool quantifier =
            c == '*' || c == '+' || c == '?' || (c == '{' && counts(p, &least, &most));
        if (quantifier && quantified)
            return refuse(p, at, "there is nothing to repeat");
        if (quantifier) {
            good = put_quantifier(p, c, least, most);
            quantified = true;
        } else if (c == '(') {
            good = open_group(p);
            quantified = true;
        } else if (c == ')') {
            good = close_group(p);
            quantified = false;
        } else if (c == '|') {
            good = end_alternative(p);
            p->groups[p->depth].joined = 0;
            p->groups[p->depth].either++;
            quantified = true;
        } else if (c == '^' || c == '$') {
            return refuse(p, at, "memory has no lines or ends: ^ and $ are not supported");
        } else {
            p->at = at;
            good = put_operand(p);
            quantified = false;
        }
        if (!good)
            return false;
    }
    if (p->depth > 0)
        return refuse(p, p->length, "a group is not closed");
    return end_group(p);
}

bool ckpt_regex_parse(struct ckpt_regex_postfix *postfix, const char *text, size_t length,
                      bool fold, struct ckpt_search_error *error)
{
    struct parser *p = calloc(1, sizeof(*p));
    bool good = false;
    *postfix = (struct ckpt_regex_postfix){
        .tokens = malloc(CKPT_RE_MOST_TOKENS * sizeof(*postfix->tokens)),
        .sets = malloc(CKPT_RE_MOST_SETS * sizeof(*postfix->sets))};
    *error = (struct ckpt_search_error){"there is not enough memory", 0};
    uint32_t *operands =
        length > CKPT_RE_MOST_TOKENS ? NULL : malloc((length * 2 + 2) * sizeof(*operands));
    if (length > CKPT_RE_MOST_TOKENS)
        error->message = TOO_LARGE;
    if (p != NULL && operands != NULL && postfix->tokens != NULL && postfix->sets != NULL) {
        *p = (struct parser){.text = (const unsigned char *)text,
                             .length = length,
                             .out = postfix,
                             .error = error,
                             .operands = operands,
                             .fold = fold};
        good = parse(p);
    }
    if (good)
        *error = (struct ckpt_search_error){NULL, 0};
    free(operands);
    free(p);
    return good;
}
