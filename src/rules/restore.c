/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which target restores the checkpoint: those that an error stands against will not, of the others
 * those that made it will; where the rest is not in the checkpoint, nobody can tell.
 */
#include "rules/rules.h"

enum { REASONS = 8 }; /* for one verdict */

static bool older(const struct ckpt_target *target, uint32_t major, uint32_t minor)
{
    return target->number[0] < major || (target->number[0] == major && target->number[1] < minor);
}

/* Whether an engine made it that is not this target. Runtimes restore for all engines. */
static bool is_of_another(const struct ckpt_rules *r, unsigned i)
{
    if (((1u << i) & RUNTIMES) != 0)
        return false;
    if (r->form == CKPT_FORM_CRIU_DIRECTORY) /* Docker's looks as one of runc */
        return i != CKPT_TARGET_DOCKER;
    return r->engine != CKPT_ENGINE_UNKNOWN && (unsigned)r->engine - 1 != i;
}

static ckpt_string another_text(struct ckpt_rules *r, unsigned i)
{
    if (r->form == CKPT_FORM_CRIU_DIRECTORY)
        return ckpt_text_of(r, "A directory of CRIU images cannot be restored by %s.",
                            ckpt_target_names[i].display);
    return ckpt_text_of(r, "A checkpoint of %s cannot be restored by %s.",
                        ckpt_engine_names[r->engine].display, ckpt_target_names[i].display);
}

/* What is wrong with the version; "" if nothing. */
static ckpt_string version_text(struct ckpt_rules *r, unsigned i)
{
    const struct ckpt_target *target = &r->targets[i];
    if (i != CKPT_TARGET_CONTAINERD || target->version.length == 0 ||
        (!older(target, 2, 1) && older(target, 2, 4)))
        return (ckpt_string){"", 0};
    return ckpt_text_of(r, "containerd %t does not restore checkpoints; 2.1 to 2.3 do.",
                        target->version);
}

void ckpt_check_restore(struct ckpt_rules *r)
{
    for (unsigned i = 0; i < CKPT_TARGET_COUNT; i++) {
        if (!r->targets[i].asked)
            continue;
        if (is_of_another(r, i))
            ckpt_find_file(r, CKPT_RULE_700, "", "%t", another_text(r, i));
        else if (version_text(r, i).length != 0)
            ckpt_find_file(r, CKPT_RULE_701, "", "%t", version_text(r, i));
    }
    ckpt_check_mounts_of_target(r);
    if (r->form == CKPT_FORM_CRIU_DIRECTORY)
        ckpt_find_file(r, CKPT_RULE_710, "",
                       "There is no file system in this checkpoint; the container that it was made "
                       "from must still exist, unchanged.");
}

/* ---- verdicts -------------------------------------------------------------------------------- */

struct verdict {
    struct ckpt_buffer *out;
    uint32_t reasons;
};

static void print_reason(struct verdict *v, enum ckpt_rule_index rule, ckpt_string message,
                         const struct ckpt_finding *finding)
{
    char id[CKPT_RULE_ID_MAX];
    if (v->reasons++ >= REASONS)
        return;
    ckpt_rule_id(rule, id);
    ckpt_print_open(v->out, "{");
    ckpt_print_member(v->out, "id", ckpt_string_of(id));
    ckpt_print_key(v->out, "message");
    ckpt_print_string(v->out, message.data, message.length);
    ckpt_print_key(v->out, "finding");
    if (finding == NULL || finding->hidden)
        ckpt_buffer_add_text(v->out, "-1");
    else
        ckpt_print_number(v->out, finding->index);
    ckpt_buffer_add_text(v->out, "}");
}

/* Why nobody can tell whether a target restores it, or NULL. */
static const char *unknown_why(const struct ckpt_rules *r, unsigned i)
{
    if (ckpt_is_true(ckpt_get_exact(ckpt_whole(r->facts), "loose")))
        return "These are single metadata files, not the whole checkpoint.";
    if (ckpt_is_unread(r, "config.dump") || ckpt_is_unread(r, "spec.dump"))
        return "Its metadata is too large to check.";
    if (((1u << i) & RUNTIMES) != 0)
        return "It needs the bundle with the root file system, which is not in the checkpoint.";
    if (i == CKPT_TARGET_DOCKER)
        return "Docker needs the same container that it was made from.";
    if (r->engine == CKPT_ENGINE_UNKNOWN)
        return "Nothing in the checkpoint tells which engine made it.";
    if (r->form == CKPT_FORM_POD || r->form == CKPT_FORM_CONTAINERD_CTR)
        return "Only unreleased versions of the engine restore this format.";
    return NULL;
}

static void print_verdict(struct ckpt_rules *r, struct ckpt_buffer *out, unsigned i)
{
    struct verdict v = {out, 0};
    const char *why = NULL;
    ckpt_print_open(out, "{");
    ckpt_print_member(out, "name", ckpt_string_of(ckpt_target_names[i].name));
    ckpt_print_key(out, "version");
    ckpt_print_string(out, r->targets[i].version.data, r->targets[i].version.length);
    ckpt_print_key(out, "reasons");
    ckpt_buffer_add_text(out, "[");
    if (is_of_another(r, i))
        print_reason(&v, CKPT_RULE_700, another_text(r, i), r->state[CKPT_RULE_700].first);
    ckpt_string version = version_text(r, i);
    if (version.length != 0)
        print_reason(&v, CKPT_RULE_701, version, r->state[CKPT_RULE_701].first);
    for (int rule = 0; rule < CKPT_RULE_COUNT; rule++) {
        const struct ckpt_finding *first = r->state[rule].first;
        bool own = rule == CKPT_RULE_700 || rule == CKPT_RULE_701;
        if (!own && first != NULL && first->lowered == CKPT_OFF &&
            (ckpt_rules_table[rule].blocks >> i & 1) != 0)
            print_reason(&v, (enum ckpt_rule_index)rule, first->message, first);
    }
    bool fails = v.reasons != 0;
    if (!fails && (why = unknown_why(r, i)) != NULL) {
        ckpt_print_open(out, "{");
        ckpt_buffer_add_text(out, "\"id\":\"\"");
        ckpt_print_member(out, "message", ckpt_string_of(why));
        ckpt_buffer_add_text(out, ",\"finding\":-1}");
    }
    ckpt_buffer_add_text(out, fails         ? "],\"verdict\":\"fails\"}"
                              : why != NULL ? "],\"verdict\":\"unknown\"}"
                                            : "],\"verdict\":\"restores\"}");
}

void ckpt_print_targets(struct ckpt_rules *r, struct ckpt_buffer *out)
{
    ckpt_print_key(out, "targets");
    ckpt_buffer_add_text(out, "[");
    for (unsigned i = 0; i < CKPT_TARGET_COUNT; i++)
        if (!r->any_target || r->targets[i].asked)
            print_verdict(r, out, i);
    ckpt_buffer_add_text(out, "]");
}
