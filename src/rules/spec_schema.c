/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the OCI runtime spec 1.3.0 demands of the fields of spec.dump, as far as types do not say
 * it: a table of paths, each with a test and the section that demands it.
 */
#include <string.h>

#include "rules/rules.h"
#include "text/number.h"

/* Lists of words, each with a NUL after it. */

static const char limits[] =
    "RLIMIT_\0AS\0CORE\0CPU\0DATA\0FSIZE\0LOCKS\0MEMLOCK\0MSGQUEUE\0NICE\0NOFILE\0"
    "NPROC\0RSS\0RTPRIO\0RTTIME\0SIGPENDING\0STACK\0";
static const char capabilities[] =
    "CAP_\0AUDIT_CONTROL\0AUDIT_READ\0AUDIT_WRITE\0BLOCK_SUSPEND\0BPF\0CHECKPOINT_RESTORE\0CHOWN\0"
    "DAC_OVERRIDE\0DAC_READ_SEARCH\0FOWNER\0FSETID\0IPC_LOCK\0IPC_OWNER\0KILL\0LEASE\0"
    "LINUX_IMMUTABLE\0MAC_ADMIN\0MAC_OVERRIDE\0MKNOD\0NET_ADMIN\0NET_BIND_SERVICE\0NET_BROADCAST\0"
    "NET_RAW\0PERFMON\0SETFCAP\0SETGID\0SETPCAP\0SETUID\0SYSLOG\0SYS_ADMIN\0SYS_BOOT\0SYS_CHROOT\0"
    "SYS_MODULE\0SYS_NICE\0SYS_PACCT\0SYS_PTRACE\0SYS_RAWIO\0SYS_RESOURCE\0SYS_TIME\0"
    "SYS_TTY_CONFIG\0WAKE_ALARM\0"

/* The known values of string types, from src/model: each list begins with the end of the one
   before. */
#define CKPT_STRING_TYPE(name, go_name, doc)                                                       \
    ;                                                                                              \
    static const char values_##name[] = ""
#define CKPT_STRING_VALUE(type, value) value "\0"
#include "model/models.def"
    ;

/* Long lists, by a letter. */
static const char *const lists[] = {
    limits,                    /* a */
    capabilities,              /* b */
    values_scheduler_policy,   /* c */
    values_scheduler_flag,     /* d */
    values_io_priority_class,  /* e */
    values_namespace_type,     /* f */
    values_personality_domain, /* g */
    values_memory_policy_mode, /* h */
    values_memory_policy_flag, /* i */
    values_seccomp_action,     /* j */
    values_seccomp_arch,       /* k */
    values_seccomp_flag,       /* l */
    values_seccomp_operator,   /* m */
};

/* Sections, by a letter; of config-linux.md for paths that begin with linux, else of config.md. */
static const char *const sections[] = {
    "process",                   /* a */
    "posix-process",             /* b */
    "linux-process",             /* c */
    "user",                      /* d */
    "mounts",                    /* e */
    "posix-platform-hooks",      /* f */
    "annotations",               /* g */
    "namespaces",                /* h */
    "user-namespace-mappings",   /* i */
    "offset-for-time-namespace", /* j */
    "devices",                   /* k */
    "control-groups",            /* l */
    "rootfs-mount-propagation",  /* m */
    "masked-paths",              /* n */
    "readonly-paths",            /* o */
    "personality",               /* p */
    "memory-policy",             /* q */
    "seccomp",                   /* r */
};

/*
 * For each requirement: letters of test and section, the path ("*": all elements or members), and
 * a list of words that ends with an empty one; "@a" is a list from above.
 *   N  the object has the members of the list
 *   B  it has all or none of them
 *   V  the string is one of the list
 *   P  the same, after a prefix: the first of the list
 *   1  V, and no other element has it
 *   2  P, and no other element has it
 *   L  the string is made of the letters of the list's only word
 *   A  the string is an absolute path, or empty if the list says so
 *   R  the integer lies between the two of the list
 *   F  the array has elements
 *   =  the string is NAME=value
 *   K  the key is one of the list; any but the empty one if it is "*"
 *   S  soft limit <= hard limit
 */
static const char requirements[] =
#define IDS "\0containerID\0hostID\0size\0\0"
#define CPUS "\0000123456789-, \0\0"
    "Ndprocess/user\0uid\0gid\0\0"
    "Rdprocess/user/umask\0000\000511\0\0"
    "=aprocess/env/*\0\0"
    "Naprocess/consoleSize\0height\0width\0\0"
    "Nbprocess/rlimits/*\0type\0soft\0hard\0\0"
    "Sbprocess/rlimits/*\0\0"
    "2bprocess/rlimits/*/type\0@a\0\0"
    "Pcprocess/capabilities/*/*\0@b\0\0"
    "Rcprocess/oomScoreAdj\0-1000\0001000\0\0"
    "Ncprocess/scheduler\0policy\0\0"
    "Vcprocess/scheduler/policy\0@c\0\0"
    "Rcprocess/scheduler/nice\0-20\00019\0\0"
    "Vcprocess/scheduler/flags/*\0@d\0\0"
    "Ncprocess/ioPriority\0class\0\0"
    "Vcprocess/ioPriority/class\0@e\0\0"
    "Rcprocess/ioPriority/priority\0000\0007\0\0"
    "Lcprocess/execCPUAffinity/*" CPUS "Nemounts/*\0destination\0\0"
    "Aemounts/*/destination\0\0"
    "Bemounts/*\0uidMappings\0gidMappings\0\0"
    "Nemounts/*/uidMappings/*" IDS "Nemounts/*/gidMappings/*" IDS "Nfhooks/*/*\0path\0\0"
    "Afhooks/*/*/path\0\0"
    "=fhooks/*/*/env/*\0\0"
    "Rfhooks/*/*/timeout\0001\0002147483647\0\0"
    "Kgannotations/*\0*\0\0"
    "Nhlinux/namespaces/*\0type\0\0"
    "1hlinux/namespaces/*/type\0@f\0\0"
    "Ahlinux/namespaces/*/path\0empty\0\0"
    "Nilinux/uidMappings/*" IDS "Nilinux/gidMappings/*" IDS
    "Kjlinux/timeOffsets/*\0monotonic\0boottime\0\0"
    "Nklinux/devices/*\0type\0path\0\0"
    "Vklinux/devices/*/type\0c\0b\0u\0p\0\0"
    "Aklinux/devices/*/path\0\0"
    "Nllinux/resources/devices/*\0allow\0\0"
    "Vllinux/resources/devices/*/type\0a\0c\0b\0\0"
    "Lllinux/resources/devices/*/access\0rwm\0\0"
    "Rllinux/resources/memory/swappiness\0000\000100\0\0"
    "Lllinux/resources/cpu/cpus" CPUS "Lllinux/resources/cpu/mems" CPUS
    "Rllinux/resources/cpu/idle\0000\0001\0\0"
    "Rllinux/resources/blockIO/weight\0000\0001000\0\0"
    "Nllinux/resources/hugepageLimits/*\0pageSize\0limit\0\0"
    "Nllinux/resources/network/priorities/*\0name\0priority\0\0"
    "Vmlinux/rootfsPropagation\0shared\0slave\0private\0unbindable\0rshared\0rslave\0rprivate\0"
    "runbindable\0\0"
    "Anlinux/maskedPaths/*\0\0"
    "Aolinux/readonlyPaths/*\0\0"
    "Nplinux/personality\0domain\0\0"
    "Vplinux/personality/domain\0@g\0\0"
    "Nqlinux/memoryPolicy\0mode\0\0"
    "Vqlinux/memoryPolicy/mode\0@h\0\0"
    "Vqlinux/memoryPolicy/flags/*\0@i\0\0"
    "Nrlinux/seccomp\0defaultAction\0\0"
    "Vrlinux/seccomp/defaultAction\0@j\0\0"
    "Vrlinux/seccomp/architectures/*\0@k\0\0"
    "Vrlinux/seccomp/flags/*\0@l\0\0"
    "Nrlinux/seccomp/syscalls/*\0names\0action\0\0"
    "Frlinux/seccomp/syscalls/*/names\0\0"
    "Vrlinux/seccomp/syscalls/*/action\0@j\0\0"
    "Nrlinux/seccomp/syscalls/*/args/*\0index\0value\0op\0\0"
    "Rrlinux/seccomp/syscalls/*/args/*/index\0000\0005\0\0"
    "Vrlinux/seccomp/syscalls/*/args/*/op\0@m\0\0";

struct walk {
    struct ckpt_rules *r;
    const char *path, *list;
    char test, section;
    ckpt_value first[sizeof(uint32_t) * 8]; /* the element that has the i-th value of the list */
    uint32_t seen;
};

static const char *next_word(const char *list)
{
    return list + strlen(list) + 1;
}

/* `key`: the member of `at` that is meant, or "". */
static struct ckpt_finding *violation(struct walk *w, ckpt_value at, const char *key,
                                      ckpt_value value, ckpt_string expected)
{
    return ckpt_find(w->r, CKPT_RULE_202, at,
                     "%p%s%s is %v; the OCI runtime spec (config%s.md#%s) expects %t.", at,
                     key[0] == '\0' ? "" : "/", key, value, w->path[0] == 'l' ? "-linux" : "",
                     sections[w->section - 'a'], expected);
}

/* "one of pid, network, mount"; of long lists the beginning. */
static ckpt_string choice(struct walk *w, bool prefixed)
{
    const char *word = w->list;
    if (w->r->state[CKPT_RULE_202].count >= w->r->per_rule)
        return (ckpt_string){"", 0}; /* it will not be shown */
    if (prefixed)
        return ckpt_text_of(w->r, "a known name such as %s%s", word, next_word(word));
    ckpt_string text = ckpt_text_of(w->r, "one of %s", word);
    for (int i = 1; *(word = next_word(word)) != '\0' && i <= 9; i++)
        text = ckpt_text_of(w->r, i == 9 ? "%t, …" : "%t, %s", text, word);
    return text;
}

static void check_choice(struct walk *w, ckpt_value at, ckpt_string text)
{
    const char *word = w->list;
    bool prefixed = w->test == 'P' || w->test == '2', fits = true;
    unsigned number = 0;
    if (prefixed) {
        fits = ckpt_starts(text, word);
        text = ckpt_slice_of(text, strlen(word), text.length);
        word = next_word(word);
    }
    for (; *word != '\0' && !ckpt_equals(text, word); word = next_word(word))
        number++;
    if (!fits || *word == '\0') {
        violation(w, at, "", at, choice(w, prefixed));
    } else if (w->test == '1' || w->test == '2') {
        if ((w->seen >> number & 1) != 0)
            ckpt_relate(w->r, violation(w, at, "", at, ckpt_string_of("each type once")),
                        w->first[number], "It is already here.");
        else
            w->first[number] = at;
        w->seen |= 1u << number;
    }
}

static void check_members(struct walk *w, ckpt_value object)
{
    bool any = w->test == 'N';
    if (!ckpt_is(object, CKPT_OBJECT))
        return;
    for (const char *key = w->list; *key != '\0'; key = next_word(key))
        any = any || ckpt_is_set(ckpt_get(object, key));
    for (const char *key = w->list; *key != '\0' && any; key = next_word(key)) {
        ckpt_value member = ckpt_get(object, key);
        if (!ckpt_is_set(member))
            violation(w, object, key, member, ckpt_string_of("it"));
    }
}

static void check_range(struct walk *w, ckpt_value at, const char *low, const char *high)
{
    int64_t number, from = 0, to = 0;
    ckpt_parse_int64(low, strlen(low), &from);
    ckpt_parse_int64(high, strlen(high), &to);
    if (ckpt_int64_of(at, &number) && (number < from || number > to))
        violation(w, at, "", at, ckpt_text_of(w->r, "%s to %s", low, high));
}

static void check_string(struct walk *w, ckpt_value at)
{
    ckpt_string text = ckpt_text(at);
    size_t i = 0;
    if (!ckpt_is(at, CKPT_STRING))
        return;
    switch (w->test) {
    case 'A':
        if (!ckpt_starts(text, "/") && (text.length != 0 || *w->list == '\0'))
            violation(w, at, "", at, ckpt_string_of("an absolute path"));
        break;
    case '=':
        i = ckpt_index_of(text, "=");
        if (i == 0 || i == SIZE_MAX)
            violation(w, at, "", at, ckpt_string_of("NAME=value"));
        break;
    case 'L':
        while (i < text.length && memchr(w->list, text.data[i], strlen(w->list)) != NULL)
            i++;
        if (i < text.length)
            violation(w, at, "", at, ckpt_text_of(w->r, "characters of \"%s\" only", w->list));
        break;
    default:
        check_choice(w, at, text);
    }
}

static void check(struct walk *w, ckpt_value at)
{
    uint64_t soft, hard;
    ckpt_string key = ckpt_key_text(at);
    ckpt_value limit = ckpt_get(at, "soft");
    switch (w->test) {
    case 'N':
    case 'B':
        check_members(w, at);
        break;
    case 'S':
        if (ckpt_uint64_of(limit, &soft) && ckpt_uint64_of(ckpt_get(at, "hard"), &hard) &&
            soft > hard)
            violation(w, limit, "", limit, ckpt_text_of(w->r, "no more than the hard %n", hard));
        break;
    case 'K':
        if (*w->list == '*' ? key.length == 0 : !ckpt_is_one_of(key, w->list))
            violation(w, ckpt_key_of(at), "", ckpt_key_of(at),
                      *w->list == '*' ? ckpt_string_of("a key") : choice(w, false));
        break;
    case 'F':
        if (ckpt_is(at, CKPT_ARRAY) && ckpt_count(at) == 0)
            violation(w, at, "", at, ckpt_string_of("elements"));
        break;
    case 'R':
        check_range(w, at, w->list, next_word(w->list));
        break;
    default:
        check_string(w, at);
    }
}

/* Follows the rest of the path; as deep as the path is long. */
static void follow(struct walk *w, ckpt_value at, const char *path)
{
    char key[32];
    while (*path != '\0' && ckpt_is_set(at)) {
        size_t length = 0;
        for (; path[length] != '\0' && path[length] != '/'; length++)
            key[length] = path[length];
        key[length] = '\0';
        path += length + (path[length] == '/');
        if (key[0] == '*') {
            for (ckpt_value v = ckpt_first(at); ckpt_exists(v); v = ckpt_next(at, v))
                follow(w, v, path);
            return;
        }
        at = ckpt_get(at, key);
    }
    if (ckpt_is_set(at))
        check(w, at);
}

/* What can be set in a namespace of the container only. */
static void check_namespaced(struct ckpt_rules *r, ckpt_value spec)
{
    static const char *const needs[][2] = {
        {"hostname\0", "uts"},
        {"domainname\0", "uts"},
        {"linux\0uidMappings\0", "user"},
        {"linux\0gidMappings\0", "user"},
        {"linux\0timeOffsets\0", "time"},
    };
    ckpt_value namespaces = ckpt_get_path(spec, "linux\0namespaces\0");
    for (size_t i = 0; i < sizeof(needs) / sizeof(needs[0]) && ckpt_exists(namespaces); i++) {
        ckpt_value at = ckpt_get_path(spec, needs[i][0]);
        if ((ckpt_has_text(at) || ckpt_count(at) != 0) &&
            !ckpt_has_namespace(namespaces, needs[i][1]))
            ckpt_relate(r,
                        ckpt_find(r, CKPT_RULE_202, at,
                                  "%p is set, but the container has no %s namespace of its own "
                                  "(config-linux.md#namespaces).",
                                  at, needs[i][1]),
                        namespaces, "The namespaces are these.");
    }
}

void ckpt_check_schema(struct ckpt_rules *r, ckpt_value spec)
{
    for (const char *row = requirements; *row != '\0';) {
        const char *path = row + 2, *list = next_word(path);
        struct walk w = {.r = r, .path = path, .test = row[0], .section = row[1]};
        w.list = *list == '@' ? lists[list[1] - 'a'] : list;
        follow(&w, spec, path);
        for (row = list; *row != '\0';)
            row = next_word(row);
        row++;
    }
    check_namespaced(r, spec);
}
