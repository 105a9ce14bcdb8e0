/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a message is sound, and the path to where it is not. */
#include "proto/read.h"

/* A message that is being read. */
struct level {
    const struct ckpt_pb_message *message;
    const uint8_t *start;
    struct ckpt_wire rest;
    struct ckpt_wire_field found; /* the current field */
    uint64_t seen;                /* a bit for each field of the table that was there */
};

static bool packed_is_sound(const struct ckpt_pb_field *field, const struct ckpt_wire_field *found,
                            const uint8_t **at)
{
    struct ckpt_wire list = {found->bytes, found->bytes + found->length};
    uint64_t value;
    while (list.at != list.end) {
        *at = list.at;
        if (!ckpt_pb_next_packed(field, &list, &value))
            return false;
    }
    return true;
}

/* The first required field of the message that was not there; NULL: none. */
static const struct ckpt_pb_field *missing(const struct level *level)
{
    for (unsigned i = 0; i < level->message->count; i++)
        if (level->message->fields[i].label == CKPT_PB_REQUIRED && (level->seen >> i & 1) == 0)
            return &level->message->fields[i];
    return NULL;
}

/* How many fields with the number of the level's current one stand before it. */
static uint32_t index_of(const struct level *level)
{
    struct ckpt_wire wire = {level->start, level->found.start};
    struct ckpt_wire_field found;
    uint32_t count = 0;
    while (ckpt_wire_next(&wire, &found) == CKPT_WIRE_OK)
        count += found.number == level->found.number;
    return count;
}

static bool report(const struct level *levels, unsigned depth, enum ckpt_pb_damage damage,
                   const uint8_t *at, unsigned number, struct ckpt_pb_problem *problem)
{
    problem->damage = damage;
    problem->at = at;
    problem->depth = depth + (number != 0);
    for (unsigned i = 0; i < problem->depth; i++) {
        problem->path[i].message = levels[i].message->index;
        problem->path[i].field = (uint16_t)(i < depth ? levels[i].found.number : number);
        problem->path[i].index = i < depth || damage == CKPT_PB_BROKEN ? index_of(&levels[i]) : 0;
    }
    return false;
}

bool ckpt_pb_check(const struct ckpt_pb *m, struct ckpt_pb_problem *problem)
{
    struct level levels[CKPT_PB_MAX_DEPTH];
    unsigned depth = 0;
    levels[0] = (struct level){.message = m->message, .start = m->at, .rest = {m->at, m->end}};
    problem->unknown = 0;
    for (;;) {
        struct level *level = &levels[depth];
        const struct ckpt_pb_field *field;
        const uint8_t *at;
        switch (ckpt_wire_next(&level->rest, &level->found)) {
        case CKPT_WIRE_BROKEN:
            return report(levels, depth, CKPT_PB_BROKEN, level->rest.at, 0, problem);
        case CKPT_WIRE_END:
            field = missing(level);
            if (field != NULL)
                return report(levels, depth, CKPT_PB_MISSING, level->rest.end, field->number,
                              problem);
            if (depth-- == 0) {
                problem->damage = CKPT_PB_SOUND;
                return true;
            }
            continue;
        case CKPT_WIRE_OK:
            break;
        }
        field = ckpt_pb_find(level->message, level->found.number);
        if (field == NULL && problem->unknown == 0)
            problem->unknown = level->found.number;
        if (field == NULL || !ckpt_pb_fits(field, &level->found))
            continue;
        level->seen |= UINT64_C(1) << (field - level->message->fields);
        if (level->found.type != CKPT_WIRE_BYTES || field->type == CKPT_PB_STRING ||
            field->type == CKPT_PB_BYTES || field->show == CKPT_PB_IF_IT_FITS)
            continue;
        if (field->type != CKPT_PB_MESSAGE) {
            if (!packed_is_sound(field, &level->found, &at))
                return report(levels, depth, CKPT_PB_BROKEN, at, field->number, problem);
            continue;
        }
        if (depth + 1 == CKPT_PB_MAX_DEPTH)
            return report(levels, depth, CKPT_PB_DEEP, level->found.start, field->number, problem);
        at = level->found.bytes;
        levels[++depth] = (struct level){.message = ckpt_pb_inner(level->message, field),
                                         .start = at,
                                         .rest = {at, at + level->found.length}};
    }
}

bool ckpt_pb_is_exact(const struct ckpt_pb *m)
{
    struct ckpt_wire wire = {m->at, m->end};
    struct ckpt_wire_field found;
    struct ckpt_pb_problem problem;
    uint32_t before = 0;
    while (ckpt_wire_next(&wire, &found) == CKPT_WIRE_OK) {
        const struct ckpt_pb_field *field = ckpt_pb_find(m->message, found.number);
        if (field == NULL || !ckpt_pb_fits(field, &found) || found.number < before)
            return false;
        before = found.number;
    }
    return ckpt_pb_check(m, &problem);
}
