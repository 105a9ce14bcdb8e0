/* SPDX-License-Identifier: Apache-2.0 */
/* Checkpoints of pods: pod.options, and two forms of checkpoint-manifest.json. All are drafts. */
#include "rules/rules.h"

enum { MOST_CONTAINERS = 1024 }; /* as containerd's draft has it */

static bool has_file(struct ckpt_rules *r, ckpt_string directory, const char *name)
{
    ckpt_buffer_clear(&r->text);
    ckpt_buffer_add(&r->text, directory.data, directory.length);
    ckpt_buffer_add_text(&r->text, name);
    return ckpt_has_name(r, (ckpt_string){r->text.data, r->text.length});
}

/* ---- pod.options -----------------------------------------------------------------------------
 */

static void check_directory(struct ckpt_rules *r, ckpt_value value)
{
    ckpt_string name = ckpt_text(value);
    const char *problem = ckpt_path_problem(name, true);
    if (!ckpt_is(value, CKPT_STRING)) /* of an early draft, or reported as an error */
        return;
    if (problem != NULL)
        ckpt_find(r, CKPT_RULE_906, value,
                  "pod.options names the directory %v, which %s; expected one in the archive.",
                  value, problem);
    else if (ckpt_is_whole(r) && !has_file(r, name, "/config.dump"))
        ckpt_find(r, CKPT_RULE_906, value,
                  "pod.options names the directory %v; there is no config.dump in it.", value);
}

static void check_options(struct ckpt_rules *r)
{
    struct ckpt_file *file = ckpt_file_of(r, "pod.options");
    ckpt_value root = ckpt_whole(file), version = ckpt_get(root, "version");
    ckpt_value containers = ckpt_get(root, "containers");
    if (file == NULL)
        return;
    bool failed = file->error.kind != CKPT_OK;
    if (failed)
        ckpt_find_error(r, CKPT_RULE_906, file);
    if (!ckpt_is(root, CKPT_OBJECT))
        return;
    /* The decoder reports what has a wrong type. */
    if (!ckpt_in_range(version, 1, 1) && (!failed || ckpt_is(version, CKPT_NUMBER)))
        ckpt_find(r, CKPT_RULE_906, ckpt_exists(version) ? version : root,
                  "pod.options version is %v; expected 1.", version);
    if (ckpt_count(containers) == 0 && !failed)
        ckpt_find(r, CKPT_RULE_906, ckpt_exists(containers) ? containers : root,
                  "pod.options names no container; expected at least one.");
    for (ckpt_value c = ckpt_first(containers); ckpt_exists(c); c = ckpt_next(containers, c))
        check_directory(r, c);
    ckpt_find_file(
        r, CKPT_RULE_908, "pod.options",
        "This pod checkpoint uses the pod.options format, a draft of CRI-O and containerd.");
}

/* ---- checkpoint-manifest.json ----------------------------------------------------------------
 */

enum { CRIO_FORM = 1, CONTAINERD_FORM = 2 };

static void wrong(struct ckpt_rules *r, ckpt_value object, ckpt_value value, const char *what,
                  const char *expected)
{
    ckpt_find(r, CKPT_RULE_907, ckpt_exists(value) ? value : object, "%s is %v; expected %s.", what,
              value, expected);
}

static bool is_sha256(ckpt_string text)
{
    if (ckpt_starts(text, "sha256:"))
        text = ckpt_slice_of(text, 7, text.length);
    for (size_t i = 0; i < text.length; i++)
        if ((text.data[i] < '0' || text.data[i] > '9') &&
            (text.data[i] < 'a' || text.data[i] > 'f'))
            return false;
    return text.length == 64;
}

/* The name of a member. */
static void check_member_name(struct ckpt_rules *r, ckpt_value container, const char *key)
{
    ckpt_value value = ckpt_get(container, key);
    ckpt_string name = ckpt_text(value);
    bool archive = ckpt_equals(ckpt_string_of(key), "archive");
    if (!archive && !ckpt_is(value, CKPT_STRING))
        return;
    const char *problem = ckpt_path_problem(name, true);
    if (!ckpt_is(value, CKPT_STRING) || problem != NULL)
        ckpt_find(r, CKPT_RULE_907, ckpt_exists(value) ? value : container,
                  "%s is %v%s%s; expected the name of a member.", key, value,
                  problem == NULL || name.length == 0 ? "" : ", which ",
                  problem == NULL || name.length == 0 ? "" : problem);
    else if (ckpt_ends(name, ".partial"))
        ckpt_find(r, CKPT_RULE_907, value, "%s is %v, which was not finished.", key, value);
    else if (archive && ckpt_is_whole(r) && !ckpt_has_name(r, name))
        ckpt_find(r, CKPT_RULE_907, value, "%s is %v, which is not in the archive.", key, value);
}

static void check_container(struct ckpt_rules *r, ckpt_value container, int64_t version,
                            struct ckpt_paths *ids)
{
    ckpt_value name = ckpt_get(container, "name"), id = ckpt_get(container, "id");
    if (!ckpt_is(container, CKPT_OBJECT)) {
        wrong(r, container, container, "A container", "an object");
        return;
    }
    if (!ckpt_has_text(name))
        wrong(r, container, name, "name", "that of a container");
    if (!ckpt_has_text(id))
        wrong(r, container, id, "id", "that of a container");
    else if (ckpt_set_has(ids, ckpt_text(id)))
        ckpt_find(r, CKPT_RULE_907, id,
                  "id is %v, as that of a container before; expected another.", id);
    ckpt_set_add(r, ids, ckpt_text(id));
    check_member_name(r, container, "archive");
    check_member_name(r, container, "config");
    check_member_name(r, container, "status");
    ckpt_value sum = ckpt_get(container, "sha256");
    if ((version == CRIO_FORM || ckpt_exists(sum)) && !is_sha256(ckpt_text(sum)))
        wrong(r, container, sum, "sha256", "64 lower-case hex digits");
    else if (ckpt_exists(sum))
        ckpt_check_archive_digest(r, ckpt_text(ckpt_get(container, "archive")), sum);
}

static void check_runtime(struct ckpt_rules *r, ckpt_value root, int64_t version)
{
    ckpt_value runtime = ckpt_get(root, "runtime");
    ckpt_string text = ckpt_text(runtime);
    if (version == CRIO_FORM && !ckpt_equals(text, "cri-o"))
        wrong(r, root, runtime, "runtime", "\"cri-o\"");
    else if (version == CONTAINERD_FORM && ckpt_exists(runtime) && !ckpt_equals(text, "containerd"))
        wrong(r, root, runtime, "runtime", "none, or \"containerd\"");
}

static void check_manifest(struct ckpt_rules *r)
{
    struct ckpt_file *file = ckpt_file_of(r, "checkpoint-manifest.json");
    ckpt_value root = ckpt_whole(file), version = ckpt_get(root, "version");
    ckpt_value containers = ckpt_get(root, "containers");
    struct ckpt_paths ids = {0};
    int64_t number = 0;
    if (file == NULL)
        return;
    if (file->error.kind != CKPT_OK) {
        ckpt_find_error(r, CKPT_RULE_907, file);
        return;
    }
    if (!ckpt_is(root, CKPT_OBJECT)) {
        wrong(r, root, root, "checkpoint-manifest.json", "an object");
        return;
    }
    if (!ckpt_in_range(version, CRIO_FORM, CONTAINERD_FORM))
        wrong(r, root, version, "version", "1 or 2");
    else if (ckpt_int64_of(version, &number))
        ckpt_find_file(r, CKPT_RULE_908, "checkpoint-manifest.json",
                       "This pod checkpoint uses a draft format of %s.",
                       number == CRIO_FORM ? "CRI-O" : "containerd");
    check_runtime(r, root, number);
    if (!ckpt_is(containers, CKPT_ARRAY) || ckpt_count(containers) == 0)
        wrong(r, root, containers, "containers", "at least one");
    else if (ckpt_count(containers) > MOST_CONTAINERS)
        ckpt_find(r, CKPT_RULE_907, containers,
                  "There are %n containers; expected no more than %n.",
                  (uint64_t)ckpt_count(containers), (uint64_t)MOST_CONTAINERS);
    if (ckpt_is(containers, CKPT_ARRAY))
        for (ckpt_value c = ckpt_first(containers); ckpt_exists(c); c = ckpt_next(containers, c))
            check_container(r, c, number, &ids);
    ckpt_paths_free(&ids);
}

void ckpt_check_pod(struct ckpt_rules *r)
{
    static const char *const others[] = {"pod.dump", "pod-config.json"};
    check_options(r);
    check_manifest(r);
    for (int i = 0; i < 2; i++) {
        struct ckpt_file *file = ckpt_file_of(r, others[i]);
        if (file != NULL && file->error.kind != CKPT_OK)
            ckpt_find_error(r, i == 0 ? CKPT_RULE_906 : CKPT_RULE_907, file);
    }
    if (r->form != CKPT_FORM_POD || r->partial.length == 0)
        return;
    struct ckpt_finding *finding = ckpt_find_file(
        r, CKPT_RULE_907, r->partial.data,
        "%t was not finished; expected no member that ends with \".partial\".", r->partial);
    if (finding != NULL)
        finding->archive_offset = r->partial_offset;
}
