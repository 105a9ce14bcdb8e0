/* SPDX-License-Identifier: Apache-2.0 */
/* Integers and doubles, from and to text. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "helpers.h"
#include "tap.h"
#include "tests.h"
#include "text/number.h"

/* ---- integers ---------------------------------------------------------------------------------
 */

void test_integers(void)
{
    static const struct {
        const char *token;
        bool is_signed, is_unsigned;
        int64_t i;
        uint64_t u;
    } cases[] = {
        {"0", true, true, 0, 0},
        {"-0", true, false, 0, 0},
        {"7", true, true, 7, 7},
        {"-7", true, false, -7, 0},
        {"9223372036854775807", true, true, INT64_MAX, INT64_MAX},
        {"9223372036854775808", false, true, 0, UINT64_C(9223372036854775808)},
        {"-9223372036854775808", true, false, INT64_MIN, 0},
        {"-9223372036854775809", false, false, 0, 0},
        {"18446744073709551615", false, true, 0, UINT64_MAX},
        {"18446744073709551616", false, false, 0, 0},
        {"18446744073709551620", false, false, 0, 0},
        {"99999999999999999999999", false, false, 0, 0},
        {"1.0", false, false, 0, 0},
        {"1e3", false, false, 0, 0},
        {"-", false, false, 0, 0},
        {"", false, false, 0, 0},
    };
    for (size_t n = 0; n < sizeof(cases) / sizeof(cases[0]); n++) {
        const char *token = cases[n].token;
        int64_t i = 12345;
        uint64_t u = 12345;
        bool is_signed = ckpt_parse_int64(token, strlen(token), &i);
        bool is_unsigned = ckpt_parse_uint64(token, strlen(token), &u);
        CHECK_THAT(is_signed == cases[n].is_signed && i == (is_signed ? cases[n].i : 12345),
                   "\"%s\": %d %" PRId64, token, is_signed, i);
        CHECK_THAT(is_unsigned == cases[n].is_unsigned && u == (is_unsigned ? cases[n].u : 12345),
                   "\"%s\": %d %" PRIu64, token, is_unsigned, u);
        char text[20];
        if (is_signed && strcmp(token, "-0") != 0)
            CHECK_THAT(same((ckpt_string){text, ckpt_format_int64(i, text)}, token), "%s", token);
        if (is_unsigned)
            CHECK_THAT(same((ckpt_string){text, ckpt_format_uint64(u, text)}, token), "%s", token);
    }
}

/* The borders of every width, in fields that have it. */
void test_integer_fields(void)
{
    static const struct {
        ckpt_kind kind;
        const char *before, *after;
        const char *low, *below, *high, *above;
    } fields[] = {
        {CKPT_KIND_STATUS, "{\"ExitCode\":", "}", "-2147483648", "-2147483649", "2147483647",
         "2147483648"},
        {CKPT_KIND_STATUS, "{\"Pid\":", "}", "0", "-1", "4294967295", "4294967296"},
        {CKPT_KIND_STATUS, "{\"CreatedAt\":", "}", "-9223372036854775808", "-9223372036854775809",
         "9223372036854775807", "9223372036854775808"},
        {CKPT_KIND_POD_OPTIONS, "{\"version\":", "}", "-9223372036854775808",
         "-9223372036854775809", "9223372036854775807", "9223372036854775808"},
        {CKPT_KIND_SPEC_DUMP, "{\"process\":{\"consoleSize\":{\"height\":", "}}}", "0", "-0",
         "18446744073709551615", "18446744073709551616"},
        {CKPT_KIND_SPEC_DUMP, "{\"process\":{\"rlimits\":[{\"hard\":", "}]}}", "0", "-1",
         "18446744073709551615", "18446744073709551616"},
        {CKPT_KIND_SPEC_DUMP, "{\"linux\":{\"resources\":{\"blockIO\":{\"weight\":", "}}}}", "0",
         "-1", "65535", "65536"},
        {CKPT_KIND_SPEC_DUMP, "{\"linux\":{\"devices\":[{\"fileMode\":", "}]}}", "0", "-0",
         "4294967295", "4294967296"},
    };
    ckpt_document *document = ckpt_document_new();
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        const char *numbers[] = {fields[i].low, fields[i].high, fields[i].below, fields[i].above};
        for (size_t n = 0; n < 4; n++) {
            char text[256], wanted[64];
            ckpt_error error;
            ckpt_string json;
            snprintf(text, sizeof(text), "%s%s%s", fields[i].before, numbers[n], fields[i].after);
            bool decoded = decode_text(document, fields[i].kind, text, &error);
            CHECK_THAT(decoded == (n < 2), "%s: %.*s", text, SHOW(error.message));
            snprintf(wanted, sizeof(wanted), "number %s", numbers[n]);
            if (!decoded)
                CHECK_THAT(error.kind == CKPT_ERROR_TYPE && same(error.go_value, wanted), "%s",
                           text);
            CHECK(ckpt_encode(document, fields[i].kind, ckpt_document_value(document), &json,
                              &error));
            snprintf(wanted, sizeof(wanted), "%s", numbers[n]);
            char *out = compact(json);
            if (decoded && strcmp(numbers[n], "0") != 0)
                CHECK_THAT(strstr(out, wanted) != NULL, "%s: %s", text, out);
            free(out);
        }
    }
    ckpt_document_free(document);
}

/* ---- doubles ----------------------------------------------------------------------------------
 */

static uint64_t bits_of(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof(bits));
    return bits;
}

static double double_of(uint64_t bits)
{
    double value;
    memcpy(&value, &bits, sizeof(value));
    return value;
}

/* xorshift64: the same numbers in every run. */
static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/* Against Go. */
static void check_recorded(void)
{
    size_t length;
    int count = 0;
    char *lines = tap_read_file(tap_data("go/doubles.tsv"), &length), *rest = lines;
    for (char *line; (line = next_line(&rest)) != NULL; count++) {
        char *column[3];
        if (!CHECK(split_columns(line, column, 3) == 3))
            break;
        double value = 0;
        bool fits = ckpt_parse_double(column[0], strlen(column[0]), &value);
        CHECK_THAT(fits == (column[1][0] != '-'), "%.80s: %d", column[0], fits);
        if (!fits || column[1][0] == '-')
            continue;
        CHECK_THAT(bits_of(value) == strtoull(column[1], NULL, 16), "%.80s: %016" PRIx64 ", not %s",
                   column[0], bits_of(value), column[1]);
        char text[CKPT_DOUBLE_MAX + 1];
        text[CKPT_DOUBLE_MAX] = '#';
        size_t written = ckpt_format_double(value, text);
        CHECK_THAT(same((ckpt_string){text, written}, column[2]), "%.80s: %.*s, not %s", column[0],
                   (int)written, text, column[2]);
        CHECK(text[CKPT_DOUBLE_MAX] == '#');
    }
    free(lines);
    CHECK(count > 2500);
}

/* Number of significant digits of a number's text. */
static int digits_of(const char *text, size_t length)
{
    int digits = 0, zeros = 0;
    for (size_t i = 0; i < length && text[i] != 'e'; i++) {
        if (text[i] < '0' || text[i] > '9' || (digits == 0 && text[i] == '0'))
            continue;
        digits++;
        zeros = text[i] == '0' ? zeros + 1 : 0;
    }
    return digits - zeros;
}

/* Against the C library: what is written reads back, and no shorter text does. */
static void check_random(void)
{
    uint64_t state = 20240901;
    for (int i = 0; i < 3000; i++) {
        uint64_t bits = next_random(&state);
        double value = double_of(i % 4 == 0 ? bits & ((UINT64_C(1) << 52) - 1) : bits);
        if (i % 4 == 1) /* few digits */
            value = ldexp((double)(int64_t)(bits >> 44), (int)(bits % 40) - 20);
        if (isnan(value) || isinf(value))
            continue;
        char text[CKPT_DOUBLE_MAX + 1], shorter[64];
        size_t length = ckpt_format_double(value, text);
        text[length] = '\0';
        double again = 1;
        CHECK_THAT(bits_of(strtod(text, NULL)) == bits_of(value), "%a is written %s", value, text);
        CHECK_THAT(ckpt_parse_double(text, length, &again) && bits_of(again) == bits_of(value),
                   "%s reads back as %a, not %a", text, again, value);
        int digits = digits_of(text, length);
        if (digits > 1) {
            snprintf(shorter, sizeof(shorter), "%.*e", digits - 2, value);
            CHECK_THAT(strtod(shorter, NULL) != value, "%s could be %s", text, shorter);
            /* of as many digits, the nearest */
            snprintf(shorter, sizeof(shorter), "%.*e", digits - 1, value);
            if (strtod(shorter, NULL) == value)
                CHECK_THAT(fabs(strtod(text, NULL) - value) <= fabs(strtod(shorter, NULL) - value),
                           "%s, not %s", text, shorter);
        }
        /* more digits than are needed */
        snprintf(shorter, sizeof(shorter), "%.*e", (int)(bits % 30), value);
        if (!isinf(strtod(shorter, NULL)))
            CHECK_THAT(ckpt_parse_double(shorter, strlen(shorter), &again) &&
                           bits_of(again) == bits_of(strtod(shorter, NULL)),
                       "%s is read as %a", shorter, again);
    }
}

void test_doubles(void)
{
    check_recorded();
    check_random();
}
