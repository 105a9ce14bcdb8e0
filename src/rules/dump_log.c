/* SPDX-License-Identifier: Apache-2.0 */
/* dump.log: what CRIU logged. Of a long one only its ends are there. */
#include "rules/rules.h"

/* The next line from *at on, without its end; false behind the last one. */
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

static void check_end(struct ckpt_rules *r, struct ckpt_file *file)
{
    ckpt_string text = {file->text, file->length}, line, last = {"", 0};
    size_t at = 0;
    while (next_line(text, &at, &line))
        if (content(line).length != 0)
            last = line;
    if (last.length == 0) {
        ckpt_find_file(r, CKPT_RULE_313, "dump.log",
                       "dump.log is empty; expected \"Dumping finished successfully\" at its end.");
        return;
    }
    if (ckpt_starts(content(last), "Dumping finished successfully") ||
        ckpt_starts(content(last), "Pre-dumping finished successfully"))
        return;
    struct ckpt_finding *finding = ckpt_find_file(
        r, CKPT_RULE_313, "dump.log",
        "dump.log ends with %q; expected \"Dumping finished successfully\".", content(last));
    const struct ckpt_seen *seen = ckpt_seen_of(r, "dump.log");
    if (seen == NULL || seen->size == file->length)
        ckpt_place_bytes(finding, file, (size_t)(last.data - text.data), last.length);
}

static void check_facts(struct ckpt_rules *r, ckpt_string text)
{
    ckpt_string line, version = {"", 0}, kernel = {"", 0}, machine = {"", 0};
    size_t at = 0, linux;
    while (next_line(text, &at, &line)) {
        line = content(line);
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
        ckpt_find_file(r, CKPT_RULE_314, "dump.log", "Dumped by CRIU %t on Linux %t, %t.", version,
                       kernel, machine);
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
