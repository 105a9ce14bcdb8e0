/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The strict JSON scanner: checks the grammar of a whole text exactly as Go's encoding/json does
 * before it decodes anything, and records every value in document order with its place.
 */
#ifndef CKPT_JSON_SCAN_H
#define CKPT_JSON_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Go: maxNestingDepth */
#define CKPT_MAX_DEPTH 10000

enum ckpt_node_type {
    CKPT_NULL,
    CKPT_FALSE,
    CKPT_TRUE,
    CKPT_NUMBER,
    CKPT_STRING,
    CKPT_ARRAY,
    CKPT_OBJECT
};

/*
 * A value or an object key. The nodes of a text stand in document order: those of an array's
 * elements after the array's, for each member of an object its key and then its value.
 */
struct ckpt_node {
    uint32_t offset; /* of the token's first byte; a string's includes its quotes */
    uint32_t length; /* of the token; of a container from bracket to bracket */
    uint32_t end;    /* index of the first node after this one and its descendants */
    uint32_t info;   /* type, flags, count */
};

/* info: type in bits 0-2, flags, then the number of elements or members of a container */
#define CKPT_NODE_ESCAPED 8u /* string with a backslash */
#define CKPT_NODE_WIDE 16u   /* string with bytes >= 0x80 */
#define CKPT_NODE_COUNT_SHIFT 5
#define CKPT_NODE_COUNT_ONE (1u << CKPT_NODE_COUNT_SHIFT)

static inline enum ckpt_node_type ckpt_node_type(const struct ckpt_node *node)
{
    return (enum ckpt_node_type)(node->info & 7u);
}

static inline uint32_t ckpt_node_count(const struct ckpt_node *node)
{
    return node->info >> CKPT_NODE_COUNT_SHIFT;
}

/* The nodes of a text. A zeroed index is an empty one; it can be used again and again. */
struct ckpt_index {
    struct ckpt_node *nodes;
    size_t count, capacity;
    bool wide; /* some string has bytes >= 0x80; without them all of the text is ASCII */
};

void ckpt_index_free(struct ckpt_index *index);

/* Why a text is not JSON. */
struct ckpt_scan_problem {
    size_t offset;       /* of the offending byte; the text's length at its end */
    const char *context; /* Go's words, for example "after object key"; NULL: out of memory */
    bool at_end;         /* the end of the text is the offence … */
    bool blank;          /* … because Go finds a blank there, and it does not fit either */
    uint32_t open;       /* index of the innermost open container, or UINT32_MAX */
};

/* Scans the `length` <= CKPT_MAX_INPUT bytes of `text` into *index, whose former content is lost.
   On false, *problem says why, and the index has what came before. */
bool ckpt_json_scan(struct ckpt_index *index, const unsigned char *text, size_t length,
                    struct ckpt_scan_problem *problem);

#endif
