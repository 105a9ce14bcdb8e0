/* SPDX-License-Identifier: Apache-2.0 */
/* The schema of CRIU's images, names of files, framing, and getters on messages. */
#include <string.h>

#include "criu/file.h"
#include "tap.h"
#include "tests.h"

/* Fields by rising number, so that they are found; no more than a check has bits for. */
static void check_tables(void)
{
    for (unsigned i = 0; i < CKPT_CRIU_MESSAGE_COUNT; i++) {
        const struct ckpt_pb_message *m = &ckpt_criu_messages[i];
        unsigned before = 0;
        CHECK_THAT(m->index == i && m->count <= 64, "message %u", i);
        for (unsigned k = 0; k < m->count; k++) {
            const struct ckpt_pb_field *field = &m->fields[k];
            CHECK_THAT(field->number > before, "message %u, field %u", i, field->number);
            CHECK_THAT(ckpt_pb_find(m, field->number) == field, "message %u, field %u", i,
                       field->number);
            before = field->number;
        }
        CHECK_THAT(ckpt_pb_find(m, before + 1) == NULL && ckpt_pb_find(m, 0) == NULL, "%u", i);
        CHECK_THAT(ckpt_pb_find(m, UINT32_MAX) == NULL, "message %u", i);
    }
}

static void check_names(void)
{
    static const struct {
        const char *name;
        enum ckpt_criu_kind kind;
        uint64_t id;
    } cases[] = {
        {"pstree.img", CKPT_CRIU_IMAGE_PSTREE, 0},
        {"checkpoint/core-42.img", CKPT_CRIU_IMAGE_CORE, 42},
        {"core-18446744073709551615.img", CKPT_CRIU_IMAGE_CORE, UINT64_MAX},
        {"core-18446744073709551616.img", CKPT_CRIU_IMAGE_UNKNOWN, 0},
        {"core-042.img", CKPT_CRIU_IMAGE_UNKNOWN, 0},
        {"core-.img", CKPT_CRIU_IMAGE_UNKNOWN, 0},
        {"core-4a.img", CKPT_CRIU_IMAGE_UNKNOWN, 0},
        {"ghost-file-4a.img", CKPT_CRIU_IMAGE_GHOST_FILE, 0x4a},
        {"pagemap-7.img", CKPT_CRIU_IMAGE_PAGEMAP, 7},
        {"pagemap-shmem-7.img", CKPT_CRIU_IMAGE_SHMEM_PAGEMAP, 7},
        {"tmpfs-5.tar.gz.img", CKPT_CRIU_IMAGE_TMPFS_IMG, 5},
        {"tmpfs-dev-5.tar.gz.img", CKPT_CRIU_IMAGE_TMPFS_DEV, 5},
        {"tmpfs-5.img", CKPT_CRIU_IMAGE_UNKNOWN, 0},
        {"netns-9.img", CKPT_CRIU_IMAGE_NETNS, 9},
        {"netns-ct-9.img", CKPT_CRIU_IMAGE_NETNF_CT, 9},
        {"tty.img", CKPT_CRIU_IMAGE_TTY_FILES, 0},
        {"tty-info.img", CKPT_CRIU_IMAGE_TTY_INFO, 0},
        {"stats-dump", CKPT_CRIU_IMAGE_STATS, 0},
        {"stats-dump.img", CKPT_CRIU_IMAGE_UNKNOWN, 0},
        {"amdgpu-pages-1-00ff.img", CKPT_CRIU_IMAGE_AMDGPU_PAGES, 0},
        {"parent", CKPT_CRIU_IMAGE_UNKNOWN, 0},
        {"", CKPT_CRIU_IMAGE_UNKNOWN, 0},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct ckpt_criu_name name = ckpt_criu_name(cases[i].name, strlen(cases[i].name));
        CHECK_THAT(name.kind == cases[i].kind && name.id == cases[i].id, "%s: kind %d, id %llu",
                   cases[i].name, (int)name.kind, (unsigned long long)name.id);
    }
}

/* Two processes: the second has pid twice, threads in both forms, an unknown field, and is a byte
   too short. */
static const uint8_t pstree[] = {0x19, 0x43, 0x56, 0x54, 0x30, 0x30, 0x27, 0x50, /* magic numbers */
                                 10,   0,    0,    0,    8,    1,    16,   0,    24, 1, 32, 1,
                                 40,   1, /* pid, ppid, pgid, sid, threads */
                                 20,   0,    0,    0,    8,    4,    8,    5,    24, 1, 32, 1,
                                 40,   5,    42,   3,    6,    0x87, 1,    0x5d, 1,  2, 3};

static void check_entries(void)
{
    struct ckpt_criu_file file;
    struct ckpt_criu_entry entry;
    struct ckpt_criu_problem problem;
    CHECK_THAT(ckpt_criu_kind_of(pstree, 8) == CKPT_CRIU_IMAGE_PSTREE, "by magic");
    CHECK_THAT(ckpt_criu_open(&file, CKPT_CRIU_IMAGE_PSTREE, pstree, sizeof(pstree), &problem),
               "opened");
    CHECK_THAT(ckpt_criu_next(&file, &entry, &problem) == CKPT_CRIU_ENTRY, "first");
    CHECK_THAT(ckpt_pb_u64(&entry.message, CKPT_CRIU_pstree_entry_pid, 0) == 1, "pid");
    CHECK_THAT(ckpt_pb_has(&entry.message, CKPT_CRIU_pstree_entry_ppid), "ppid");
    CHECK_THAT(ckpt_criu_check(&file, &entry, &problem), "sound");
    CHECK_THAT(ckpt_criu_next(&file, &entry, &problem) == CKPT_CRIU_BROKEN, "too short");
    CHECK_THAT(problem.damage == CKPT_CRIU_SHORT_ENTRY && problem.entry == 1 &&
                   problem.offset == 22 && problem.found == 20,
               "damage %d, entry %u, offset %zu", (int)problem.damage, problem.entry,
               problem.offset);

    struct ckpt_pb m = {pstree + 26, pstree + sizeof(pstree),
                        &ckpt_criu_messages[CKPT_CRIU_pstree_entry]};
    static const uint64_t want[] = {5, 6, 0x87};
    struct ckpt_pb_each each = ckpt_pb_each(&m, CKPT_CRIU_pstree_entry_threads);
    uint64_t value;
    size_t count = 0;
    while (ckpt_pb_next_u64(&each, &value)) {
        CHECK_THAT(count < 3 && value == want[count], "thread %zu", count);
        count++;
    }
    CHECK_THAT(count == 3, "%zu threads", count);

    static const uint8_t none[] = {1, 2, 3, 4, 5, 6, 7, 8};
    CHECK_THAT(!ckpt_criu_open(&file, CKPT_CRIU_IMAGE_PSTREE, none, sizeof(none), &problem) &&
                   problem.damage == CKPT_CRIU_NO_IMAGE,
               "no image");
    CHECK_THAT(!ckpt_criu_open(&file, CKPT_CRIU_IMAGE_CORE, pstree, sizeof(pstree), &problem) &&
                   problem.damage == CKPT_CRIU_OTHER_TYPE && problem.found == 0x50273030,
               "another type");
    CHECK_THAT(!ckpt_criu_open(&file, CKPT_CRIU_IMAGE_PAGES, none, sizeof(none), &problem) &&
                   problem.damage == CKPT_CRIU_NO_MESSAGES,
               "raw");
}

static void check_damage(void)
{
    /* core_entry: mtype, tc { … }; the path leads into tc, to timers, to real, to a broken byte. */
    static const uint8_t core[] = {8, 1, 26, 8, 58, 6, 10, 4, 8, 1, 0x10, 0xff};
    struct ckpt_pb m = {core, core + sizeof(core), &ckpt_criu_messages[CKPT_CRIU_core_entry]};
    struct ckpt_pb_problem problem;
    CHECK_THAT(!ckpt_pb_check(&m, &problem) && problem.damage == CKPT_PB_BROKEN, "broken");
    CHECK_THAT(problem.at == core + 10 && problem.depth == 3, "at %td, depth %u", problem.at - core,
               problem.depth);
    CHECK_THAT(problem.path[0].field == CKPT_CRIU_core_entry_tc &&
                   problem.path[1].field == CKPT_CRIU_task_core_entry_timers &&
                   problem.path[2].message == CKPT_CRIU_task_timers_entry,
               "path");
    m.end = core;
    CHECK_THAT(!ckpt_pb_check(&m, &problem) && problem.damage == CKPT_PB_MISSING &&
                   problem.path[0].field == CKPT_CRIU_core_entry_mtype,
               "missing");
}

void test_criu_file(void)
{
    check_tables();
    check_names();
    check_entries();
    check_damage();
}
