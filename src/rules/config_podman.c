/* SPDX-License-Identifier: Apache-2.0 */
/* What only Podman writes to config.dump, which is its whole configuration of the container. */
#include "rules/host.h"
#include "rules/table.h"

static bool comes_twice(struct ckpt_table *table, ckpt_value value, uint32_t *first)
{
    ckpt_string text = ckpt_text(value);
    *first = text.length == 0 ? 0 : ckpt_table_add(table, ckpt_value_node(value), text);
    return *first != 0;
}

/* One volume can be mounted at two places, though its content is then restored twice. */
static void check_volumes(struct ckpt_rules *r, ckpt_value volumes)
{
    struct ckpt_table names = {0}, places = {0};
    uint32_t count = ckpt_count(volumes), first, other;
    if (!ckpt_is(volumes, CKPT_ARRAY))
        return;
    if (!ckpt_table_clear(&names, ckpt_value_file(volumes), count, false) ||
        !ckpt_table_clear(&places, ckpt_value_file(volumes), count, false))
        r->failed = true;
    for (ckpt_value v = ckpt_first(volumes); ckpt_exists(v) && !r->failed;
         v = ckpt_next(volumes, v)) {
        ckpt_value name = ckpt_get(v, "volumeName");
        bool same_place = comes_twice(&places, ckpt_get(v, "dest"), &other);
        if (!comes_twice(&names, name, &first))
            continue;
        if (!same_place)
            ckpt_lower(r, CKPT_WARNING);
        ckpt_relate(r,
                    ckpt_find(r, CKPT_RULE_115, name,
                              "The volume %v is listed twice; expected every volume once.", name),
                    ckpt_value_at(ckpt_value_file(volumes), first), "the first one");
    }
    ckpt_table_free(&names);
    ckpt_table_free(&places);
}

static void check_labels(struct ckpt_rules *r, ckpt_value config)
{
    ckpt_value process = ckpt_get(config, "ProcessLabel"), mount = ckpt_get(config, "MountLabel");
    bool has_process = ckpt_has_text(process), has_mount = ckpt_has_text(mount);
    if (has_process != has_mount)
        ckpt_find(r, CKPT_RULE_115, has_process ? process : mount,
                  has_process ? "ProcessLabel is %v, but there is no MountLabel; expected both or "
                                "none."
                              : "MountLabel is %v, but there is no ProcessLabel; expected both or "
                                "none.",
                  has_process ? process : mount);
}

static void check_dependencies(struct ckpt_rules *r, ckpt_value config)
{
    static const char *const owners[] = {"ipcNsCtr",  "mountNsCtr", "netNsCtr",   "pidNsCtr",
                                         "userNsCtr", "utsNsCtr",   "cgroupNsCtr"};
    ckpt_value others = ckpt_get(config, "Dependencies");
    if (ckpt_count(others) != 0)
        ckpt_find(r, CKPT_RULE_116, others,
                  "The container depends on %n others, the first of them %v; Podman imports only "
                  "containers that depend on none.",
                  (uint64_t)ckpt_count(others), ckpt_first(others));
    if (ckpt_has_text(ckpt_get(config, "pod")))
        return;
    for (size_t i = 0; i < sizeof(owners) / sizeof(owners[0]); i++) {
        ckpt_value owner = ckpt_get(config, owners[i]);
        if (ckpt_has_text(owner))
            ckpt_find(r, CKPT_RULE_116, owner,
                      "%s is %v: the container uses a namespace of another one, but is in no pod; "
                      "expected none for an import.",
                      owners[i], owner);
    }
}

/* ---- what an import needs ---------------------------------------------------------------------
 */

static void check_pod(struct ckpt_rules *r, ckpt_value config)
{
    ckpt_value pod = ckpt_get(config, "pod");
    if (!ckpt_has_text(pod) || ckpt_count(ckpt_get(config, "Dependencies")) != 0)
        return;
    struct ckpt_finding *f = ckpt_find(
        r, CKPT_RULE_117, pod,
        "The container was in the pod %v: an import needs --pod with the id of a pod that shares "
        "the same namespaces.",
        pod);
    ckpt_condition(r, CKPT_CONDITION_POD, PODMAN, CKPT_RULE_117, f, "--pod",
                   "A pod that shares the same namespaces; the container was in %v.", pod);
}

static void check_secrets(struct ckpt_rules *r, ckpt_value config)
{
    ckpt_value secrets = ckpt_get(config, "secrets");
    if (ckpt_count(secrets) == 0)
        return;
    ckpt_value first = ckpt_first(secrets), name = ckpt_get(first, "name");
    struct ckpt_finding *f =
        ckpt_find(r, CKPT_RULE_118, secrets,
                  "The container uses %n Podman secret%s, such as %v; Podman 4.3 does not restore "
                  "it even where they exist.",
                  (uint64_t)ckpt_count(secrets), ckpt_count(secrets) == 1 ? "" : "s",
                  ckpt_exists(name) ? name : first);
    ckpt_condition(r, CKPT_CONDITION_SECRET, PODMAN, CKPT_RULE_118, f, "",
                   "The secrets of the container on the target, and a Podman that restores them.");
}

static void need_network(struct ckpt_rules *r, ckpt_value at, ckpt_string name)
{
    if (name.length == 0 || ckpt_equals(name, "podman") || ckpt_equals(name, "bridge"))
        return;
    struct ckpt_finding *f =
        ckpt_find(r, CKPT_RULE_119, at, "The container was in the network %q.", name);
    ckpt_condition(r, CKPT_CONDITION_NETWORK, PODMAN, CKPT_RULE_119, f, "",
                   "The network %q on the target.", name);
}

/* Three generations of Podman wrote them in three forms. */
static void check_networks(struct ckpt_rules *r, ckpt_value config)
{
    ckpt_value list = ckpt_get(config, "orderedNetworks");
    for (ckpt_value v = ckpt_first(list); ckpt_exists(v); v = ckpt_next(list, v))
        need_network(r, v, ckpt_text(ckpt_get(v, "name")));
    list = ckpt_get(config, "newNetworks");
    for (ckpt_value v = ckpt_first(list); ckpt_exists(v); v = ckpt_next(list, v))
        need_network(r, v, ckpt_key_text(v));
    list = ckpt_get(config, "networks");
    for (ckpt_value v = ckpt_first(list); ckpt_exists(v); v = ckpt_next(list, v))
        need_network(r, v, ckpt_text(v));
}

/* A service of the target that the engine logs to. */
static void check_log(struct ckpt_rules *r, ckpt_value config)
{
    ckpt_value driver = ckpt_get(config, "logDriver");
    if (!ckpt_is_text(driver, "journald"))
        return;
    struct ckpt_finding *f = ckpt_find(r, CKPT_RULE_120, driver, "The container logs to journald.");
    ckpt_condition(r, CKPT_CONDITION_LOG, PODMAN, CKPT_RULE_120, f, "",
                   "journald on the target, which the container logs to.");
}

/* Ports of the host, in both forms that Podman has written. */
static void check_ports(struct ckpt_rules *r, ckpt_value config)
{
    static const char *const keys[] = {"newPortMappings", "portMappings"};
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        ckpt_value list = ckpt_get(config, keys[i]);
        for (ckpt_value v = ckpt_first(list); ckpt_exists(v); v = ckpt_next(list, v)) {
            ckpt_value port = ckpt_get(v, "host_port"), address = ckpt_get(v, "host_ip");
            uint64_t number;
            if (!ckpt_exists(port))
                port = ckpt_get(v, "hostPort");
            if (!ckpt_exists(address))
                address = ckpt_get(v, "hostIP");
            if (!ckpt_uint64_of(port, &number) || number == 0)
                continue;
            ckpt_string at = ckpt_text(address);
            struct ckpt_finding *f =
                ckpt_find(r, CKPT_RULE_121, port, "The port %t%s%n of the host is published.", at,
                          at.length != 0 ? ":" : "", number);
            ckpt_condition(r, CKPT_CONDITION_PORT, PODMAN, CKPT_RULE_121, f, "--publish",
                           "The port %t%s%n of the target must be free, or another be published.",
                           at, at.length != 0 ? ":" : "", number);
        }
    }
}

static void check_cdi(struct ckpt_rules *r, ckpt_value config)
{
    ckpt_value list = ckpt_get(config, "cdiDevices");
    for (ckpt_value v = ckpt_first(list); ckpt_exists(v); v = ckpt_next(list, v)) {
        struct ckpt_finding *f =
            ckpt_find(r, CKPT_RULE_209, v,
                      "The container uses the device %v of the host; that can often not "
                      "be restored.",
                      v);
        ckpt_needs(r, CKPT_NEED_PATH, ckpt_text(v), 0);
        ckpt_condition(r, CKPT_CONDITION_DEVICE, PODMAN, CKPT_RULE_209, f, "",
                       "The device %v on the target.", v);
    }
}

void ckpt_check_config_podman(struct ckpt_rules *r, ckpt_value config)
{
    if (!r->summary->libpod && !ckpt_concerns(r, PODMAN))
        return;
    check_volumes(r, ckpt_get(config, "namedVolumes"));
    check_labels(r, config);
    check_dependencies(r, config);
    check_pod(r, config);
    check_secrets(r, config);
    check_networks(r, config);
    check_cdi(r, config);
    check_log(r, config);
    check_ports(r, config);
    ckpt_check_libpod_types(r, config);
}
