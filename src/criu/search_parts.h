/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the search share; see search.h. */
#ifndef CKPT_CRIU_SEARCH_PARTS_H
#define CKPT_CRIU_SEARCH_PARTS_H

#include "criu/search.h"

/* A byte of memory b matches the byte i of a pattern if (b & masks[i]) == bytes[i]. */
struct ckpt_pattern {
    uint8_t *bytes, *masks; /* masks after bytes, in one allocation */
    uint32_t length, number;
    uint32_t first, second;     /* the two bytes that are compared first, by their places */
    uint32_t core, core_length; /* the longest part without wildcards */
    uint64_t last;              /* where its last match ended */
};

static inline bool ckpt_pattern_fits(const struct ckpt_pattern *p, const uint8_t *at)
{
    for (uint32_t i = 0; i < p->length; i++)
        if ((at[i] & p->masks[i]) != p->bytes[i])
            return false;
    return true;
}

/* The first place from <= i < end where the pattern stands, else `end`. The bytes must reach to
   the end of a match that starts at end - 1. */
size_t ckpt_literal_find(const struct ckpt_pattern *p, const uint8_t *bytes, size_t from,
                         size_t end);

/* Runs of printable characters. */
struct ckpt_strings {
    uint32_t least;
    unsigned forms;   /* 0: not asked for */
    uint64_t last[2]; /* where the last match ended, for each form */
};

bool ckpt_strings_run(struct ckpt_strings *strings, const uint8_t *bytes, size_t length,
                      size_t from, size_t to, uint64_t base, ckpt_match_sink *sink, void *context);

/* The first printable byte from `at` on, or `end`; and the first one that is not printable. */
size_t ckpt_strings_skip(const uint8_t *bytes, size_t at, size_t end);
size_t ckpt_strings_end(const uint8_t *bytes, size_t at, size_t end);
/* Behind the characters of UTF-16LE that are printable from `at` on. */
size_t ckpt_strings_wide_end(const uint8_t *bytes, size_t at, size_t end);

/* What looks like a secret. A match's `pattern`: its kind, CKPT_SECRET_IS_WIDE or not, and from bit
   8 on where the secret itself begins in it. */
enum { CKPT_SECRET_KINDS = 127, CKPT_SECRET_IS_WIDE = 128 };
struct ckpt_secrets {
    bool asked;
    uint64_t last; /* where the last match ended */
    uint64_t last_wide;
    uint32_t kinds;
    const char *what[CKPT_SECRET_KINDS]; /* of those that were found, "a private key" … */
};

bool ckpt_secrets_run(struct ckpt_secrets *secrets, const uint8_t *bytes, size_t length,
                      size_t from, size_t to, uint64_t base, ckpt_match_sink *sink, void *context);

/* The number of a kind, from 1. */
uint32_t ckpt_secrets_kind(struct ckpt_secrets *secrets, const char *what);

/* Many patterns: some bytes of each, hashed. */
struct ckpt_grams;

struct ckpt_grams *ckpt_grams_new(const struct ckpt_pattern *patterns, size_t count);
void ckpt_grams_free(struct ckpt_grams *grams);
bool ckpt_grams_run(const struct ckpt_grams *grams, struct ckpt_pattern *patterns,
                    const uint8_t *bytes, size_t length, size_t from, size_t to, uint64_t base,
                    ckpt_match_sink *sink, void *context);

#endif
