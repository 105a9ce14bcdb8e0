/* SPDX-License-Identifier: Apache-2.0 */
/* Times: calendar, what is accepted and refused, and how they are written. */
#include <stdlib.h>
#include <string.h>

#include "helpers.h"
#include "tap.h"
#include "tests.h"
#include "text/time.h"

static bool parse(const char *text, ckpt_time *time, struct ckpt_time_problem *problem)
{
    /* No byte after the text may be looked at. */
    size_t length = strlen(text);
    char *exact = malloc(length == 0 ? 1 : length);
    memcpy(exact, text, length);
    memset(problem, 0, sizeof(*problem));
    bool parsed = ckpt_time_parse(exact, length, time, problem);
    free(exact);
    return parsed;
}

static void check_writing(void)
{
    size_t length;
    int count = 0;
    char *lines = tap_read_file(tap_data("go/times.tsv"), &length), *rest = lines;
    for (char *line; (line = next_line(&rest)) != NULL; count++) {
        char *column[4];
        if (!CHECK(split_columns(line, column, 4) == 4))
            break;
        ckpt_time time = {strtoll(column[0], NULL, 10), atoi(column[1]), atoi(column[2])};
        const char *problem = ckpt_time_marshal_problem(time);
        if (column[3][0] == '!') {
            const char *want = column[3] + strlen("!Time.MarshalJSON: ");
            CHECK_THAT(problem != NULL && strcmp(problem, want) == 0, "%s %s: %s, not %s",
                       column[0], column[2], problem == NULL ? "written" : problem, want);
            continue;
        }
        char text[CKPT_TIME_MAX];
        size_t written = ckpt_time_format(time, text);
        CHECK_THAT(problem == NULL && written <= CKPT_TIME_MAX &&
                       same((ckpt_string){text, written}, column[3]),
                   "%s %s %s: %.*s, not %s", column[0], column[1], column[2], (int)written, text,
                   column[3]);
        /* What is written reads back as the same time, if the zone has no odd seconds. */
        ckpt_time again;
        struct ckpt_time_problem why;
        if (time.offset % 60 == 0)
            CHECK_THAT(parse(column[3], &again, &why) && again.seconds == time.seconds &&
                           again.nanoseconds == time.nanoseconds && again.offset == time.offset,
                       "%s read back", column[3]);
    }
    free(lines);
    CHECK(count > 1500);
}

static void check_accepted(void)
{
    static const struct {
        const char *text;
        int64_t unix_seconds;
        int32_t nanoseconds, offset;
        const char *written;
    } cases[] = {
        {"1970-01-01T00:00:00Z", 0, 0, 0, "1970-01-01T00:00:00Z"},
        {"2024-02-29T23:59:59.999999999Z", 1709251199, 999999999, 0,
         "2024-02-29T23:59:59.999999999Z"},
        {"2024-01-02T03:04:05,5+05:30", 1704144845, 500000000, 19800,
         "2024-01-02T03:04:05.5+05:30"},
        {"2024-01-02T1:02:03Z", 1704157323, 0, 0, "2024-01-02T01:02:03Z"},
        {"2024-01-02T03:04:05.1234567899999Z", 1704164645, 123456789, 0,
         "2024-01-02T03:04:05.123456789Z"},
        {"2024-01-02T03:04:05.000Z", 1704164645, 0, 0, "2024-01-02T03:04:05Z"},
        {"2024-01-02T03:04:05-00:00", 1704164645, 0, 0, "2024-01-02T03:04:05Z"},
        {"2024-01-02T03:04:05+05:60", 1704143045, 0, 21600, "2024-01-02T03:04:05+06:00"},
        {"0000-01-01T00:00:00Z", -INT64_C(62167219200), 0, 0, "0000-01-01T00:00:00Z"},
        {"9999-12-31T23:59:59Z", INT64_C(253402300799), 0, 0, "9999-12-31T23:59:59Z"},
        {"2000-02-29T00:00:00-23:59", 951868740, 0, -86340, "2000-02-29T00:00:00-23:59"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        ckpt_time time;
        struct ckpt_time_problem problem;
        if (!CHECK_THAT(parse(cases[i].text, &time, &problem), "%s", cases[i].text))
            continue;
        char text[CKPT_TIME_MAX];
        size_t length = ckpt_time_format(time, text);
        CHECK_THAT(time.seconds - CKPT_UNIX_EPOCH == cases[i].unix_seconds &&
                       time.nanoseconds == cases[i].nanoseconds && time.offset == cases[i].offset,
                   "%s: %lld %d %d", cases[i].text, (long long)(time.seconds - CKPT_UNIX_EPOCH),
                   (int)time.nanoseconds, (int)time.offset);
        CHECK_THAT(same((ckpt_string){text, length}, cases[i].written), "%s: written %.*s",
                   cases[i].text, (int)length, text);
    }
}

static void check_refused(void)
{
    static const struct {
        const char *text;
        size_t rest;
        const char *element, *message;
    } cases[] = {
        {"", 0, "2006", NULL},
        {"202", 0, "2006", NULL},
        {"2024", 4, "-", NULL},
        {"2024-", 5, "01", NULL},
        {"2024-1", 5, "01", NULL},
        {"2024-01", 7, "-", NULL},
        {"2024-01-", 8, "02", NULL},
        {"2024-01-2T", 8, "02", NULL},
        {"2024-01-02", 10, "T", NULL},
        {"2024-01-02t00:00:00Z", 10, "T", NULL},
        {"2024-01-02T", 11, "15", NULL},
        {"2024-01-02T03", 13, ":", NULL},
        {"2024-01-02T03:", 14, "04", NULL},
        {"2024-01-02T03:4", 14, "04", NULL},
        {"2024-01-02T03:04", 16, ":", NULL},
        {"2024-01-02T03:04:", 17, "05", NULL},
        {"2024-01-02T03:04:5Z", 17, "05", NULL},
        {"2024-01-02T03:04:05", 19, "Z07:00", NULL},
        {"2024-01-02T03:04:05.", 19, "Z07:00", NULL},
        {"2024-01-02T03:04:05z", 19, "Z07:00", NULL},
        {"2024-01-02T03:04:05+0530", 19, "Z07:00", NULL},
        {"2024-01-02T03:04:05+05", 19, "Z07:00", NULL},
        {"2024-01-02T03:04:05+a5:30", 19, "Z07:00", NULL},
        {"2024-01-02T03:04:05+05:3a", 19, "Z07:00", NULL},
        {"2024-01-02T03:04:05*05:30", 19, "Z07:00", NULL},
        {"2024-00-02T03:04:05Z", 0, NULL, "month"},
        {"2024-13-02T03:04:05Z", 0, NULL, "month"},
        {"2024-01-02T24:04:05Z", 0, NULL, "hour"},
        {"2024-01-02T03:60:05Z", 0, NULL, "minute"},
        {"2024-01-02T03:04:60Z", 0, NULL, "second"},
        {"2024-01-00T03:04:05Z", 0, NULL, "day"},
        {"2024-02-30T03:04:05Z", 0, NULL, "day"},
        {"2023-02-29T03:04:05Z", 0, NULL, "day"},
        {"1900-02-29T03:04:05Z", 0, NULL, "day"},
        {"2024-04-31T03:04:05Z", 0, NULL, "day"},
        {"2024-01-02T03:04:05+25:00", 0, NULL, "time zone offset hour"},
        {"2024-01-02T03:04:05+00:61", 0, NULL, "time zone offset minute"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        ckpt_time time = {1, 2, 3};
        struct ckpt_time_problem problem;
        const char *text = cases[i].text, *message = cases[i].message;
        if (!CHECK_THAT(!parse(text, &time, &problem), "\"%s\" is accepted", text))
            continue;
        CHECK_THAT(time.seconds == 1 && time.nanoseconds == 2 && time.offset == 3,
                   "\"%s\" changes the time", text);
        CHECK_THAT(!problem.extra_text, "\"%s\": extra text", text);
        if (message == NULL)
            CHECK_THAT(problem.element != NULL && strcmp(problem.element, cases[i].element) == 0 &&
                           problem.rest == cases[i].rest,
                       "\"%s\": %s at %zu", text, problem.element, problem.rest);
        else
            CHECK_THAT(problem.element == NULL && problem.message != NULL &&
                           strcmp(problem.message, message) == 0,
                       "\"%s\": %s, not %s", text, problem.message, message);
    }
    ckpt_time time;
    struct ckpt_time_problem problem;
    /* The characters around the digits, in every place; the blank, the letter, the next digit. */
    static const char good[] = "2024-01-02T03:04:05Z";
    for (size_t i = 0; i < sizeof(good) - 1; i++) {
        static const char wrong[] = "/: aZ\xB0";
        for (const char *c = wrong; *c != '\0'; c++) {
            char text[sizeof(good)];
            memcpy(text, good, sizeof(good));
            text[i] = *c;
            if (*c != good[i])
                CHECK_THAT(!parse(text, &time, &problem), "\"%s\" is accepted", text);
        }
    }
    CHECK(!parse("2024-01-02T03:04:05ZZ", &time, &problem) && problem.extra_text &&
          problem.rest == 20);
}

void test_times(void)
{
    check_writing();
    check_accepted();
    check_refused();
    /* Only a string is a time, null leaves the zero time, and escapes are not resolved. */
    check_encodes(CKPT_KIND_CONFIG_DUMP,
                  "{\"createdTime\":null,\"checkpointedTime\":\"2024-01-02T03:04:05.50Z\"}",
                  "{\"id\":\"\",\"name\":\"\",\"createdTime\":\"0001-01-01T00:00:00Z\","
                  "\"checkpointedTime\":\"2024-01-02T03:04:05.5Z\","
                  "\"restoredTime\":\"0001-01-01T00:00:00Z\",\"restored\":false}");
}
