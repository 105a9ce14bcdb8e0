/* SPDX-License-Identifier: Apache-2.0 */
/* Whether the target is one that restores such a checkpoint at all. */
#include "rules/reference.h"
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

/* ---- Docker ---------------------------------------------------------------------------------- */

enum { SHORT_ID = 12 }; /* digits, as Docker prints them */

ckpt_string ckpt_docker_container(ckpt_string path)
{
    enum { ID = 64 };
    static const char mark[] = "/containers/";
    for (size_t at; (at = ckpt_index_of(path, mark)) != SIZE_MAX;) {
        path = ckpt_slice_of(path, at + sizeof(mark) - 1, path.length);
        ckpt_string id = ckpt_slice_of(path, 0, path.length < ID ? path.length : ID);
        if (path.length > ID && path.data[ID] == '/' && ckpt_is_hex(id, ID))
            return id;
    }
    return (ckpt_string){"", 0};
}

/* Docker starts a checkpoint in the container whose folder it lies in. */
static void check_container(struct ckpt_rules *r)
{
    ckpt_string made = r->docker_id, lies = ckpt_docker_container(r->file_path);
    if (made.length == 0 || lies.length == 0 || ckpt_equal(made, lies))
        return;
    struct ckpt_finding *f =
        ckpt_find_file(r, CKPT_RULE_719, r->docker_member.data,
                       "It lies in the folder of container %t, but was made from %t; Docker "
                       "restores it only there.",
                       ckpt_slice_of(lies, 0, SHORT_ID), ckpt_slice_of(made, 0, SHORT_ID));
    ckpt_place_entry(r, f, r->docker_entry, "root");
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
    else if (r->form == CKPT_FORM_CRIU_DIRECTORY && r->cedana)
        ckpt_find_file(r, CKPT_RULE_710, "process_state.json",
                       "This is a dump by Cedana, whose daemon restores it.");
    else if (r->form == CKPT_FORM_CRIU_DIRECTORY && r->crac)
        ckpt_find_file(r, CKPT_RULE_710, "cppath",
                       "This is the image of a Java program by CRaC; java -XX:CRaCRestoreFrom "
                       "restores it.");
    else if (r->form == CKPT_FORM_CRIU_DIRECTORY)
        ckpt_find_file(r, CKPT_RULE_710, "",
                       "There is no file system in this checkpoint; the container that it was made "
                       "from%s%t must still exist, unchanged.",
                       r->docker_id.length != 0 ? ", " : "",
                       r->docker_id.length != 0
                           ? ckpt_text_of(r, "%t,", ckpt_slice_of(r->docker_id, 0, SHORT_ID))
                           : r->docker_id);
    if (r->form == CKPT_FORM_CRIU_DIRECTORY)
        check_container(r);
}
