/* SPDX-License-Identifier: Apache-2.0 */
/* Writing values that were not decoded but made in C. */
#include <cJSON.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "helpers.h"
#include "tap.h"
#include "tests.h"

static ckpt_string text_of(const char *text)
{
    return (ckpt_string){text, strlen(text)};
}

static void check_written(ckpt_kind kind, const void *value, const char *want)
{
    ckpt_document *document = ckpt_document_new();
    ckpt_error error;
    ckpt_string text;
    CHECK_THAT(ckpt_encode(document, kind, value, &text, &error) && error.kind == CKPT_OK, "%.*s",
               SHOW(error.message));
    CHECK_THAT(same(text, want), "%.*s, not %s", SHOW(text), want);
    ckpt_document_free(document);
}

static void check_structs(void)
{
    ckpt_container_config config;
    memset(&config, 0, sizeof(config));
    config.id = text_of("x");
    config.created_time = (ckpt_time){CKPT_UNIX_EPOCH, 500000000, 3600};
    config.restored = true;
    check_written(CKPT_KIND_CONFIG_DUMP, &config,
                  "{\n  \"id\": \"x\",\n  \"name\": \"\",\n"
                  "  \"createdTime\": \"1970-01-01T01:00:00.5+01:00\",\n"
                  "  \"checkpointedTime\": \"0001-01-01T00:00:00Z\",\n"
                  "  \"restoredTime\": \"0001-01-01T00:00:00Z\",\n  \"restored\": true\n}");

    ckpt_containerd_status status;
    memset(&status, 0, sizeof(status));
    status.created_at = INT64_MIN;
    status.started_at = INT64_MAX;
    status.exit_code = INT32_MIN;
    status.pid = UINT32_MAX;
    status.reason = text_of("a\tb\"<\\>&\x7F\x01\xFF\xE2\x80\xA8/\xC3\xA9\b\f\n\r");
    status.message = (ckpt_string){"n\0l", 3};
    check_written(CKPT_KIND_STATUS, &status,
                  "{\n  \"CreatedAt\": -9223372036854775808,\n"
                  "  \"StartedAt\": 9223372036854775807,\n  \"FinishedAt\": 0,\n"
                  "  \"ExitCode\": -2147483648,\n  \"Pid\": 4294967295,\n"
                  "  \"Reason\": \"a\\tb\\\"\\u003c\\\\\\u003e\\u0026\x7F\\u0001\\ufffd\\u2028/"
                  "\xC3\xA9\\b\\f\\n\\r\",\n  \"Message\": \"n\\u0000l\"\n}");

    /* omitempty drops zero, nil and empty, but no struct and no pointer to zero */
    ckpt_process process;
    ckpt_spec spec;
    int64_t score = 0;
    memset(&process, 0, sizeof(process));
    memset(&spec, 0, sizeof(spec));
    spec.process = &process;
    check_written(CKPT_KIND_SPEC_DUMP, &spec,
                  "{\n  \"ociVersion\": \"\",\n  \"process\": {\n    \"user\": {\n      \"uid\": 0,"
                  "\n      \"gid\": 0\n    },\n    \"cwd\": \"\"\n  }\n}");
    process.oom_score_adj = &score;
    ckpt_string arguments[2] = {{"a", 1}, {NULL, 0}};
    process.args = (ckpt_slice){arguments, 2, 2, 2};
    process.env = (ckpt_slice){arguments, 0, 0, 0}; /* empty, not nil: dropped all the same */
    check_written(CKPT_KIND_SPEC_DUMP, &spec,
                  "{\n  \"ociVersion\": \"\",\n  \"process\": {\n    \"user\": {\n      \"uid\": 0,"
                  "\n      \"gid\": 0\n    },\n    \"args\": [\n      \"a\",\n      \"\"\n    ],\n"
                  "    \"cwd\": \"\",\n    \"oomScoreAdj\": 0\n  }\n}");
}

static void check_containers(void)
{
    ckpt_slice slice = {NULL, 0, 0, 0};
    ckpt_map map = {NULL, NULL, 0, 0};
    ckpt_string names[2] = {{"a", 1}, {"b", 1}};
    ckpt_podman_network_result networks[2];
    memset(networks, 0, sizeof(networks));
    check_written(CKPT_KIND_DELETED_FILES, &slice, "null");
    slice.items = names;
    check_written(CKPT_KIND_DELETED_FILES, &slice, "[]");
    slice.count = 2;
    check_written(CKPT_KIND_DELETED_FILES, &slice, "[\n  \"a\",\n  \"b\"\n]");
    check_written(CKPT_KIND_NETWORK_STATUS, &map, "null");
    map.keys = names;
    check_written(CKPT_KIND_NETWORK_STATUS, &map, "{}");
    map = (ckpt_map){names, networks, 2, 2};
    check_written(CKPT_KIND_NETWORK_STATUS, &map,
                  "{\n  \"a\": {\n    \"interfaces\": null\n  },\n"
                  "  \"b\": {\n    \"interfaces\": null\n  }\n}");

    ckpt_kubernetes_checkpoint checkpoint = {{"f", 1}, 5, -6};
    ckpt_kubernetes_container_checkpoints all;
    memset(&all, 0, sizeof(all));
    all.checkpoints = (ckpt_slice){&checkpoint, 1, 1, 1};
    check_written(CKPT_KIND_KUBERNETES_CHECKPOINT_METADATA, &all,
                  "{\n  \"checkpoints\": [\n    {\n      \"archive\": \"f\",\n      \"size\": 5,\n"
                  "      \"timestamp\": -6\n    }\n  ]\n}");
}

/* Trees made with cJSON: their strings end at the first NUL, members keep their order. */
static void check_any(void)
{
    cJSON *root = cJSON_CreateObject();
    cJSON *list = cJSON_AddArrayToObject(root, "list");
    cJSON_AddItemToArray(list, cJSON_CreateNumber(1));
    cJSON_AddItemToArray(list, cJSON_CreateNumber(-0.0));
    cJSON_AddItemToArray(list, cJSON_CreateNumber(1e21));
    cJSON_AddItemToArray(list, cJSON_CreateNumber(0.1));
    cJSON_AddItemToArray(list, cJSON_CreateTrue());
    cJSON_AddItemToArray(list, cJSON_CreateFalse());
    cJSON_AddItemToArray(list, cJSON_CreateNull());
    cJSON_AddItemToArray(list, cJSON_CreateString("<a>"));
    cJSON_AddItemToArray(list, cJSON_CreateArray());
    cJSON_AddItemToArray(list, cJSON_CreateObject());
    cJSON_AddStringToObject(root, "b&", "\xC3\xA9");
    cJSON_AddStringToObject(root, "a", "");
    static const char want[] =
        "{\n  \"list\": [\n    1,\n    -0,\n    1e+21,\n    0.1,\n    true,\n    false,\n    "
        "null,\n"
        "    \"\\u003ca\\u003e\",\n    [],\n    {}\n  ],\n  \"b\\u0026\": \"\xC3\xA9\",\n"
        "  \"a\": \"\"\n}";
    check_written(CKPT_KIND_ANY, &root, want);
    CHECK(same(ckpt_any_string(cJSON_GetObjectItem(root, "b&")), "\xC3\xA9"));
    CHECK(same(ckpt_any_key(cJSON_GetObjectItem(root, "a")), "a"));
    CHECK(same(ckpt_any_key(root), "") && same(ckpt_any_string(root), ""));

    /* what cJSON has besides is no JSON value */
    cJSON *raw = cJSON_CreateRaw("{}");
    check_written(CKPT_KIND_ANY, &raw, "null");
    cJSON_Delete(raw);
    cJSON *nothing = NULL;
    check_written(CKPT_KIND_ANY, &nothing, "null");

    ckpt_windows_platform windows;
    ckpt_spec spec;
    memset(&windows, 0, sizeof(windows));
    memset(&spec, 0, sizeof(spec));
    spec.windows = &windows;
    windows.credential_spec = cJSON_CreateNumber(5e-324);
    check_written(CKPT_KIND_SPEC_DUMP, &spec,
                  "{\n  \"ociVersion\": \"\",\n  \"windows\": {\n    \"layerFolders\": null,\n"
                  "    \"credentialSpec\": 5e-324\n  }\n}");
    cJSON_Delete(windows.credential_spec);
    cJSON_Delete(root);

    /* Nested more deeply than cJSON itself would read. */
    root = cJSON_CreateArray();
    cJSON *innermost = root;
    enum { DEEP = 1500 };
    for (int i = 1; i < DEEP; i++) {
        cJSON *next = cJSON_CreateArray();
        cJSON_AddItemToArray(innermost, next);
        innermost = next;
    }
    ckpt_document *document = ckpt_document_new();
    ckpt_string text;
    ckpt_error error;
    CHECK(ckpt_encode(document, CKPT_KIND_ANY, &root, &text, &error));
    char *json = compact(text);
    bool brackets = strlen(json) == 2 * (size_t)DEEP;
    for (size_t i = 0; brackets && i < 2 * (size_t)DEEP; i++)
        brackets = json[i] == (i < DEEP ? '[' : ']');
    CHECK(brackets);
    free(json);
    ckpt_document_free(document);
    cJSON_Delete(root);
}

/* Accessors on decoded any values. */
static void check_decoded_any(void)
{
    ckpt_document *document = ckpt_document_new();
    ckpt_error error;
    CHECK(decode_text(document, CKPT_KIND_ANY,
                      "{\"a\\u0000b\":\"c\\u0000d\",\"n\":[2147483648,-2147483649,1.9,-1.9,true]}",
                      &error));
    const cJSON *root = *(cJSON *const *)ckpt_document_value(document);
    const cJSON *first = root->child;
    CHECK(cJSON_IsObject(root) && cJSON_GetArraySize(root) == 2);
    ckpt_string key = ckpt_any_key(first), value = ckpt_any_string(first);
    CHECK(key.length == 3 && memcmp(key.data, "a\0b", 3) == 0);
    CHECK(value.length == 3 && memcmp(value.data, "c\0d", 3) == 0);
    CHECK(strcmp(first->string, "a") == 0 && strcmp(first->valuestring, "c") == 0);
    CHECK(same(ckpt_any_key(root), "") && same(ckpt_any_string(root), ""));
    /* cJSON keeps numbers as double and, cut to its range, as int */
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(root, "n");
    CHECK(cJSON_GetArraySize(list) == 5);
    CHECK(cJSON_GetArrayItem(list, 0)->valueint == 2147483647);
    CHECK(cJSON_GetArrayItem(list, 1)->valueint == -2147483647 - 1);
    CHECK(cJSON_GetArrayItem(list, 2)->valueint == 1 &&
          cJSON_GetArrayItem(list, 3)->valueint == -1);
    CHECK(cJSON_IsTrue(cJSON_GetArrayItem(list, 4)));
    CHECK(list->prev == first && root->child->prev == list && list->next == NULL);

    /* members that had to be sorted are linked as cJSON links them, too */
    CHECK(
        decode_text(document, CKPT_KIND_ANY, "{\"d\":1,\"b\":2,\"c\":3,\"a\":4,\"b\":5}", &error));
    root = *(cJSON *const *)ckpt_document_value(document);
    const cJSON *member = root->child, *last = member->prev;
    for (int i = 0; i < 4; i++, last = member, member = member->next) {
        CHECK(member->prev == last && ckpt_any_key(member).data[0] == 'a' + i);
        CHECK((member->next == NULL) == (i == 3));
    }
    CHECK(member == NULL && root->child->prev == last);
    ckpt_document_free(document);
}

static void check_refused(ckpt_kind kind, const void *value, ckpt_error_kind want,
                          const char *message)
{
    ckpt_document *document = ckpt_document_new();
    ckpt_error error;
    ckpt_string text = {"x", 1};
    CHECK(!ckpt_encode(document, kind, value, &text, &error));
    CHECK_THAT(error.kind == want && same(error.message, message), "%d %.*s", (int)error.kind,
               SHOW(error.message));
    CHECK(same(error.detail, message) && error.go_offset == -1 && text.data == NULL);
    ckpt_document_free(document);
}

static void check_errors(void)
{
#define TIME_ERROR "json: error calling MarshalJSON for type time.Time: Time.MarshalJSON: "
    ckpt_container_config config;
    memset(&config, 0, sizeof(config));
    config.restored_at.offset = 86400;
    config.created_time.seconds = INT64_C(315537897600);
    check_refused(CKPT_KIND_CONFIG_DUMP, &config, CKPT_ERROR_TIME,
                  TIME_ERROR "year outside of range [0,9999]"); /* the first one */
    config.created_time.seconds = 0;
    check_refused(CKPT_KIND_CONFIG_DUMP, &config, CKPT_ERROR_TIME,
                  TIME_ERROR "timezone hour outside of range [0,23]");
#undef TIME_ERROR
    static const struct {
        double value;
        const char *message;
    } numbers[] = {{INFINITY, "json: unsupported value: +Inf"},
                   {-INFINITY, "json: unsupported value: -Inf"},
                   {NAN, "json: unsupported value: NaN"}};
    for (size_t i = 0; i < 3; i++) {
        cJSON *list = cJSON_CreateArray();
        cJSON_AddItemToArray(list, cJSON_CreateNumber(1));
        cJSON_AddItemToArray(list, cJSON_CreateNumber(numbers[i].value));
        check_refused(CKPT_KIND_ANY, &list, CKPT_ERROR_TYPE, numbers[i].message);
        cJSON_Delete(list);
    }
}

void test_encode(void)
{
    check_structs();
    check_containers();
    check_any();
    check_decoded_any();
    check_errors();
}
