/* SPDX-License-Identifier: Apache-2.0 */
/* What member names mean, CRIU's statistics, and the summary of damaged input. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/archive.h"
#include "checkpoint/checkpoint.h"
#include "checkpoint/members.h"
#include "checkpoint/stats.h"
#include "tap.h"
#include "tests.h"

static const char *const roles[CKPT_ROLE_COUNT] = {
    "other",      "metadata",  "images",       "pages",      "gpuPages", "preImages", "prePages",
    "rootImages", "rootPages", "rootGpuPages", "rootfsDiff", "volume",   "devshm",    "log",
};

/* Lines of test/data/checkpoint/members.txt: name, role, and what a small one is worth while
   streaming. */
void test_checkpoint_members(void)
{
    static const char *const wishes[] = {"nothing", "keep", "archive", "list"};
    size_t length;
    char *text = tap_read_file(tap_data("checkpoint/members.txt"), &length);
    int lines = 0;
    for (char *at = text; at != NULL && at < text + length; lines++) {
        char *end = strchr(at, '\n'), *role = strchr(at, ' ') + 1, *wish = strchr(role, ' ') + 1;
        size_t name_length = (size_t)(role - 1 - at);
        *end = role[-1] = wish[-1] = '\0';
        /* An exact copy, so that sanitizers see what is read after it. */
        char *name = malloc(name_length + 1);
        if (name == NULL)
            break;
        memcpy(name, at, name_length);
        CHECK_THAT(strcmp(roles[ckpt_member_role(name, name_length)], role) == 0, "%s is %s", at,
                   roles[ckpt_member_role(name, name_length)]);
        enum ckpt_use small = ckpt_member_use(name, name_length, 100);
        CHECK_THAT(strcmp(wishes[small], wish) == 0, "%s: %s", at, wishes[small]);
        enum ckpt_use large = ckpt_member_use(name, name_length, UINT64_C(1) << 40);
        CHECK_THAT(small != CKPT_USE_NOTHING || large == small, "%s: %s", at, wishes[large]);
        free(name);
        at = end + 1;
    }
    CHECK(lines > 40);
    free(text);
    struct ckpt_buffer json = {NULL, 0, 0, false};
    ckpt_document *document = ckpt_document_new();
    ckpt_error error;
    ckpt_members_describe(&json);
    CHECK(ckpt_decode(document, CKPT_KIND_ANY, json.data, json.length, &error));
    ckpt_document_free(document);
    ckpt_buffer_free(&json);
}

static bool read_stats(const void *bytes, size_t length, struct ckpt_stats *stats)
{
    uint8_t *copy = malloc(length + 1);
    if (copy == NULL)
        return false;
    memcpy(copy, bytes, length);
    bool done = ckpt_stats_read(copy, length, stats);
    free(copy);
    return done;
}

#define IMAGE "\x40\x59\x10\x55\x06\x33\x09\x57"

void test_checkpoint_stats(void)
{
    static const char good[] =
        IMAGE "\x15\0\0\0\x0a\x13\x08\xac\x02\x38\xff\xff\xff\xff\xff\xff\xff"
              "\xff\xff\x01\xa0\x06\x07\x10\x00";
    static const char empty[] = IMAGE "\x02\0\0\0\x0a\0";
    static const struct {
        const char *bytes;
        size_t length;
    } bad[] = {
        {"", 0},
        {IMAGE, 8},
        {IMAGE "\x05\0\0\0\x0a\0", 14},           /* the entry is longer than the file */
        {IMAGE "\xff\xff\xff\xff\x0a\0", 14},     /* much longer */
        {IMAGE "\x00\0\0\0", 12},                 /* no statistics of a dump */
        {IMAGE "\x02\0\0\0\x12\0", 14},           /* of a restore */
        {IMAGE "\x02\0\0\0\x0a\x05", 14},         /* a length beyond the entry */
        {IMAGE "\x03\0\0\0\x0a\x01\x08", 15},     /* a field without a value */
        {IMAGE "\x04\0\0\0\x0a\x02\x0b\x00", 16}, /* a group */
        {IMAGE "\x0c\0\0\0\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f", 24},
        {"\x19\x43\x56\x54\x06\x33\x09\x57\x02\0\0\0\x0a\0", 14}, /* another first magic */
    };
    struct ckpt_stats stats;
    CHECK(read_stats(good, sizeof(good) - 1, &stats));
    CHECK(stats.value[CKPT_STATS_freezing_time] == 300);
    CHECK(stats.value[CKPT_STATS_pages_written] == UINT64_MAX);
    CHECK(stats.present == (1u << CKPT_STATS_freezing_time | 1u << CKPT_STATS_frozen_time |
                            1u << CKPT_STATS_pages_written));
    CHECK(read_stats(empty, sizeof(empty) - 1, &stats) && stats.present == 0);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        CHECK_THAT(!read_stats(bad[i].bytes, bad[i].length, &stats), "bad image %zu", i);
    for (size_t n = 0; n < sizeof(good) - 1; n++)
        CHECK_THAT(!read_stats(good, n, &stats), "cut to %zu", n);
}

static ckpt_document *checker;

static bool contains(ckpt_string text, const char *wanted)
{
    size_t length = strlen(wanted);
    for (size_t i = 0; i + length <= text.length; i++)
        if (memcmp(text.data + i, wanted, length) == 0)
            return true;
    return false;
}

/* The summary of one file, which must be JSON; whether `wanted` is in it. */
static bool summary_has(const char *name, const char *text, size_t length, const char *wanted)
{
    ckpt_error error;
    ckpt_summary *s = ckpt_summary_new("", 0);
    if (s == NULL)
        return false;
    CHECK(ckpt_summary_add_file(s, name, strlen(name), text, length));
    ckpt_string json = ckpt_summary_finish(s, 1, false);
    CHECK_THAT(ckpt_decode(checker, CKPT_KIND_ANY, json.data, json.length, &error), "%s: %s: %.*s",
               name, text, (int)json.length, json.data);
    bool found = contains(json, wanted);
    ckpt_summary_free(s);
    return found;
}

static void check_records(void)
{
    uint8_t record[sizeof(struct ckpt_member) + 16] = {0};
    struct ckpt_member m = {
        .record_size = sizeof(record), .normal_length = 11, .type = CKPT_MEMBER_FILE};
    const uint32_t sizes[] = {
        0, 8, sizeof(struct ckpt_member), sizeof(record) - 8, sizeof(record) + 8, UINT32_MAX};
    memcpy(record + sizeof(m), "config.dump", 11);
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        ckpt_summary *s = ckpt_summary_new("", 0);
        m.record_size = sizes[i];
        m.normal_start = i == 3 ? 8 : 0;
        memcpy(record, &m, sizeof(m));
        ckpt_summary_add_records(s, record, sizeof(record));
        CHECK(contains(ckpt_summary_finish(s, 0, true), "\"unknown\""));
        ckpt_summary_free(s);
    }
}

void test_checkpoint_summary(void)
{
    static const struct {
        const char *file, *text, *wanted;
    } cases[] = {
        {"config.dump", "{\"id\":\"a\\u0000\\u001b\\\"\\\\\xff\"}",
         "\"id\":\"a\\u0000\\u001b\\\"\\\\\xef\xbf\xbd\""},
        {"config.dump", "{\"lockID\":7}", "\"display\":\"Podman\""},
        {"config.dump", "{\"name\":1,\"id\":\"x\"}", "\"id\":\"x\""},
        {"config.dump", "{", "\"container\":{}"},
        {"config.dump", "[]", "\"container\":{}"},
        {"config.dump", "{\"createdTime\":\"2024-01-02T03:04:05.999+02:00\"}",
         "\"created\":\"2024-01-02T03:04:05+02:00\""},
        {"config.dump", "{\"createdTime\":\"0001-01-01T00:00:00Z\"}", "\"container\":{}"},
        {"spec.dump",
         "{\"annotations\":{\"io.container.manager\":\"cri-o\",\"io.kubernetes.cri-o.Metadata\":\"{"
         "\\\"name\\\":\\\"n\\\"}\",\"io.kubernetes.cri-o.IP.0\":\"1\",\"io.kubernetes.cri-o.IP."
         "1\":\"2\",\"io.kubernetes.cri-o.IP.3\":\"4\"}}",
         "\"name\":\"n\",\"ip\":\"1, 2\""},
        {"spec.dump",
         "{\"annotations\":{\"io.container.manager\":\"cri-o\",\"io.kubernetes.cri-o.Metadata\":\"{"
         "\"}}",
         "\"container\":{}"},
        {"spec.dump", "{\"annotations\":{\"b\":\"1\",\"a\":\"\"}}",
         "\"annotations\":{\"a\":\"\",\"b\":\"1\"}"},
        {"spec.dump", "{\"mounts\":[{},{\"destination\":\"/d\"}]}",
         "{\"destination\":\"/d\",\"type\":\"\",\"source\":\"\"}"},
        {"spec.dump", "{\"mounts\":null}", "\"mounts\":[]"},
        {"network.status",
         "[[],{},{\"interfaces\":[1,{\"sandbox\":\"s\"}],\"ips\":[{\"interface\":1e300}]}]",
         "\"networks\":["},
        {"network.status", "{\"n\":{\"interfaces\":{\"i\":{\"subnets\":[{\"ipnet\":\"/\"}]}}}}",
         "\"ip\":\"/\""},
        {"index.json",
         "{\"manifests\":[{\"mediaType\":\"application/"
         "vnd.containerd.container.criu.checkpoint.criu.tar\"}]}",
         "containerd-ctr"},
        {"index.json", "{\"manifests\":{\"mediaType\":[]}}", "\"form\":\"unknown\""},
        {"index.json", "{\"manifests\":1}", "\"form\":\"unknown\""},
    };
    checker = ckpt_document_new();
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        CHECK_THAT(
            summary_has(cases[i].file, cases[i].text, strlen(cases[i].text), cases[i].wanted),
            "%s: %s: no %s", cases[i].file, cases[i].text, cases[i].wanted);
        for (size_t n = 0; n < strlen(cases[i].text); n++)
            (void)summary_has(cases[i].file, cases[i].text, n, "");
    }
    check_records();
    ckpt_document_free(checker);
}
