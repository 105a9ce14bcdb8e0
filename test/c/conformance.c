/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Go package's own answers: test/data/conformance/NAME-inputs.jsonl has a line {"kind", "b64"}
 * for each case, NAME-expected.jsonl the answer in the same line (see README.md there).
 */
#include <cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ckpt.h"
#include "helpers.h"
#include "tap.h"
#include "tests.h"

static const char *text_of(const cJSON *object, const char *name)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name));
}

static unsigned char *decode_base64(const char *text, size_t *length)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    unsigned char *out = malloc(strlen(text) / 4 * 3 + 3);
    unsigned bits = 0, count = 0;
    *length = 0;
    for (; out != NULL && *text != '\0' && *text != '='; text++) {
        bits = bits << 6 | (unsigned)(strchr(digits, *text) - digits);
        count += 6;
        if (count >= 8) {
            count -= 8;
            out[(*length)++] = (unsigned char)(bits >> count);
        }
    }
    return out;
}

static void check_error(const char *where, const cJSON *answer, const ckpt_error *error)
{
    const char *kind = text_of(answer, "errorKind");
    ckpt_error_kind want = strcmp(kind, "syntax") == 0 ? CKPT_ERROR_SYNTAX
                           : strcmp(kind, "type") == 0 ? CKPT_ERROR_TYPE
                                                       : CKPT_ERROR_TIME;
    const cJSON *offset = cJSON_GetObjectItemCaseSensitive(answer, "offset");
    const cJSON *type_error = cJSON_GetObjectItemCaseSensitive(answer, "typeError");
    CHECK_THAT(error->kind == want, "%s: kind %d, not %s", where, (int)error->kind, kind);
    CHECK_THAT(same(error->message, text_of(answer, "error")), "%s: \"%.*s\", not \"%s\"", where,
               SHOW(error->message), text_of(answer, "error"));
    CHECK_THAT(error->go_offset == (offset == NULL ? -1 : (int64_t)offset->valuedouble),
               "%s: offset %lld", where, (long long)error->go_offset);
    CHECK_THAT(error->detail.length > error->message.length &&
                   memcmp(error->detail.data, error->message.data, error->message.length) == 0,
               "%s: detail \"%.*s\"", where, SHOW(error->detail));
    if (type_error != NULL) {
        CHECK_THAT(same(error->go_value, text_of(type_error, "value")) &&
                       same(error->go_type, text_of(type_error, "type")) &&
                       same(error->go_struct, text_of(type_error, "struct")) &&
                       same(error->go_field, text_of(type_error, "field")),
                   "%s: value %.*s, type %.*s, struct %.*s, field %.*s", where,
                   SHOW(error->go_value), SHOW(error->go_type), SHOW(error->go_struct),
                   SHOW(error->go_field));
    }
}

/* The text of a member of an answer line as it stands there: cJSON's numbers are not exact. */
static char *raw_member(const char *line, const char *name)
{
    char label[32];
    snprintf(label, sizeof(label), ",\"%s\":", name);
    const char *start = strstr(line, label);
    if (start == NULL)
        return NULL;
    start += strlen(label);
    size_t length = strlen(start);
    while (length > 0 && start[length - 1] != '}')
        length--;
    char *copy = malloc(length + 1);
    if (copy != NULL && length > 0) {
        memcpy(copy, start, length - 1);
        copy[length - 1] = '\0';
    }
    return copy;
}

static void check_case(ckpt_document *document, const char *where, const cJSON *input,
                       const cJSON *answer, const char *answer_line)
{
    size_t length;
    const char *kind_name = text_of(input, "kind");
    unsigned char *data = decode_base64(text_of(input, "b64"), &length);
    /* An exact allocation lets the sanitizers see any read after the end. */
    unsigned char *exact = malloc(length == 0 ? 1 : length);
    memcpy(exact, data, length);
    free(data);

    ckpt_kind kind = ckpt_kind_by_name(kind_name, strlen(kind_name));
    ckpt_error error, encode_error;
    ckpt_string text;
    bool ok = ckpt_decode(document, kind, exact, length, &error);
    bool want = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(answer, "ok"));
    CHECK_THAT(ok == want, "%s: %s: %.*s", where, ok ? "accepted" : "refused", SHOW(error.message));
    if (ok == want) {
        const char *marshal_error = text_of(answer, "marshalError");
        bool encoded = true;
        if (!ok)
            check_error(where, answer, &error);
        if (error.kind != CKPT_ERROR_SYNTAX) {
            encoded =
                ckpt_encode(document, kind, ckpt_document_value(document), &text, &encode_error);
            CHECK_THAT(encoded == (marshal_error == NULL), "%s: encode", where);
        }
        if (!encoded) {
            CHECK_THAT(same(encode_error.message, marshal_error), "%s: encode: %.*s", where,
                       SHOW(encode_error.message));
        } else if (ok) {
            CHECK_THAT(same(text, text_of(answer, "indented")), "%s: encoded as %.*s", where,
                       SHOW(text));
        } else if (error.kind != CKPT_ERROR_SYNTAX) {
            char *partial = raw_member(answer_line, "partial"), *got = compact(text);
            CHECK_THAT(partial != NULL && got != NULL && strcmp(got, partial) == 0,
                       "%s: partial %s, not %s", where, got, partial);
            free(partial);
            free(got);
        }
    }
    free(exact);
}

static size_t check_files(const char *inputs_path, const char *answers_path)
{
    size_t length, count = 0;
    char *inputs = tap_read_file(inputs_path, &length);
    char *answers = inputs == NULL ? NULL : tap_read_file(answers_path, &length);
    char *inputs_rest = inputs, *answers_rest = answers;
    ckpt_document *document = ckpt_document_new();
    for (char *line; answers != NULL && (line = next_line(&inputs_rest)) != NULL;) {
        char *answer_line = next_line(&answers_rest);
        if (!CHECK_THAT(answer_line != NULL, "%s is shorter", answers_path))
            break;
        cJSON *input = cJSON_Parse(line), *answer = cJSON_Parse(answer_line);
        const char *name = text_of(input, "name");
        char where[512];
        snprintf(where, sizeof(where), "%s:%zu (%s)", inputs_path, ++count,
                 name == NULL ? text_of(input, "kind") : name);
        if (CHECK_THAT(input != NULL && answer != NULL, "%s: not JSON", where))
            check_case(document, where, input, answer, answer_line);
        cJSON_Delete(input);
        cJSON_Delete(answer);
    }
    ckpt_document_free(document);
    free(inputs);
    free(answers);
    return count;
}

void test_conformance(void)
{
    /* Other answers of the Go package, made elsewhere, can be checked with two variables. */
    const char *inputs = getenv("CKPT_INPUTS"), *answers = getenv("CKPT_ANSWERS");
    if (inputs != NULL && answers != NULL) {
        CHECK(check_files(inputs, answers) > 0);
        return;
    }
    CHECK(check_files("test/data/conformance/cases-inputs.jsonl",
                      "test/data/conformance/cases-expected.jsonl") > 500);
    CHECK(check_files("test/data/conformance/fuzz-inputs.jsonl",
                      "test/data/conformance/fuzz-expected.jsonl") >= 1000);
    CHECK(check_files("test/data/conformance/more-inputs.jsonl",
                      "test/data/conformance/more-expected.jsonl") >= 3000);
}
