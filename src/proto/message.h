/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A message where it stands in memory, and what it holds. Nothing is copied or allocated: each call
 * looks through the message from its start, which is fast because messages are small. Who wants
 * many fields of a message with thousands of elements reads its fields in turn (wire.h).
 *
 *     struct ckpt_pb task = entry.message, core;           // of the type CKPT_CRIU_core_entry
 *     uint64_t state;
 *     if (ckpt_pb_get_message(&task, CKPT_CRIU_core_entry_tc, &core) &&
 *         ckpt_pb_get_u64(&core, CKPT_CRIU_task_core_entry_task_state, &state)) …
 *
 *     struct ckpt_pb_each each = ckpt_pb_each(&entry.message, CKPT_CRIU_pstree_entry_threads);
 *     while (ckpt_pb_next_u64(&each, &thread)) …
 *
 * The rules are those of protocol buffers: of a singular field that stands there more than once the
 * last counts; a field of another wire type than the table's is unknown; what is after damage is
 * not there (ckpt_pb_check finds damage). Field numbers are constants made from the tables.
 */
#ifndef CKPT_PROTO_MESSAGE_H
#define CKPT_PROTO_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/table.h"

struct ckpt_pb_bytes {
    const uint8_t *data; /* in the message; never NULL where a field was found */
    size_t length;
};

/* A message: its bytes and what the table says about them. A zeroed one is empty. */
struct ckpt_pb {
    const uint8_t *at, *end;
    const struct ckpt_pb_message *message;
};

/* The value of the singular field with that number into *value. False, with *value unchanged: it is
   not there. u64: unsigned types, booleans (0 or 1) and enumerations; i64: all, with their sign,
   U64 as it is in two's complement. 32-bit types are cut to 32 bits, as all readers do. */
bool ckpt_pb_get_u64(const struct ckpt_pb *m, unsigned number, uint64_t *value);
bool ckpt_pb_get_i64(const struct ckpt_pb *m, unsigned number, int64_t *value);
bool ckpt_pb_get_bytes(const struct ckpt_pb *m, unsigned number, struct ckpt_pb_bytes *bytes);
bool ckpt_pb_get_message(const struct ckpt_pb *m, unsigned number, struct ckpt_pb *inner);

/* The same, or `other` where the field is not there. */
uint64_t ckpt_pb_u64(const struct ckpt_pb *m, unsigned number, uint64_t other);
int64_t ckpt_pb_i64(const struct ckpt_pb *m, unsigned number, int64_t other);
/* Text or bytes; empty where the field is not there. */
struct ckpt_pb_bytes ckpt_pb_bytes(const struct ckpt_pb *m, unsigned number);

/* Whether the field is there. */
bool ckpt_pb_has(const struct ckpt_pb *m, unsigned number);

/* All values of a field, one after the other; numbers packed or not. */
struct ckpt_pb_each {
    struct ckpt_pb rest;
    const struct ckpt_pb_field *field;
    const uint8_t *packed, *packed_end; /* what is left of a packed list */
};

struct ckpt_pb_each ckpt_pb_each(const struct ckpt_pb *m, unsigned number);
bool ckpt_pb_next_u64(struct ckpt_pb_each *each, uint64_t *value);
bool ckpt_pb_next_i64(struct ckpt_pb_each *each, int64_t *value);
bool ckpt_pb_next_bytes(struct ckpt_pb_each *each, struct ckpt_pb_bytes *bytes);
bool ckpt_pb_next_message(struct ckpt_pb_each *each, struct ckpt_pb *inner);

/* ---- Damage */

/* Messages in messages. Those of CRIU stay below 10, but directories of cgroups and policies of
   AppArmor nest as their names do. */
enum { CKPT_PB_MAX_DEPTH = 100 };

enum ckpt_pb_damage {
    CKPT_PB_SOUND,
    CKPT_PB_BROKEN,  /* the bytes are no fields */
    CKPT_PB_MISSING, /* a required field is not there */
    CKPT_PB_DEEP     /* nested deeper than CKPT_PB_MAX_DEPTH */
};

struct ckpt_pb_problem {
    enum ckpt_pb_damage damage;
    const uint8_t *at; /* where, in the message; its end for a missing field */
    uint32_t unknown;  /* number of the first field that is in no table; 0: none was met */
    unsigned depth;    /* steps of the path */
    struct {
        uint16_t message, field; /* which kind of message; the number of the field in it; 0: none */
        uint32_t index;          /* of a repeated field's element, from 0 */
    } path[CKPT_PB_MAX_DEPTH];
};

/* Checks the message and all in it. True: it is sound. */
bool ckpt_pb_check(const struct ckpt_pb *m, struct ckpt_pb_problem *problem);

/* Whether the message is sound and holds nothing but fields of the table, in the order of their
   numbers: then it is what the table says, and no message of another dialect. */
bool ckpt_pb_is_exact(const struct ckpt_pb *m);

#endif
