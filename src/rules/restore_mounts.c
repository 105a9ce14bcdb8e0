/* SPDX-License-Identifier: Apache-2.0 */
/* What the target must have for the container: mounts, and the rights of root. */
#include <string.h>

#include "rules/rules.h"

enum { NAMED = 8 }; /* mounts in a message */

/* CRI-O's own list of mounts that the new container need not declare. */
bool ckpt_is_crio_mount(ckpt_string destination)
{
    return ckpt_is_one_of(
        destination,
        "/proc\0/dev\0/dev/pts\0/dev/mqueue\0/dev/shm\0/sys\0/sys/fs/cgroup\0/etc/resolv.conf\0"
        "/etc/hostname\0/etc/passwd\0/etc/group\0/run/secrets\0/run/.containerenv\0");
}

static void check_demanded(struct ckpt_rules *r, ckpt_value spec)
{
    ckpt_value mounts = ckpt_get(spec, "mounts"), places[NAMED];
    ckpt_string list = {"", 0};
    uint64_t count = 0;
    for (ckpt_value v = ckpt_first(mounts); ckpt_exists(v); v = ckpt_next(mounts, v)) {
        ckpt_value at = ckpt_get(v, "destination");
        ckpt_string destination = ckpt_text(at);
        if (destination.length == 0 || ckpt_is_crio_mount(destination))
            continue;
        if (count < NAMED) {
            list = ckpt_text_of(r, "%t%s%t", list, count == 0 ? "" : ", ", destination);
            places[count] = at;
        }
        count++;
    }
    if (count == 0)
        return;
    struct ckpt_finding *finding = ckpt_find(
        r, CKPT_RULE_704, mounts, "CRI-O restores only into a container with %n mount%s: %t%s.",
        count, count == 1 ? " that this one had" : "s that this one had", list,
        count > NAMED ? ", …" : "");
    for (uint64_t i = 0; i < count && i < NAMED; i++)
        ckpt_relate(r, finding, places[i], "This one.");
}

/* Ids of people begin at 1000, those that are set apart for containers after them all. */
static ckpt_value user_mapping(ckpt_value list)
{
    uint64_t inside, outside;
    for (ckpt_value v = ckpt_first(list); ckpt_exists(v); v = ckpt_next(list, v)) {
        ckpt_value host = ckpt_get(v, "hostID");
        if (ckpt_uint64_of(ckpt_get(v, "containerID"), &inside) && inside == 0 &&
            ckpt_uint64_of(host, &outside) && outside >= 1000 && outside < 60000)
            return host;
    }
    return ckpt_nothing(ckpt_value_file(list));
}

static bool is_of_user(ckpt_string path)
{
    return ckpt_starts_one_of(path, "/run/user/\0/tmp/podman-run-\0/tmp/storage-run-\0") ||
           (ckpt_starts(path, "/home/") && ckpt_index_of(path, "/containers/") != SIZE_MAX);
}

static void check_rootless(struct ckpt_rules *r, ckpt_value spec, ckpt_value config)
{
    static const char *const keys[] = {"staticDir", "ShmDir", "conmonPidFile", "logPath", ""};
    ckpt_value at = user_mapping(ckpt_get_path(spec, "linux\0uidMappings\0"));
    struct ckpt_finding *finding = NULL;
    if (ckpt_exists(at))
        finding = ckpt_find(r, CKPT_RULE_707, at,
                            "Root of the container is user %v of the host, so it was rootless; "
                            "CRIU restores as root only.",
                            at);
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        at = keys[i][0] == '\0' ? ckpt_get_path(spec, "root\0path\0") : ckpt_get(config, keys[i]);
        if (!is_of_user(ckpt_text(at)))
            continue;
        if (finding != NULL)
            ckpt_relate(r, finding, at, "Another path of a user's own engine.");
        else
            finding = ckpt_find(r, CKPT_RULE_707, at,
                                "%v belongs to a user's own engine, so the container was rootless; "
                                "CRIU restores as root only.",
                                at);
    }
}

void ckpt_check_mounts_of_target(struct ckpt_rules *r)
{
    ckpt_value spec = ckpt_file_root(r, "spec.dump");
    if (ckpt_concerns(r, CRIO))
        check_demanded(r, spec);
    check_rootless(r, spec, ckpt_file_root(r, "config.dump"));
}
