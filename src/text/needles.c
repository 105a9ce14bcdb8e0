/* SPDX-License-Identifier: Apache-2.0 */
#include "text/needles.h"

#include <stdlib.h>
#include <string.h>

enum {
    HASH_BITS = 16,
    HASHES = 1 << HASH_BITS,
    WORD_BITS = 64,
    LONGEST_STEP = 5 /* of a needle of 8 bytes, one of 5 places in a row starts 4 bytes of it */
};

/* Of the first CKPT_NEEDLE_SHORTEST bytes. */
static uint32_t hash_of(const char *bytes)
{
    uint32_t word;
    memcpy(&word, bytes, sizeof(word));
    return (uint32_t)(word * UINT32_C(2654435761)) >> (32 - HASH_BITS);
}

static bool has(const uint64_t *bits, uint32_t hash)
{
    return (bits[hash / WORD_BITS] >> (hash % WORD_BITS) & 1) != 0;
}

static void set(uint64_t *bits, uint32_t hash)
{
    bits[hash / WORD_BITS] |= UINT64_C(1) << (hash % WORD_BITS);
}

static bool grow(void **memory, size_t *room, size_t needed, size_t size)
{
    if (needed <= *room)
        return true;
    size_t larger = *room < 64 ? 64 : *room * 2;
    while (larger < needed)
        larger *= 2;
    void *moved = realloc(*memory, larger * size);
    if (moved == NULL)
        return false;
    *memory = moved;
    *room = larger;
    return true;
}

static bool start(struct ckpt_needles *needles)
{
    if (needles->heads == NULL)
        needles->heads = calloc(HASHES, sizeof(*needles->heads));
    if (needles->may_start == NULL)
        needles->may_start = calloc(HASHES / WORD_BITS, sizeof(*needles->may_start));
    if (needles->inside == NULL)
        needles->inside = calloc(HASHES / WORD_BITS, sizeof(*needles->inside));
    return needles->heads != NULL && needles->may_start != NULL && needles->inside != NULL;
}

bool ckpt_needles_add(struct ckpt_needles *needles, const char *bytes, size_t length)
{
    if (length < CKPT_NEEDLE_SHORTEST || length > CKPT_NEEDLE_LONGEST ||
        needles->count >= CKPT_NEEDLES_MOST || !start(needles))
        return false;
    uint32_t hash = hash_of(bytes);
    for (uint32_t i = needles->heads[hash]; i != 0; i = needles->list[i - 1].next) {
        const struct ckpt_needle *known = &needles->list[i - 1];
        if (known->length == length && memcmp(needles->bytes + known->from, bytes, length) == 0)
            return true;
    }
    void *text = needles->bytes, *list = needles->list;
    bool good = grow(&text, &needles->room, needles->length + length, 1);
    needles->bytes = text;
    good = good && grow(&list, &needles->list_room, needles->count + 1, sizeof(*needles->list));
    needles->list = list;
    if (!good)
        return false;
    memcpy(needles->bytes + needles->length, bytes, length);
    needles->list[needles->count++] =
        (struct ckpt_needle){(uint32_t)needles->length, (uint32_t)length, needles->heads[hash]};
    needles->heads[hash] = (uint32_t)needles->count;
    set(needles->may_start, hash);
    for (size_t i = 0; i < LONGEST_STEP && i + CKPT_NEEDLE_SHORTEST <= length; i++)
        set(needles->inside, hash_of(bytes + i));
    needles->length += length;
    if (needles->shortest == 0 || length < needles->shortest)
        needles->shortest = length;
    if (length > needles->longest)
        needles->longest = length;
    return true;
}

/* The length of the longest needle that starts at `text`; 0: none does. */
static size_t longest_at(const struct ckpt_needles *needles, const char *text, size_t length)
{
    size_t best = 0;
    uint32_t hash = hash_of(text);
    if (!has(needles->may_start, hash))
        return 0;
    for (uint32_t n = needles->heads[hash]; n != 0; n = needles->list[n - 1].next) {
        const struct ckpt_needle *needle = &needles->list[n - 1];
        if (needle->length > best && needle->length <= length &&
            memcmp(needles->bytes + needle->from, text, needle->length) == 0)
            best = needle->length;
    }
    return best;
}

bool ckpt_needles_find(const struct ckpt_needles *needles, const char *text, size_t text_length,
                       size_t from, size_t *at, size_t *length)
{
    if (needles->count == 0 || text_length < needles->shortest)
        return false;
    /* In each needle stand, at one of `step` places in a row, 4 bytes that are known. */
    size_t step = needles->shortest - CKPT_NEEDLE_SHORTEST + 1;
    if (step > LONGEST_STEP)
        step = LONGEST_STEP;
    size_t last = text_length - CKPT_NEEDLE_SHORTEST;
    for (size_t seen = from + step - 1; seen <= last; seen += step) {
        if (!has(needles->inside, hash_of(text + seen)))
            continue;
        for (size_t i = seen + 1 - step; i <= seen; i++) {
            size_t found = longest_at(needles, text + i, text_length - i);
            if (found == 0)
                continue;
            *at = i;
            *length = found;
            return true;
        }
    }
    return false;
}

void ckpt_needles_free(struct ckpt_needles *needles)
{
    free(needles->bytes);
    free(needles->list);
    free(needles->heads);
    free(needles->may_start);
    free(needles->inside);
    *needles = (struct ckpt_needles){0};
}
