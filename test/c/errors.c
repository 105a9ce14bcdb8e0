/* SPDX-License-Identifier: Apache-2.0 */
/* All fields of errors: kind, rule, place, pointer, what was found, what was expected. */
#include <stdio.h>
#include <string.h>

#include "helpers.h"
#include "tap.h"
#include "tests.h"
#include "text/utf8.h"

struct error_case {
    ckpt_kind kind;
    const char *text, *message;
    long long go_offset;
    size_t offset, length;
    const char *pointer, *found, *expected;
};

static void check_case(const struct error_case *c, ckpt_error_kind kind, const char *rule)
{
    ckpt_document *document = ckpt_document_new();
    ckpt_error error;
    memset(&error, 0xFF, sizeof(error));
    if (CHECK_THAT(!decode_text(document, c->kind, c->text, &error), "%s is accepted", c->text)) {
        CHECK_THAT(error.kind == kind, "%s: kind %d", c->text, (int)error.kind);
        CHECK_THAT(error.rule != NULL && strcmp(error.rule, rule) == 0, "%s: rule %s", c->text,
                   error.rule);
        CHECK_THAT(same(error.message, c->message), "%s: %.*s", c->text, SHOW(error.message));
        CHECK_THAT(error.go_offset == c->go_offset, "%s: Go's offset %lld", c->text,
                   (long long)error.go_offset);
        CHECK_THAT(error.where.offset == c->offset && error.where.length == c->length,
                   "%s: at %zu, length %zu", c->text, error.where.offset, error.where.length);
        CHECK_THAT(same(error.pointer, c->pointer), "%s: pointer %.*s", c->text,
                   SHOW(error.pointer));
        CHECK_THAT(same(error.found, c->found), "%s: found %.*s", c->text, SHOW(error.found));
        CHECK_THAT(same(error.expected, c->expected), "%s: expected %.*s", c->text,
                   SHOW(error.expected));
        char detail[1024];
        snprintf(detail, sizeof(detail), "%s (line %zu, column %zu%s%s: found %s; expected %s)",
                 c->message, error.where.line, error.where.column,
                 c->pointer[0] == '\0' ? "" : ", at ", c->pointer, c->found, c->expected);
        CHECK_THAT(same(error.detail, detail), "%s: %.*s, not %s", c->text, SHOW(error.detail),
                   detail);
        if (kind != CKPT_ERROR_TYPE)
            CHECK_THAT(error.go_value.length == 0 && error.go_type.length == 0 &&
                           error.go_struct.length == 0 && error.go_field.length == 0,
                       "%s", c->text);
    }
    ckpt_document_free(document);
}

#define A CKPT_KIND_ANY
#define END "the end of the text"
#define VALUE "a value"
#define KEY "a key in double quotes"
#define COLON "a colon"
#define MEMBER "a comma or the closing brace"
#define ELEMENT "a comma or the closing bracket"
#define STRING "the rest of the string; control characters must be escaped"
#define ESCAPE "one of \" \\ / b f n r t u"
#define HEX "a hexadecimal digit"
#define DIGIT "a digit"
#define LITERAL "true, false or null"
#define UNEXPECTED_END "unexpected end of JSON input"
#define INVALID(c, context) "invalid character " c " " context
#define AT_VALUE "looking for beginning of value"
#define AT_KEY "looking for beginning of object key string"
#define AFTER_KEY "after object key"
#define AFTER_MEMBER "after object key:value pair"
#define AFTER_ELEMENT "after array element"

static const struct error_case syntax_errors[] = {
    /* where a value should be */
    {A, "", UNEXPECTED_END, 0, 0, 0, "", END, VALUE},
    {A, " \n", UNEXPECTED_END, 2, 2, 0, "", END, VALUE},
    {A, "x", INVALID("'x'", AT_VALUE), 1, 0, 1, "", "'x'", VALUE},
    {A, "'a'", INVALID("'\\''", AT_VALUE), 1, 0, 1, "", "'\\''", VALUE},
    {A, "\\", INVALID("'\\\\'", AT_VALUE), 1, 0, 1, "", "'\\\\'", VALUE},
    {A, "+1", INVALID("'+'", AT_VALUE), 1, 0, 1, "", "'+'", VALUE},
    {A, ".5", INVALID("'.'", AT_VALUE), 1, 0, 1, "", "'.'", VALUE},
    {A, "]", INVALID("']'", AT_VALUE), 1, 0, 1, "", "']'", VALUE},
    {A, "\xEF\xBB\xBF{}", INVALID("'\xC3\xAF'", AT_VALUE), 1, 0, 1, "", "'\xC3\xAF'", VALUE},
    {A, "\xA0", INVALID("'\\u00a0'", AT_VALUE), 1, 0, 1, "", "'\\u00a0'", VALUE},
    {A, "\x80", INVALID("'\\u0080'", AT_VALUE), 1, 0, 1, "", "'\\u0080'", VALUE},
    {A, "\xAD", INVALID("'\\u00ad'", AT_VALUE), 1, 0, 1, "", "'\\u00ad'", VALUE},
    {A, "\xFF", INVALID("'\xC3\xBF'", AT_VALUE), 1, 0, 1, "", "'\xC3\xBF'", VALUE},
    {A, "\x7F", INVALID("'\\x7f'", AT_VALUE), 1, 0, 1, "", "'\\x7f'", VALUE},
    {A, "\x01", INVALID("'\\x01'", AT_VALUE), 1, 0, 1, "", "'\\x01'", VALUE},
    {A, "\v", INVALID("'\\v'", AT_VALUE), 1, 0, 1, "", "'\\v'", VALUE},
    {A, "\f", INVALID("'\\f'", AT_VALUE), 1, 0, 1, "", "'\\f'", VALUE},
    {A, "\a", INVALID("'\\a'", AT_VALUE), 1, 0, 1, "", "'\\a'", VALUE},
    {A, "\b", INVALID("'\\b'", AT_VALUE), 1, 0, 1, "", "'\\b'", VALUE},
    {A, "[", UNEXPECTED_END, 1, 1, 0, "/0", END, VALUE},
    {A, "[,1]", INVALID("','", AT_VALUE), 2, 1, 1, "/0", "','", VALUE},
    {A, "[1,]", INVALID("']'", AT_VALUE), 4, 3, 1, "/1", "']'", VALUE},
    {A, "[1,", UNEXPECTED_END, 3, 3, 0, "/1", END, VALUE},
    {A, "[[],[0,x]]", INVALID("'x'", AT_VALUE), 8, 7, 1, "/1/1", "'x'", VALUE},
    {A, "{\"a\":}", INVALID("'}'", AT_VALUE), 6, 5, 1, "/a", "'}'", VALUE},
    {A, "{\"a\":", UNEXPECTED_END, 5, 5, 0, "/a", END, VALUE},
    {A, "{\"x\":1,\"a/~b\":[{\"c\":,", INVALID("','", AT_VALUE), 21, 20, 1, "/a~1~0b/0/c", "','",
     VALUE},
    {A, "{\"\\u0061\":{\"\":?", INVALID("'?'", AT_VALUE), 15, 14, 1, "/a/", "'?'", VALUE},
    /* keys */
    {A, "{", UNEXPECTED_END, 1, 1, 0, "", END, KEY},
    {A, "{,", INVALID("','", AT_KEY), 2, 1, 1, "", "','", KEY},
    {A, "{a:1}", INVALID("'a'", AT_KEY), 2, 1, 1, "", "'a'", KEY},
    {A, "{\"a\":1,}", INVALID("'}'", AT_KEY), 8, 7, 1, "", "'}'", KEY},
    {A, "{\"a\":1, ", UNEXPECTED_END, 8, 8, 0, "", END, KEY},
    {A, "[{\"a\":{1", INVALID("'1'", AT_KEY), 8, 7, 1, "/0/a", "'1'", KEY},
    {A, "{\"a\"", UNEXPECTED_END, 4, 4, 0, "/a", END, COLON},
    {A, "{\"a\" 1", INVALID("'1'", AFTER_KEY), 6, 5, 1, "/a", "'1'", COLON},
    {A, "{\"a\"}", INVALID("'}'", AFTER_KEY), 5, 4, 1, "/a", "'}'", COLON},
    {A, "{\"a", UNEXPECTED_END, 3, 3, 0, "", END, STRING},
    {A, "{\"a\":0,\"b\n", INVALID("'\\n'", "in string literal"), 10, 9, 1, "", "'\\n'", STRING},
    /* between members and elements */
    {A, "{\"a\":1", UNEXPECTED_END, 6, 6, 0, "", END, MEMBER},
    {A, "{\"a\":1]", INVALID("']'", AFTER_MEMBER), 7, 6, 1, "", "']'", MEMBER},
    {A, "{\"a\":{\"b\":\"c\":", INVALID("':'", AFTER_MEMBER), 14, 13, 1, "/a", "':'", MEMBER},
    {A, "[1 2]", INVALID("'2'", AFTER_ELEMENT), 4, 3, 1, "", "'2'", ELEMENT},
    {A, "[1,[2", UNEXPECTED_END, 5, 5, 0, "/1", END, ELEMENT},
    {A, "[[]}", INVALID("'}'", AFTER_ELEMENT), 4, 3, 1, "", "'}'", ELEMENT},
    {A, "[01]", INVALID("'1'", AFTER_ELEMENT), 3, 2, 1, "", "'1'", ELEMENT},
    {A, "[\"a\"\"b\"]", INVALID("'\"'", AFTER_ELEMENT), 5, 4, 1, "", "'\"'", ELEMENT},
    /* after the document */
    {A, "1 2", INVALID("'2'", "after top-level value"), 3, 2, 1, "", "'2'",
     "nothing but white space"},
    {A, "{}}", INVALID("'}'", "after top-level value"), 3, 2, 1, "", "'}'",
     "nothing but white space"},
    {A, "null\n,", INVALID("','", "after top-level value"), 6, 5, 1, "", "','",
     "nothing but white space"},
    /* literals */
    {A, "t", INVALID("' '", "in literal true (expecting 'r')"), 1, 1, 0, "", END, LITERAL},
    {A, "tru", INVALID("' '", "in literal true (expecting 'e')"), 3, 3, 0, "", END, LITERAL},
    {A, "tRue", INVALID("'R'", "in literal true (expecting 'r')"), 2, 1, 1, "", "'R'", LITERAL},
    {A, "trXe", INVALID("'X'", "in literal true (expecting 'u')"), 3, 2, 1, "", "'X'", LITERAL},
    {A, "fxlse", INVALID("'x'", "in literal false (expecting 'a')"), 2, 1, 1, "", "'x'", LITERAL},
    {A, "faxse", INVALID("'x'", "in literal false (expecting 'l')"), 3, 2, 1, "", "'x'", LITERAL},
    {A, "falxe", INVALID("'x'", "in literal false (expecting 's')"), 4, 3, 1, "", "'x'", LITERAL},
    {A, "fals", INVALID("' '", "in literal false (expecting 'e')"), 4, 4, 0, "", END, LITERAL},
    {A, "[nxll]", INVALID("'x'", "in literal null (expecting 'u')"), 3, 2, 1, "/0", "'x'", LITERAL},
    {A, "{\"a\":nux", INVALID("'x'", "in literal null (expecting 'l')"), 8, 7, 1, "/a", "'x'",
     LITERAL},
    {A, "nulx", INVALID("'x'", "in literal null (expecting 'l')"), 4, 3, 1, "", "'x'", LITERAL},
    {A, "truex", INVALID("'x'", "after top-level value"), 5, 4, 1, "", "'x'",
     "nothing but white space"},
    /* numbers */
    {A, "-", INVALID("' '", "in numeric literal"), 1, 1, 0, "", END, DIGIT},
    {A, "[-x]", INVALID("'x'", "in numeric literal"), 3, 2, 1, "/0", "'x'", DIGIT},
    {A, "1.", INVALID("' '", "after decimal point in numeric literal"), 2, 2, 0, "", END, DIGIT},
    {A, "[0,1.e]", INVALID("'e'", "after decimal point in numeric literal"), 6, 5, 1, "/1", "'e'",
     DIGIT},
    {A, "1e", INVALID("' '", "in exponent of numeric literal"), 2, 2, 0, "", END, DIGIT},
    {A, "1e+", INVALID("' '", "in exponent of numeric literal"), 3, 3, 0, "", END, DIGIT},
    {A, "{\"n\":1E-}", INVALID("'}'", "in exponent of numeric literal"), 9, 8, 1, "/n", "'}'",
     DIGIT},
    {A, "1.5.2", INVALID("'.'", "after top-level value"), 4, 3, 1, "", "'.'",
     "nothing but white space"},
    /* strings */
    {A, "\"", UNEXPECTED_END, 1, 1, 0, "", END, STRING},
    {A, "\"0123456789abcdef0123456789", UNEXPECTED_END, 27, 27, 0, "", END, STRING},
    {A, "[\"a\tb\"]", INVALID("'\\t'", "in string literal"), 4, 3, 1, "/0", "'\\t'", STRING},
    {A, "\"0123456789abcdef\x1F\"", INVALID("'\\x1f'", "in string literal"), 18, 17, 1, "",
     "'\\x1f'", STRING},
    {A, "\"\\", INVALID("' '", "in string escape code"), 2, 2, 0, "", END, ESCAPE},
    {A, "\"\\x\"", INVALID("'x'", "in string escape code"), 3, 2, 1, "", "'x'", ESCAPE},
    {A, "{\"\\'", INVALID("'\\''", "in string escape code"), 4, 3, 1, "", "'\\''", ESCAPE},
    {A, "\"\\u", INVALID("' '", "in \\u hexadecimal character escape"), 3, 3, 0, "", END, HEX},
    {A, "\"\\u12", INVALID("' '", "in \\u hexadecimal character escape"), 5, 5, 0, "", END, HEX},
    {A, "[\"\\u00g0\"]", INVALID("'g'", "in \\u hexadecimal character escape"), 7, 6, 1, "/0",
     "'g'", HEX},
    {A, "\"\\uD83\"", INVALID("'\"'", "in \\u hexadecimal character escape"), 7, 6, 1, "", "'\"'",
     HEX},
};

static const struct error_case type_errors[] = {
    {CKPT_KIND_CONFIG_DUMP, "{\"id\": 42}",
     "json: cannot unmarshal number into Go struct field ContainerConfig.id of type string", 9, 7,
     2, "/id", "the number 42", "a string"},
    {CKPT_KIND_CONFIG_DUMP, "{\"restored\":\"yes\"}",
     "json: cannot unmarshal string into Go struct field ContainerConfig.restored of type bool", 17,
     12, 5, "/restored", "the string \"yes\"", "true or false"},
    {CKPT_KIND_CONFIG_DUMP, " true",
     "json: cannot unmarshal bool into Go value of type metadata.ContainerConfig", 5, 1, 4, "",
     "true", "an object"},
    {CKPT_KIND_CONFIG_DUMP, "[]",
     "json: cannot unmarshal array into Go value of type metadata.ContainerConfig", 1, 0, 2, "",
     "an array", "an object"},
    {CKPT_KIND_CONFIG_DUMP, "{\"ID\":[1,2]}",
     "json: cannot unmarshal array into Go struct field ContainerConfig.id of type string", 7, 6, 5,
     "/ID", "an array", "a string"},
    {CKPT_KIND_DELETED_FILES, "{}", "json: cannot unmarshal object into Go value of type []string",
     1, 0, 2, "", "an object", "an array"},
    {CKPT_KIND_DELETED_FILES, "[\"a\",null,false]",
     "json: cannot unmarshal bool into Go value of type string", 15, 10, 5, "/2", "false",
     "a string"},
    {CKPT_KIND_NETWORK_STATUS, "\"x\"",
     "json: cannot unmarshal string into Go value of type metadata.PodmanNetworkStatus", 3, 0, 3,
     "", "the string \"x\"", "an object"},
    {CKPT_KIND_NETWORK_STATUS, "{\"a/b\":{\"interfaces\":{\"~\":{\"subnets\":{}}}}}",
     "json: cannot unmarshal object into Go struct field "
     "PodmanNetworkInterface.interfaces.subnets of type []metadata.PodmanNetworkSubnet",
     38, 37, 2, "/a~1b/interfaces/~0/subnets", "an object", "an array"},
    {CKPT_KIND_STATUS, "{\"Pid\":4294967296}",
     "json: cannot unmarshal number 4294967296 into Go struct field ContainerdStatus.Pid of type "
     "uint32",
     17, 7, 10, "/Pid", "the number 4294967296", "an integer from 0 to 4294967295"},
    {CKPT_KIND_STATUS, "{\"exitcode\":1.0,\"Pid\":\"\"}",
     "json: cannot unmarshal number 1.0 into Go struct field ContainerdStatus.ExitCode of type "
     "int32",
     15, 12, 3, "/exitcode", "the number 1.0", "an integer from -2147483648 to 2147483647"},
    {CKPT_KIND_STATUS, "{\"CreatedAt\":9223372036854775808}",
     "json: cannot unmarshal number 9223372036854775808 into Go struct field "
     "ContainerdStatus.CreatedAt of type int64",
     32, 13, 19, "/CreatedAt", "the number 9223372036854775808",
     "an integer from -9223372036854775808 to 9223372036854775807"},
    {CKPT_KIND_SPEC_DUMP, "{\"process\":{\"oomScoreAdj\":true}}",
     "json: cannot unmarshal bool into Go struct field Process.process.oomScoreAdj of type int", 30,
     26, 4, "/process/oomScoreAdj", "true",
     "an integer from -9223372036854775808 to 9223372036854775807"},
    {CKPT_KIND_SPEC_DUMP,
     "{\"linux\":{\"resources\":{\"blockIO\":{\"weightDevice\":[{\"major\":1},{\"major\":\"1\"}]}}}"
     "}",
     "json: cannot unmarshal string into Go struct field "
     "LinuxWeightDevice.linux.resources.blockIO.weightDevice.LinuxBlockIODevice.major of type "
     "int64",
     74, 71, 3, "/linux/resources/blockIO/weightDevice/1/major", "the string \"1\"",
     "an integer from -9223372036854775808 to 9223372036854775807"},
    {CKPT_KIND_SPEC_DUMP, "{\"linux\":{\"resources\":{\"blockIO\":{\"weight\":65536}}}}",
     "json: cannot unmarshal number 65536 into Go struct field "
     "LinuxBlockIO.linux.resources.blockIO.weight of type uint16",
     48, 43, 5, "/linux/resources/blockIO/weight", "the number 65536",
     "an integer from 0 to 65535"},
    {CKPT_KIND_SPEC_DUMP, "{\"process\":{\"rlimits\":[{\"hard\":-1}]}}",
     "json: cannot unmarshal number -1 into Go struct field POSIXRlimit.process.rlimits.hard of "
     "type uint64",
     33, 31, 2, "/process/rlimits/0/hard", "the number -1",
     "an integer from 0 to 18446744073709551615"},
    {CKPT_KIND_SPEC_DUMP, "{\"annotations\":{\"a\":\"x\",\"b\":{}}}",
     "json: cannot unmarshal object into Go struct field Spec.annotations of type string", 29, 28,
     2, "/annotations/b", "an object", "a string"},
    {CKPT_KIND_SPEC_DUMP, "{\"annotations\":[]}",
     "json: cannot unmarshal array into Go struct field Spec.annotations of type "
     "map[string]string",
     16, 15, 2, "/annotations", "an array", "an object"},
    {CKPT_KIND_ANY, "1e400", "json: cannot unmarshal number 1e400 into Go value of type float64", 6,
     0, 5, "", "the number 1e400", "a number that fits a double"},
    {CKPT_KIND_ANY, "{\"a\":[-1e999]}",
     "json: cannot unmarshal number -1e999 into Go value of type float64", 13, 6, 6, "/a/0",
     "the number -1e999", "a number that fits a double"},
    /* the first error is told, wherever the others are */
    {CKPT_KIND_CONFIG_DUMP, "{\"name\":{},\"id\":1}",
     "json: cannot unmarshal object into Go struct field ContainerConfig.name of type string", 9, 8,
     2, "/name", "an object", "a string"},
    /* long texts are cut, between characters */
    {CKPT_KIND_STATUS,
     "{\"Pid\":\"0123456789012345678901234567890123456789012345678901234567890123456789\"}",
     "json: cannot unmarshal string into Go struct field ContainerdStatus.Pid of type uint32", 79,
     7, 72, "/Pid", "the string \"01234567890123456789012345678901234567890123456789012345...",
     "an integer from 0 to 4294967295"},
    {CKPT_KIND_STATUS,
     "{\"Pid\":\"0123456789012345678901234567890123456789012345678901234\xE2\x82\xAC"
     "90123456789\"}",
     "json: cannot unmarshal string into Go struct field ContainerdStatus.Pid of type uint32", 78,
     7, 71, "/Pid", "the string \"0123456789012345678901234567890123456789012345678901234...",
     "an integer from 0 to 4294967295"},
    /* what is no UTF-8 is replaced, as in values */
    {CKPT_KIND_STATUS, "{\"Pid\":\"a\xFF\xE2\x82\"}",
     "json: cannot unmarshal string into Go struct field ContainerdStatus.Pid of type uint32", 13,
     7, 6, "/Pid", "the string \"a\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"",
     "an integer from 0 to 4294967295"},
};

#define TIME "an RFC 3339 time such as 2024-01-28T00:10:45Z"
static const struct error_case time_errors[] = {
    {CKPT_KIND_CONFIG_DUMP, "{\"createdTime\":\"2024-01-01\"}",
     "parsing time \"2024-01-01\" as \"2006-01-02T15:04:05Z07:00\": cannot parse \"\" as \"T\"", -1,
     15, 12, "/createdTime", "the string \"2024-01-01\"", TIME},
    {CKPT_KIND_CONFIG_DUMP, "{\"checkpointedTime\":5}",
     "Time.UnmarshalJSON: input is not a JSON string", -1, 20, 1, "/checkpointedTime",
     "the number 5", TIME},
    {CKPT_KIND_CONFIG_DUMP, "{\"RestoredTime\":[]}",
     "Time.UnmarshalJSON: input is not a JSON string", -1, 16, 2, "/RestoredTime", "an array",
     TIME},
    {CKPT_KIND_CONFIG_DUMP, "{\"createdTime\":\"2024-13-01T00:00:00Z\"}",
     "parsing time \"2024-13-01T00:00:00Z\": month out of range", -1, 15, 22, "/createdTime",
     "the string \"2024-13-01T00:00:00Z\"", TIME},
    {CKPT_KIND_CONFIG_DUMP, "{\"createdTime\":\"2024-01-01T00:00:00Z \"}",
     "parsing time \"2024-01-01T00:00:00Z \": extra text: \" \"", -1, 15, 23, "/createdTime",
     "the string \"2024-01-01T00:00:00Z \"", TIME},
    {CKPT_KIND_CONFIG_DUMP, "{\"createdTime\":\"\\u0032\xC3\xA9\"}",
     "parsing time \"\\\\u0032\\xc3\\xa9\" as \"2006-01-02T15:04:05Z07:00\": cannot parse "
     "\"\\\\u0032\\xc3\\xa9\" as \"2006\"",
     -1, 15, 10, "/createdTime", "the string \"\\u0032\xC3\xA9\"", TIME},
    /* it ends the decoding, and hides a type error before it */
    {CKPT_KIND_CONFIG_DUMP, "{\"id\":1,\"createdTime\":\"\",\"name\":2}",
     "parsing time \"\" as \"2006-01-02T15:04:05Z07:00\": cannot parse \"\" as \"2006\"", -1, 22, 2,
     "/createdTime", "the string \"\"", TIME},
};

/* Nested too deeply, in arrays and objects, at the start and inside of skipped members. */
static void check_depth(void)
{
    enum { LIMIT = 10000 };
    static char text[LIMIT * 6 + 16];
    ckpt_document *document = ckpt_document_new();
    ckpt_error error;
    memset(text, '[', LIMIT + 1);
    memset(text + LIMIT, ']', LIMIT);
    CHECK(ckpt_decode(document, CKPT_KIND_ANY, text, 2 * (size_t)LIMIT, &error));
    text[LIMIT] = '[';
    CHECK(!ckpt_decode(document, CKPT_KIND_ANY, text, 2 * (size_t)LIMIT + 1, &error));
    CHECK(same(error.message, "invalid character '[' exceeded max depth"));
    CHECK(error.kind == CKPT_ERROR_SYNTAX && error.where.offset == LIMIT &&
          error.go_offset == LIMIT + 1);
    CHECK(same(error.expected, "at most 10000 nested arrays and objects"));
    CHECK(error.pointer.length == 2 * (size_t)LIMIT);

    size_t length = 0;
    for (int i = 0; i < LIMIT; i++, length += 5)
        memcpy(text + length, "{\"x\":", 5);
    text[length] = '{';
    CHECK(!ckpt_decode(document, CKPT_KIND_STATUS, text, length + 1, &error));
    CHECK(same(error.message, "invalid character '{' exceeded max depth"));
    CHECK(error.where.offset == length && error.pointer.length == 2 * (size_t)LIMIT);
    ckpt_document_free(document);
}

/* A key of an object that is not complete yet, with all kinds of members before it. */
static void check_go_words(void)
{
    ckpt_document *document = ckpt_document_new();
    ckpt_error error;
    CHECK(!decode_text(
        document, CKPT_KIND_SPEC_DUMP,
        "{\"linux\":{\"resources\":{\"blockIO\":{\"weightDevice\":[{\"MAJOR\":1.5}]}}}}", &error));
    CHECK(same(error.go_value, "number 1.5") && same(error.go_type, "int64") &&
          same(error.go_struct, "LinuxWeightDevice") &&
          same(error.go_field, "linux.resources.blockIO.weightDevice.LinuxBlockIODevice.major"));
    CHECK(!decode_text(document, CKPT_KIND_STATUS, "[]", &error));
    CHECK(same(error.go_value, "array") && same(error.go_type, "metadata.ContainerdStatus") &&
          same(error.go_struct, "") && same(error.go_field, ""));
    /* no error leaves nothing of an earlier one */
    CHECK(decode_text(document, CKPT_KIND_STATUS, "{}", &error));
    CHECK(error.kind == CKPT_OK && error.message.length == 0 && error.detail.length == 0 &&
          error.pointer.length == 0 && error.go_type.length == 0 && error.where.line == 0);
    ckpt_document_free(document);
}

static const char *rule_of(ckpt_kind kind)
{
    switch (kind) {
    case CKPT_KIND_CONFIG_DUMP:
        return "CKP100";
    case CKPT_KIND_SPEC_DUMP:
        return "CKP200";
    case CKPT_KIND_NETWORK_STATUS:
        return "CKP302";
    case CKPT_KIND_STATUS:
        return "CKP304";
    case CKPT_KIND_DELETED_FILES:
        return "CKP403";
    default:
        return "CKP001";
    }
}

void test_errors(void)
{
    for (size_t i = 0; i < sizeof(syntax_errors) / sizeof(syntax_errors[0]); i++)
        check_case(&syntax_errors[i], CKPT_ERROR_SYNTAX, "CKP001");
    for (size_t i = 0; i < sizeof(type_errors) / sizeof(type_errors[0]); i++)
        check_case(&type_errors[i], CKPT_ERROR_TYPE, rule_of(type_errors[i].kind));
    for (size_t i = 0; i < sizeof(time_errors) / sizeof(time_errors[0]); i++)
        check_case(&time_errors[i], CKPT_ERROR_TIME, "CKP103");
    check_depth();
    check_go_words();
}
