/* SPDX-License-Identifier: Apache-2.0 */
/* From pointers into the value to places in the text. */
#include <stdlib.h>
#include <string.h>

#include "helpers.h"
#include "tap.h"
#include "tests.h"

/* The wanted token stands between two @; without them nothing is to be found. */
static void check_at(ckpt_kind kind, const char *marked, const char *pointer)
{
    size_t length = 0, marks[2] = {0, 0}, marked_count = 0;
    char *text = malloc(strlen(marked) + 1);
    for (const char *at = marked; *at != '\0'; at++) {
        if (*at == '@')
            marks[marked_count++ % 2] = length;
        else
            text[length++] = *at;
    }
    ckpt_document *document = ckpt_document_new();
    ckpt_error error;
    ckpt_location where, naive;
    memset(&where, 0, sizeof(where));
    bool decoded = ckpt_decode(document, kind, text, length, &error);
    CHECK_THAT(decoded || error.kind == CKPT_ERROR_TYPE || error.kind == CKPT_ERROR_TIME,
               "%s: %.*s", marked, SHOW(error.message));
    bool found = ckpt_locate(document, pointer, strlen(pointer), &where);
    CHECK_THAT(found == (marked_count == 2), "%s: %s: %d", marked, pointer, found);
    if (found && marked_count == 2) {
        CHECK_THAT(where.offset == marks[0] && where.length == marks[1] - marks[0],
                   "%s: %s: at %zu, length %zu", marked, pointer, where.offset, where.length);
        ckpt_position(text, length, where.offset, &naive);
        CHECK(where.line == naive.line && where.column == naive.column);
    }
    ckpt_document_free(document);
    free(text);
}

static void check_plain(void)
{
    check_at(CKPT_KIND_ANY, " @[1, 2]@ ", "");
    check_at(CKPT_KIND_ANY, "[1,@22@,3]", "/1");
    check_at(CKPT_KIND_ANY, "[1,22,@3@]", "/2");
    check_at(CKPT_KIND_ANY, "{\"a\":{\"b\":[@null@]}}", "/a/b/0");
    check_at(CKPT_KIND_ANY, "{\"a\":@{\"b\":[null]}@}", "/a");
    check_at(CKPT_KIND_CONFIG_DUMP, "{\n  \"id\": @\"x\"@\n}", "/id");
    check_at(CKPT_KIND_SPEC_DUMP,
             "{\"linux\":{\"seccomp\":{\"syscalls\":[{},{\"names\":[\"a\",@\"b\"@]}]}}}",
             "/linux/seccomp/syscalls/1/names/1");
    check_at(CKPT_KIND_DELETED_FILES, "[\"a\",@\"b\"@]", "/1");
    check_at(CKPT_KIND_NETWORK_STATUS,
             "{\"n\":{\"interfaces\":{\"eth0\":{\"subnets\":[{\"ipnet\":@\"10/8\"@}]}}}}",
             "/n/interfaces/eth0/subnets/0/ipnet");
    /* unknown members were not decoded, but they stand there */
    check_at(CKPT_KIND_CONFIG_DUMP, "{\"x\":{\"y\":[@7@]}}", "/x/y/0");
    check_at(CKPT_KIND_CONFIG_DUMP, "{\"x\":1,\"x\":@2@}", "/x");
    check_at(CKPT_KIND_CONFIG_DUMP, "{\"x\":1}", "/X");
    /* below what has the wrong type */
    check_at(CKPT_KIND_CONFIG_DUMP, "{\"id\":@{\"a\":1}@}", "/id");
    check_at(CKPT_KIND_CONFIG_DUMP, "{\"id\":{\"a\":@1@}}", "/id/a");
    check_at(CKPT_KIND_CONFIG_DUMP, "{\"createdTime\":@\"x\"@}", "/createdTime");
}

static void check_escapes(void)
{
    check_at(CKPT_KIND_ANY, "{\"a/b\":1,\"a~b\":@2@}", "/a~0b");
    check_at(CKPT_KIND_ANY, "{\"a/b\":@1@,\"a~b\":2}", "/a~1b");
    check_at(CKPT_KIND_ANY, "{\"~1\":@1@}", "/~01");
    check_at(CKPT_KIND_ANY, "{\"\":@1@}", "/");
    check_at(CKPT_KIND_ANY, "{\"\":{\"\":@1@}}", "//");
    check_at(CKPT_KIND_ANY, "{\"\\u0061\\n\":@1@}", "/a\n");
    check_at(CKPT_KIND_ANY, "{\"\\ud800\":@1@}", "/\xEF\xBF\xBD");
    check_at(CKPT_KIND_ANY, "{\" \":@1@}", "/ ");
    check_at(CKPT_KIND_SPEC, "{\"annotations\":{\"io.kubernetes/x~y\":@\"1\"@}}",
             "/annotations/io.kubernetes~1x~0y");
    /* not pointers */
    static const char *const bad[] = {"a",  "a/b", "/a~", "/a~2b", "/~", "/a~~0",
                                      "#/", "/b",  "/a/", "/a/0",  " "};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        check_at(CKPT_KIND_ANY, "{\"a\":1,\"a~2b\":2,\"a~\":3,\"~\":4}", bad[i]);
    static const char *const bad_index[] = {"/01", "/-",  "/3",          "/+1", "/1e0", "/1 ",
                                            "/",   "/-1", "/9999999999", "/a",  "/00",  "/1/0"};
    for (size_t i = 0; i < sizeof(bad_index) / sizeof(bad_index[0]); i++)
        check_at(CKPT_KIND_ANY, "[1,2,3]", bad_index[i]);
    /* a NUL in a pointer is a character */
    ckpt_document *document = ckpt_document_new();
    ckpt_error error;
    ckpt_location where;
    CHECK(decode_text(document, CKPT_KIND_ANY, "{\"a\\u0000b\":1,\"a\":2}", &error));
    CHECK(ckpt_locate(document, "/a\0b", 4, &where) && where.offset == 12);
    CHECK(ckpt_locate(document, "/a\0b", 2, &where) && where.offset == 18);
    CHECK(ckpt_locate(document, "", 0, &where) && where.offset == 0);
    ckpt_document_free(document);
}

/* Fields fold, and the last one counts; so do merged structs and maps. */
static void check_merged(void)
{
    check_at(CKPT_KIND_CONFIG_DUMP, "{\"ID\":@\"a\"@}", "/id");
    check_at(CKPT_KIND_CONFIG_DUMP, "{\"ID\":@\"a\"@}", "/iD");
    check_at(CKPT_KIND_CONFIG_DUMP, "{\"ID\":\"a\",\"id\":\"b\",\"Id\":@\"c\"@}", "/id");
    check_at(CKPT_KIND_CONFIG_DUMP, "{\"re\xC5\xBFtored\":@true@}", "/restored");
    check_at(CKPT_KIND_CONFIG_DUMP, "{\"id\":@\"a\"@,\"id\":null}", "/id");
    check_at(CKPT_KIND_CONFIG_DUMP, "{\"id\":@\"a\"@,\"id\":7}", "/id");
    check_at(CKPT_KIND_CONFIG_DUMP, "{\"id\":7,\"id\":@\"a\"@}", "/id");
    check_at(CKPT_KIND_CONFIG_DUMP, "{\"id\":@null@}", "/id");
    check_at(CKPT_KIND_SPEC_DUMP, "{\"process\":{\"cwd\":@\"/x\"@},\"Process\":{\"args\":[\"a\"]}}",
             "/process/cwd");
    check_at(CKPT_KIND_SPEC_DUMP, "{\"process\":{\"cwd\":\"/x\"},\"Process\":@{\"args\":[\"a\"]}@}",
             "/process");
    check_at(CKPT_KIND_SPEC_DUMP, "{\"process\":{\"cwd\":\"/x\"},\"process\":{\"cwd\":@\"/y\"@}}",
             "/process/cwd");
    check_at(CKPT_KIND_SPEC_DUMP,
             "{\"process\":{\"cwd\":\"/x\"},\"process\":null,\"process\":{\"args\":[]}}",
             "/process/cwd");
    check_at(CKPT_KIND_SPEC_DUMP, "{\"process\":{\"cwd\":\"/x\"},\"process\":@null@}", "/process");
    check_at(CKPT_KIND_SPEC_DUMP, "{\"process\":{\"cwd\":@\"/x\"@},\"process\":\"no\"}",
             "/process/cwd");
    check_at(CKPT_KIND_SPEC_DUMP,
             "{\"process\":{\"user\":{\"uid\":@5@}},\"process\":{\"user\":null}}",
             "/process/user/uid");
    /* a number that does not fit leaves the one before */
    check_at(CKPT_KIND_STATUS, "{\"ExitCode\":@1@,\"ExitCode\":99999999999}", "/ExitCode");
    check_at(CKPT_KIND_STATUS, "{\"Pid\":@1@,\"Pid\":-1}", "/Pid");
    check_at(CKPT_KIND_STATUS, "{\"CreatedAt\":@1@,\"CreatedAt\":1.5}", "/CreatedAt");
    check_at(CKPT_KIND_STATUS, "{\"CreatedAt\":@1.5@}", "/CreatedAt");
    check_at(CKPT_KIND_SPEC_DUMP, "{\"windows\":{\"credentialSpec\":@1@,\"credentialSpec\":1e400}}",
             "/windows/credentialSpec");
    /* maps: merged by key, entries replaced whole */
    check_at(CKPT_KIND_SPEC, "{\"annotations\":{\"a\":@\"1\"@},\"annotations\":{\"b\":\"2\"}}",
             "/annotations/a");
    check_at(CKPT_KIND_SPEC, "{\"annotations\":{\"a\":\"1\"},\"annotations\":{\"a\":@null@}}",
             "/annotations/a");
    check_at(CKPT_KIND_SPEC, "{\"annotations\":{\"a\":\"1\"},\"annotations\":{\"a\":@7@}}",
             "/annotations/a");
    check_at(CKPT_KIND_SPEC, "{\"annotations\":{\"a\":\"1\"},\"annotations\":{\"A\":\"2\"}}",
             "/annotations/aa");
    check_at(CKPT_KIND_SPEC,
             "{\"annotations\":{\"a\":\"1\"},\"annotations\":null,\"annotations\":{}}",
             "/annotations/a");
    check_at(CKPT_KIND_NETWORK_STATUS,
             "{\"n\":{\"interfaces\":{\"e\":{\"mac_address\":\"x\"}}},\"n\":{\"interfaces\":{}}}",
             "/n/interfaces/e");
    check_at(CKPT_KIND_NETWORK_STATUS,
             "{\"n\":{\"interfaces\":{\"e\":{\"mac_address\":@\"x\"@}},\"Interfaces\":{}}}",
             "/n/interfaces/e/mac_address");
    /* any values are replaced, and their keys are exact */
    check_at(CKPT_KIND_SPEC_DUMP,
             "{\"windows\":{\"credentialSpec\":{\"a\":1},\"CREDENTIALSPEC\":{\"b\":2}}}",
             "/windows/credentialSpec/a");
    check_at(CKPT_KIND_SPEC_DUMP, "{\"windows\":{\"credentialSpec\":{\"a\":1,\"A\":2,\"a\":@3@}}}",
             "/windows/credentialSpec/a");
    check_at(CKPT_KIND_SPEC_DUMP,
             "{\"windows\":{\"credentialSpec\":{\"a\":1},\"credentialSpec\":@null@}}",
             "/windows/credentialSpec");
}

/* Slices are decoded over their old elements. */
static void check_slices(void)
{
    check_at(CKPT_KIND_SPEC_DUMP,
             "{\"process\":{\"args\":[\"a\",@\"b\"@],\"args\":[\"c\"],\"args\":[null,null]}}",
             "/process/args/1");
    check_at(CKPT_KIND_SPEC_DUMP,
             "{\"process\":{\"args\":[\"a\",\"b\"],\"args\":[@\"c\"@],\"args\":[null,null]}}",
             "/process/args/0");
    check_at(CKPT_KIND_SPEC_DUMP,
             "{\"process\":{\"args\":[\"a\",\"b\"],\"args\":[\"c\"],\"args\":[null,null,@null@]}}",
             "/process/args/2");
    check_at(CKPT_KIND_SPEC_DUMP, "{\"process\":{\"args\":[\"a\",\"b\"],\"args\":[\"c\"]}}",
             "/process/args/1");
    check_at(CKPT_KIND_SPEC_DUMP, "{\"process\":{\"args\":[\"a\"],\"args\":[],\"args\":[@null@]}}",
             "/process/args/0");
    check_at(CKPT_KIND_SPEC_DUMP,
             "{\"process\":{\"args\":[\"a\"],\"args\":null,\"args\":[@null@]}}", "/process/args/0");
    check_at(CKPT_KIND_SPEC_DUMP, "{\"process\":{\"args\":[@\"a\"@],\"args\":{}}}",
             "/process/args/0");
    check_at(CKPT_KIND_SPEC_DUMP,
             "{\"mounts\":[{\"destination\":\"/"
             "a\",\"type\":@\"t\"@}],\"mounts\":[{\"destination\":\"/c\"}]}",
             "/mounts/0/type");
    check_at(CKPT_KIND_SPEC_DUMP,
             "{\"mounts\":[{\"destination\":\"/a\"}],\"Mounts\":[{\"destination\":@\"/c\"@}]}",
             "/mounts/0/destination");
    check_at(CKPT_KIND_SPEC_DUMP, "{\"mounts\":[{\"destination\":\"/a\"}],\"mounts\":[7,@{}@]}",
             "/mounts/1");
    check_at(CKPT_KIND_SPEC_DUMP, "{\"mounts\":[{\"destination\":@\"/a\"@}],\"mounts\":[7,{}]}",
             "/mounts/0/destination");
}

static void check_not_decoded(void)
{
    ckpt_document *document = ckpt_document_new();
    ckpt_error error;
    ckpt_location where;
    CHECK(!ckpt_locate(document, "", 0, &where));
    CHECK(decode_text(document, CKPT_KIND_ANY, "[1]", &error));
    CHECK(ckpt_locate(document, "/0", 2, &where));
    ckpt_document_free(document);
}

void test_locate(void)
{
    check_plain();
    check_escapes();
    check_merged();
    check_slices();
    check_not_decoded();
}
