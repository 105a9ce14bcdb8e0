/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Compiling an expression, and finding matches: one automaton reads forwards and tells where the
 * leftmost match ends, the other one reads backwards from there and tells where it starts.
 */
#include <stdlib.h>
#include <string.h>

#include "criu/regex_parts.h"
#include "mem/vector.h"

struct ckpt_regex {
    struct ckpt_regex_program forward, backward;
    struct ckpt_regex_automaton ahead, back;
    struct ckpt_regex_set *sets;
    uint8_t classes[256], class_byte[256];
    uint32_t class_count;
    size_t longest;
    bool skips[256];      /* bytes that lead nowhere from the first state */
    uint8_t starts[3];    /* the bytes that do not, if they are so few … */
    uint32_t start_count; /* … else 0 */
    uint64_t last;        /* where the last match ended */
};

/* ---- Compiling ------------------------------------------------------------------------------- */

/* What was compiled, with the places that still have to be told where to go: a chain through them,
   each 1 + twice the instruction, and 1 more for `other`; 0 ends it. */
struct fragment {
    uint32_t start, first_hole, last_hole;
    uint32_t least, most; /* bytes that it matches; UINT32_MAX: no limit */
};

static uint32_t *hole(struct ckpt_regex_program *program, uint32_t at)
{
    struct ckpt_regex_instruction *i = &program->code[(at - 1) >> 1];
    return (at - 1) & 1 ? &i->other : &i->next;
}

static void fill(struct ckpt_regex_program *program, struct fragment fragment, uint32_t target)
{
    for (uint32_t at = fragment.first_hole; at != 0;) {
        uint32_t *place = hole(program, at);
        at = *place;
        *place = target;
    }
}

static uint32_t add(struct ckpt_regex_program *program, struct ckpt_regex_instruction instruction)
{
    program->code[program->count] = instruction;
    return program->count++;
}

static uint32_t sum(uint32_t a, uint32_t b)
{
    return a > UINT32_MAX - b ? UINT32_MAX : a + b;
}

static struct fragment operand(struct ckpt_regex_program *program,
                               const struct ckpt_regex_token *token)
{
    uint32_t at = program->count;
    struct ckpt_regex_instruction i = {CKPT_RE_READ, token->first, token->last, token->set, 0, 0};
    if (token->operation == CKPT_RE_SET) {
        i.code = CKPT_RE_READ_SET;
    } else if (token->operation == CKPT_RE_EMPTY) {
        i.code = CKPT_RE_SPLIT; /* the other way leads to where it was already */
        i.other = at;
    }
    add(program, i);
    uint32_t length = token->operation != CKPT_RE_EMPTY;
    return (struct fragment){at, 2 * at + 1, 2 * at + 1, length, length};
}

static struct fragment joined(struct ckpt_regex_program *program, struct fragment a,
                              struct fragment b, bool backwards)
{
    uint32_t least = sum(a.least, b.least), most = sum(a.most, b.most);
    if (backwards) {
        struct fragment swap = a;
        a = b;
        b = swap;
    }
    fill(program, a, b.start);
    return (struct fragment){a.start, b.first_hole, b.last_hole, least, most};
}

static struct fragment either(struct ckpt_regex_program *program, struct fragment a,
                              struct fragment b)
{
    uint32_t at = add(program, (struct ckpt_regex_instruction){
                                   .code = CKPT_RE_SPLIT, .next = a.start, .other = b.start});
    *hole(program, a.last_hole) = b.first_hole;
    return (struct fragment){at, a.first_hole, b.last_hole, a.least < b.least ? a.least : b.least,
                             a.most > b.most ? a.most : b.most};
}

static struct fragment repeated(struct ckpt_regex_program *program,
                                const struct ckpt_regex_token *token, struct fragment a)
{
    uint32_t at = add(program, (struct ckpt_regex_instruction){.code = CKPT_RE_SPLIT});
    struct ckpt_regex_instruction *i = &program->code[at];
    uint32_t out = token->lazy ? 2 * at + 1 : 2 * at + 2;
    *(token->lazy ? &i->other : &i->next) = a.start;
    if (token->operation == CKPT_RE_MAYBE) {
        *hole(program, a.last_hole) = out;
        return (struct fragment){at, a.first_hole, out, 0, a.most};
    }
    fill(program, a, at);
    bool plus = token->operation == CKPT_RE_PLUS;
    return (struct fragment){plus ? a.start : at, out, out, plus ? a.least : 0,
                             a.most == 0 ? 0 : UINT32_MAX};
}

/* Compiles to be read in one direction. `stack`: room for all tokens. */
static bool compile(struct ckpt_regex_program *program, const struct ckpt_regex_postfix *postfix,
                    bool backwards, struct fragment *stack, struct fragment *whole)
{
    program->code = malloc((postfix->count + 3) * sizeof(*program->code));
    if (program->code == NULL)
        return false;
    uint32_t depth = 0;
    for (uint32_t i = 0; i < postfix->count; i++) {
        const struct ckpt_regex_token *token = &postfix->tokens[i];
        switch (token->operation) {
        case CKPT_RE_JOIN:
            depth--;
            stack[depth - 1] = joined(program, stack[depth - 1], stack[depth], backwards);
            break;
        case CKPT_RE_EITHER:
            depth--;
            stack[depth - 1] = either(program, stack[depth - 1], stack[depth]);
            break;
        case CKPT_RE_MAYBE:
        case CKPT_RE_STAR:
        case CKPT_RE_PLUS:
            stack[depth - 1] = repeated(program, token, stack[depth - 1]);
            break;
        default:
            stack[depth++] = operand(program, token);
        }
    }
    uint32_t match = add(program, (struct ckpt_regex_instruction){.code = CKPT_RE_MATCH});
    fill(program, stack[0], match);
    program->start = stack[0].start;
    *whole = stack[0];
    if (!backwards) {
        /* A match may start at any place; the earlier the better. */
        uint32_t at = program->count;
        add(program, (struct ckpt_regex_instruction){
                         .code = CKPT_RE_SPLIT, .next = program->start, .other = at + 1});
        add(program,
            (struct ckpt_regex_instruction){.code = CKPT_RE_READ, .last = 255, .next = at});
        program->start = at;
    }
    return true;
}

/* Tells apart the bytes of a set and the others. */
static void refine(struct ckpt_regex *r, const struct ckpt_regex_set *set)
{
    uint16_t fresh[512] = {0}; /* 1 + class, by the old one and whether it is in the set */
    uint32_t count = 0;
    for (unsigned byte = 0; byte < 256; byte++) {
        uint16_t *now = &fresh[r->classes[byte] * 2 + ckpt_regex_in(set, byte)];
        if (*now == 0)
            *now = (uint16_t)++count;
        r->classes[byte] = (uint8_t)(*now - 1);
    }
    r->class_count = count;
}

static void find_classes(struct ckpt_regex *r, const struct ckpt_regex_postfix *postfix)
{
    r->class_count = 1;
    for (uint32_t i = 0; i < postfix->count && r->class_count < 256; i++) {
        const struct ckpt_regex_token *token = &postfix->tokens[i];
        struct ckpt_regex_set set = {{0}};
        if (token->operation == CKPT_RE_SET) {
            set = r->sets[token->set];
        } else if (token->operation == CKPT_RE_RANGE) {
            for (unsigned byte = token->first; byte <= token->last; byte++)
                ckpt_regex_put(&set, byte);
        } else {
            continue;
        }
        refine(r, &set);
    }
    for (unsigned byte = 256; byte-- > 0;)
        r->class_byte[r->classes[byte]] = (uint8_t)byte;
}

/* Bytes that lead from the first state to itself need not be looked at one by one. */
static void find_skips(struct ckpt_regex *r)
{
    uint32_t count = 0;
    for (unsigned byte = 0; byte < 256; byte++) {
        uint32_t next = ckpt_regex_step(&r->ahead, CKPT_RE_START, r->classes[byte]);
        r->skips[byte] = next == 2 * CKPT_RE_START;
        if (!r->skips[byte] && count++ < 3)
            r->starts[count - 1] = (uint8_t)byte;
    }
    r->start_count = count <= 3 ? count : 0;
    for (uint32_t i = count; i > 0 && i < 3; i++)
        r->starts[i] = r->starts[0];
}

static bool make(struct ckpt_regex *r, const struct ckpt_regex_postfix *postfix,
                 struct ckpt_search_error *error)
{
    struct fragment whole, *stack = calloc(postfix->count + 1, sizeof(*stack));
    bool good = stack != NULL && compile(&r->forward, postfix, false, stack, &whole) &&
                compile(&r->backward, postfix, true, stack, &whole);
    free(stack);
    if (!good)
        return false;
    if (whole.most == 0) {
        *error = (struct ckpt_search_error){"the expression matches only empty text", 0};
        return false;
    }
    r->longest = whole.most < CKPT_SEARCH_LONGEST ? whole.most : CKPT_SEARCH_LONGEST;
    if (whole.least > r->longest) {
        *error = (struct ckpt_search_error){"a match would be longer than 1024 bytes", 0};
        return false;
    }
    find_classes(r, postfix);
    struct ckpt_regex_automaton common = {.sets = r->sets,
                                          .classes = r->classes,
                                          .class_count = r->class_count,
                                          .class_byte = r->class_byte};
    r->ahead = r->back = common;
    r->ahead.program = &r->forward;
    r->back.program = &r->backward;
    r->back.longest = true;
    if (!ckpt_regex_automaton_init(&r->ahead) || !ckpt_regex_automaton_init(&r->back))
        return false;
    find_skips(r);
    return true;
}

struct ckpt_regex *ckpt_regex_new(const char *text, size_t length, bool fold,
                                  struct ckpt_search_error *error)
{
    struct ckpt_regex_postfix postfix;
    struct ckpt_regex *r = NULL;
    bool good = false;
    if (ckpt_regex_parse(&postfix, text, length, fold, error)) {
        *error = (struct ckpt_search_error){"there is not enough memory", 0};
        r = calloc(1, sizeof(*r));
        if (r != NULL) {
            r->sets = postfix.sets;
            postfix.sets = NULL;
            good = make(r, &postfix, error);
        }
    }
    free(postfix.tokens);
    free(postfix.sets);
    if (good) {
        *error = (struct ckpt_search_error){NULL, 0};
        return r;
    }
    ckpt_regex_free(r);
    return NULL;
}

void ckpt_regex_blur(struct ckpt_regex *regex)
{
    for (unsigned byte = 0; byte < 256; byte++)
        if (byte < ' ' || byte > '~')
            regex->classes[byte] = regex->classes['?'];
    find_skips(regex);
}

void ckpt_regex_free(struct ckpt_regex *regex)
{
    if (regex == NULL)
        return;
    ckpt_regex_automaton_free(&regex->ahead);
    ckpt_regex_automaton_free(&regex->back);
    free(regex->forward.code);
    free(regex->backward.code);
    free(regex->sets);
    free(regex);
}

size_t ckpt_regex_longest(const struct ckpt_regex *regex)
{
    return regex->longest;
}

/* ---- Running --------------------------------------------------------------------------------- */

/* As ckpt_regex_step(), of what that answered. */
static inline uint32_t step(struct ckpt_regex *r, struct ckpt_regex_automaton *a, uint32_t answer,
                            uint8_t byte)
{
    uint32_t class = r->classes[byte], next = a->next[(answer >> 1) * r->class_count + class];
    return next != CKPT_RE_UNMADE ? next : ckpt_regex_step(a, answer >> 1, class);
}

/* The first place from `at` on with a byte that may begin a match. */
static size_t skip(const struct ckpt_regex *r, const uint8_t *bytes, size_t at, size_t end)
{
    if (r->start_count > 0) {
        ckpt_v16 a = ckpt_v16_splat(r->starts[0]), b = ckpt_v16_splat(r->starts[1]),
                 c = ckpt_v16_splat(r->starts[2]);
        for (; end - at >= 16; at += 16) {
            ckpt_v16 v = ckpt_v16_load(bytes + at);
            uint32_t bits = ckpt_v16_bits(ckpt_v16_or(
                ckpt_v16_or(ckpt_v16_equal(v, a), ckpt_v16_equal(v, b)), ckpt_v16_equal(v, c)));
            if (bits != 0)
                return at + (size_t)__builtin_ctz(bits);
        }
    }
    while (at < end && r->skips[bytes[at]])
        at++;
    return at;
}

/*
 * Where the leftmost match ends that starts at or after `at`; 0: there is none that ends up to
 * `end`. *first: the first place where there is a match. Better ones are looked for at most
 * `*credit` bytes after it, so that all stays linear.
 */
static size_t match_end(struct ckpt_regex *r, const uint8_t *bytes, size_t at, size_t end,
                        size_t *credit, size_t *first)
{
    uint32_t state = 2 * CKPT_RE_START;
    size_t found = 0;
    bool nullable = r->ahead.states[CKPT_RE_START].match;
    *first = 0;
    for (size_t i = at; i < end;) {
        if (state == 2 * CKPT_RE_START && !nullable) {
            i = r->skips[bytes[i]] ? skip(r, bytes, i + 1, end) : i;
            if (i == end)
                break;
        }
        state = step(r, &r->ahead, state, bytes[i++]);
        if (state == 2 * CKPT_RE_DEAD)
            break;
        if (state & 1) {
            found = i;
            if (*first == 0)
                *first = i;
        }
        if (found != 0) {
            if (*credit == 0 || i - *first > r->longest)
                break;
            --*credit;
        }
    }
    return found;
}

/* Where the longest match starts that ends at `end`, not before `least`; `end`: there is none. */
static size_t match_start(struct ckpt_regex *r, const uint8_t *bytes, size_t least, size_t end)
{
    uint32_t state = 2 * CKPT_RE_START;
    size_t found = end;
    for (size_t i = end; i > least;) {
        state = step(r, &r->back, state, bytes[--i]);
        if (state == 2 * CKPT_RE_DEAD)
            break;
        if (state & 1)
            found = i;
    }
    return found;
}

__attribute__((noinline)) bool ckpt_regex_run(struct ckpt_regex *r, const uint8_t *bytes,
                                              size_t length, size_t from, size_t to, uint64_t base,
                                              ckpt_match_sink *sink, void *context)
{
    size_t at = from, end = length, credit = 4 * (length < to ? length : to - from) + 65536;
    if (r->last > base + at)
        at = r->last - base < to ? (size_t)(r->last - base) : to;
    if (to <= length && length - to >= r->longest)
        end = to + r->longest - 1; /* no match that starts before `to` ends after that */
    while (at < to) {
        size_t first, match = match_end(r, bytes, at, end, &credit, &first);
        if (match == 0 && r->ahead.states[CKPT_RE_START].match && ++at < to)
            continue; /* it matches the empty text here */
        if (match == 0)
            break;
        size_t least = match - at > r->longest ? match - r->longest : at;
        size_t start = match_start(r, bytes, least, match);
        if (start == match && first < match) { /* it is too long: as much of it as there can be */
            least = first - at > r->longest ? first - r->longest : at;
            start = match_start(r, bytes, least, first);
            match = first;
            if (start < first) {
                size_t limit = end - start < r->longest ? end : start + r->longest;
                size_t again, longer = match_end(r, bytes, start, limit, &credit, &again);
                match = longer > first ? longer : first;
            }
        }
        if (start >= to)
            break;
        if (start == match) { /* it would be too long, or empty */
            at = least > at ? least : match > at ? match : at + 1;
            continue;
        }
        struct ckpt_match found = {start, match - start, 0};
        enum ckpt_match_answer answer = sink(context, &found);
        if (answer == CKPT_MATCH_STOP)
            return false;
        if (answer == CKPT_MATCH_TAKEN)
            r->last = base + match;
        at = answer == CKPT_MATCH_TAKEN ? match : start + 1;
    }
    return true;
}
