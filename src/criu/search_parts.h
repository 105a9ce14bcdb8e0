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

/* Many patterns: some bytes of each, hashed. */
struct ckpt_grams;

struct ckpt_grams *ckpt_grams_new(const struct ckpt_pattern *patterns, size_t count);
void ckpt_grams_free(struct ckpt_grams *grams);
bool ckpt_grams_run(const struct ckpt_grams *grams, struct ckpt_pattern *patterns,
                    const uint8_t *bytes, size_t length, size_t from, size_t to, uint64_t base,
                    ckpt_match_sink *sink, void *context);

#endif
