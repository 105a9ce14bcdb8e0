/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of a process that its images tell of: for tree.c, which puts them together. */
#ifndef CKPT_CRIU_TASK_H
#define CKPT_CRIU_TASK_H

#include "criu/view.h"

/* CRIU's task_state. A zombie is stored as DEAD. */
enum { CKPT_TASK_ALIVE = 1, CKPT_TASK_DEAD = 2, CKPT_TASK_STOPPED = 3, CKPT_TASK_ZOMBIE = 6 };

/* What is known of a process; what is missing is an empty message. */
struct ckpt_task {
    ckpt_dump *dump;
    uint32_t pid, ppid, pgid, sid;
    struct ckpt_pb entry;       /* pstree_entry */
    struct ckpt_pb core;        /* core_entry … */
    struct ckpt_pb tc;          /* … and its task_core_entry */
    struct ckpt_pb thread_core; /* thread_core_entry of the main thread */
    struct ckpt_pb ids;         /* task_kobj_ids_entry */
    struct ckpt_pb mm, fs;
    uint32_t state; /* 0: not known */
};

/* Fills *task for an entry of pstree.img. */
void ckpt_task_open(struct ckpt_task *task, ckpt_dump *dump, const struct ckpt_pb *entry);

static inline bool ckpt_task_is_dead(const struct ckpt_task *task)
{
    return task->state == CKPT_TASK_DEAD || task->state == CKPT_TASK_ZOMBIE;
}

/* Whether signals have the numbers of MIPS. */
bool ckpt_task_is_mips(const struct ckpt_task *task);

/* ---- each writes its members of Process -------------------------------------------------------
 */

void ckpt_task_credentials(const struct ckpt_task *task, struct ckpt_sink *sink); /* uid … lsm */
void ckpt_task_settings(const struct ckpt_task *task, struct ckpt_sink *sink);    /* dumpable … */
void ckpt_task_limits(const struct ckpt_task *task, struct ckpt_sink *sink);
void ckpt_task_signals(const struct ckpt_task *task, struct ckpt_sink *sink);
void ckpt_task_timers(const struct ckpt_task *task, struct ckpt_sink *sink);
void ckpt_task_namespaces(const struct ckpt_task *task, struct ckpt_sink *sink); /* namespaces.c */
void ckpt_task_cgroups(const struct ckpt_task *task, struct ckpt_sink *sink);

/* Signals of a set, bit 0 being signal 1, as an array of names. */
void ckpt_put_signal_set(struct ckpt_sink *sink, uint64_t set, bool mips);
/* Signals of a signal_queue_entry. */
void ckpt_put_signal_queue(struct ckpt_sink *sink, const struct ckpt_pb *queue, bool mips);
/* A member with the name of a signal; 0: null. */
void ckpt_view_signal(struct ckpt_sink *sink, enum ckpt_view_member member, uint64_t number,
                      bool mips);

#endif
