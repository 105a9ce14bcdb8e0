/* SPDX-License-Identifier: Apache-2.0 */
/* spec.dump, the OCI runtime spec. What the specification itself demands is in spec_schema.c. */
#include <string.h>

#include "rules/host.h"
#include "text/letters.h"

/* ---- version, process, root ------------------------------------------------------------------ */

static size_t digits(ckpt_string text, size_t from)
{
    size_t to = from;
    while (to < text.length && ckpt_is_digit(text.data[to]))
        to++;
    return to - from > 1 && text.data[from] == '0' ? from : to; /* 01 is no number */
}

/* Whether it is 1.x.y, perhaps with a pre-release or build after it (Semantic Versioning 2.0.0).
 */
static bool is_version(ckpt_string text)
{
    size_t i = 0;
    for (int part = 0; part < 3; part++) {
        size_t to = digits(text, i);
        if (to == i || (part == 0 && !ckpt_equals(ckpt_slice_of(text, 0, to), "1")) ||
            (part < 2 && (to == text.length || text.data[to] != '.')))
            return false;
        i = to + (part < 2);
    }
    if (i == text.length)
        return true;
    if ((text.data[i] != '-' && text.data[i] != '+') || i + 1 == text.length)
        return false;
    for (char before = '.'; ++i < text.length; before = text.data[i]) {
        char c = text.data[i];
        bool letter = ckpt_is_alnum(c);
        if (!letter && (memchr(".+-", c, 3) == NULL || (c == '.' && before == '.')))
            return false;
    }
    return text.data[text.length - 1] != '.';
}

static void check_version(struct ckpt_rules *r, ckpt_value spec)
{
    ckpt_value version = ckpt_get(spec, "ociVersion");
    if (!ckpt_is_set(version))
        ckpt_find(r, CKPT_RULE_201, spec, "ociVersion is missing; expected 1.x.y.");
    else if (ckpt_is(version, CKPT_STRING) && !is_version(ckpt_text(version)))
        ckpt_find(r, CKPT_RULE_201, version, "ociVersion is %v; expected 1.x.y.", version);
}

/* What a runtime demands before it starts anything. */
static void check_process(struct ckpt_rules *r, ckpt_value spec)
{
    static const struct {
        const char *path, *name, *expected;
    } needed[] = {
        {"process\0", "process", "the container's process"},
        {"process\0cwd\0", "process.cwd", "an absolute path"},
        {"process\0args\0", "process.args", "a program and its arguments"},
        {"root\0", "root", "the root file system"},
        {"root\0path\0", "root.path", "the path of the root file system"},
    };
    for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
        ckpt_value at = ckpt_get_path(spec, needed[i].path), parent = spec;
        bool nested = strlen(needed[i].path) < strlen(needed[i].name);
        if (nested)
            parent = ckpt_get(spec, needed[i].path);
        if (!ckpt_is_set(parent) ||
            (i == 1 ? ckpt_starts(ckpt_text(at), "/") : ckpt_has_text(at) || ckpt_count(at) != 0))
            continue;
        ckpt_find(r, CKPT_RULE_203, ckpt_exists(at) ? at : parent, "%s is %v; expected %s.",
                  needed[i].name, at, needed[i].expected);
    }
}

/* ---- namespaces ------------------------------------------------------------------------------ */

bool ckpt_has_namespace(ckpt_value namespaces, const char *type)
{
    for (ckpt_value v = ckpt_first(namespaces); ckpt_exists(v); v = ckpt_next(namespaces, v))
        if (ckpt_is_text(ckpt_get(v, "type"), type))
            return true;
    return false;
}

/* Whether the engine that made it finds another namespace in the place of this one. */
static bool is_replaced(struct ckpt_rules *r, ckpt_string type, ckpt_string path)
{
    if (r->engine == CKPT_ENGINE_CRIO || r->engine == CKPT_ENGINE_CONTAINERD)
        return true; /* those of the new pod */
    if (r->engine != CKPT_ENGINE_PODMAN)
        return false;
    /* config.dump has netNsCtr …: that of another container of the pod */
    char key[16] = {0};
    bool network = ckpt_equals(type, "network");
    size_t length = network ? 3 : type.length;
    if (length + sizeof("NsCtr") <= sizeof(key)) {
        memcpy(key, type.data, length);
        memcpy(key + length, "NsCtr", sizeof("NsCtr"));
    }
    if (ckpt_has_text(ckpt_get(ckpt_file_root(r, "config.dump"), key)))
        return true;
    return network && ckpt_index_of(path, "/netns/") != SIZE_MAX;
}

static void check_namespaces(struct ckpt_rules *r, ckpt_value spec)
{
    ckpt_value list = ckpt_get_path(spec, "linux\0namespaces\0");
    for (ckpt_value v = ckpt_first(list); ckpt_exists(v); v = ckpt_next(list, v)) {
        ckpt_value path = ckpt_get(v, "path");
        ckpt_string type = ckpt_text(ckpt_get(v, "type")), text = ckpt_text(path);
        if (text.length == 0)
            continue;
        if (ckpt_equals(type, "cgroup")) {
            ckpt_find(r, CKPT_RULE_205, path,
                      "The cgroup namespace has the path %q; runc cannot join one on restore.",
                      text);
            continue;
        }
        bool replaced = is_replaced(r, type, text);
        if (replaced)
            ckpt_lower(r, CKPT_INFO);
        struct ckpt_finding *f =
            ckpt_find(r, CKPT_RULE_204, path,
                      "The %t namespace is %q, a path of the original host.", type, text);
        if (!replaced)
            ckpt_condition(r, CKPT_CONDITION_NAMESPACE, ALL, CKPT_RULE_204, f, "",
                           "A %t namespace at %q, which the runtime joins.", type, text);
    }
}

/* ---- mounts ---------------------------------------------------------------------------------- */

/* What engines and the kubelet mount by themselves. */
static bool is_own_mount(ckpt_string destination)
{
    return ckpt_is_one_of(destination, "/etc/hosts\0/dev/termination-log\0"
                                       "/var/run/secrets/kubernetes.io/serviceaccount\0") ||
           ckpt_is_crio_mount(destination);
}

/* The id of the pod whose folder of the kubelet a path is in; "" if none. */
static ckpt_string pod_of(ckpt_string source)
{
    static const char folder[] = "/kubelet/pods/";
    size_t at = ckpt_index_of(source, folder), end;
    if (at == SIZE_MAX)
        return (ckpt_string){"", 0};
    ckpt_string rest = ckpt_slice_of(source, at + sizeof(folder) - 1, source.length);
    end = ckpt_index_of(rest, "/");
    return ckpt_slice_of(rest, 0, end == SIZE_MAX ? rest.length : end);
}

/* A label of SELinux: runc refuses it on a host without. */
static void check_label(struct ckpt_rules *r, ckpt_value spec)
{
    ckpt_value label = ckpt_get_path(spec, "process\0selinuxLabel\0");
    if (!ckpt_has_text(label))
        return;
    ckpt_lower(r, CKPT_INFO);
    struct ckpt_finding *f =
        ckpt_find(r, CKPT_RULE_712, label, "The container has the SELinux label %v.", label);
    ckpt_needs(r, CKPT_NEED_SELINUX, (ckpt_string){"", 0}, 0);
    ckpt_condition(r, CKPT_CONDITION_LSM, ALL, CKPT_RULE_712, f, "",
                   "SELinux on the target: the container has the label %v.", label);
}

/* The version in the name of a library of a driver: libEGL_nvidia.so.560.35.03; "" if none. */
static ckpt_string driver_version(ckpt_string source)
{
    size_t at = ckpt_index_of(source, ".so.");
    if (at == SIZE_MAX ||
        (ckpt_index_of(source, "nvidia") == SIZE_MAX && ckpt_index_of(source, "cuda") == SIZE_MAX))
        return (ckpt_string){"", 0};
    ckpt_string version = ckpt_slice_of(source, at + 4, source.length);
    return ckpt_index_of(version, ".") == SIZE_MAX ? (ckpt_string){"", 0} : version;
}

/* What was mounted of a pod or of a driver: one finding for all. */
struct mounted {
    struct ckpt_finding *pod, *driver;
};

static void check_mount(struct ckpt_rules *r, ckpt_value mount, struct mounted *all)
{
    ckpt_value source = ckpt_get(mount, "source");
    ckpt_string from = ckpt_text(source), to = ckpt_text(ckpt_get(mount, "destination"));
    ckpt_string pod = pod_of(from), version = driver_version(from);
    if (!ckpt_is_bind(mount) || !ckpt_starts(from, "/"))
        return;
    if (pod.length != 0) {
        if (all->pod != NULL)
            ckpt_relate(r, all->pod, source, "This one, too.");
        else
            all->pod = ckpt_find(r, CKPT_RULE_206, source,
                                 "The mount %q belonged to the pod %t; the engine replaces such "
                                 "mounts by those of the new pod, which must have the same.",
                                 to, pod);
        return;
    }
    if (is_own_mount(to))
        return;
    if (version.length != 0) {
        if (all->driver != NULL) {
            ckpt_relate(r, all->driver, source, "This one, too.");
            return;
        }
        ckpt_lower(r, CKPT_WARNING);
        all->driver = ckpt_find(r, CKPT_RULE_206, source,
                                "Files of the graphics driver %t are mounted, such as %v; the "
                                "target needs exactly this version.",
                                version, source);
        ckpt_needs(r, CKPT_NEED_DRIVER, version, 0);
        ckpt_condition(r, CKPT_CONDITION_DEVICE, ALL, CKPT_RULE_206, all->driver, "",
                       "The graphics driver %t on the target, with its files at the same places.",
                       version);
        return;
    }
    struct ckpt_finding *f = ckpt_find(
        r, CKPT_RULE_206, source, "The mount %q comes from %v on the original host.", to, source);
    if (ckpt_ends(from, "/_data"))
        return;
    ckpt_needs(r, CKPT_NEED_PATH, from, 0);
    ckpt_condition(r, CKPT_CONDITION_MOUNT, PODMAN | RUNTIMES, CKPT_RULE_206, f, "",
                   "%v on the target, which is mounted at %q.", source, to);
}

static void check_mounts(struct ckpt_rules *r, ckpt_value spec)
{
    ckpt_value list = ckpt_get(spec, "mounts");
    struct mounted all = {NULL, NULL};
    for (ckpt_value v = ckpt_first(list); ckpt_exists(v); v = ckpt_next(list, v))
        check_mount(r, v, &all);
}

/* Graphics processors that are named by their numbers. */
static void check_gpus(struct ckpt_rules *r, ckpt_value spec)
{
    static const char key[] = "NVIDIA_VISIBLE_DEVICES=";
    ckpt_value list = ckpt_get_path(spec, "process\0env\0");
    for (ckpt_value v = ckpt_first(list); ckpt_exists(v); v = ckpt_next(list, v)) {
        ckpt_string text = ckpt_text(v);
        if (!ckpt_starts(text, key) || ckpt_index_of(text, "GPU-") == SIZE_MAX)
            continue;
        ckpt_string gpu = ckpt_slice_of(text, sizeof(key) - 1, text.length);
        struct ckpt_finding *f =
            ckpt_find(r, CKPT_RULE_209, v,
                      "The container uses the graphics processor %t of the original "
                      "host; that can often not be restored.",
                      gpu);
        ckpt_needs(r, CKPT_NEED_GPU, gpu, 0);
        ckpt_condition(r, CKPT_CONDITION_DEVICE, ALL, CKPT_RULE_209, f, "",
                       "A graphics processor of the same kind with the same driver, and "
                       "cuda-checkpoint: the container used %t.",
                       gpu);
    }
}

/* ---- annotations ----------------------------------------------------------------------------- */

/* Whether `document` is of this type; `strings`: with strings as its members, as Go's
   map[string]string has them. */
static ckpt_value misfit(ckpt_value document, enum ckpt_node_type type, bool strings)
{
    if (ckpt_type_of(document) != type)
        return document;
    for (ckpt_value v = ckpt_first(document); strings && ckpt_exists(v); v = ckpt_next(document, v))
        if (ckpt_is_set(v) && !ckpt_is(v, CKPT_STRING))
            return v;
    return ckpt_nothing(ckpt_value_file(document));
}

static void check_json(struct ckpt_rules *r, const char *key, ckpt_value at,
                       enum ckpt_node_type type, bool strings)
{
    struct ckpt_file *file = ckpt_parse_text(r, ckpt_text(at));
    if (file == NULL)
        return;
    if (file->error.kind != CKPT_OK) {
        size_t from = ckpt_source_offset(at, file->error.where.offset);
        ckpt_find_in(r, CKPT_RULE_208, at, from, 1,
                     "Annotation %s is not JSON: %t, at byte %n of its text.", key,
                     file->error.message, (uint64_t)file->error.where.offset);
        return;
    }
    ckpt_value wrong = misfit(ckpt_whole(file), type, strings);
    if (!ckpt_exists(wrong))
        return;
    size_t offset = (size_t)(ckpt_source(wrong).data - file->text);
    size_t from = ckpt_source_offset(at, offset),
           to = ckpt_source_offset(at, offset + ckpt_source(wrong).length);
    ckpt_find_in(r, CKPT_RULE_208, at, from, to - from, "Annotation %s has %v%s%p; expected %s.",
                 key, wrong, ckpt_exists(wrong) && ckpt_value_node(wrong) != 0 ? " at " : "", wrong,
                 ckpt_value_node(wrong) != 0 ? "a string"
                 : type == CKPT_ARRAY        ? "an array"
                                             : "an object");
}

static void check_annotations(struct ckpt_rules *r, ckpt_value spec)
{
    static const struct {
        const char *key;
        uint8_t type;
        bool needed, strings;
    } keys[] = {
        {"io.kubernetes.cri-o.Metadata", CKPT_OBJECT, true, false},
        {"io.kubernetes.cri-o.Annotations", CKPT_OBJECT, true, true},
        {"io.kubernetes.cri-o.Labels", CKPT_OBJECT, false, true},
        {"io.kubernetes.cri-o.Volumes", CKPT_ARRAY, false, false},
        {"kubectl.kubernetes.io/last-applied-configuration", CKPT_OBJECT, false, false},
    };
    ckpt_value annotations = ckpt_get(spec, "annotations");
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        ckpt_value at = ckpt_get_exact(annotations, keys[i].key);
        if (!ckpt_starts(ckpt_string_of(keys[i].key), "io."))
            ckpt_lower(r, CKPT_WARNING); /* CRI-O does not read it */
        if (ckpt_is(at, CKPT_STRING))
            check_json(r, keys[i].key, at, (enum ckpt_node_type)keys[i].type, keys[i].strings);
        else if (keys[i].needed && r->engine == CKPT_ENGINE_CRIO)
            ckpt_find(r, CKPT_RULE_208, ckpt_exists(annotations) ? annotations : spec,
                      "Annotation %s is missing; expected a JSON object.", keys[i].key);
        r->lower = CKPT_OFF;
    }
    ckpt_value criu = ckpt_get_exact(annotations, "org.criu.config");
    if (ckpt_has_text(criu))
        ckpt_find(r, CKPT_RULE_207, criu, "The container uses the CRIU configuration %v.", criu);
    if (r->engine == CKPT_ENGINE_UNKNOWN)
        ckpt_find(r, CKPT_RULE_210, ckpt_exists(annotations) ? annotations : spec,
                  "No annotation tells which engine made the checkpoint; expected "
                  "io.container.manager or those of containerd.");
}

/* ---- what is often not restored -------------------------------------------------------------- */

static void fragile(struct ckpt_rules *r, ckpt_value at, const char *feature)
{
    ckpt_find(r, CKPT_RULE_209, at, "The container %s; that can often not be restored.", feature);
}

static void check_hooks(struct ckpt_rules *r, ckpt_value hooks)
{
    for (ckpt_value kind = ckpt_first(hooks); ckpt_exists(kind); kind = ckpt_next(hooks, kind)) {
        for (ckpt_value v = ckpt_first(kind); ckpt_exists(v); v = ckpt_next(kind, v)) {
            ckpt_value path = ckpt_get(v, "path");
            if (ckpt_index_of(ckpt_text(path), "nvidia") == SIZE_MAX)
                continue;
            fragile(r, path, "has a hook of its GPU");
            return;
        }
    }
}

static void check_features(struct ckpt_rules *r, ckpt_value spec)
{
    static const char *const shared[][2] = {
        {"network", "shares the host's network"},
        {"pid", "shares the host's process ids"},
        {"ipc", "shares the host's shared memory and queues (IPC)"},
        {"uts", "shares the host's name (UTS)"},
    };
    ckpt_value process = ckpt_get(spec, "process");
    ckpt_value terminal = ckpt_get(process, "terminal");
    ckpt_value program = ckpt_first(ckpt_get(process, "args"));
    ckpt_value devices = ckpt_get_path(spec, "linux\0devices\0");
    ckpt_value namespaces = ckpt_get_path(spec, "linux\0namespaces\0");
    ckpt_value privileged = ckpt_get(ckpt_file_root(r, "config.dump"), "privileged");
    if (ckpt_is_true(terminal))
        fragile(r, terminal, "has a terminal");
    if (ckpt_ends(ckpt_text(program), "/systemd") || ckpt_is_text(program, "/sbin/init"))
        fragile(r, program, "runs systemd");
    if (ckpt_count(devices) != 0)
        fragile(r, devices, "has devices of the host");
    if (ckpt_is_true(privileged))
        fragile(r, privileged, "is privileged");
    check_hooks(r, ckpt_get(spec, "hooks"));
    for (size_t i = 0; i < sizeof(shared) / sizeof(shared[0]) && ckpt_exists(namespaces); i++)
        if (!ckpt_has_namespace(namespaces, shared[i][0]))
            fragile(r, namespaces, shared[i][1]);
}

void ckpt_check_spec(struct ckpt_rules *r)
{
    struct ckpt_file *file = ckpt_file_of(r, "spec.dump");
    ckpt_value spec = ckpt_whole(file);
    if (file == NULL) {
        if (ckpt_wants_files(r) && !ckpt_is_unread(r, "spec.dump") &&
            !ckpt_is_linked(r, "spec.dump") && r->folder.length == 0 &&
            r->images_folder.length == 0)
            ckpt_find_file(r, CKPT_RULE_200, "spec.dump",
                           "spec.dump is missing; expected a JSON object.");
        return;
    }
    if (file->error.kind != CKPT_OK)
        ckpt_find_error(r, CKPT_RULE_200, file);
    else if (!ckpt_is(spec, CKPT_OBJECT))
        ckpt_find(r, CKPT_RULE_200, spec, "spec.dump is %v; expected a JSON object.", spec);
    if (file->error.kind == CKPT_ERROR_SYNTAX || !ckpt_is(spec, CKPT_OBJECT))
        return;
    check_version(r, spec);
    ckpt_check_schema(r, spec);
    check_process(r, spec);
    check_gpus(r, spec);
    check_label(r, spec);
    check_namespaces(r, spec);
    check_mounts(r, spec);
    check_annotations(r, spec);
    check_features(r, spec);
}
