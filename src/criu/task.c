/* SPDX-License-Identifier: Apache-2.0 */
/* A process in parts: credentials, limits, timers, namespaces, control groups. */
#include "criu/task.h"

#include "criu/file_kinds.h"

#include "criu/internal.h"

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct ckpt_pb nothing;

static struct ckpt_pb inner(const struct ckpt_pb *message, unsigned field)
{
    struct ckpt_pb found = nothing;
    ckpt_pb_get_message(message, field, &found);
    return found;
}

void ckpt_task_open(struct ckpt_task *task, ckpt_dump *dump, const struct ckpt_pb *entry)
{
    memset(task, 0, sizeof(*task));
    task->dump = dump;
    task->entry = *entry;
    task->pid = (uint32_t)ckpt_pb_u64(entry, F(pstree_entry, pid), 0);
    task->ppid = (uint32_t)ckpt_pb_u64(entry, F(pstree_entry, ppid), 0);
    task->pgid = (uint32_t)ckpt_pb_u64(entry, F(pstree_entry, pgid), 0);
    task->sid = (uint32_t)ckpt_pb_u64(entry, F(pstree_entry, sid), 0);
    task->core = ckpt_dump_first(dump, CKPT_CRIU_IMAGE_CORE, task->pid, true);
    task->tc = inner(&task->core, F(core_entry, tc));
    task->thread_core = inner(&task->core, F(core_entry, thread_core));
    task->state = (uint32_t)ckpt_pb_u64(&task->tc, F(task_core_entry, task_state), 0);
    if (task->core.at != NULL && task->tc.at == NULL)
        ckpt_dump_gap_in(dump, CKPT_CRIU_IMAGE_CORE, task->pid, 0, "tc",
                         "the part about the process is missing");
    if (ckpt_task_is_dead(task))
        return;
    bool alive = task->state != 0; /* then all of its images must be there */
    task->ids = ckpt_dump_first(dump, CKPT_CRIU_IMAGE_IDS, task->pid, false);
    if (task->ids.at == NULL)
        task->ids = inner(&task->core, F(core_entry, ids));
    if (task->ids.at == NULL && alive)
        task->ids = ckpt_dump_first(dump, CKPT_CRIU_IMAGE_IDS, task->pid, true);
    task->mm = ckpt_dump_first(dump, CKPT_CRIU_IMAGE_MM, task->pid, alive);
    task->fs = ckpt_dump_first(dump, CKPT_CRIU_IMAGE_FS, task->pid, alive);
}

bool ckpt_task_is_mips(const struct ckpt_task *task)
{
    return ckpt_pb_u64(&task->core, F(core_entry, mtype), 0) == CKPT_CRIU_march_MIPS;
}

/* ---- credentials ----------------------------------------------------------------------------- */

static void put_ids(struct ckpt_sink *sink, enum ckpt_view_member member,
                    const struct ckpt_pb *creds, const unsigned fields[4])
{
    ckpt_view_begin_array(sink, member);
    for (size_t i = 0; i < 4; i++)
        sink->integer(sink, ckpt_pb_i64(creds, fields[i], 0));
    sink->end(sink);
}

/* capabilities(7), by number. */
static const char *const capabilities[] = {"CHOWN",
                                           "DAC_OVERRIDE",
                                           "DAC_READ_SEARCH",
                                           "FOWNER",
                                           "FSETID",
                                           "KILL",
                                           "SETGID",
                                           "SETUID",
                                           "SETPCAP",
                                           "LINUX_IMMUTABLE",
                                           "NET_BIND_SERVICE",
                                           "NET_BROADCAST",
                                           "NET_ADMIN",
                                           "NET_RAW",
                                           "IPC_LOCK",
                                           "IPC_OWNER",
                                           "SYS_MODULE",
                                           "SYS_RAWIO",
                                           "SYS_CHROOT",
                                           "SYS_PTRACE",
                                           "SYS_PACCT",
                                           "SYS_ADMIN",
                                           "SYS_BOOT",
                                           "SYS_NICE",
                                           "SYS_RESOURCE",
                                           "SYS_TIME",
                                           "SYS_TTY_CONFIG",
                                           "MKNOD",
                                           "LEASE",
                                           "AUDIT_WRITE",
                                           "AUDIT_CONTROL",
                                           "SETFCAP",
                                           "MAC_OVERRIDE",
                                           "MAC_ADMIN",
                                           "SYSLOG",
                                           "WAKE_ALARM",
                                           "BLOCK_SUSPEND",
                                           "AUDIT_READ",
                                           "PERFMON",
                                           "BPF",
                                           "CHECKPOINT_RESTORE"};

/* The bits that are set, by name; those without one by number: "CAP_41". */
static void put_bits(struct ckpt_sink *sink, uint64_t bits, const char *prefix,
                     const char *const *names, size_t count)
{
    size_t start = strlen(prefix);
    char text[48];
    memcpy(text, prefix, start);
    sink->begin_array(sink);
    for (unsigned bit = 0; bit < 64; bit++) {
        if ((bits >> bit & 1) == 0)
            continue;
        size_t length = start;
        if (bit < count) {
            memcpy(text + start, names[bit], strlen(names[bit]));
            length += strlen(names[bit]);
        } else {
            if (bit >= 10)
                text[length++] = (char)('0' + bit / 10);
            text[length++] = (char)('0' + bit % 10);
        }
        sink->string(sink, (ckpt_string){text, length});
    }
    sink->end(sink);
}

/* A set of capabilities: two words, the low one first. */
static void put_capabilities(struct ckpt_sink *sink, enum ckpt_view_member member,
                             const struct ckpt_pb *creds, unsigned field)
{
    struct ckpt_pb_each each = ckpt_pb_each(creds, field);
    uint64_t word, set = 0;
    for (unsigned i = 0; i < 2 && ckpt_pb_next_u64(&each, &word); i++)
        set |= (word & UINT32_MAX) << (32 * i);
    ckpt_view_field(sink, member);
    put_bits(sink, set, "CAP_", capabilities, COUNT(capabilities));
}

/* How many filters a thread has: a chain that begins with the one that was installed first. Filters
   refer to smaller numbers only, so all lengths are known after one pass. */
static uint32_t count_filters(ckpt_dump *dump, uint64_t index)
{
    const struct ckpt_lookup *all = ckpt_dump_lookup_all(dump, CKPT_LOOKUP_FILTER);
    if (dump->filter_counts == NULL) {
        dump->filter_counts =
            ckpt_arena_array(&dump->arena, all->count + 1, sizeof(*dump->filter_counts));
        for (size_t i = 0; dump->filter_counts != NULL && i < all->count; i++) {
            uint64_t before = ckpt_pb_u64(&all->messages[i], F(seccomp_filter, prev), i);
            dump->filter_counts[i] = 1 + (before < i ? dump->filter_counts[before] : 0);
        }
    }
    return dump->filter_counts != NULL && index < all->count ? dump->filter_counts[index] : 0;
}

static void put_seccomp(const struct ckpt_task *task, struct ckpt_sink *sink)
{
    static const char *const modes[] = {"disabled", "strict", "filter"};
    const struct ckpt_pb *thread = &task->thread_core, *tc = &task->tc;
    bool old = !ckpt_pb_has(thread, F(thread_core_entry, seccomp_mode));
    uint64_t mode = old ? ckpt_pb_u64(tc, F(task_core_entry, old_seccomp_mode), 0)
                        : ckpt_pb_u64(thread, F(thread_core_entry, seccomp_mode), 0);
    uint64_t filter = old ? ckpt_pb_u64(tc, F(task_core_entry, old_seccomp_filter), 0)
                          : ckpt_pb_u64(thread, F(thread_core_entry, seccomp_filter), 0);
    ckpt_view_name(sink, V(Process, seccomp), mode < COUNT(modes) ? modes[mode] : NULL);
    ckpt_view_integer(sink, V(Process, seccompFilters),
                      mode == 2 ? count_filters(task->dump, filter) : 0);
}

void ckpt_task_credentials(const struct ckpt_task *task, struct ckpt_sink *sink)
{
    static const unsigned uids[] = {F(creds_entry, uid), F(creds_entry, euid), F(creds_entry, suid),
                                    F(creds_entry, fsuid)};
    static const unsigned gids[] = {F(creds_entry, gid), F(creds_entry, egid), F(creds_entry, sgid),
                                    F(creds_entry, fsgid)};
    static const char *const securebits[] = {
        "NOROOT",    "NOROOT_LOCKED",    "NO_SETUID_FIXUP",      "NO_SETUID_FIXUP_LOCKED",
        "KEEP_CAPS", "KEEP_CAPS_LOCKED", "NO_CAP_AMBIENT_RAISE", "NO_CAP_AMBIENT_RAISE_LOCKED"};
    struct ckpt_pb creds = inner(&task->thread_core, F(thread_core_entry, creds));
    if (creds.at == NULL && !ckpt_task_is_dead(task))
        creds = ckpt_dump_first(task->dump, CKPT_CRIU_IMAGE_CREDS, task->pid, false);
    if (creds.at == NULL) {
        for (unsigned member = V(Process, uid); member <= V(Process, lsm); member++)
            ckpt_view_null(sink, (enum ckpt_view_member)member);
        return;
    }
    put_ids(sink, V(Process, uid), &creds, uids);
    put_ids(sink, V(Process, gid), &creds, gids);
    uint64_t group;
    struct ckpt_pb_each each = ckpt_pb_each(&creds, F(creds_entry, groups));
    ckpt_view_begin_array(sink, V(Process, groups));
    while (ckpt_pb_next_u64(&each, &group))
        sink->integer(sink, (int64_t)group);
    sink->end(sink);
    ckpt_view_field(sink, V(Process, capabilities));
    sink->begin_struct(sink);
    put_capabilities(sink, V(Capabilities, inheritable), &creds, F(creds_entry, cap_inh));
    put_capabilities(sink, V(Capabilities, permitted), &creds, F(creds_entry, cap_prm));
    put_capabilities(sink, V(Capabilities, effective), &creds, F(creds_entry, cap_eff));
    put_capabilities(sink, V(Capabilities, bounding), &creds, F(creds_entry, cap_bnd));
    put_capabilities(sink, V(Capabilities, ambient), &creds, F(creds_entry, cap_amb));
    sink->end(sink);
    ckpt_view_field(sink, V(Process, securebits));
    put_bits(sink, ckpt_pb_u64(&creds, F(creds_entry, secbits), 0), "SECBIT_", securebits,
             COUNT(securebits));
    /* CRIU writes it only where it is set. */
    ckpt_view_boolean(sink, V(Process, noNewPrivs),
                      ckpt_pb_u64(&creds, F(creds_entry, no_new_privs), 0) != 0);
    put_seccomp(task, sink);
    struct ckpt_pb_bytes profile = {NULL, 0};
    ckpt_pb_get_bytes(&creds, F(creds_entry, lsm_profile), &profile);
    ckpt_view_text(sink, V(Process, lsm), ckpt_text_of(profile));
}

void ckpt_task_settings(const struct ckpt_task *task, struct ckpt_sink *sink)
{
    const struct ckpt_pb *tc = &task->tc;
    uint64_t loginuid = ckpt_pb_u64(tc, F(task_core_entry, loginuid), UINT32_MAX);
    ckpt_view_word(sink, V(Process, dumpable), &task->mm, F(mm_entry, dumpable));
    ckpt_view_word(sink, V(Process, personality), tc, F(task_core_entry, personality));
    ckpt_view_word(sink, V(Process, oomScoreAdj), tc, F(task_core_entry, oom_score_adj));
    if (loginuid == UINT32_MAX)
        ckpt_view_null(sink, V(Process, loginuid));
    else
        ckpt_view_integer(sink, V(Process, loginuid), (int64_t)loginuid);
    uint64_t subreaper;
    if (ckpt_pb_get_u64(tc, F(task_core_entry, child_subreaper), &subreaper))
        ckpt_view_boolean(sink, V(Process, childSubreaper), subreaper != 0);
    else
        ckpt_view_null(sink, V(Process, childSubreaper));
}

/* ---- limits ---------------------------------------------------------------------------------- */

static void put_limit(struct ckpt_sink *sink, const struct ckpt_pb *limit, unsigned number,
                      bool mips)
{
    static const char *const resources[] = {
        "cpu",     "fsize", "data",  "stack",      "core",     "rss",  "nproc",  "nofile",
        "memlock", "as",    "locks", "sigpending", "msgqueue", "nice", "rtprio", "rttime"};
    static const uint8_t on_mips[] = {0, 1, 2, 3, 4, 7, 9, 5, 6, 8};
    static const struct {
        uint8_t field;
        uint16_t member;
    } parts[] = {{F(rlimit_entry, cur), V(Limit, soft)}, {F(rlimit_entry, max), V(Limit, hard)}};
    if (number >= COUNT(resources))
        return;
    sink->begin_struct(sink);
    ckpt_view_name(sink, V(Limit, resource),
                   resources[mips && number < COUNT(on_mips) ? on_mips[number] : number]);
    for (size_t i = 0; i < COUNT(parts); i++) {
        uint64_t value = ckpt_pb_u64(limit, parts[i].field, UINT64_MAX);
        if (value == UINT64_MAX)
            ckpt_view_null(sink, (enum ckpt_view_member)parts[i].member);
        else
            ckpt_view_integer64(sink, (enum ckpt_view_member)parts[i].member, value);
    }
    sink->end(sink);
}

void ckpt_task_limits(const struct ckpt_task *task, struct ckpt_sink *sink)
{
    struct ckpt_pb all = inner(&task->tc, F(task_core_entry, rlimits)), limit;
    const struct ckpt_dump_image *image =
        ckpt_dump_image(task->dump, CKPT_CRIU_IMAGE_RLIMIT, task->pid);
    bool mips = ckpt_task_is_mips(task);
    unsigned number = 0;
    if (ckpt_task_is_dead(task) || (all.at == NULL && image == NULL)) {
        ckpt_view_null(sink, V(Process, limits));
        return;
    }
    ckpt_view_begin_array(sink, V(Process, limits));
    struct ckpt_pb_each each = ckpt_pb_each(&all, F(task_rlimits_entry, rlimits));
    while (ckpt_pb_next_message(&each, &limit))
        put_limit(sink, &limit, number++, mips);
    if (all.at == NULL) { /* of old versions */
        struct ckpt_entries entries;
        ckpt_entries_begin(&entries, task->dump, image);
        while (ckpt_entries_next(&entries))
            put_limit(sink, &entries.entry.message, number++, mips);
    }
    sink->end(sink);
}

/* ---- timers ---------------------------------------------------------------------------------- */

/* Seconds and fractions as nanoseconds; the largest number if they do not fit. */
uint64_t ckpt_nanoseconds(uint64_t seconds, uint64_t fractions, uint32_t unit)
{
    const uint64_t second = 1000000000;
    if (seconds > UINT64_MAX / second - 1 || fractions > UINT64_MAX / 1000 - 1)
        return UINT64_MAX;
    uint64_t rest = fractions * unit;
    return rest > UINT64_MAX - seconds * second ? UINT64_MAX : seconds * second + rest;
}

static void put_interval_timer(struct ckpt_sink *sink, const struct ckpt_pb *timer,
                               const char *kind)
{
    uint64_t value = ckpt_nanoseconds(ckpt_pb_u64(timer, F(itimer_entry, vsec), 0),
                                      ckpt_pb_u64(timer, F(itimer_entry, vusec), 0), 1000);
    if (value == 0) /* it is not armed */
        return;
    sink->begin_struct(sink);
    ckpt_view_name(sink, V(Timer, kind), kind);
    ckpt_view_null(sink, V(Timer, id));
    ckpt_view_null(sink, V(Timer, clock));
    ckpt_view_null(sink, V(Timer, notify));
    ckpt_view_name(sink, V(Timer, signal),
                   kind[0] == 'r'   ? "SIGALRM"
                   : kind[0] == 'v' ? "SIGVTALRM"
                                    : "SIGPROF");
    ckpt_view_null(sink, V(Timer, thread));
    ckpt_view_integer64(sink, V(Timer, value), value);
    ckpt_view_integer64(sink, V(Timer, interval),
                        ckpt_nanoseconds(ckpt_pb_u64(timer, F(itimer_entry, isec), 0),
                                         ckpt_pb_u64(timer, F(itimer_entry, iusec), 0), 1000));
    ckpt_view_null(sink, V(Timer, overrun));
    sink->end(sink);
}

/* clock_getres(2). A negative number is the CPU clock of a process or thread. */
const char *ckpt_clock_name(uint32_t clock)
{
    static const char *const clocks[] = {"realtime",
                                         "monotonic",
                                         "process-cputime",
                                         "thread-cputime",
                                         "monotonic-raw",
                                         "realtime-coarse",
                                         "monotonic-coarse",
                                         "boottime",
                                         "realtime-alarm",
                                         "boottime-alarm",
                                         NULL,
                                         "tai"};
    if (clock >> 31 != 0)
        return clock & 4 ? "thread-cputime" : "process-cputime";
    return clock < COUNT(clocks) ? clocks[clock] : NULL;
}

static void put_posix_timer(struct ckpt_sink *sink, const struct ckpt_pb *timer, bool mips)
{
    static const char *const ways[] = {"signal", "none", "thread", NULL, "signal"};
    uint64_t way = ckpt_pb_u64(timer, F(posix_timer_entry, it_sigev_notify), 3);
    uint64_t value = ckpt_nanoseconds(ckpt_pb_u64(timer, F(posix_timer_entry, vsec), 0),
                                      ckpt_pb_u64(timer, F(posix_timer_entry, vnsec), 0), 1);
    uint64_t interval = ckpt_nanoseconds(ckpt_pb_u64(timer, F(posix_timer_entry, isec), 0),
                                         ckpt_pb_u64(timer, F(posix_timer_entry, insec), 0), 1);
    sink->begin_struct(sink);
    ckpt_view_name(sink, V(Timer, kind), "posix");
    ckpt_view_word(sink, V(Timer, id), timer, F(posix_timer_entry, it_id));
    ckpt_view_name(
        sink, V(Timer, clock),
        ckpt_clock_name((uint32_t)ckpt_pb_u64(timer, F(posix_timer_entry, clock_id), 0)));
    ckpt_view_name(sink, V(Timer, notify), way < COUNT(ways) ? ways[way] : NULL);
    ckpt_view_signal(sink, V(Timer, signal),
                     way == 1 ? 0 : ckpt_pb_u64(timer, F(posix_timer_entry, si_signo), 0), mips);
    ckpt_view_word(sink, V(Timer, thread), timer, F(posix_timer_entry, notify_thread_id));
    ckpt_view_integer64(sink, V(Timer, value), value);
    ckpt_view_integer64(sink, V(Timer, interval), interval);
    ckpt_view_word(sink, V(Timer, overrun), timer, F(posix_timer_entry, overrun));
    sink->end(sink);
}

void ckpt_task_timers(const struct ckpt_task *task, struct ckpt_sink *sink)
{
    static const char *const kinds[] = {"real", "virtual", "prof"};
    static const unsigned fields[] = {F(task_timers_entry, real), F(task_timers_entry, virt),
                                      F(task_timers_entry, prof)};
    struct ckpt_pb timers = inner(&task->tc, F(task_core_entry, timers)), timer;
    struct ckpt_entries entries;
    bool mips = ckpt_task_is_mips(task);
    if (task->tc.at == NULL || ckpt_task_is_dead(task)) {
        ckpt_view_null(sink, V(Process, timers));
        return;
    }
    ckpt_view_begin_array(sink, V(Process, timers));
    for (size_t i = 0; i < COUNT(kinds); i++) {
        timer = inner(&timers, fields[i]);
        put_interval_timer(sink, &timer, kinds[i]);
    }
    struct ckpt_pb_each each = ckpt_pb_each(&timers, F(task_timers_entry, posix));
    while (ckpt_pb_next_message(&each, &timer))
        put_posix_timer(sink, &timer, mips);
    if (timers.at == NULL) { /* of old versions */
        ckpt_entries_begin(&entries, task->dump,
                           ckpt_dump_image(task->dump, CKPT_CRIU_IMAGE_ITIMERS, task->pid));
        for (size_t i = 0; i < COUNT(kinds) && ckpt_entries_next(&entries); i++)
            put_interval_timer(sink, &entries.entry.message, kinds[i]);
        ckpt_entries_begin(&entries, task->dump,
                           ckpt_dump_image(task->dump, CKPT_CRIU_IMAGE_POSIX_TIMERS, task->pid));
        while (ckpt_entries_next(&entries))
            put_posix_timer(sink, &entries.entry.message, mips);
    }
    sink->end(sink);
}

/* ---- control groups --------------------------------------------------------------------------
 */

void ckpt_task_cgroups(const struct ckpt_task *task, struct ckpt_sink *sink)
{
    struct ckpt_pb set = nothing, member;
    uint64_t id;
    if (ckpt_pb_get_u64(&task->thread_core, F(thread_core_entry, cg_set), &id) ||
        ckpt_pb_get_u64(&task->tc, F(task_core_entry, cg_set), &id))
        set = ckpt_dump_lookup(task->dump, CKPT_LOOKUP_CGROUP, id);
    if (set.message == NULL) { /* CRIU's own set is not stored */
        ckpt_view_null(sink, V(Process, cgroups));
        return;
    }
    struct ckpt_pb_each members = ckpt_pb_each(&set, F(cg_set_entry, ctls));
    ckpt_view_begin_array(sink, V(Process, cgroups));
    while (ckpt_pb_next_message(&members, &member)) {
        sink->begin_struct(sink);
        ckpt_view_text(sink, V(Cgroup, controller),
                       ckpt_text_of(ckpt_pb_bytes(&member, F(cg_member_entry, name))));
        ckpt_view_text(sink, V(Cgroup, path),
                       ckpt_text_of(ckpt_pb_bytes(&member, F(cg_member_entry, path))));
        sink->end(sink);
    }
    sink->end(sink);
}
