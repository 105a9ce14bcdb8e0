/* SPDX-License-Identifier: Apache-2.0 */
/* Signals: their names, sets, queues, handling (signal(7)). */
#include <string.h>

#include "criu/task.h"
#include "proto/wire.h"
#include "text/number.h"

static const char names[][8] = {"",       "HUP",  "INT",    "QUIT", "ILL",   "TRAP", "ABRT", "BUS",
                                "FPE",    "KILL", "USR1",   "SEGV", "USR2",  "PIPE", "ALRM", "TERM",
                                "STKFLT", "CHLD", "CONT",   "STOP", "TSTP",  "TTIN", "TTOU", "URG",
                                "XCPU",   "XFSZ", "VTALRM", "PROF", "WINCH", "IO",   "PWR",  "SYS"};

static const char mips_names[][8] = {
    "",     "HUP",  "INT",  "QUIT", "ILL",  "TRAP", "ABRT",   "EMT",  "FPE",  "KILL",  "BUS",
    "SEGV", "SYS",  "PIPE", "ALRM", "TERM", "USR1", "USR2",   "CHLD", "PWR",  "WINCH", "URG",
    "IO",   "STOP", "TSTP", "CONT", "TTIN", "TTOU", "VTALRM", "PROF", "XCPU", "XFSZ"};

enum { NAMED = sizeof(names) / sizeof(names[0]), FIRST_REAL_TIME = 34, MOST = 64, TEXT = 32 };

/* "SIGTERM"; of real-time signals "SIGRTMIN+3" as the C library counts; else "SIG33". */
static ckpt_string name_of(uint64_t number, bool mips, char text[TEXT])
{
    memcpy(text, "SIG", 3);
    size_t length = 3;
    if (number > 0 && number < NAMED) {
        const char *name = mips ? mips_names[number] : names[number];
        memcpy(text + length, name, strlen(name));
        length += strlen(name);
    } else if (number >= FIRST_REAL_TIME && number <= MOST) {
        memcpy(text + length, "RTMIN+", 6);
        length += 5;
        if (number > FIRST_REAL_TIME)
            length += 1 + ckpt_format_uint64(number - FIRST_REAL_TIME, text + length + 1);
    } else {
        length += ckpt_format_uint64(number, text + length);
    }
    return (ckpt_string){text, length};
}

void ckpt_view_signal(struct ckpt_sink *sink, enum ckpt_view_member member, uint64_t number,
                      bool mips)
{
    char text[TEXT];
    if (number == 0)
        ckpt_view_null(sink, member);
    else
        ckpt_view_text(sink, member, name_of(number, mips, text));
}

void ckpt_put_signal_set(struct ckpt_sink *sink, uint64_t set, bool mips)
{
    char text[TEXT];
    sink->begin_array(sink);
    for (unsigned i = 0; i < MOST; i++)
        if (set >> i & 1)
            sink->string(sink, name_of(i + 1, mips, text));
    sink->end(sink);
}

void ckpt_put_signal_queue(struct ckpt_sink *sink, const struct ckpt_pb *queue, bool mips)
{
    char text[TEXT];
    struct ckpt_pb signal;
    struct ckpt_pb_each each = ckpt_pb_each(queue, F(signal_queue_entry, signals));
    sink->begin_array(sink);
    while (ckpt_pb_next_message(&each, &signal)) {
        struct ckpt_pb_bytes info = ckpt_pb_bytes(&signal, F(siginfo_entry, siginfo));
        if (info.length >= 4) /* siginfo_t begins with the number */
            sink->string(sink, name_of(ckpt_wire_32(info.data), mips, text));
    }
    sink->end(sink);
}

/* Sets of what is ignored and what is caught. CRIU stores the actions in the order of the signals,
   without SIGKILL and SIGSTOP, which cannot be changed. */
struct handling {
    unsigned number; /* of the signal whose action comes next */
    unsigned stop;
    uint64_t ignored, caught;
};

static void add_action(struct handling *h, const struct ckpt_pb *action)
{
    enum { KILL = 9 };
    while (h->number == KILL || h->number == h->stop)
        h->number++;
    if (h->number > MOST)
        return;
    uint64_t handler = ckpt_pb_u64(action, F(sa_entry, sigaction), 0);
    uint64_t bit = (uint64_t)1 << (h->number - 1);
    if (handler == 1)
        h->ignored |= bit;
    else if (handler != 0)
        h->caught |= bit;
    h->number++;
}

void ckpt_task_signals(const struct ckpt_task *task, struct ckpt_sink *sink)
{
    bool mips = ckpt_task_is_mips(task);
    struct handling h = {1, mips ? 23 : 19, 0, 0};
    struct ckpt_pb action, queue = {NULL, NULL, NULL};
    sink->member(sink, V(Process, signals));
    if (task->tc.at == NULL || ckpt_task_is_dead(task)) {
        sink->null_value(sink);
        return;
    }
    struct ckpt_pb_each each = ckpt_pb_each(&task->tc, F(task_core_entry, sigactions));
    while (ckpt_pb_next_message(&each, &action))
        add_action(&h, &action);
    if (h.number == 1) { /* of old versions: an image of its own */
        struct ckpt_entries entries;
        const struct ckpt_dump_image *image =
            ckpt_dump_image(task->dump, CKPT_CRIU_IMAGE_SIGACT, task->pid);
        ckpt_entries_begin(&entries, task->dump, image);
        while (ckpt_entries_next(&entries))
            add_action(&h, &entries.entry.message);
    }
    ckpt_pb_get_message(&task->tc, F(task_core_entry, signals_s), &queue);
    sink->begin_struct(sink);
    ckpt_view_field(sink, V(Signals, ignored));
    ckpt_put_signal_set(sink, h.ignored, mips);
    ckpt_view_field(sink, V(Signals, caught));
    ckpt_put_signal_set(sink, h.caught, mips);
    ckpt_view_field(sink, V(Signals, pending));
    ckpt_put_signal_queue(sink, &queue, mips);
    sink->end(sink);
}
