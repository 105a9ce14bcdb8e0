/* SPDX-License-Identifier: Apache-2.0 */
/* Processes: state and threads, credentials, filters of system calls, namespaces. */
#include "rules/host.h"

/* A finding at the first entry of an image of a process. */
static struct ckpt_finding *at_core(struct ckpt_images *im, struct ckpt_finding *finding,
                                    const char *field)
{
    ckpt_place_entry(im->r, finding, 0, field);
    return finding;
}

/* ---- state ----------------------------------------------------------------------------------- */

/* The member of core_entry that holds the registers of an architecture; 0: not known. */
static unsigned registers_of(uint64_t mtype)
{
    switch (mtype) {
    case CKPT_CRIU_march_X86_64:
        return F(core_entry, thread_info);
    case CKPT_CRIU_march_ARM:
        return F(core_entry, ti_arm);
    case CKPT_CRIU_march_AARCH64:
        return F(core_entry, ti_aarch64);
    case CKPT_CRIU_march_PPC64:
        return F(core_entry, ti_ppc64);
    case CKPT_CRIU_march_S390:
        return F(core_entry, ti_s390);
    case CKPT_CRIU_march_MIPS:
        return F(core_entry, ti_mips);
    case CKPT_CRIU_march_LOONGARCH64:
        return F(core_entry, ti_loongarch64);
    case CKPT_CRIU_march_RISCV64:
        return F(core_entry, ti_riscv64);
    default:
        return 0;
    }
}

static void check_machine(struct ckpt_images *im, ckpt_string member, const struct ckpt_pb *core,
                          bool dead)
{
    uint64_t mtype = ckpt_pb_u64(core, F(core_entry, mtype), 0);
    unsigned registers = registers_of(mtype);
    if (registers == 0)
        at_core(im,
                ckpt_find_file(im->r, CKPT_RULE_505, member.data,
                               "%t: the architecture is number %n, which CRIU does not know; it "
                               "says \"Core march mismatch\".",
                               member, mtype),
                "mtype");
    else if (!dead && !ckpt_pb_has(core, registers))
        at_core(im,
                ckpt_find_file(im->r, CKPT_RULE_505, member.data,
                               "%t has no registers of the architecture that it names; CRIU says "
                               "\"Core march mismatch\" or \"Core info data missed\".",
                               member),
                "mtype");
}

static void check_core(struct ckpt_images *im, const struct ckpt_proc *p, uint64_t mtype)
{
    static const uint8_t known[] = {1, 2, 3, 6};
    ckpt_string member = ckpt_image_name(im, CKPT_CRIU_IMAGE_CORE, p->pid);
    if (p->core.message == NULL)
        return; /* missing or damaged: said elsewhere */
    check_machine(im, member, &p->core, p->dead);
    if (ckpt_pb_u64(&p->core, F(core_entry, mtype), 0) != mtype)
        at_core(im,
                ckpt_find_file(im->r, CKPT_RULE_505, member.data,
                               "%t is of another architecture than that of the first process.",
                               member),
                "mtype");
    if (p->tc.message == NULL) {
        at_core(im,
                ckpt_find_file(im->r, CKPT_RULE_505, member.data,
                               "%t has no state of the process; CRIU says \"Core task state data "
                               "missed\".",
                               member),
                "tc");
        return;
    }
    uint64_t state = ckpt_pb_u64(&p->tc, F(task_core_entry, task_state), 0);
    bool is_known = false;
    for (size_t i = 0; i < sizeof(known); i++)
        is_known = is_known || known[i] == state;
    if (!is_known)
        at_core(im,
                ckpt_find_file(im->r, CKPT_RULE_505, member.data,
                               "%t: the state of the process is %n; CRIU says \"Unknown task "
                               "state\".",
                               member, state),
                "tc.task_state");
    if (!p->dead && p->thread_core.message == NULL)
        at_core(im,
                ckpt_find_file(im->r, CKPT_RULE_505, member.data,
                               "%t has no thread_core; CRIU cannot restore the process without.",
                               member),
                "thread_core");
    if (!p->dead)
        return;
    /* As wait(2) has it: the exit code, or the signal that killed it. */
    uint64_t status = ckpt_pb_u64(&p->tc, F(task_core_entry, exit_code), 0);
    bool killed = (status & 127) != 0;
    ckpt_find_file(
        im->r, CKPT_RULE_507, member.data, "Process %n (%q) had ended when it was dumped, %s %n.",
        (uint64_t)p->pid, ckpt_pb_string(&p->tc, F(task_core_entry, comm)),
        killed ? "killed by signal" : "with exit code", killed ? status & 127 : status >> 8 & 255);
}

/* ---- credentials ----------------------------------------------------------------------------- */

static uint64_t capabilities(const struct ckpt_pb *creds, unsigned field)
{
    struct ckpt_pb_each each = ckpt_pb_each(creds, field);
    uint64_t word, set = 0;
    for (int i = 0; i < 2 && ckpt_pb_next_u64(&each, &word); i++)
        set |= (word & UINT32_MAX) << 32 * i;
    return set;
}

static void check_credentials(struct ckpt_images *im, const struct ckpt_proc *p)
{
    struct ckpt_pb creds;
    if (p->thread_core.message == NULL ||
        !ckpt_pb_get_message(&p->thread_core, F(thread_core_entry, creds), &creds))
        return;
    ckpt_string member = ckpt_image_name(im, CKPT_CRIU_IMAGE_CORE, p->pid);
    uint64_t bound = capabilities(&creds, F(creds_entry, cap_bnd));
    uint64_t held = capabilities(&creds, F(creds_entry, cap_prm)) |
                    capabilities(&creds, F(creds_entry, cap_eff)) |
                    capabilities(&creds, F(creds_entry, cap_inh));
    if ((held | bound) >> 41 != 0) { /* CAP_CHECKPOINT_RESTORE, 40, is the last one */
        ckpt_distrust(im->r, CKPT_SUSPICIOUS);
        at_core(im,
                ckpt_find_file(im->r, CKPT_RULE_517, member.data,
                               "%t: process %n has capabilities that no kernel has; CRIU says "
                               "\"Unable to restore capabilities\".",
                               member, (uint64_t)p->pid),
                "thread_core.creds");
    }
    ckpt_string profile = ckpt_pb_string(&creds, F(creds_entry, lsm_profile));
    if (profile.length == 0 || ckpt_equals(profile, "unconfined"))
        return;
    uint64_t type = ckpt_pb_u64(&im->inventory, F(inventory_entry, lsmtype), 0);
    if (type == CKPT_CRIU_lsmtype_NO_LSM) {
        at_core(im,
                ckpt_find_file(im->r, CKPT_RULE_517, member.data,
                               "%t: process %n has the profile %q of a security module, but "
                               "inventory.img says that there was none; CRIU says \"can't render "
                               "profile\".",
                               member, (uint64_t)p->pid, profile),
                "thread_core.creds.lsm_profile");
    } else if (p->root) {
        struct ckpt_finding *f = at_core(
            im,
            ckpt_find_file(im->r, CKPT_RULE_712, member.data,
                           "Process %n ran under %s with %q; the target needs the same.",
                           (uint64_t)p->pid,
                           type == CKPT_CRIU_lsmtype_APPARMOR ? "AppArmor" : "SELinux", profile),
            "thread_core.creds.lsm_profile");
        if (type == CKPT_CRIU_lsmtype_APPARMOR)
            return; /* engines load their profile of AppArmor */
        ckpt_needs(im->r, CKPT_NEED_SELINUX, (ckpt_string){"", 0}, 0);
        ckpt_condition(im->r, CKPT_CONDITION_LSM, ALL, CKPT_RULE_712, f, "",
                       "SELinux on the target, with the label %q.", profile);
    }
}

/* ---- filters of system calls ------------------------------------------------------------------
 */

/* Whether the kernel would take a program as a filter: whole instructions, jumps forward and
   inside, a return at the end, and only what seccomp_check_filter() of Linux lets pass. */
static bool is_filter(struct ckpt_pb_bytes program)
{
    size_t count = program.length / 8;
    if (program.length % 8 != 0 || count == 0 || count > 4096)
        return false;
    for (size_t i = 0; i < count; i++) {
        const uint8_t *at = program.data + i * 8;
        unsigned code = at[0] | (unsigned)at[1] << 8, kind = code & 7;
        uint32_t k = at[4] | (uint32_t)at[5] << 8 | (uint32_t)at[6] << 16 | (uint32_t)at[7] << 24;
        size_t left = count - i - 1;
        if (code > 0xff)
            return false;
        if (kind == 5 && ((code & 0xf0) == 0 ? k >= left : at[2] >= left || at[3] >= left))
            return false; /* jumps */
        if (code == 0x20 && (k >= 64 || k % 4 != 0))
            return false; /* loads a word of struct seccomp_data */
        if ((kind == 0 && code != 0x20 && code != 0x00 && code != 0x60 && code != 0x80) ||
            (kind == 1 && code != 0x01 && code != 0x61 && code != 0x81))
            return false;
        if ((kind == 2 || kind == 3 || code == 0x60 || code == 0x61) && k >= 16)
            return false; /* scratch memory */
        if (i + 1 == count && kind != 6)
            return false;
    }
    return true;
}

static void check_filters(struct ckpt_images *im, uint64_t *count)
{
    struct ckpt_pb seccomp = ckpt_dump_first(im->dump, CKPT_CRIU_IMAGE_SECCOMP, 0, false), filter;
    ckpt_string member = ckpt_image_name(im, CKPT_CRIU_IMAGE_SECCOMP, 0);
    *count = 0;
    if (seccomp.message == NULL)
        return;
    struct ckpt_pb_each each = ckpt_pb_each(&seccomp, F(seccomp_entry, seccomp_filters));
    uint64_t total = 0;
    for (struct ckpt_pb_each all = each; ckpt_pb_next_message(&all, &filter); total++)
        ;
    for (; ckpt_pb_next_message(&each, &filter); ++*count) {
        uint64_t flags = ckpt_pb_u64(&filter, F(seccomp_filter, flags), 0), before;
        if ((flags & ~UINT64_C(0x3f)) != 0)
            at_core(im,
                    ckpt_find_file(im->r, CKPT_RULE_517, member.data,
                                   "%t: filter %n has flags that no kernel knows; CRIU says "
                                   "\"SECCOMP_SET_MODE_FILTER returned -22\" and hangs.",
                                   member, *count),
                    "seccomp_filters.flags");
        if (!is_filter(ckpt_pb_bytes(&filter, F(seccomp_filter, filter))))
            at_core(im,
                    ckpt_find_file(im->r, CKPT_RULE_517, member.data,
                                   "%t: filter %n is no program that a kernel takes; CRIU says "
                                   "\"SECCOMP_SET_MODE_FILTER returned -22\" and hangs.",
                                   member, *count),
                    "seccomp_filters.filter");
        if (ckpt_pb_get_u64(&filter, F(seccomp_filter, prev), &before) &&
            (before >= total || before == *count))
            at_core(im,
                    ckpt_find_file(im->r, CKPT_RULE_517, member.data,
                                   "%t: filter %n goes on with filter %n, which is not there.",
                                   member, *count, before),
                    "seccomp_filters.prev");
    }
}

static bool spec_filters(struct ckpt_rules *r)
{
    ckpt_value seccomp = ckpt_get_path(ckpt_file_root(r, "spec.dump"), "linux\0seccomp\0");
    return ckpt_is(seccomp, CKPT_OBJECT) &&
           (ckpt_count(ckpt_get(seccomp, "syscalls")) != 0 ||
            !ckpt_is_text(ckpt_get(seccomp, "defaultAction"), "SCMP_ACT_ALLOW"));
}

static void check_seccomp(struct ckpt_images *im, const struct ckpt_proc *p, uint64_t filters)
{
    uint64_t mode, index = 0;
    if (p->thread_core.message == NULL)
        return;
    ckpt_string member = ckpt_image_name(im, CKPT_CRIU_IMAGE_CORE, p->pid);
    mode = ckpt_pb_u64(&p->thread_core, F(thread_core_entry, seccomp_mode),
                       ckpt_pb_u64(&p->tc, F(task_core_entry, old_seccomp_mode), 0));
    if (mode == CKPT_CRIU_seccomp_mode_filter) {
        index = ckpt_pb_u64(&p->thread_core, F(thread_core_entry, seccomp_filter), 0);
        if (index >= filters)
            at_core(im,
                    ckpt_find_file(im->r, CKPT_RULE_517, member.data,
                                   "%t: process %n has filter %n of system calls, but seccomp.img "
                                   "has %n; CRIU says \"Corrupted filter index\".",
                                   member, (uint64_t)p->pid, index, filters),
                    "thread_core.seccomp_filter");
    } else if (mode == 0 && p->root && !p->dead && spec_filters(im->r)) {
        ckpt_distrust(im->r, CKPT_SUSPICIOUS);
        at_core(im,
                ckpt_find_file(im->r, CKPT_RULE_713, member.data,
                               "Process %n is restored without the filter of system calls that "
                               "spec.dump asks for: the images decide, not the spec.",
                               (uint64_t)p->pid),
                "thread_core.seccomp_mode");
    }
}

/* ---- namespaces ------------------------------------------------------------------------------ */

struct ns_kind {
    unsigned field;
    enum ckpt_criu_kind image;
    const char *name;
    bool needs_image; /* what is not the host's has one */
    bool of_root;     /* only the root process may have another one than its parent */
};

static const struct ns_kind namespaces[] = {
    {F(task_kobj_ids_entry, pid_ns_id), CKPT_CRIU_IMAGE_UNKNOWN, "pid", false, true},
    {F(task_kobj_ids_entry, user_ns_id), CKPT_CRIU_IMAGE_USERNS, "user", true, true},
    {F(task_kobj_ids_entry, uts_ns_id), CKPT_CRIU_IMAGE_UTSNS, "uts", true, true},
    {F(task_kobj_ids_entry, ipc_ns_id), CKPT_CRIU_IMAGE_IPC_VAR, "ipc", true, true},
    {F(task_kobj_ids_entry, mnt_ns_id), CKPT_CRIU_IMAGE_MNTS, "mnt", true, false},
    {F(task_kobj_ids_entry, cgroup_ns_id), CKPT_CRIU_IMAGE_UNKNOWN, "cgroup", false, true},
    {F(task_kobj_ids_entry, time_ns_id), CKPT_CRIU_IMAGE_UNKNOWN, "time", false, true},
};

static void check_namespace(struct ckpt_images *im, const struct ckpt_proc *p,
                            const struct ns_kind *kind, const struct ckpt_pb *root)
{
    uint64_t own, of_host = 0, of_root = 0;
    if (!ckpt_pb_get_u64(&p->ids, kind->field, &own) || own == 0)
        return;
    ckpt_string member = ckpt_image_name(im, CKPT_CRIU_IMAGE_IDS, p->pid);
    if (!p->root && kind->of_root && root->message != NULL &&
        ckpt_pb_get_u64(root, kind->field, &of_root) && of_root != own) {
        at_core(im,
                ckpt_find_file(im->r, CKPT_RULE_517, member.data,
                               "%t: process %n is in another %s namespace than the first one; CRIU "
                               "says \"Can't restore sub-task in NS\".",
                               member, (uint64_t)p->pid, kind->name),
                NULL);
        return;
    }
    if (!kind->needs_image || im->root_ids.message == NULL ||
        (ckpt_pb_get_u64(&im->root_ids, kind->field, &of_host) && of_host == own) ||
        ckpt_has_image(im, kind->image, own))
        return;
    ckpt_string missing = ckpt_image_name(im, kind->image, own);
    ckpt_find_file(im->r, CKPT_RULE_506, missing.data,
                   "Process %n has its own %s namespace, but there is no %t.", (uint64_t)p->pid,
                   kind->name, missing);
}

static void check_namespaces(struct ckpt_images *im, const struct ckpt_proc *p,
                             const struct ckpt_pb *root)
{
    if (p->ids.message == NULL || p->dead)
        return;
    for (size_t i = 0; i < sizeof(namespaces) / sizeof(namespaces[0]); i++)
        check_namespace(im, p, &namespaces[i], root);
}

/* A user namespace: CRIU opens the images as a user of it, so that others must be let in. */
static void check_access(struct ckpt_images *im, const struct ckpt_proc *root)
{
    uint64_t own = 0, of_host = 0;
    uint32_t mode = im->r->images_mode;
    if (mode == UINT32_MAX || (mode & 01) != 0 || im->root_ids.message == NULL ||
        !ckpt_pb_get_u64(&root->ids, F(task_kobj_ids_entry, user_ns_id), &own) ||
        !ckpt_pb_get_u64(&im->root_ids, F(task_kobj_ids_entry, user_ns_id), &of_host) ||
        own == of_host)
        return;
    ckpt_block(im->r, PODMAN);
    ckpt_find_file(im->r, CKPT_RULE_714, "checkpoint",
                   "The container has its own user namespace, but checkpoint/ has mode %o; CRIU "
                   "opens the images from inside, and says \"Permission denied\".",
                   mode);
}

/* The cgroup that the first process is in. */
static void check_cgroup(struct ckpt_images *im, const struct ckpt_proc *root)
{
    uint64_t set = 0, own = 0;
    if (root->tc.message == NULL || ckpt_has_image(im, CKPT_CRIU_IMAGE_CGROUP, 0))
        return;
    if (!ckpt_pb_get_u64(&root->thread_core, F(thread_core_entry, cg_set), &set))
        ckpt_pb_get_u64(&root->tc, F(task_core_entry, cg_set), &set);
    ckpt_pb_get_u64(&im->inventory, F(inventory_entry, root_cg_set), &own);
    if (set == 0 || set == own)
        return;
    ckpt_string member = ckpt_image_name(im, CKPT_CRIU_IMAGE_CGROUP, 0);
    ckpt_find_file(im->r, CKPT_RULE_506, member.data,
                   "%t is missing; CRIU says \"No set %n found\".", member, set);
}

void ckpt_check_processes(struct ckpt_images *im)
{
    const struct ckpt_proc *root = NULL;
    uint64_t filters, mtype = 0;
    check_filters(im, &filters);
    for (size_t i = 0; i < im->count; i++) {
        const struct ckpt_proc *p = &im->procs[i];
        if (p->root && root == NULL)
            root = p;
        if (mtype == 0)
            mtype = ckpt_pb_u64(&p->core, F(core_entry, mtype), 0);
        check_core(im, p, mtype);
        check_credentials(im, p);
        check_seccomp(im, p, filters);
        if (root != NULL)
            check_namespaces(im, p, &root->ids);
    }
    if (root == NULL)
        return;
    check_access(im, root);
    check_cgroup(im, root);
}
