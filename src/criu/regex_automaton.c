/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The automaton, made while it runs. A state is the list of instructions at which a match may go
 * on, most preferred first. What does not fit into the memory for states any more is dropped, and
 * made again when it is needed: the time for a byte stays bounded by the size of the program.
 */
#include <stdlib.h>
#include <string.h>

#include "criu/regex_parts.h"

enum { MOST_STATES = 10000, MOST_TABLE = 1 << 19, MOST_LISTS = 1 << 19 };

static bool visit(struct ckpt_regex_automaton *a, uint32_t *count, uint32_t start)
{
    uint32_t depth = 0;
    a->stack[depth++] = start;
    while (depth > 0) {
        uint32_t at = a->stack[--depth];
        if (a->seen[at] == a->generation)
            continue;
        a->seen[at] = a->generation;
        const struct ckpt_regex_instruction *i = &a->program->code[at];
        if (i->code == CKPT_RE_SPLIT) {
            a->stack[depth++] = i->other;
            a->stack[depth++] = i->next;
            continue;
        }
        a->work[(*count)++] = at;
        /* What is less preferred than a match is not looked at. */
        if (i->code == CKPT_RE_MATCH && !a->longest)
            return false;
    }
    return true;
}

static int compare(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

static uint32_t hash(const uint32_t *list, uint32_t count)
{
    uint32_t h = 2166136261u;
    for (uint32_t i = 0; i < count; i++)
        h = (h ^ list[i]) * 16777619u;
    return h ^ h >> 15;
}

/* The state of a list; there is room for one more. */
static uint32_t state_of(struct ckpt_regex_automaton *a, uint32_t *list, uint32_t count)
{
    if (count == 0)
        return CKPT_RE_DEAD;
    if (a->longest)
        qsort(list, count, sizeof(*list), compare);
    uint32_t slot = hash(list, count) & (a->table_size - 1);
    for (; a->table[slot] != 0; slot = (slot + 1) & (a->table_size - 1)) {
        const struct ckpt_regex_state *s = &a->states[a->table[slot] - 1];
        if (s->count == count && memcmp(a->lists + s->list, list, count * sizeof(*list)) == 0)
            return a->table[slot] - 1;
    }
    uint32_t state = a->state_count++;
    struct ckpt_regex_state *s = &a->states[state];
    *s = (struct ckpt_regex_state){a->list_count, count, false};
    memcpy(a->lists + a->list_count, list, count * sizeof(*list));
    a->list_count += count;
    for (uint32_t i = 0; i < count; i++)
        s->match = s->match || a->program->code[list[i]].code == CKPT_RE_MATCH;
    a->table[slot] = state + 1;
    return state;
}

/* Forgets all states but the first one. */
static void forget(struct ckpt_regex_automaton *a)
{
    memset(a->table, 0, a->table_size * sizeof(*a->table));
    memset(a->next, 0, (size_t)a->state_room * a->class_count * sizeof(*a->next));
    a->list_count = 0;
    a->states[CKPT_RE_UNMADE] = a->states[CKPT_RE_DEAD] = (struct ckpt_regex_state){0, 0, false};
    for (uint32_t c = 0; c < a->class_count; c++)
        a->next[CKPT_RE_DEAD * a->class_count + c] = 2 * CKPT_RE_DEAD;
    a->state_count = CKPT_RE_START;
    state_of(a, a->start, a->start_count);
}

static void begin_list(struct ckpt_regex_automaton *a)
{
    if (++a->generation == 0) {
        memset(a->seen, 0, a->program->count * sizeof(*a->seen));
        a->generation = 1;
    }
}

bool ckpt_regex_automaton_init(struct ckpt_regex_automaton *a)
{
    uint32_t size = a->program->count;
    a->state_room = MOST_TABLE / a->class_count;
    if (a->state_room > MOST_STATES)
        a->state_room = MOST_STATES;
    a->list_room = MOST_LISTS > 4 * size ? MOST_LISTS : 4 * size;
    for (a->table_size = 16; a->table_size < a->state_room * 2; a->table_size *= 2)
        ;
    a->states = malloc(a->state_room * sizeof(*a->states));
    a->next = malloc((size_t)a->state_room * a->class_count * sizeof(*a->next));
    a->lists = malloc(a->list_room * sizeof(*a->lists));
    a->table = malloc(a->table_size * sizeof(*a->table));
    a->work = malloc(size * sizeof(*a->work));
    /* An instruction is put there by each that leads to it, at most twice. */
    a->stack = malloc(((size_t)size * 2 + 1) * sizeof(*a->stack));
    a->seen = calloc(size, sizeof(*a->seen));
    a->start = malloc(size * sizeof(*a->start));
    if (a->states == NULL || a->next == NULL || a->lists == NULL || a->table == NULL ||
        a->work == NULL || a->stack == NULL || a->seen == NULL || a->start == NULL)
        return false;
    begin_list(a);
    visit(a, &a->start_count, a->program->start);
    memcpy(a->start, a->work, a->start_count * sizeof(*a->start));
    forget(a);
    return true;
}

void ckpt_regex_automaton_free(struct ckpt_regex_automaton *a)
{
    free(a->states);
    free(a->next);
    free(a->lists);
    free(a->table);
    free(a->work);
    free(a->stack);
    free(a->seen);
    free(a->start);
}

static bool reads(const struct ckpt_regex_automaton *a, const struct ckpt_regex_instruction *i,
                  uint8_t byte)
{
    return i->code == CKPT_RE_READ
               ? byte >= i->first && byte <= i->last
               : i->code == CKPT_RE_READ_SET && ckpt_regex_in(&a->sets[i->set], byte);
}

uint32_t ckpt_regex_step(struct ckpt_regex_automaton *a, uint32_t state, uint32_t class)
{
    uint8_t byte = a->class_byte[class];
    const struct ckpt_regex_state *s = &a->states[state];
    uint32_t count = 0;
    begin_list(a);
    for (uint32_t i = 0; i < s->count; i++) {
        const struct ckpt_regex_instruction *in = &a->program->code[a->lists[s->list + i]];
        if (reads(a, in, byte) && !visit(a, &count, in->next))
            break;
    }
    bool full = a->state_count == a->state_room || a->list_room - a->list_count < count;
    if (full)
        forget(a);
    uint32_t made = state_of(a, a->work, count);
    made = 2 * made + a->states[made].match;
    if (!full)
        a->next[state * a->class_count + class] = made;
    return made;
}
