/* SPDX-License-Identifier: Apache-2.0 */
/* What a ckpt_document is made of, and what the parts of src/json share. */
#ifndef CKPT_JSON_DOCUMENT_H
#define CKPT_JSON_DOCUMENT_H

#include "ckpt.h"
#include "mem/arena.h"
#include "mem/buffer.h"
#include "model/type.h"
#include "json/scan.h"
#include "json/sink.h"

/* How many nesting levels remember their last position. */
enum { CKPT_NEAR = 8 };

struct ckpt_near {
    uint32_t container, child; /* a child of a large container; 0: none */
    size_t element;
};

struct ckpt_document {
    const unsigned char *input;
    size_t length;
    ckpt_kind kind;
    void *value;                      /* the decoded value */
    struct ckpt_index index;          /* where everything stands */
    struct ckpt_arena arena;          /* the value, and the texts of errors */
    struct ckpt_buffer text;          /* what was encoded last */
    bool text_lost;                   /* a text of the error found no memory */
    char *file;                       /* the input, where the document owns it */
    struct ckpt_near near[CKPT_NEAR]; /* where the last pointers led, by depth: the next one often
                                         leads after */
};

/* Takes an input and scans it, as ckpt_decode() does before it decodes; the value stays zero.
   False: *error says why. */
bool ckpt_document_scan(ckpt_document *document, ckpt_kind kind, const void *input, size_t length,
                        ckpt_error *error);

/* ---- strings (strings.c) ----------------------------------------------------------------------
 */

/* The string that a CKPT_STRING node stands for: escapes resolved, invalid UTF-8 replaced. It
   points into `text` where it can, else into the arena. data is NULL if there is no memory. */
ckpt_string ckpt_unquote(struct ckpt_arena *arena, const unsigned char *text,
                         const struct ckpt_node *node);

/* Whether a key means the field `name`, ignoring case as Go does: ASCII letters, and the two other
   code points that fold to one (U+017F to s, U+212A to k). */
bool ckpt_fold_equal(const char *name, size_t name_length, const char *key, size_t key_length);

int ckpt_string_compare(ckpt_string a, ckpt_string b);

/* ---- numbers, fields and maps (decode.c, map.c)
 * ----------------------------------------------------------
 */

/* Reads a CKPT_NUMBER node into a target of the integer type `type`; false, with the target
   unchanged, if it does not fit. */
bool ckpt_decode_number(const struct ckpt_type *type, const unsigned char *text,
                        const struct ckpt_node *node, void *target);

/* Index of the field of `type` that `key` means, or -1. The search begins at field `hint`. */
int ckpt_find_field(const struct ckpt_type *type, ckpt_string key, int hint);

/* Sorts the map's entries by key; of equal keys the last stays. False: no memory. */
bool ckpt_map_sort(struct ckpt_arena *arena, ckpt_map *map, size_t value_size);

/* ---- any values (any.c)
 * -------------------------------------------------------------------------- */

/* Builds the cJSON tree of node `node`. Numbers that do not fit a double become null; the first of
   them is stored in *overflow (else left alone). NULL: no memory. */
struct cJSON *ckpt_any_build(struct ckpt_arena *arena, const unsigned char *text,
                             const struct ckpt_node *nodes, uint32_t node, uint32_t *overflow);

/* ---- output (emit.c)
 * ------------------------------------------------------------------------------ */

/* Sends `value` of type `type` and shape `shape` to `sink`, with the fields that Go writes.
   The arena is used for bookkeeping; false if it has no memory. */
bool ckpt_emit(struct ckpt_arena *arena, const struct ckpt_type *type, uint8_t shape,
               const void *value, struct ckpt_sink *sink);

/* ---- errors (error.c)
 * ------------------------------------------------------------------------------ */

/* One step from a struct into one of its fields. */
struct ckpt_step {
    const struct ckpt_type *owner;
    const struct ckpt_field *field;
};

/* No type nests its fields deeper than this. */
#define CKPT_MAX_STEPS 16

/* The first type error of a decode. */
struct ckpt_type_problem {
    bool set;
    bool literal;  /* the number's text is part of Go's words for the value */
    uint8_t shape; /* of the wanted type */
    const struct ckpt_type *type;
    uint32_t node;
    int64_t go_offset;
    int depth; /* steps that led there */
    struct ckpt_step step[CKPT_MAX_STEPS];
};

struct ckpt_time_problem;

void ckpt_syntax_error(ckpt_document *document, const struct ckpt_scan_problem *problem,
                       ckpt_error *error);
void ckpt_type_error(ckpt_document *document, const struct ckpt_type_problem *problem,
                     ckpt_error *error);
/* `problem` is NULL where the value is no string. */
void ckpt_time_error(ckpt_document *document, uint32_t node,
                     const struct ckpt_time_problem *problem, ckpt_error *error);
/* A value that is not what it should be, where nothing else says more. */
void ckpt_value_error(ckpt_document *document, uint32_t node, const char *expected,
                      ckpt_error *error);
void ckpt_limit_error(ckpt_error *error, const char *message);

/* JSON pointer of a node, with keys as the text spells them. */
ckpt_string ckpt_node_pointer(ckpt_document *document, uint32_t node);

#endif
