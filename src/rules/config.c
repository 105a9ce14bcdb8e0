/* SPDX-License-Identifier: Apache-2.0 */
/* config.dump, as all engines write it. What only Podman writes: config_podman.c. */
#include "rules/host.h"
#include "rules/reference.h"
#include "text/time.h"

enum {
    DAY = 86400,
    OLDEST = 1356998400 /* 2013-01-01: there were no containers before */
};

/* The value, or its object where it is missing. */
static ckpt_value place_of(ckpt_value object, ckpt_value value)
{
    return ckpt_exists(value) ? value : object;
}

/* Whether it is of another type than string: decoding has said so. */
static bool is_no_text(ckpt_value value)
{
    return ckpt_is_set(value) && !ckpt_is(value, CKPT_STRING);
}

static void check_identity(struct ckpt_rules *r, ckpt_value config)
{
    ckpt_value id = ckpt_get(config, "id"), name = ckpt_get(config, "name");
    if (!is_no_text(id) && !ckpt_is_hex(ckpt_text(id), 64)) {
        /* Podman takes any id; what runc refuses has to do with paths. */
        bool refused = ckpt_text(id).length == 0 || ckpt_index_of(ckpt_text(id), "/") != SIZE_MAX;
        ckpt_block(r, refused ? PODMAN : NONE);
        ckpt_find(r, CKPT_RULE_101, place_of(config, id),
                  "id is %v; expected 64 lower-case hexadecimal digits.", id);
    }
    if (!is_no_text(name) && !ckpt_has_text(name))
        ckpt_find(r, CKPT_RULE_102, place_of(config, name),
                  "name is %v; expected the name of the container.", name);
}

/* ---- times ----------------------------------------------------------------------------------- */

/* A member that is a time; the zero time if it is not set. */
struct moment {
    ckpt_value value;
    ckpt_time time;
    bool wrong; /* it cannot be read: decoding has said so */
};

static struct moment moment_of(ckpt_value config, const char *key)
{
    struct moment m = {.value = ckpt_get(config, key)};
    m.wrong = ckpt_is_set(m.value) && !ckpt_time_of(m.value, &m.time);
    return m;
}

static bool is_zero(struct moment m)
{
    return m.time.seconds == 0 && m.time.nanoseconds == 0;
}

static void check_created(struct ckpt_rules *r, ckpt_value config, struct moment m)
{
    int64_t seconds = m.time.seconds - CKPT_UNIX_EPOCH;
    if (m.wrong)
        return;
    if (is_zero(m))
        ckpt_find(r, CKPT_RULE_104, place_of(config, m.value),
                  "createdTime is %s; expected the time when the container was created.",
                  ckpt_exists(m.value) ? "not set" : "missing");
    else if (seconds < OLDEST || (r->now != 0 && seconds > r->now + DAY))
        ckpt_find(r, CKPT_RULE_104, m.value,
                  "createdTime is %v, %s; expected a time between 2013 and now.", m.value,
                  seconds < OLDEST ? "before there were containers" : "which is in the future");
}

static void check_times(struct ckpt_rules *r, ckpt_value config)
{
    struct moment created = moment_of(config, "createdTime");
    struct moment checkpointed = moment_of(config, "checkpointedTime");
    struct moment restored = moment_of(config, "restoredTime");
    check_created(r, config, created);
    if (!checkpointed.wrong && is_zero(checkpointed)) {
        char text[CKPT_TIME_MAX];
        ckpt_time newest = {r->newest + CKPT_UNIX_EPOCH, 0, 0};
        size_t length = r->newest == 0 ? 0 : ckpt_time_format(newest, text);
        ckpt_find(r, CKPT_RULE_106, place_of(config, checkpointed.value),
                  length == 0 ? "The time of the checkpoint is not recorded."
                              : "The time of the checkpoint is not recorded; the newest image is "
                                "of %t.",
                  (ckpt_string){text, length});
    }
    if (!created.wrong && !checkpointed.wrong && !is_zero(created) && !is_zero(checkpointed) &&
        (checkpointed.time.seconds < created.time.seconds ||
         (checkpointed.time.seconds == created.time.seconds &&
          checkpointed.time.nanoseconds < created.time.nanoseconds)))
        ckpt_relate(r,
                    ckpt_find(r, CKPT_RULE_105, checkpointed.value,
                              "checkpointedTime is %v, before createdTime, which is %v.",
                              checkpointed.value, created.value),
                    created.value, "createdTime");
    ckpt_value flag = ckpt_get(config, "restored");
    if (ckpt_is_true(flag) && !restored.wrong && is_zero(restored))
        ckpt_find(r, CKPT_RULE_107, flag, "restored is true, but restoredTime is not set.");
}

/* ---- runtime --------------------------------------------------------------------------------- */

static ckpt_string base_name(ckpt_string path)
{
    size_t base = path.length; /* Podman may have a path */
    while (base > 0 && path.data[base - 1] != '/')
        base--;
    return ckpt_slice_of(path, base, path.length);
}

/* Whether the command that Podman runs at the end names another runtime. */
static bool is_changed(ckpt_value config, ckpt_string runtime)
{
    ckpt_value list = ckpt_get(config, "exitCommand");
    for (ckpt_value v = ckpt_first(list); ckpt_exists(v); v = ckpt_next(list, v))
        if (ckpt_is_text(v, "--runtime"))
            return !ckpt_equal(base_name(ckpt_text(ckpt_next(list, v))), runtime);
    return false;
}

static void need_runtime(struct ckpt_rules *r, ckpt_value value)
{
    ckpt_string name = ckpt_text(value);
    for (size_t i = name.length; i > 0; i--)
        if (name.data[i - 1] == '/') {
            name = ckpt_slice_of(name, i, name.length);
            break;
        }
    /* Of others a description of a host does not tell. */
    if (ckpt_is_one_of(name, "runc\0crun\0runsc\0"))
        ckpt_needs(r, CKPT_NEED_RUNTIME, name, 0);
    ckpt_condition(
        r, CKPT_CONDITION_RUNTIME, PODMAN, CKPT_RULE_108, ckpt_place_at(r, CKPT_RULE_108, value),
        "", "The runtime %v, which the target must have and which must be built with CRIU.", value);
}

static void check_runtime(struct ckpt_rules *r, ckpt_value config)
{
    static const char *const with_criu[] = {"runc", "crun", "youki", "nvidia", "io.containerd."};
    static const char *const without[] = {"runsc", "gvisor",      "kata",  "krun",
                                          "urunc", "firecracker", "runhcs"};
    ckpt_value value = ckpt_get(config, "runtime");
    if (!ckpt_is_set(value) && r->summary->libpod) {
        ckpt_block(r, PODMAN);
        ckpt_find(r, CKPT_RULE_108, config,
                  "runtime is missing; Podman says \"must provide a valid path\".");
    }
    if (!ckpt_is(value, CKPT_STRING))
        return;
    ckpt_string runtime = base_name(ckpt_text(value));
    for (size_t i = 0; i < sizeof(without) / sizeof(without[0]); i++)
        if (ckpt_index_of(runtime, without[i]) != SIZE_MAX) {
            ckpt_find(r, CKPT_RULE_108, value,
                      i < 2
                          ? "runtime is %v, which is gVisor: it makes images of its own, and only "
                            "runsc restores them."
                          : "runtime is %v, which does not use CRIU; expected one that does, "
                            "such as runc or crun.",
                      value);
            if (i >= 2)
                need_runtime(r, value);
            return;
        }
    for (size_t i = 0; i < sizeof(with_criu) / sizeof(with_criu[0]); i++)
        if (ckpt_starts(runtime, with_criu[i])) {
            if (r->summary->libpod && is_changed(config, runtime))
                need_runtime(r, value);
            return;
        }
    if (r->engine == CKPT_ENGINE_CRIO && runtime.length != 0)
        ckpt_lower(r, CKPT_INFO); /* a runtime handler can have any name */
    if (runtime.length == 0)
        ckpt_block(r, PODMAN); /* "configuring runtime: must provide a valid path" */
    ckpt_find(r, CKPT_RULE_108, value,
              "runtime is %v; expected one that uses CRIU, such as runc or crun.", value);
    if (runtime.length != 0)
        need_runtime(r, value);
}

/* ---- image ----------------------------------------------------------------------------------- */

/* Whether a text tells exactly which image is meant. */
static bool is_exact(ckpt_string text)
{
    struct ckpt_reference reference;
    return ckpt_image_id(text).length != 0 ||
           (ckpt_reference_parse(text, &reference) && reference.digest.length != 0);
}

static void check_image_ref(struct ckpt_rules *r, ckpt_value config)
{
    struct ckpt_reference reference;
    ckpt_value value = ckpt_get(config, "rootfsImageRef");
    ckpt_string text = ckpt_text(value);
    if (is_no_text(value))
        return;
    if (ckpt_concerns(r, CRIO) && text.length != 0 && !ckpt_is_hex(text, 64))
        ckpt_find(r, CKPT_RULE_109, value,
                  "rootfsImageRef is %v; CRI-O expects the id of an image, 64 lower-case "
                  "hexadecimal digits and nothing else.",
                  value);
    if (ckpt_concerns(r, CONTAINERD) &&
        (!ckpt_reference_parse(text, &reference) || reference.digest.length == 0))
        ckpt_find(r, CKPT_RULE_110, place_of(config, value),
                  "rootfsImageRef is %v; containerd expects a name with a digest "
                  "(name@sha256:…).",
                  value);
}

static void check_image(struct ckpt_rules *r, ckpt_value config)
{
    struct ckpt_reference reference;
    ckpt_value value = ckpt_get(config, "rootfsImageName");
    ckpt_string name = ckpt_text(value);
    check_image_ref(r, config);
    if (is_no_text(value) || ckpt_has_text(ckpt_get(config, "rootfs")))
        return; /* Podman can run a directory without any image */
    bool id =
        ckpt_image_id(name).length != 0 && (name.length > 64 || r->engine == CKPT_ENGINE_PODMAN);
    if (!id && !ckpt_reference_parse(name, &reference))
        ckpt_find(r, CKPT_RULE_111, place_of(config, value),
                  "rootfsImageName is %v; expected a reference to an image, such as "
                  "docker.io/library/busybox:1.36.",
                  value);
    if (r->summary->libpod && !ckpt_has_text(ckpt_get(config, "rootfsImageID"))) {
        ckpt_block(r, PODMAN);
        ckpt_find(r, CKPT_RULE_111, place_of(config, ckpt_get(config, "rootfsImageID")),
                  "rootfsImageID is missing; Podman says \"must provide image ID and image name to "
                  "use an image\".");
    }
    if (name.length == 0)
        return;
    if (!is_exact(name) && !is_exact(ckpt_text(ckpt_get(config, "rootfsImageRef"))) &&
        !is_exact(ckpt_text(ckpt_get(config, "rootfsImageID"))))
        ckpt_find(r, CKPT_RULE_112, value,
                  "The base image is named %v, without a digest or an id; another one may have "
                  "that name by now.",
                  value);
    if (!ckpt_starts(name, "localhost/"))
        return;
    struct ckpt_finding *f = ckpt_find(r, CKPT_RULE_113, value,
                                       "The base image %v exists only where it was built.", value);
    ckpt_needs(r, CKPT_NEED_IMAGE, name, 0);
    ckpt_condition(r, CKPT_CONDITION_IMAGE, ENGINES, CKPT_RULE_113, f, "",
                   "The base image %v on the target: no registry has it.", value);
}

static void tell_missing(struct ckpt_rules *r)
{
    static const char hint[] =
        "Pack it again from inside of that folder: tar -C FOLDER -cf NEW.tar .";
    if (r->folder.length == 0) {
        if (r->images_folder.length == 0)
            ckpt_find_file(r, CKPT_RULE_100, "config.dump",
                           "config.dump is missing; expected a JSON object.");
        return;
    }
    struct ckpt_finding *f = ckpt_find_file(
        r, CKPT_RULE_100, "config.dump",
        "config.dump is not at the root of the archive, but in %t, where no engine looks for it.",
        r->folder);
    if (f != NULL)
        f->hint = hint;
}

void ckpt_check_config(struct ckpt_rules *r)
{
    struct ckpt_file *file = ckpt_file_of(r, "config.dump");
    ckpt_value config = ckpt_whole(file);
    if (file == NULL) {
        if (ckpt_wants_files(r) && !ckpt_is_unread(r, "config.dump") &&
            !ckpt_is_linked(r, "config.dump"))
            tell_missing(r);
        return;
    }
    if (file->error.kind == CKPT_ERROR_TIME)
        ckpt_find_error(r, CKPT_RULE_103, file);
    else if (file->error.kind != CKPT_OK)
        ckpt_find_error(r, CKPT_RULE_100, file);
    else if (!ckpt_is(config, CKPT_OBJECT))
        ckpt_find(r, CKPT_RULE_100, config, "config.dump is %v; expected a JSON object.", config);
    if (!ckpt_is(config, CKPT_OBJECT) || file->error.kind == CKPT_ERROR_SYNTAX)
        return;
    check_identity(r, config);
    check_times(r, config);
    check_runtime(r, config);
    check_image(r, config);
    ckpt_check_config_podman(r, config);
}
