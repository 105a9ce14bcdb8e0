/* SPDX-License-Identifier: Apache-2.0 */
/* Whether the target is one that restores such a checkpoint at all. */
#include "rules/requirements.h"
#include "rules/rules.h"

static bool older(const struct ckpt_target *target, uint32_t major, uint32_t minor)
{
    return target->number[0] < major || (target->number[0] == major && target->number[1] < minor);
}

/* Whether an engine made it that is not this target. Runtimes restore for all engines. */
bool ckpt_is_of_another(const struct ckpt_rules *r, unsigned i)
{
    if (((1u << i) & RUNTIMES) != 0)
        return false;
    if (r->form == CKPT_FORM_CRIU_DIRECTORY) /* of Docker, nerdctl and ctr: they look alike */
        return i != CKPT_TARGET_DOCKER && i != CKPT_TARGET_CONTAINERD;
    return r->engine != CKPT_ENGINE_UNKNOWN && (unsigned)r->engine - 1 != i;
}

ckpt_string ckpt_another_text(struct ckpt_rules *r, unsigned i)
{
    if (r->form == CKPT_FORM_CRIU_DIRECTORY)
        return ckpt_text_of(r, "A directory of CRIU images cannot be restored by %s.",
                            ckpt_target_names[i].display);
    return ckpt_text_of(r, "A checkpoint of %s cannot be restored by %s.",
                        ckpt_engine_names[r->engine].display, ckpt_target_names[i].display);
}

/* Whether that version of the target does it. */
static bool holds(const struct ckpt_requirement *row, const struct ckpt_target *target)
{
    uint32_t from[3], before[3];
    if (ckpt_read_version(ckpt_string_of(row->from), from) && older(target, from[0], from[1]))
        return false;
    return !ckpt_read_version(ckpt_string_of(row->before), before) ||
           older(target, before[0], before[1]);
}

static bool is_image(const struct ckpt_rules *r)
{
    return ckpt_text(ckpt_get_path(ckpt_whole(r->facts), "image\0form\0")).length != 0;
}

/* What is wrong with the version; "" if nothing. */
ckpt_string ckpt_version_text(struct ckpt_rules *r, unsigned i)
{
    const struct ckpt_target *target = &r->targets[i];
    for (int k = 0; k < CKPT_REQUIREMENT_COUNT; k++) {
        const struct ckpt_requirement *row = &ckpt_requirements[k];
        if (row->program != i || row->rule != CKPT_RULE_701 || target->version.length == 0 ||
            (k == CKPT_PODMAN_IMAGES && !is_image(r)) || holds(row, target))
            continue;
        const char *what = k == CKPT_PODMAN_IMAGES ? " in images" : "";
        const char *name = ckpt_target_names[i].display;
        return row->before[0] == '\0'
                   ? ckpt_text_of(r, "%s %t does not restore checkpoints%s; %s and later do.", name,
                                  target->version, what, row->from)
                   : ckpt_text_of(
                         r, "%s %t does not restore checkpoints%s; %s and later do, before %s.",
                         name, target->version, what, row->from, row->before);
    }
    return (ckpt_string){"", 0};
}

/* What runc made, crun does not restore. */
static void check_runtime(struct ckpt_rules *r)
{
    ckpt_value runtime = ckpt_get(ckpt_file_root(r, "config.dump"), "runtime");
    bool asked = r->targets[CKPT_TARGET_CRUN].asked;
    if (!ckpt_is_text(runtime, "runc") || (r->any_target && !asked))
        return;
    if (!asked)
        ckpt_lower(r, CKPT_INFO);
    ckpt_block(r, CRUN);
    ckpt_find(r, CKPT_RULE_718, runtime, "It was made by runc, and crun does not restore it.");
}

void ckpt_check_restore(struct ckpt_rules *r)
{
    for (unsigned i = 0; i < CKPT_TARGET_COUNT; i++) {
        if (!r->targets[i].asked)
            continue;
        if (ckpt_is_of_another(r, i))
            ckpt_find_file(r, CKPT_RULE_700, "", "%t", ckpt_another_text(r, i));
        else if (ckpt_version_text(r, i).length != 0)
            ckpt_find_file(r, CKPT_RULE_701, "", "%t", ckpt_version_text(r, i));
    }
    check_runtime(r);
    ckpt_check_mounts_of_target(r);
    if (r->form == CKPT_FORM_CRIU_DIRECTORY && r->dynamo)
        ckpt_find_file(r, CKPT_RULE_710, "manifest.yaml",
                       "This is an artifact of ai-dynamo/snapshot, whose agent restores it.");
    else if (r->form == CKPT_FORM_CRIU_DIRECTORY && r->crac)
        ckpt_find_file(r, CKPT_RULE_710, "cppath",
                       "This is the image of a Java program by CRaC; java -XX:CRaCRestoreFrom "
                       "restores it.");
    else if (r->form == CKPT_FORM_CRIU_DIRECTORY)
        ckpt_find_file(r, CKPT_RULE_710, "",
                       "There is no file system in this checkpoint; the container that it was made "
                       "from must still exist, unchanged.");
}
