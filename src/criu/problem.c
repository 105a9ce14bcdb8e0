/* SPDX-License-Identifier: Apache-2.0 */
#include "criu/problem.h"

#include "criu/decode.h"
#include "text/message.h"

static bool is_in_entry(const struct ckpt_criu_problem *problem)
{
    return problem->damage >= CKPT_CRIU_SHORT_SIZE && problem->damage <= CKPT_CRIU_BAD_PART;
}

void ckpt_criu_problem_path(const struct ckpt_criu_problem *problem, const struct ckpt_names *names,
                            struct ckpt_buffer *out)
{
    if (!is_in_entry(problem))
        return;
    ckpt_format(out, "/%n", (uint64_t)problem->entry);
    if (problem->damage != CKPT_CRIU_BAD_MESSAGE)
        return;
    for (unsigned i = 0; i < problem->message.depth; i++) {
        const struct ckpt_pb_message *message =
            &ckpt_criu_messages[problem->message.path[i].message];
        const struct ckpt_pb_field *field = ckpt_pb_find(message, problem->message.path[i].field);
        if (field == NULL)
            return;
        ckpt_format(out, "/%t", ckpt_names_get(names, ckpt_pb_name(&ckpt_criu_schema, field)));
        if (field->label >= CKPT_PB_REPEATED)
            ckpt_format(out, "/%n", (uint64_t)problem->message.path[i].index);
    }
}

static void add_type(struct ckpt_buffer *out, const struct ckpt_names *names, uint32_t magic)
{
    for (unsigned kind = 0; kind < CKPT_CRIU_IMAGE_UNKNOWN; kind++) {
        if (ckpt_criu_images[kind].magic == magic && magic != 0) {
            ckpt_string name =
                ckpt_names_get(names, ckpt_criu_type_name((enum ckpt_criu_kind)kind));
            ckpt_format(out, "%t", name);
            return;
        }
    }
    ckpt_format(out, "0x%x", (uint64_t)magic);
}

static void add_place(const struct ckpt_criu_problem *problem, const struct ckpt_names *names,
                      struct ckpt_buffer *out)
{
    ckpt_format(out, " (entry %n, byte %n", (uint64_t)problem->entry, (uint64_t)problem->offset);
    if (problem->damage == CKPT_CRIU_BAD_MESSAGE && problem->message.depth > 0) {
        ckpt_buffer_add_text(out, ", at ");
        ckpt_criu_problem_path(problem, names, out);
    }
    ckpt_buffer_add_text(out, ")");
}

void ckpt_criu_explain(const struct ckpt_criu_problem *problem, const struct ckpt_names *names,
                       struct ckpt_buffer *out)
{
    switch (problem->damage) {
    case CKPT_CRIU_SOUND:
        return;
    case CKPT_CRIU_NO_IMAGE:
        ckpt_buffer_add_text(out,
                             "not a CRIU image: it does not start with the magic number of one");
        return;
    case CKPT_CRIU_OTHER_TYPE:
        ckpt_buffer_add_text(out, "an image of type ");
        add_type(out, names, (uint32_t)problem->found);
        ckpt_buffer_add_text(out, ", not of the type that its name says");
        return;
    case CKPT_CRIU_NO_MESSAGES:
        ckpt_buffer_add_text(out, "raw data: there are no entries to decode");
        return;
    case CKPT_CRIU_NO_MEMORY:
        ckpt_buffer_add_text(out, "too large to decode: out of memory");
        return;
    case CKPT_CRIU_SHORT_SIZE:
        ckpt_buffer_add_text(out, "ends within the size of an entry");
        break;
    case CKPT_CRIU_SHORT_ENTRY:
        ckpt_format(out, "ends within an entry of %n bytes", (uint64_t)problem->found);
        break;
    case CKPT_CRIU_SHORT_EXTRA:
        ckpt_format(out, "ends within the data after an entry, which has %n bytes",
                    (uint64_t)problem->found);
        break;
    case CKPT_CRIU_BAD_PART:
        ckpt_buffer_add_text(out, "the messages of a queue are damaged");
        break;
    case CKPT_CRIU_BAD_MESSAGE:
        ckpt_buffer_add_text(
            out, problem->message.damage == CKPT_PB_MISSING ? "a required field is missing"
                 : problem->message.damage == CKPT_PB_DEEP  ? "messages are nested too deep"
                                                            : "an entry is damaged");
        break;
    }
    add_place(problem, names, out);
}
