/* SPDX-License-Identifier: Apache-2.0 */
#include "criu/problem.h"

#include "criu/decode.h"
#include "proto/show.h"

static void add(struct ckpt_buffer *out, const char *text)
{
    ckpt_buffer_add_text(out, text);
}

static void add_name(struct ckpt_buffer *out, const struct ckpt_names *names, uint32_t number)
{
    ckpt_string name = ckpt_names_get(names, number);
    ckpt_buffer_add(out, name.data, name.length);
}

static bool is_in_entry(const struct ckpt_criu_problem *problem)
{
    return problem->damage >= CKPT_CRIU_SHORT_SIZE && problem->damage <= CKPT_CRIU_BAD_PART;
}

void ckpt_criu_problem_path(const struct ckpt_criu_problem *problem, const struct ckpt_names *names,
                            struct ckpt_buffer *out)
{
    if (!is_in_entry(problem))
        return;
    add(out, "/");
    ckpt_pb_add_decimal(out, problem->entry);
    if (problem->damage != CKPT_CRIU_BAD_MESSAGE)
        return;
    for (unsigned i = 0; i < problem->message.depth; i++) {
        const struct ckpt_pb_message *message =
            &ckpt_criu_messages[problem->message.path[i].message];
        const struct ckpt_pb_field *field = ckpt_pb_find(message, problem->message.path[i].field);
        if (field == NULL)
            return;
        add(out, "/");
        add_name(out, names, ckpt_pb_name(&ckpt_criu_schema, field));
        if (field->label < CKPT_PB_REPEATED)
            continue;
        add(out, "/");
        ckpt_pb_add_decimal(out, problem->message.path[i].index);
    }
}

static void add_type(struct ckpt_buffer *out, const struct ckpt_names *names, uint32_t magic)
{
    for (unsigned kind = 0; kind < CKPT_CRIU_IMAGE_UNKNOWN; kind++) {
        if (ckpt_criu_images[kind].magic == magic && magic != 0) {
            add_name(out, names, ckpt_criu_type_name((enum ckpt_criu_kind)kind));
            return;
        }
    }
    add(out, "0x");
    ckpt_pb_add_hex(out, magic);
}

static void add_place(const struct ckpt_criu_problem *problem, const struct ckpt_names *names,
                      struct ckpt_buffer *out)
{
    add(out, " (entry ");
    ckpt_pb_add_decimal(out, problem->entry);
    add(out, ", byte ");
    ckpt_pb_add_decimal(out, problem->offset);
    if (problem->damage == CKPT_CRIU_BAD_MESSAGE && problem->message.depth > 0) {
        add(out, ", at ");
        ckpt_criu_problem_path(problem, names, out);
    }
    add(out, ")");
}

void ckpt_criu_explain(const struct ckpt_criu_problem *problem, const struct ckpt_names *names,
                       struct ckpt_buffer *out)
{
    switch (problem->damage) {
    case CKPT_CRIU_SOUND:
        return;
    case CKPT_CRIU_NO_IMAGE:
        add(out, "not a CRIU image: it does not start with the magic number of one");
        return;
    case CKPT_CRIU_OTHER_TYPE:
        add(out, "an image of type ");
        add_type(out, names, (uint32_t)problem->found);
        add(out, ", not of the type that its name says");
        return;
    case CKPT_CRIU_NO_MESSAGES:
        add(out, "raw data: there are no entries to decode");
        return;
    case CKPT_CRIU_NO_MEMORY:
        add(out, "too large to decode: out of memory");
        return;
    case CKPT_CRIU_SHORT_SIZE:
        add(out, "ends within the size of an entry");
        break;
    case CKPT_CRIU_SHORT_ENTRY:
        add(out, "ends within an entry of ");
        ckpt_pb_add_decimal(out, problem->found);
        add(out, " bytes");
        break;
    case CKPT_CRIU_SHORT_EXTRA:
        add(out, "ends within the data behind an entry, which has ");
        ckpt_pb_add_decimal(out, problem->found);
        add(out, " bytes");
        break;
    case CKPT_CRIU_BAD_PART:
        add(out, "the messages of a queue are damaged");
        break;
    case CKPT_CRIU_BAD_MESSAGE:
        add(out, problem->message.damage == CKPT_PB_MISSING ? "a required field is missing"
                 : problem->message.damage == CKPT_PB_DEEP  ? "messages are nested too deep"
                                                            : "an entry is damaged");
        break;
    }
    add_place(problem, names, out);
}
