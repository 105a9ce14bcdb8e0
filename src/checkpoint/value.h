/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values of JSON files as the rules and the summary look at them: nodes of the scanned text, so
 * that each has its place. Nothing is decoded; what is asked for is read from the text.
 */
#ifndef CKPT_CHECKPOINT_VALUE_H
#define CKPT_CHECKPOINT_VALUE_H

#include "checkpoint/internal.h"
#include "text/slice.h"
#include "json/document.h"

#define CKPT_NO_NODE UINT32_C(0x7fffffff)

/*
 * A value in a file, or nothing (node CKPT_NO_NODE), for example a member that is not there.
 * Values go in and out of every check. In WebAssembly they are one number each, so that they need
 * not be copied through memory: that makes the checks smaller by a third.
 */
#if UINTPTR_MAX == UINT32_MAX
typedef struct ckpt_value {
    uint64_t bits; /* address of the file, node, one bit for the key */
} ckpt_value;

static inline ckpt_value ckpt_make_value(struct ckpt_file *file, uint32_t node, bool has_key)
{
    return (ckpt_value){(uint64_t)(uintptr_t)file << 32 | node << 1 | has_key};
}

static inline struct ckpt_file *ckpt_value_file(ckpt_value value)
{
    return (struct ckpt_file *)(uintptr_t)(value.bits >> 32);
}

static inline uint32_t ckpt_value_node(ckpt_value value)
{
    return (uint32_t)value.bits >> 1;
}

static inline bool ckpt_value_has_key(ckpt_value value)
{
    return (value.bits & 1) != 0;
}
#else
typedef struct ckpt_value {
    struct ckpt_file *in;
    uint32_t at;
    bool keyed; /* it is a member of an object: the node in front is its key */
} ckpt_value;

static inline ckpt_value ckpt_make_value(struct ckpt_file *file, uint32_t node, bool has_key)
{
    return (ckpt_value){file, node, has_key};
}

static inline struct ckpt_file *ckpt_value_file(ckpt_value value)
{
    return value.in;
}

static inline uint32_t ckpt_value_node(ckpt_value value)
{
    return value.at;
}

static inline bool ckpt_value_has_key(ckpt_value value)
{
    return value.keyed;
}
#endif

/* The value at a node whose key does not matter. */
static inline ckpt_value ckpt_value_at(struct ckpt_file *file, uint32_t node)
{
    return ckpt_make_value(file, node, false);
}

/* What is not there, in a file (which may be NULL). */
static inline ckpt_value ckpt_nothing(struct ckpt_file *file)
{
    return ckpt_make_value(file, CKPT_NO_NODE, false);
}

/* The whole of a file; nothing if `file` is NULL or no JSON. */
ckpt_value ckpt_whole(struct ckpt_file *file);

static inline bool ckpt_exists(ckpt_value value)
{
    return ckpt_value_node(value) != CKPT_NO_NODE;
}

/* The type of an existing value. */
enum ckpt_node_type ckpt_type_of(ckpt_value value);
static inline bool ckpt_is(ckpt_value value, enum ckpt_node_type type)
{
    return ckpt_exists(value) && ckpt_type_of(value) == type;
}

/* Whether it is there and not null: what a Go program would see as set. */
bool ckpt_is_set(ckpt_value value);
bool ckpt_is_true(ckpt_value value);

/* Number of elements or members; 0 for what has none. */
uint32_t ckpt_count(ckpt_value value);

/* Member of an object as Go finds a struct's: keys are folded, of several the last counts. Nothing
   if there is none, or `object` is none. */
ckpt_value ckpt_get(ckpt_value object, const char *key);

/* Member of an object by its very key, as in a Go map; of several the last counts. */
ckpt_value ckpt_get_exact(ckpt_value object, const char *key);

/* ckpt_get() several times: "process\0cwd\0". */
ckpt_value ckpt_get_path(ckpt_value object, const char *keys);

/* The elements of an array or members of an object, one after the other:
   for (ckpt_value v = ckpt_first(list); ckpt_exists(v); v = ckpt_next(list, v)) */
ckpt_value ckpt_first(ckpt_value list);
ckpt_value ckpt_next(ckpt_value list, ckpt_value value);

/* The text of a string value, escapes resolved; empty for other values. It lives as the file. */
ckpt_string ckpt_text(ckpt_value value);

/* Whether that text is not empty; whether it is this one. */
bool ckpt_has_text(ckpt_value value);
bool ckpt_is_text(ckpt_value value, const char *text);

/* The key of a member; empty for elements. */
ckpt_string ckpt_key_text(ckpt_value value);

/* The key of a member as a value, to point at it. */
ckpt_value ckpt_key_of(ckpt_value value);

/* The bytes of a value as they stand in the file. */
ckpt_string ckpt_source(ckpt_value value);

/* Where byte `offset` of a string's text stands in its source, which begins with a quote. */
size_t ckpt_source_offset(ckpt_value string, size_t offset);

/* The integer that a number is; false for all else and out of range. */
bool ckpt_int64_of(ckpt_value value, int64_t *number);
bool ckpt_uint64_of(ckpt_value value, uint64_t *number);

/* The time that a string is (Go: time.Time from JSON); false for all else. */
bool ckpt_time_of(ckpt_value value, ckpt_time *time);

#endif
