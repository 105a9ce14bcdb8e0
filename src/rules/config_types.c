/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The types of what Podman writes to config.dump (ContainerConfig of libpod). encoding/json refuses
 * the whole file where one is another; null fits all. Keys whose type changed with the versions of
 * Podman are not in the table.
 */
#include "rules/rules.h"

enum kind { TEXT, BOOLEAN, NUMBER, LIST, TEXTS, OBJECT, OBJECT_OF_TEXTS };

static const char *const kind_names[] = {
    "a string",  "true or false",        "a number", "an array", "an array of strings",
    "an object", "an object of strings",
};

/* libpod/container_config.go of Podman 4.3.1, 2022-11 */
static const struct {
    const char *keys; /* each ended by NUL */
    enum kind kind;
} types[] = {
    {"id\0name\0pod\0namespace\0rootfs\0rootfsImageID\0rootfsImageName\0rawImageName\0ShmDir\0"
     "staticDir\0ProcessLabel\0MountLabel\0user\0staticIP\0staticMAC\0networkMode\0ipcNsCtr\0"
     "mountNsCtr\0netNsCtr\0pidNsCtr\0userNsCtr\0utsNsCtr\0cgroupNsCtr\0restart_policy\0logPath\0"
     "logTag\0logDriver\0cgroupsMode\0cgroupManager\0cgroupParent\0conmonPidFile\0pidFile\0"
     "sdnotifyMode\0sdnotifySocket\0timezone\0umask\0runtime\0",
     TEXT},
    {"createNetNS\0noShm\0noShmShare\0createWorkingDir\0volatile\0privileged\0"
     "useImageResolvConf\0useImageHosts\0noCgroups\0postConfigureNetNS\0isInfra\0isService\0"
     "stdin\0rootfs_overlay\0addCurrentUserPasswdEntry\0",
     BOOLEAN},
    {"lockID\0shmSize\0stopSignal\0stopTimeout\0timeout\0restart_retries\0logSize\0preserveFDs\0",
     NUMBER},
    {"namedVolumes\0overlayVolumes\0imageVolumes\0secrets\0newPortMappings\0", LIST},
    {"createCommand\0mounts\0chrootDirs\0labelopts\0groups\0hostsAdd\0dnsSearch\0dnsOption\0"
     "exitCommand\0entrypoint\0command\0userVolumes\0Dependencies\0",
     TEXTS},
    {"spec\0newNetworks\0networkOptions\0exposedPorts\0healthcheck\0", OBJECT},
    {"labels\0", OBJECT_OF_TEXTS},
};

static bool all_texts(ckpt_value list)
{
    for (ckpt_value v = ckpt_first(list); ckpt_exists(v); v = ckpt_next(list, v))
        if (ckpt_is_set(v) && !ckpt_is(v, CKPT_STRING))
            return false;
    return true;
}

static bool fits(ckpt_value value, enum kind kind)
{
    switch (kind) {
    case TEXT:
        return ckpt_is(value, CKPT_STRING);
    case BOOLEAN:
        return ckpt_is(value, CKPT_TRUE) || ckpt_is(value, CKPT_FALSE);
    case NUMBER:
        return ckpt_is(value, CKPT_NUMBER);
    case LIST:
        return ckpt_is(value, CKPT_ARRAY);
    case TEXTS:
        return ckpt_is(value, CKPT_ARRAY) && all_texts(value);
    case OBJECT:
        return ckpt_is(value, CKPT_OBJECT);
    default:
        return ckpt_is(value, CKPT_OBJECT) && all_texts(value);
    }
}

void ckpt_check_libpod_types(struct ckpt_rules *r, ckpt_value config)
{
    if (!r->summary->libpod)
        return;
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
        for (const char *key = types[i].keys; *key != '\0'; key += ckpt_string_of(key).length + 1) {
            ckpt_value value = ckpt_get(config, key);
            if (!ckpt_is_set(value) || fits(value, types[i].kind))
                continue;
            ckpt_block(r, PODMAN);
            ckpt_find(r, CKPT_RULE_100, value, "%s is %v; Podman expects %s.", key, value,
                      kind_names[types[i].kind]);
        }
}
