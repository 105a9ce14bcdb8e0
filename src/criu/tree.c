/* SPDX-License-Identifier: Apache-2.0 */
/* The tree of processes. */
#include "criu/internal.h"
#include "criu/task.h"
#include "criu/text.h"

enum { NOBODY = -1 };

/* An entry of pstree.img and its place in the tree; indexes into the same array. */
struct node {
    struct ckpt_pb entry;
    uint32_t pid;
    int32_t parent, first_child, last_child, next;
    bool seen;
};

struct tree {
    ckpt_dump *dump;
    struct node *nodes;
    struct ckpt_key *keys; /* by pid */
    uint32_t *order;       /* parents before their children */
    size_t entries;        /* of nodes */
    size_t count;          /* of keys */
    size_t placed;         /* of order */
};

static int32_t find(const struct tree *tree, uint32_t pid)
{
    size_t at = ckpt_lower_bound(tree->keys, tree->count, pid);
    return at < tree->count && tree->keys[at].key == pid ? (int32_t)tree->keys[at].value : NOBODY;
}

/* Reads the entries; of several with one pid the first counts. */
static bool read_nodes(struct tree *tree)
{
    ckpt_dump *dump = tree->dump;
    struct ckpt_arena *arena = ckpt_dump_arena(dump);
    const struct ckpt_dump_image *image = ckpt_dump_image(dump, CKPT_CRIU_IMAGE_PSTREE, 0);
    struct ckpt_entries entries;
    size_t most = 0;
    if (image == NULL) {
        struct ckpt_pb inventory = ckpt_dump_first(dump, CKPT_CRIU_IMAGE_INVENTORY, 0, false);
        ckpt_dump_gap_in(dump, CKPT_CRIU_IMAGE_PSTREE, 0, -1, NULL,
                         ckpt_pb_has(&inventory, F(inventory_entry, pre_dump_mode))
                             ? "a pre-dump has memory alone, no processes"
                             : "the image is missing");
    }
    ckpt_entries_begin(&entries, dump, image);
    while (ckpt_entries_next(&entries))
        most++;
    tree->nodes = ckpt_arena_array(arena, most, sizeof(*tree->nodes));
    tree->keys = ckpt_arena_array(arena, most, sizeof(*tree->keys));
    tree->order = ckpt_arena_array(arena, most, sizeof(*tree->order));
    if (tree->nodes == NULL || tree->keys == NULL || tree->order == NULL || most > INT32_MAX)
        return false;
    tree->entries = most;
    ckpt_entries_begin(&entries, dump, image);
    for (size_t i = 0; ckpt_entries_next(&entries); i++) {
        uint64_t pid = ckpt_pb_u64(&entries.entry.message, F(pstree_entry, pid), 0);
        tree->nodes[i] = (struct node){
            entries.entry.message, (uint32_t)pid, NOBODY, NOBODY, NOBODY, NOBODY, false};
        tree->keys[i] = (struct ckpt_key){pid, (uint32_t)i};
    }
    ckpt_sort(tree->keys, most);
    for (size_t i = 0; i < most; i++) {
        if (tree->count > 0 && tree->keys[tree->count - 1].key == tree->keys[i].key) {
            tree->nodes[tree->keys[i].value].seen = true;
            if (image != NULL)
                ckpt_dump_gap(dump, image->name, tree->keys[i].value, "pid",
                              "another process has the same pid");
            continue;
        }
        tree->keys[tree->count++] = tree->keys[i];
    }
    return true;
}

/* Hangs every node below its parent, in the order of the image. */
static void link_nodes(struct tree *tree)
{
    for (size_t i = 0; i < tree->entries; i++) {
        struct node *node = &tree->nodes[i];
        uint32_t ppid = (uint32_t)ckpt_pb_u64(&node->entry, F(pstree_entry, ppid), 0);
        if (node->seen || ppid == 0)
            continue;
        node->parent = find(tree, ppid);
        if (node->parent == NOBODY || node->parent == (int32_t)i) {
            node->parent = NOBODY;
            ckpt_dump_gap_in(tree->dump, CKPT_CRIU_IMAGE_PSTREE, 0, (int64_t)i, "ppid",
                             "the parent is not in the dump");
            continue;
        }
        struct node *parent = &tree->nodes[node->parent];
        if (parent->last_child == NOBODY)
            parent->first_child = (int32_t)i;
        else
            tree->nodes[parent->last_child].next = (int32_t)i;
        parent->last_child = (int32_t)i;
    }
}

/* Appends a node and all below it. */
static void place(struct tree *tree, int32_t root)
{
    int32_t at = root;
    while (at != NOBODY) {
        struct node *node = &tree->nodes[at];
        if (!node->seen) {
            node->seen = true;
            tree->order[tree->placed++] = (uint32_t)at;
            if (node->first_child != NOBODY) {
                at = node->first_child;
                continue;
            }
        }
        while (at != root && tree->nodes[at].next == NOBODY)
            at = tree->nodes[at].parent;
        at = at == root ? NOBODY : tree->nodes[at].next;
    }
}

/* Puts the processes in order: those at and below `pid`, or all (0). */
static bool read_tree(struct tree *tree, ckpt_dump *dump, uint32_t pid)
{
    *tree = (struct tree){.dump = dump};
    if (!read_nodes(tree))
        return false;
    link_nodes(tree);
    if (pid != 0) {
        place(tree, find(tree, pid));
        return true;
    }
    for (size_t i = 0; i < tree->entries; i++)
        if (tree->nodes[i].parent == NOBODY)
            place(tree, (int32_t)i);
    for (size_t i = 0; i < tree->entries; i++) {
        if (tree->nodes[i].seen)
            continue;
        ckpt_dump_gap_in(dump, CKPT_CRIU_IMAGE_PSTREE, 0, (int64_t)i, "ppid",
                         "its parents form a circle");
        place(tree, (int32_t)i);
    }
    return true;
}

const struct ckpt_pb *ckpt_tree(ckpt_dump *dump, uint32_t pid, size_t *count)
{
    struct tree tree;
    *count = dump->tree_count;
    if (pid == 0 && dump->tree_known)
        return dump->tree;
    *count = 0;
    if (!read_tree(&tree, dump, pid))
        return NULL;
    struct ckpt_pb *entries = ckpt_arena_array(&dump->arena, tree.placed, sizeof(*entries));
    if (entries == NULL)
        return NULL;
    for (size_t i = 0; i < tree.placed; i++)
        entries[i] = tree.nodes[tree.order[i]].entry;
    *count = tree.placed;
    if (pid == 0) {
        dump->tree = entries;
        dump->tree_count = tree.placed;
        dump->tree_known = true;
    }
    return entries;
}

/* ---- processes ------------------------------------------------------------------------------- */

static const char *architecture(const struct ckpt_task *task)
{
    static const char *const names[] = {NULL,   "x86_64", "arm",         "aarch64", "ppc64",
                                        "s390", "mips",   "loongarch64", "riscv64"};
    uint64_t type = ckpt_pb_u64(&task->core, F(core_entry, mtype), 0);
    return type < sizeof(names) / sizeof(names[0]) ? names[type] : NULL;
}

static void put_state(const struct ckpt_task *task, struct ckpt_sink *sink)
{
    static const char *const names[] = {"unknown", "alive",   "dead", "stopped",
                                        "unknown", "unknown", "dead"};
    bool dead = ckpt_task_is_dead(task), mips = ckpt_task_is_mips(task);
    /* As wait(2) gives it: the signal in the low seven bits, the code above the eighth. */
    uint64_t status = ckpt_pb_u64(&task->tc, F(task_core_entry, exit_code), 0);
    ckpt_view_name(sink, V(Process, state),
                   task->state < sizeof(names) / sizeof(names[0]) ? names[task->state] : "unknown");
    if (dead && (status & 127) == 0)
        ckpt_view_integer(sink, V(Process, exitCode), (int64_t)(status >> 8 & 255));
    else
        ckpt_view_null(sink, V(Process, exitCode));
    ckpt_view_signal(sink, V(Process, exitSignal), dead ? status & 127 : 0, mips);
    uint64_t stop = ckpt_pb_u64(&task->tc, F(task_core_entry, stop_signo), 0);
    ckpt_view_signal(sink, V(Process, stopSignal), task->state == CKPT_TASK_STOPPED ? stop : 0,
                     mips);
}

static ckpt_string text_field(const struct ckpt_pb *message, unsigned field)
{
    struct ckpt_pb_bytes bytes = {NULL, 0};
    ckpt_pb_get_bytes(message, field, &bytes);
    return ckpt_text_of(bytes);
}

/* A thread; `comm` is used where its own image has none. */
static void put_thread(const struct ckpt_task *task, uint32_t tid, const struct ckpt_pb *core,
                       struct ckpt_sink *sink)
{
    static const char *const policies[] = {"other", "fifo", "rr",       "batch",
                                           NULL,    "idle", "deadline", "ext"};
    struct ckpt_pb thread = {NULL, NULL, NULL}, queue = {NULL, NULL, NULL};
    bool main = tid == task->pid, mips = ckpt_task_is_mips(task);
    uint64_t blocked;
    ckpt_pb_get_message(core, F(core_entry, thread_core), &thread);
    ckpt_string comm = main ? text_field(&task->tc, F(task_core_entry, comm))
                            : text_field(&thread, F(thread_core_entry, comm));
    uint64_t policy = ckpt_pb_u64(&thread, F(thread_core_entry, sched_policy), UINT64_MAX);
    sink->begin_struct(sink);
    ckpt_view_integer(sink, V(Thread, tid), tid);
    ckpt_view_text(sink, V(Thread, comm), comm);
    ckpt_view_name(sink, V(Thread, policy),
                   policy < sizeof(policies) / sizeof(policies[0]) ? policies[policy] : NULL);
    ckpt_view_word(sink, V(Thread, priority), &thread, F(thread_core_entry, sched_prio));
    ckpt_view_word(sink, V(Thread, nice), &thread, F(thread_core_entry, sched_nice));
    ckpt_view_field(sink, V(Thread, blocked));
    if ((main && ckpt_pb_get_u64(&task->tc, F(task_core_entry, blk_sigset), &blocked)) ||
        ckpt_pb_get_u64(&thread, F(thread_core_entry, blk_sigset), &blocked))
        ckpt_put_signal_set(sink, blocked, mips);
    else
        sink->null_value(sink);
    ckpt_pb_get_message(&thread, F(thread_core_entry, signals_p), &queue);
    ckpt_view_field(sink, V(Thread, pending));
    ckpt_put_signal_queue(sink, &queue, mips);
    ckpt_view_signal(sink, V(Thread, parentDeathSignal),
                     ckpt_pb_u64(&thread, F(thread_core_entry, pdeath_sig), 0), mips);
    sink->end(sink);
}

static void put_threads(const struct ckpt_task *task, struct ckpt_sink *sink)
{
    struct ckpt_pb_each each = ckpt_pb_each(&task->entry, F(pstree_entry, threads));
    uint64_t tid;
    ckpt_view_begin_array(sink, V(Process, threads));
    /* Of a dead process there is a number that means nothing. */
    while (!ckpt_task_is_dead(task) && ckpt_pb_next_u64(&each, &tid) &&
           ckpt_dump_spend(task->dump, &task->core)) {
        struct ckpt_pb core = task->core;
        if (tid != task->pid)
            core = ckpt_dump_first(task->dump, CKPT_CRIU_IMAGE_CORE, tid, true);
        put_thread(task, (uint32_t)tid, &core, sink);
    }
    sink->end(sink);
}

/* The pieces of an area between its NULs, as /proc shows it. */
static void put_strings(struct ckpt_sink *sink, enum ckpt_view_member member,
                        const struct ckpt_area *area)
{
    if (area == NULL || !area->known || area->pending != 0) {
        ckpt_view_null(sink, member);
        return;
    }
    ckpt_view_begin_array(sink, member);
    const char *at = (const char *)area->bytes;
    for (size_t left = area->length, piece; left > 0; left -= piece, at += piece) {
        size_t length = 0;
        while (length < left && at[length] != '\0')
            length++;
        ckpt_view_put_text(sink, (ckpt_string){at, length});
        piece = length < left ? length + 1 : length;
    }
    sink->end(sink);
}

static void put_paths(const struct ckpt_task *task, struct ckpt_sink *sink)
{
    struct ckpt_path path[3];
    const unsigned fields[] = {F(mm_entry, exe_file_id), F(fs_entry, cwd_id), F(fs_entry, root_id)};
    for (unsigned i = 0; i < 3; i++) {
        uint64_t id;
        path[i] = ckpt_file_path(task->dump, NULL);
        if (!ckpt_pb_get_u64(i == 0 ? &task->mm : &task->fs, fields[i], &id))
            continue;
        const struct ckpt_dump_file *file = ckpt_dump_file(task->dump, (uint32_t)id);
        path[i] = ckpt_file_path(task->dump, file);
        if (path[i].path.data == NULL)
            ckpt_dump_gap_in(task->dump, i == 0 ? CKPT_CRIU_IMAGE_MM : CKPT_CRIU_IMAGE_FS,
                             task->pid, 0,
                             i == 0   ? "exe_file_id"
                             : i == 1 ? "cwd_id"
                                      : "root_id",
                             "it is not the number of a file with a path");
    }
    ckpt_view_text(sink, V(Process, exe), path[0].path);
    ckpt_view_deleted(sink, V(Process, exeDeleted), path[0].deleted);
    ckpt_view_text(sink, V(Process, cwd), path[1].path);
    ckpt_view_deleted(sink, V(Process, cwdDeleted), path[1].deleted);
    ckpt_view_text(sink, V(Process, root), path[2].path);
    ckpt_view_word(sink, V(Process, umask), &task->fs, F(fs_entry, umask));
}

static void put_process(const struct ckpt_task *task, struct ckpt_sink *sink)
{
    sink->begin_struct(sink);
    ckpt_view_integer(sink, V(Process, pid), task->pid);
    ckpt_view_integer(sink, V(Process, ppid), task->ppid);
    ckpt_view_integer(sink, V(Process, pgid), task->pgid);
    ckpt_view_integer(sink, V(Process, sid), task->sid);
    put_state(task, sink);
    ckpt_view_text(sink, V(Process, comm), text_field(&task->tc, F(task_core_entry, comm)));
    put_strings(sink, V(Process, cmdline), ckpt_text_cmdline(task));
    put_strings(sink, V(Process, environ), ckpt_text_environ(task));
    put_paths(task, sink);
    ckpt_view_name(sink, V(Process, architecture), architecture(task));
    put_threads(task, sink);
    ckpt_task_credentials(task, sink);
    ckpt_task_settings(task, sink);
    ckpt_task_limits(task, sink);
    ckpt_task_signals(task, sink);
    ckpt_task_timers(task, sink);
    ckpt_task_namespaces(task, sink);
    ckpt_task_cgroups(task, sink);
    ckpt_view_word(sink, V(Process, filesId), &task->ids, F(task_kobj_ids_entry, files_id));
    sink->end(sink);
}

void ckpt_view_processes(ckpt_dump *dump, uint32_t pid, struct ckpt_sink *sink)
{
    struct ckpt_task task;
    size_t count;
    const struct ckpt_pb *entries = ckpt_tree(dump, pid, &count);
    sink->begin_struct(sink);
    ckpt_view_begin_array(sink, V(ProcessView, processes));
    for (size_t i = 0; i < count && dump->steps != 0; i++) {
        ckpt_task_open(&task, dump, &entries[i]);
        put_process(&task, sink);
    }
    sink->end(sink);
    ckpt_view_gaps(sink, V(ProcessView, gaps), dump);
    sink->end(sink);
}
