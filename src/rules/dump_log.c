/* SPDX-License-Identifier: Apache-2.0 */
/* dump.log: what CRIU logged. Of a long one only its ends are there. */
#include "rules/rules.h"

/* The next line from *at on, without its end; false after the last one. */
static bool next_line(ckpt_string text, size_t *at, ckpt_string *line)
{
    size_t from = *at, end = from;
    if (from >= text.length)
        return false;
    while (end < text.length && text.data[end] != '\n')
        end++;
    *at = end + 1;
    if (end > from && text.data[end - 1] == '\r')
        end--;
    *line = (ckpt_string){text.data + from, end - from};
    return true;
}

/* A line without its time: "(00.000258) ". */
static ckpt_string content(ckpt_string line)
{
    size_t end = line.length != 0 && line.data[0] == '(' ? ckpt_index_of(line, ") ") : SIZE_MAX;
    return end == SIZE_MAX || end > 24 ? line : ckpt_slice_of(line, end + 2, line.length);
}

static ckpt_string word(ckpt_string text)
{
    size_t end = ckpt_index_of(text, " ");
    return end == SIZE_MAX ? text : ckpt_slice_of(text, 0, end);
}

/* Errors that people meet, and what they mean. */
static const struct {
    const char *text, *meaning;
} known[] = {
    {"Connected TCP socket", "a connection was open, and --tcp-established was not given"},
    {"Some file locks are hold", "a process held a lock, and --file-locks was not given"},
    {"External socket is used", "a UNIX socket talks to a process outside; see --ext-unix-sk"},
    {"unix: Can't dump half of stream unix connection", "the other end of a socket is outside"},
    {"is not supported by CRIU", "CRIU cannot dump it"},
    {"Can't dump file", "CRIU cannot dump that kind of file"},
    {"Can't dump ghost file", "a deleted file is larger than --ghost-limit"},
    {"Mount ", "something is mounted that CRIU was not told about"},
    {"doesn't have a proper root mount", "something is mounted that CRIU was not told about"},
    {"Unable to find a mount", "a file lies on a mount that cannot be seen"},
    {"Can't lookup mount", "a file lies on a mount that cannot be seen"},
    {"Can't handle non-regular mapping", "a device is mapped; it needs a plugin, as for a GPU"},
    {"unsupported socket", "a socket of a kind that CRIU cannot dump"},
    {"Unsupported proto", "a socket of a kind that CRIU cannot dump"},
    {"io_uring", "io_uring is in use, which CRIU cannot dump"},
    {"userfaultfd", "userfaultfd is in use, which CRIU cannot dump"},
    {"cuda-checkpoint", "the plugin for CUDA failed"},
    {"cuda_plugin", "the plugin for CUDA failed"},
    {"No space left on device", "the disk was full"},
    {"Permission denied", "CRIU lacked a permission"},
    {"Operation not permitted", "CRIU lacked a permission"},
    {"Can't freeze", "the processes could not be stopped in time"},
    {"Timeout reached", "the processes could not be stopped in time"},
    {"unable to freeze tasks", "the processes could not be stopped in time"},
    {"seize", "a process could not be attached to; a debugger may hold it"},
    {"Session leader", "a terminal or session from outside is in use; see --shell-job"},
    {"Found dangling tty", "a terminal from outside is in use; see --shell-job"},
    {"nested pid namespaces", "a process has its own pid namespace, which CRIU cannot dump"},
    {"Unsupported seccomp", "a filter of system calls that CRIU cannot dump"},
    {"rseq", "CRIU is too old for the C library of the processes"},
};

static const char *meaning_of(ckpt_string line)
{
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (ckpt_index_of(line, known[i].text) != SIZE_MAX)
            return known[i].meaning;
    return NULL;
}

/* What follows "Error (criu/file.c:12): "; empty for other lines. */
static ckpt_string error_of(ckpt_string line)
{
    size_t at = ckpt_index_of(line, "Error (");
    if (at == SIZE_MAX)
        return (ckpt_string){"", 0};
    line = ckpt_slice_of(line, at, line.length);
    at = ckpt_index_of(line, "): ");
    return at == SIZE_MAX ? line : ckpt_slice_of(line, at + 3, line.length);
}

static void tell_failure(struct ckpt_rules *r, struct ckpt_file *file, ckpt_string first,
                         ckpt_string last)
{
    ckpt_string text = {file->text, file->length};
    const struct ckpt_seen *seen = ckpt_seen_of(r, "dump.log");
    bool whole = seen == NULL || seen->size == file->length;
    ckpt_string error = error_of(first);
    const char *meaning = meaning_of(error);
    struct ckpt_finding *f;
    if (error.length != 0)
        f = ckpt_find_file(
            r, CKPT_RULE_313, "dump.log", "The dump failed: \"%t\"%s%s. It ends with %q.", error,
            meaning == NULL ? "" : ": ", meaning == NULL ? "" : meaning, content(last));
    else
        f = ckpt_find_file(r, CKPT_RULE_313, "dump.log",
                           "dump.log ends with %q; expected \"Dumping finished successfully\".",
                           content(last));
    ckpt_string at = error.length != 0 ? first : last;
    if (whole)
        ckpt_place_bytes(f, file, (size_t)(at.data - text.data), at.length);
}

static void check_end(struct ckpt_rules *r, struct ckpt_file *file)
{
    ckpt_string text = {file->text, file->length}, line, last = {"", 0}, first = {"", 0};
    size_t at = 0;
    while (next_line(text, &at, &line)) {
        if (content(line).length != 0)
            last = line;
        if (first.length == 0 && error_of(line).length != 0)
            first = line;
    }
    if (last.length == 0) {
        ckpt_find_file(r, CKPT_RULE_313, "dump.log",
                       "dump.log is empty; expected \"Dumping finished successfully\" at its end.");
        return;
    }
    if (ckpt_starts(content(last), "Dumping finished successfully") ||
        ckpt_starts(content(last), "Pre-dumping finished successfully"))
        return;
    tell_failure(r, file, first, last);
}

static void check_facts(struct ckpt_rules *r, ckpt_string text)
{
    ckpt_string line, version = {"", 0}, kernel = {"", 0}, machine = {"", 0};
    ckpt_string cpu = {"", 0}, features = {"", 0};
    size_t at = 0, linux;
    while (next_line(text, &at, &line)) {
        line = content(line);
        size_t part = ckpt_index_of(line, "x86_model_id ");
        if (cpu.length == 0 && part != SIZE_MAX)
            cpu = ckpt_slice_of(line, part + 13, line.length);
        part = ckpt_index_of(line, "xfeatures_mask ");
        if (features.length == 0 && part != SIZE_MAX)
            features = word(ckpt_slice_of(line, part + 15, line.length));
        if (version.length == 0 && ckpt_starts(line, "Version: "))
            version = word(ckpt_slice_of(line, 9, line.length));
        if (kernel.length != 0 || !ckpt_starts(line, "Running on ") ||
            (linux = ckpt_index_of(line, " Linux ")) == SIZE_MAX)
            continue;
        kernel = word(ckpt_slice_of(line, linux + 7, line.length));
        for (size_t i = line.length; i > 0 && line.data[i - 1] != ' '; i--)
            machine = ckpt_slice_of(line, i - 1, line.length);
    }
    if (version.length != 0 && kernel.length != 0)
        ckpt_find_file(r, CKPT_RULE_314, "dump.log", "Dumped by CRIU %t on Linux %t, %t%s%t%s%t%s.",
                       version, kernel, machine, cpu.length == 0 ? "" : ", on ", cpu,
                       features.length == 0 ? "" : " (features of its registers: ", features,
                       features.length == 0 ? "" : ")");
    else if (version.length != 0)
        ckpt_find_file(r, CKPT_RULE_314, "dump.log", "Dumped by CRIU %t.", version);
}

void ckpt_check_dump_log(struct ckpt_rules *r)
{
    struct ckpt_file *file = ckpt_file_of(r, "dump.log");
    if (file == NULL)
        return;
    check_end(r, file);
    ckpt_string head = ckpt_text(ckpt_get_exact(ckpt_whole(r->facts), "logHead"));
    check_facts(r, head.length != 0 ? head : (ckpt_string){file->text, file->length});
}
