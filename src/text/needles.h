/* SPDX-License-Identifier: Apache-2.0 */
/* Many known byte strings searched for at once. */
#ifndef CKPT_TEXT_NEEDLES_H
#define CKPT_TEXT_NEEDLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CKPT_NEEDLE_SHORTEST = 4, CKPT_NEEDLE_LONGEST = 4096, CKPT_NEEDLES_MOST = 65536 };

struct ckpt_needles {
    char *bytes; /* of all needles, one after the other */
    size_t length, room;
    struct ckpt_needle {
        uint32_t from, length, next; /* next: one more than the next of the same start */
    } * list;
    size_t count, list_room;
    uint32_t *heads;     /* by the hash of the first bytes: one more than a needle's number */
    uint64_t *may_start; /* a bit for each hash */
    uint64_t *inside;    /* the same, of what stands at any of their first places */
    size_t shortest, longest;
};

/* Adds a byte string, which is copied. False: too short, too long, too many, or no memory. */
bool ckpt_needles_add(struct ckpt_needles *needles, const char *bytes, size_t length);

/*
 * The first needle at or after `from`; of several that start there the longest. Looks
 * at each fifth place only if all needles have 8 bytes or more. Work: some steps a byte, and what
 * it compares. False: none. `*at` and `*length` say where it is.
 */
bool ckpt_needles_find(const struct ckpt_needles *needles, const char *text, size_t text_length,
                       size_t from, size_t *at, size_t *length);

void ckpt_needles_free(struct ckpt_needles *needles);

#endif
