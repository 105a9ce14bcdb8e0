/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Many patterns at once. Of each, all groups of q bytes (q <= 4) at the first `step` places of a
 * part without wildcards are in a table by hash. Whatever stands in memory, one of those places is
 * a multiple of `step`: so only these are looked at. A bitmap that stays in the cache tells most of
 * them apart.
 */
#include <stdlib.h>
#include <string.h>

#include "criu/search_parts.h"

enum { MOST_STEP = 16, LEAST_BITS = 12, MOST_BITS = 20 };
#define FOLD 0xDFDFDFDFu /* without the bit that tells ASCII letters' case */

struct place {
    uint32_t gram, pattern, next; /* next: index + 1 of the next one with that hash */
    uint32_t offset;              /* of the gram in the pattern */
};

struct ckpt_grams {
    uint64_t *bitmap;
    uint32_t *heads; /* index + 1 of the first place */
    struct place *places;
    uint32_t count, q, step, mask, shift, head_shift;
    uint32_t least, most; /* offsets of grams */
};

static inline uint32_t load(const uint8_t *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

/* The same for the last bytes of all. */
static uint32_t load_part(const uint8_t *at, size_t length)
{
    uint32_t value = 0;
    for (size_t i = 0; i < length && i < 4; i++)
        value |= (uint32_t)at[i] << 8 * i;
    return value;
}

static inline uint32_t hash(uint32_t gram)
{
    return gram * 0x9E3779B1u;
}

static void add_place(struct ckpt_grams *g, const struct ckpt_pattern *p, uint32_t index,
                      uint32_t offset)
{
    uint32_t gram = load_part(p->bytes + offset, g->q) & g->mask, h = hash(gram);
    uint32_t *head = &g->heads[h >> g->head_shift];
    g->places[g->count] = (struct place){gram, index, *head, offset};
    *head = ++g->count;
    g->bitmap[h >> g->shift >> 6] |= UINT64_C(1) << (h >> g->shift & 63);
    if (offset < g->least)
        g->least = offset;
    if (offset > g->most)
        g->most = offset;
}

struct ckpt_grams *ckpt_grams_new(const struct ckpt_pattern *patterns, size_t count)
{
    struct ckpt_grams *g = calloc(1, sizeof(*g));
    if (g == NULL)
        return NULL;
    uint32_t shortest = UINT32_MAX;
    bool fold = false;
    for (size_t i = 0; i < count; i++) {
        const struct ckpt_pattern *p = &patterns[i];
        if (p->core_length < shortest)
            shortest = p->core_length;
        for (uint32_t k = p->core; k < p->core + p->core_length; k++)
            fold = fold || p->masks[k] != 0xFF;
    }
    g->q = shortest < 4 ? shortest : 4;
    g->step = shortest - g->q + 1 < MOST_STEP ? shortest - g->q + 1 : MOST_STEP;
    g->mask = (g->q == 4 ? UINT32_MAX : (1u << 8 * g->q) - 1) & (fold ? FOLD : UINT32_MAX);
    uint32_t bits = LEAST_BITS;
    while (bits < MOST_BITS && (size_t)1 << bits < count * g->step * 32)
        bits++;
    g->shift = 32 - bits;
    g->head_shift = 32 - (bits - 4);
    g->least = UINT32_MAX;
    g->bitmap = calloc(((size_t)1 << bits) / 64, sizeof(*g->bitmap));
    g->heads = calloc((size_t)1 << (bits - 4), sizeof(*g->heads));
    g->places = count > UINT32_MAX / MOST_STEP / sizeof(*g->places)
                    ? NULL
                    : malloc((count * g->step + 1) * sizeof(*g->places));
    if (g->bitmap == NULL || g->heads == NULL || g->places == NULL) {
        ckpt_grams_free(g);
        return NULL;
    }
    for (size_t i = 0; i < count; i++)
        for (uint32_t k = 0; k < g->step; k++)
            add_place(g, &patterns[i], (uint32_t)i, patterns[i].core + k);
    return g;
}

void ckpt_grams_free(struct ckpt_grams *grams)
{
    if (grams == NULL)
        return;
    free(grams->bitmap);
    free(grams->heads);
    free(grams->places);
    free(grams);
}

struct run {
    const struct ckpt_grams *grams;
    struct ckpt_pattern *patterns;
    const uint8_t *bytes;
    size_t length, from, to;
    uint64_t base;
    ckpt_match_sink *sink;
    void *context;
};

/* Looks at the patterns that may have this gram here. */
static bool look(const struct run *r, size_t at, uint32_t gram)
{
    const struct ckpt_grams *g = r->grams;
    for (uint32_t i = g->heads[hash(gram) >> g->head_shift]; i != 0; i = g->places[i - 1].next) {
        const struct place *place = &g->places[i - 1];
        if (place->gram != gram || at < place->offset)
            continue;
        struct ckpt_pattern *p = &r->patterns[place->pattern];
        size_t start = at - place->offset;
        if (start < r->from || start >= r->to || p->length > r->length - start ||
            r->base + start < p->last || !ckpt_pattern_fits(p, r->bytes + start))
            continue;
        struct ckpt_match match = {start, p->length, p->number};
        enum ckpt_match_answer answer = r->sink(r->context, &match);
        if (answer == CKPT_MATCH_STOP)
            return false;
        if (answer == CKPT_MATCH_TAKEN)
            p->last = r->base + start + p->length;
    }
    return true;
}

__attribute__((noinline)) bool ckpt_grams_run(const struct ckpt_grams *g,
                                              struct ckpt_pattern *patterns, const uint8_t *bytes,
                                              size_t length, size_t from, size_t to, uint64_t base,
                                              ckpt_match_sink *sink, void *context)
{
    const struct run r = {g, patterns, bytes, length, from, to, base, sink, context};
    const uint64_t *bitmap = g->bitmap;
    const uint32_t mask = g->mask, shift = g->shift, step = g->step;
    if (length < g->q || to <= from)
        return true;
    size_t end = length - g->q + 1, at = from + g->least;
    if (to - 1 + g->most + 1 < end)
        end = to + g->most;
    size_t whole = length < 4 ? 0 : length - 3; /* places where four bytes can be loaded */
    for (size_t fast = end < whole ? end : whole; at < fast; at += step) {
        uint32_t gram = load(bytes + at) & mask, h = hash(gram) >> shift;
        if ((bitmap[h >> 6] >> (h & 63) & 1) != 0 && !look(&r, at, gram))
            return false;
    }
    for (; at < end; at += step)
        if (!look(&r, at, load_part(bytes + at, length - at) & mask))
            return false;
    return true;
}
