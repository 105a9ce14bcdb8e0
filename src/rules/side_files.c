/* SPDX-License-Identifier: Apache-2.0 */
/* What engines write beside config.dump and spec.dump. */
#include "rules/rules.h"

enum { SECOND = 1000000000, ROUNDED = 1000000, CLOSE = 5 /* seconds */ };
#define YEAR_1970 INT64_C(62135596800) /* in seconds since the year 1 */

/* Whether a value is a string, or not there: Go takes null for "". */
static bool is_text(ckpt_value value)
{
    return !ckpt_is_set(value) || ckpt_is(value, CKPT_STRING);
}

/* A file that no table describes: whether it can be used. */
static bool usable(struct ckpt_rules *r, enum ckpt_rule_index rule, struct ckpt_file *file,
                   enum ckpt_node_type type)
{
    if (file == NULL)
        return false;
    ckpt_value root = ckpt_whole(file);
    if (file->error.kind != CKPT_OK)
        ckpt_find_error(r, rule, file);
    else if (!ckpt_is(root, type))
        ckpt_find(r, rule, root, "%t is %v; expected %s.", file->name, root,
                  type == CKPT_ARRAY ? "an array" : "an object");
    return ckpt_is(root, type);
}

/* ---- status ---------------------------------------------------------------------------------- */

static const char *const times[] = {"CreatedAt", "StartedAt", "FinishedAt"};

static void check_status_types(struct ckpt_rules *r, struct ckpt_file *file)
{
    ckpt_value root = ckpt_whole(file);
    if (file->error.kind != CKPT_OK)
        ckpt_find_error(r, CKPT_RULE_304, file);
    if (!ckpt_is(root, CKPT_OBJECT) && !ckpt_is(root, CKPT_NULL))
        return;
    ckpt_value version = ckpt_get(root, "Version");
    if (!ckpt_is_text(version, "v1"))
        ckpt_find(r, CKPT_RULE_304, ckpt_exists(version) ? version : root,
                  "status Version is %v; expected \"v1\".", version);
    for (size_t i = 0; i < 5; i++) {
        const char *key = i < 3 ? times[i] : i == 3 ? "Pid" : "ExitCode";
        ckpt_value value = ckpt_get(root, key);
        bool right = i < 3    ? ckpt_in_range(value, INT64_MIN, INT64_MAX)
                     : i == 3 ? ckpt_in_range(value, 0, UINT32_MAX)
                              : ckpt_in_range(value, INT32_MIN, INT32_MAX);
        if (!ckpt_is_set(value) || right ||
            (file->error.kind == CKPT_ERROR_TYPE &&
             ckpt_source(value).data == file->text + file->error.where.offset))
            continue;
        ckpt_find(r, CKPT_RULE_304, value, "status %s is %v; expected an integer%s.", key, value,
                  i < 3 ? ", nanoseconds since 1970" : "");
    }
}

static void check_status(struct ckpt_rules *r)
{
    struct ckpt_file *file = ckpt_file_of(r, "status");
    if (file == NULL)
        return;
    check_status_types(r, file);
    ckpt_value root = ckpt_whole(file), values[3];
    int64_t at[3] = {0}, code = 0;
    if (!ckpt_is(root, CKPT_OBJECT))
        return;
    for (int i = 0; i < 3; i++) {
        values[i] = ckpt_get(root, times[i]);
        if (ckpt_is_set(values[i]) && !ckpt_int64_of(values[i], &at[i]))
            at[i] = INT64_MIN; /* reported as CKP304 */
        if (at[i] != 0 && at[i] != INT64_MIN &&
            (at[i] < INT64_C(1000000000) * SECOND || at[i] > INT64_C(2000000000) * SECOND)) {
            ckpt_find(r, CKPT_RULE_305, values[i],
                      "status %s is %i; expected nanoseconds since 1970, a number of 19 digits.",
                      times[i], at[i]);
            at[i] = INT64_MIN;
        } else if (i < 2 && at[i] == 0) {
            ckpt_find(r, CKPT_RULE_305, ckpt_exists(values[i]) ? values[i] : root,
                      "status %s is %v; expected the time at which it happened, since a checkpoint "
                      "is of a running container.",
                      times[i], values[i]);
            at[i] = INT64_MIN;
        }
    }
    if (at[0] != INT64_MIN && at[1] != INT64_MIN && at[0] > at[1])
        ckpt_relate(r,
                    ckpt_find(r, CKPT_RULE_305, values[1],
                              "status StartedAt is %i, before CreatedAt, which is %i.", at[1],
                              at[0]),
                    values[0], "When it was created.");
    if (at[2] != 0 && at[2] != INT64_MIN)
        ckpt_find(r, CKPT_RULE_305, values[2],
                  "status FinishedAt is %i; expected 0, since a checkpoint is of a running "
                  "container.",
                  at[2]);
    ckpt_value pid = ckpt_get(root, "Pid"), exit_code = ckpt_get(root, "ExitCode");
    if (!ckpt_is_set(pid) || ckpt_in_range(pid, 0, 0))
        ckpt_find(r, CKPT_RULE_305, ckpt_exists(pid) ? pid : root,
                  "status Pid is %v; expected that of a running process.", pid);
    if (!ckpt_int64_of(exit_code, &code) || code == 0)
        return;
    if (code < 0 || code > 255)
        ckpt_find(r, CKPT_RULE_306, exit_code, "status ExitCode is %i; expected 0 to 255.", code);
    else if (at[2] == 0)
        ckpt_find(r, CKPT_RULE_306, exit_code,
                  "status ExitCode is %i although the container is running; expected 0.", code);
}

/* ---- status.dump ------------------------------------------------------------------------------
 */

static void differ(struct ckpt_rules *r, ckpt_value a, ckpt_value b, const char *what)
{
    ckpt_relate(r,
                ckpt_find(r, CKPT_RULE_307, a, "%s is %v in %t and %v in %t; expected the same.",
                          what, a, ckpt_value_file(a)->name, b, ckpt_value_file(b)->name),
                b, "The other one.");
}

/* Whether both are set, and differ. */
static bool unlike(ckpt_value a, ckpt_value b)
{
    if (!ckpt_is_set(a) || !ckpt_is_set(b))
        return false;
    if (ckpt_is(a, CKPT_STRING) && ckpt_is(b, CKPT_STRING))
        return ckpt_has_text(a) && ckpt_has_text(b) && !ckpt_equal(ckpt_text(a), ckpt_text(b));
    /* Programs that know no 64-bit integers round times. */
    int64_t x, y;
    return ckpt_int64_of(a, &x) && ckpt_int64_of(b, &y) && x / ROUNDED != y / ROUNDED &&
           x / ROUNDED - y / ROUNDED != 1 && y / ROUNDED - x / ROUNDED != 1;
}

static void check_agreement(struct ckpt_rules *r)
{
    static const struct {
        const char *file, *key, *other_file, *other;
    } pairs[] = {
        {"status.dump", "id", "config.dump", "id"},
        {"status.dump", "image_ref", "config.dump", "rootfsImageRef"},
        {"status.dump", "created_at", "status", "CreatedAt"},
        {"status.dump", "started_at", "status", "StartedAt"},
    };
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        ckpt_value a = ckpt_get(ckpt_file_root(r, pairs[i].file), pairs[i].key);
        ckpt_value b = ckpt_get(ckpt_file_root(r, pairs[i].other_file), pairs[i].other);
        if (unlike(a, b))
            differ(r, a, b, pairs[i].key);
    }
    /* The engine notes the time a little later than the container's own. */
    ckpt_value created = ckpt_get(ckpt_file_root(r, "status"), "CreatedAt");
    if (!ckpt_is_set(created))
        created = ckpt_get(ckpt_file_root(r, "status.dump"), "created_at");
    ckpt_value config = ckpt_get(ckpt_file_root(r, "config.dump"), "createdTime");
    ckpt_time time;
    int64_t at;
    if (!ckpt_int64_of(created, &at) || at < INT64_C(1000000000) * SECOND ||
        !ckpt_time_of(config, &time) || time.seconds == 0)
        return;
    int64_t apart = at / SECOND - (time.seconds - YEAR_1970);
    if (apart > CLOSE || apart < -CLOSE)
        ckpt_relate(
            r,
            ckpt_find(r, CKPT_RULE_307, created,
                      "The container was created at %v as %t says, and at %v as config.dump "
                      "says; expected less than %n seconds between them.",
                      created, ckpt_value_file(created)->name, config, (uint64_t)CLOSE),
            config, "The other one.");
}

static void check_status_dump(struct ckpt_rules *r)
{
    static const char *const states[] = {"created", "running", "exited", "unknown"};
    struct ckpt_file *file = ckpt_file_of(r, "status.dump");
    if (file == NULL && ckpt_is_for(r, CKPT_ENGINE_CONTAINERD) && ckpt_wants_files(r) &&
        ckpt_seen_of(r, "status.dump") == NULL)
        ckpt_find_file(r, CKPT_RULE_303, "status.dump",
                       "status.dump is missing; containerd 2.1 to 2.3 cannot restore without it.");
    if (!usable(r, CKPT_RULE_303, file, CKPT_OBJECT))
        return;
    ckpt_value root = ckpt_whole(file), state = ckpt_get(root, "state");
    int64_t number = 0;
    bool known =
        !ckpt_is_set(state) || (ckpt_int64_of(state, &number) && number >= 0 && number < 4);
    if (known && number == 1)
        return;
    ckpt_find(r, CKPT_RULE_308, ckpt_exists(state) ? state : root,
              "status.dump state is %v%s%s%s; expected 1 (running).", state, known ? " (" : "",
              known ? states[number] : "", known ? ")" : "");
}

/* ---- bind.mounts ------------------------------------------------------------------------------
 */

static void check_bind_mount(struct ckpt_rules *r, ckpt_value mount)
{
    static const char *const paths[] = {"source", "destination"};
    if (!ckpt_is(mount, CKPT_OBJECT)) {
        ckpt_find(r, CKPT_RULE_309, mount, "bind.mounts has %v; expected an object.", mount);
        return;
    }
    for (int i = 0; i < 2; i++) {
        ckpt_value path = ckpt_get(mount, paths[i]);
        const char *problem =
            ckpt_is(path, CKPT_STRING) ? ckpt_path_problem(ckpt_text(path), false) : "is no path";
        if (problem != NULL)
            ckpt_find(r, CKPT_RULE_309, ckpt_exists(path) ? path : mount,
                      "bind.mounts %s is %v, which %s; expected an absolute path without \"..\".",
                      paths[i], path, problem);
    }
    ckpt_value type = ckpt_get(mount, "file_type"), mode = ckpt_get(mount, "permissions");
    if (!ckpt_is_text(type, "file") && !ckpt_is_text(type, "directory"))
        ckpt_find(r, CKPT_RULE_309, ckpt_exists(type) ? type : mount,
                  "bind.mounts file_type is %v; expected \"file\" or \"directory\".", type);
    if (!ckpt_in_range(mode, 0, 0777))
        ckpt_find(r, CKPT_RULE_309, ckpt_exists(mode) ? mode : mount,
                  "bind.mounts permissions are %v; expected 0 to 511 (octal 0777).", mode);
}

static void check_bind_mounts(struct ckpt_rules *r)
{
    struct ckpt_file *file = ckpt_file_of(r, "bind.mounts");
    ckpt_value root = ckpt_whole(file), spec = ckpt_file_root(r, "spec.dump");
    ckpt_value mounts = ckpt_get(spec, "mounts");
    struct ckpt_paths binds = {0};
    if (ckpt_is(root, CKPT_NULL) || !usable(r, CKPT_RULE_309, file, CKPT_ARRAY))
        return;
    for (ckpt_value m = ckpt_first(mounts); ckpt_exists(m); m = ckpt_next(mounts, m))
        if (ckpt_is_bind(m))
            ckpt_set_add(r, &binds, ckpt_text(ckpt_get(m, "destination")));
    for (ckpt_value m = ckpt_first(root); ckpt_exists(m); m = ckpt_next(root, m)) {
        ckpt_value destination = ckpt_get(m, "destination");
        check_bind_mount(r, m);
        if (ckpt_is(spec, CKPT_OBJECT) && ckpt_is(destination, CKPT_STRING) &&
            !ckpt_set_has(&binds, ckpt_text(destination)))
            ckpt_find(r, CKPT_RULE_310, destination,
                      "bind.mounts names %v, which is not a bind mount of spec.dump.", destination);
    }
    ckpt_paths_free(&binds);
}

/* ---- descriptors.json, stats-dump --------------------------------------------------------------
 */

static void check_descriptors(struct ckpt_rules *r)
{
    struct ckpt_file *file = ckpt_file_of(r, "checkpoint/descriptors.json");
    if (file == NULL)
        file = ckpt_file_of(r, "descriptors.json");
    if (file == NULL && r->images_folder.length != 0 && r->folder.length == 0 &&
        !r->has_descriptors && ckpt_file_of(r, "config.dump") == NULL)
        ckpt_find_file(r, CKPT_RULE_311, "descriptors.json",
                       "There are CRIU images in %t, without descriptors.json: they are of "
                       "criu(8) or LXC, and no engine or OCI runtime restores them.",
                       r->images_folder);
    if (file == NULL && r->form == CKPT_FORM_CRIU_DIRECTORY && ckpt_is_whole(r) && !r->dynamo &&
        !r->cedana && ckpt_seen_of(r, "descriptors.json") == NULL)
        ckpt_find_file(r, CKPT_RULE_311, "descriptors.json",
                       "descriptors.json is missing: these are images of criu(8) or LXC, and no "
                       "engine or OCI runtime restores them.");
    if (file == NULL) {
        if (ckpt_wants_files(r) && ckpt_seen_of(r, "checkpoint/inventory.img") != NULL &&
            ckpt_seen_of(r, "checkpoint/descriptors.json") == NULL)
            ckpt_find_file(r, CKPT_RULE_311, "checkpoint/descriptors.json",
                           "descriptors.json is missing; expected the three standard streams of "
                           "the first process.");
        return;
    }
    if (!usable(r, CKPT_RULE_311, file, CKPT_ARRAY))
        return;
    ckpt_value root = ckpt_whole(file);
    if (ckpt_count(root) != 3) { /* runc takes them one by one, and does without */
        ckpt_lower(r, CKPT_WARNING);
        ckpt_find(r, CKPT_RULE_311, root, "descriptors.json has %n entries; expected 3 strings.",
                  (uint64_t)ckpt_count(root));
    }
    for (ckpt_value d = ckpt_first(root); ckpt_exists(d); d = ckpt_next(root, d))
        if (!is_text(d) || !ckpt_is_set(d))
            ckpt_find(r, CKPT_RULE_311, d, "descriptors.json has %v; expected a string.", d);
}

static void check_statistics(struct ckpt_rules *r)
{
    struct ckpt_file *file = ckpt_file_of(r, "stats-dump");
    if (file != NULL && !r->summary->has_stats)
        ckpt_find_file(r, CKPT_RULE_312, "stats-dump",
                       "stats-dump cannot be read; there are no statistics of the dump.");
    if (file == NULL && ckpt_wants_files(r) && r->engine != CKPT_ENGINE_UNKNOWN &&
        ckpt_seen_of(r, "stats-dump") == NULL)
        ckpt_find_file(r, CKPT_RULE_312, "stats-dump",
                       "stats-dump is missing; there are no statistics of the dump.");
}

void ckpt_check_side_files(struct ckpt_rules *r)
{
    ckpt_check_network_status(r);
    check_status(r);
    check_status_dump(r);
    check_agreement(r);
    check_bind_mounts(r);
    check_descriptors(r);
    check_statistics(r);
    ckpt_check_dump_log(r);
}
