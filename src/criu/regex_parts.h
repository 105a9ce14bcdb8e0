/* SPDX-License-Identifier: Apache-2.0 */
/* Between the parser, the compiler and the automaton of regular expressions. */
#ifndef CKPT_CRIU_REGEX_PARTS_H
#define CKPT_CRIU_REGEX_PARTS_H

#include "criu/regex.h"

/* An expression in postfix order. */
enum ckpt_regex_operation {
    CKPT_RE_EMPTY, /* operands … */
    CKPT_RE_RANGE,
    CKPT_RE_SET,
    CKPT_RE_JOIN, /* … and what takes them: one after the other */
    CKPT_RE_EITHER,
    CKPT_RE_MAYBE, /* none or one */
    CKPT_RE_STAR,
    CKPT_RE_PLUS
};

struct ckpt_regex_token {
    uint8_t operation;
    bool lazy;
    uint8_t first, last; /* RANGE */
    uint32_t set;        /* SET: index */
};

struct ckpt_regex_set {
    uint64_t bits[4];
};

static inline bool ckpt_regex_in(const struct ckpt_regex_set *set, unsigned byte)
{
    return (set->bits[byte >> 6] >> (byte & 63) & 1) != 0;
}

static inline void ckpt_regex_put(struct ckpt_regex_set *set, unsigned byte)
{
    set->bits[byte >> 6] |= UINT64_C(1) << (byte & 63);
}

/* regex_sets.c: adds all bytes from `first` to `last`. */
void ckpt_regex_put_range(struct ckpt_regex_set *set, unsigned first, unsigned last);
/* Adds the other case of the letters in it. */
void ckpt_regex_fold(struct ckpt_regex_set *set);
/* Adds the bytes of \d, \w, \s, or those not in it if the letter is upper case. False: another
   letter. */
bool ckpt_regex_put_named(struct ckpt_regex_set *set, unsigned char letter);
/* Adds those of a class such as "alpha:]". Returns the length of that text; 0: there is no such
 * class. */
size_t ckpt_regex_put_posix(struct ckpt_regex_set *set, const unsigned char *text, size_t left);

enum { CKPT_RE_MOST_TOKENS = 10000, CKPT_RE_MOST_SETS = 1000, CKPT_RE_MOST_DEPTH = 250 };

struct ckpt_regex_postfix {
    struct ckpt_regex_token *tokens;
    struct ckpt_regex_set *sets;
    uint32_t count, set_count;
};

/* False: refused, or no memory. The caller frees both arrays, whatever is answered. */
bool ckpt_regex_parse(struct ckpt_regex_postfix *postfix, const char *text, size_t length,
                      bool fold, struct ckpt_search_error *error);

/* A program: reads a byte and goes on, or goes on at two places, the first one preferred. */
enum ckpt_regex_code { CKPT_RE_READ, CKPT_RE_READ_SET, CKPT_RE_SPLIT, CKPT_RE_MATCH };

struct ckpt_regex_instruction {
    uint8_t code;
    uint8_t first, last; /* READ: range of bytes */
    uint32_t set;        /* READ_SET */
    uint32_t next, other;
};

struct ckpt_regex_program {
    struct ckpt_regex_instruction *code;
    uint32_t count, start;
};

/* Where to go on from: instructions, most preferred first. */
struct ckpt_regex_state {
    uint32_t list, count; /* in `lists` */
    bool match;           /* what was read so far is a match */
};

/* An automaton whose states are made when they are first reached. */
struct ckpt_regex_automaton {
    const struct ckpt_regex_program *program;
    const struct ckpt_regex_set *sets;
    const uint8_t *classes; /* of bytes that nothing tells apart */
    uint32_t class_count;
    bool longest; /* no preference: keeps looking for a longer match */
    struct ckpt_regex_state *states;
    uint32_t *next; /* what follows a state and a class, as ckpt_regex_step() says */
    uint32_t state_count, state_room;
    uint32_t *lists, list_count, list_room;
    uint32_t *table, table_size; /* state + 1 by hash */
    uint32_t *work, *stack, *seen, generation;
    uint32_t *start, start_count; /* list of the first state */
    const uint8_t *class_byte;    /* a byte of each class */
};

/* States: 0 is no state, 1 the one from which there is no match any more, 2 the first one. */
enum { CKPT_RE_UNMADE = 0, CKPT_RE_DEAD = 1, CKPT_RE_START = 2 };

bool ckpt_regex_automaton_init(struct ckpt_regex_automaton *a);
void ckpt_regex_automaton_free(struct ckpt_regex_automaton *a);

/* Twice the state after `state` and a byte of the class, and 1 more if what was read so far is a
   match; makes the state. It may drop all states but the first and the new one. */
uint32_t ckpt_regex_step(struct ckpt_regex_automaton *a, uint32_t state, uint32_t class);

#endif
