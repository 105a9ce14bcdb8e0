/* SPDX-License-Identifier: Apache-2.0 */
#include "text/time.h"

#include <string.h>

/* ---- calendar ------------------------------------------------------------------------------- */

static bool is_leap(int year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int days_in(int month, int year)
{
    static const unsigned char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return days[month - 1] + (month == 2 && is_leap(year));
}

/* Days from 0001-01-01 to the given day of the proleptic Gregorian calendar. Years from March, so
   that the leap day comes last; `year` is -1 at the least. */
static int64_t days_since_year_one(int year, int month, int day)
{
    int64_t y = year - (month <= 2) + 400; /* +400 keeps it positive */
    int64_t m = (month + 9) % 12;          /* March = 0 */
    int64_t days = 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1;
    return days - 146097 - 306;
}

static void civil_from_days(int64_t days, int *year, int *month, int *day)
{
    int64_t z = days + 306 + 146097; /* days since March 1 of the year -400 */
    int64_t era = z / 146097;
    int64_t doe = z % 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t mp = (5 * doy + 2) / 153;
    *day = (int)(doy - (153 * mp + 2) / 5 + 1);
    *month = (int)(mp < 10 ? mp + 3 : mp - 9);
    *year = (int)(yoe + era * 400 - 400 + (*month <= 2));
}

/* ---- parsing -------------------------------------------------------------------------------- */

struct parser {
    const char *text;
    size_t length, at;
    struct ckpt_time_problem *problem;
};

static bool digit_at(const struct parser *p, size_t at)
{
    return at < p->length && p->text[at] >= '0' && p->text[at] <= '9';
}

/* Nothing that fits `element` at `rest`. */
static bool bad(struct parser *p, size_t rest, const char *element)
{
    *p->problem = (struct ckpt_time_problem){rest, element, NULL, false};
    return false;
}

static bool out_of_range(struct parser *p, const char *message)
{
    *p->problem = (struct ckpt_time_problem){p->at, NULL, message, false};
    return false;
}

/* One or two digits; exactly two if `fixed` (Go: getnum). */
static bool number(struct parser *p, bool fixed, int *value, const char *element)
{
    if (!digit_at(p, p->at) || (fixed && !digit_at(p, p->at + 1)))
        return bad(p, p->at, element);
    *value = p->text[p->at++] - '0';
    if (digit_at(p, p->at))
        *value = *value * 10 + (p->text[p->at++] - '0');
    return true;
}

static bool literal(struct parser *p, const char *element)
{
    if (p->at >= p->length || p->text[p->at] != element[0])
        return bad(p, p->at, element);
    p->at++;
    return true;
}

static bool year_number(struct parser *p, int *year)
{
    *year = 0;
    for (size_t i = 0; i < 4; i++) {
        if (!digit_at(p, p->at + i))
            return bad(p, p->at, "2006");
        *year = *year * 10 + (p->text[p->at + i] - '0');
    }
    p->at += 4;
    return true;
}

/* An optional fraction; digits after the ninth are dropped. */
static int fraction(struct parser *p)
{
    if (p->at >= p->length || (p->text[p->at] != '.' && p->text[p->at] != ',') ||
        !digit_at(p, p->at + 1))
        return 0;
    int value = 0, digits = 0;
    for (p->at++; digit_at(p, p->at); p->at++) {
        if (digits < 9) {
            value = value * 10 + (p->text[p->at] - '0');
            digits++;
        }
    }
    for (; digits < 9; digits++)
        value *= 10;
    return value;
}

/* Z or ±hh:mm. Offsets of up to 24 hours and 60 minutes pass, as in Go. */
static bool zone(struct parser *p, int *offset)
{
    static const char element[] = "Z07:00";
    const char *z = p->text + p->at;
    *offset = 0;
    if (p->at < p->length && z[0] == 'Z') {
        p->at++;
        return true;
    }
    if (p->length - p->at < 6 || z[3] != ':')
        return bad(p, p->at, element);
    bool digits = digit_at(p, p->at + 1) && digit_at(p, p->at + 2);
    int hours = digits ? (z[1] - '0') * 10 + (z[2] - '0') : 0;
    bool minute_digits = digits && digit_at(p, p->at + 4) && digit_at(p, p->at + 5);
    int minutes = minute_digits ? (z[4] - '0') * 10 + (z[5] - '0') : 0;
    size_t start = p->at;
    p->at += 6;
    /* Go reports a value out of range even where another part is malformed; of two, the last. */
    if (minutes > 60)
        return out_of_range(p, "time zone offset minute");
    if (hours > 24)
        return out_of_range(p, "time zone offset hour");
    if (!minute_digits || (z[0] != '+' && z[0] != '-'))
        return bad(p, start, element);
    *offset = (hours * 60 + minutes) * 60;
    if (z[0] == '-')
        *offset = -*offset;
    return true;
}

bool ckpt_time_parse(const char *text, size_t length, ckpt_time *time,
                     struct ckpt_time_problem *problem)
{
    struct parser p = {text, length, 0, problem};
    int year, month, day, hour, minute, second, offset;

    if (!year_number(&p, &year) || !literal(&p, "-") || !number(&p, true, &month, "01"))
        return false;
    if (month < 1 || month > 12)
        return out_of_range(&p, "month");
    if (!literal(&p, "-") || !number(&p, true, &day, "02") || !literal(&p, "T") ||
        !number(&p, false, &hour, "15"))
        return false;
    if (hour > 23)
        return out_of_range(&p, "hour");
    if (!literal(&p, ":") || !number(&p, true, &minute, "04"))
        return false;
    if (minute > 59)
        return out_of_range(&p, "minute");
    if (!literal(&p, ":") || !number(&p, true, &second, "05"))
        return false;
    if (second > 59)
        return out_of_range(&p, "second");
    int nanoseconds = fraction(&p);
    if (!zone(&p, &offset))
        return false;
    if (p.at < length) {
        *problem = (struct ckpt_time_problem){p.at, NULL, NULL, true};
        return false;
    }
    if (day < 1 || day > days_in(month, year))
        return out_of_range(&p, "day");

    time->seconds =
        days_since_year_one(year, month, day) * 86400 + hour * 3600 + minute * 60 + second - offset;
    time->nanoseconds = nanoseconds;
    time->offset = offset;
    return true;
}

/* ---- writing -------------------------------------------------------------------------------- */

static char *put_digits(char *out, int value, int digits)
{
    for (int i = digits - 1; i >= 0; i--, value /= 10)
        out[i] = (char)('0' + value % 10);
    return out + digits;
}

size_t ckpt_time_format(ckpt_time time, char *out)
{
    int64_t local = time.seconds + time.offset;
    int64_t days = local / 86400, rest = local % 86400;
    if (rest < 0) {
        rest += 86400;
        days--;
    }
    int year, month, day, second = (int)rest;
    civil_from_days(days, &year, &month, &day);

    char *p = put_digits(out, year, 4);
    *p++ = '-';
    p = put_digits(p, month, 2);
    *p++ = '-';
    p = put_digits(p, day, 2);
    *p++ = 'T';
    p = put_digits(p, second / 3600, 2);
    *p++ = ':';
    p = put_digits(p, second / 60 % 60, 2);
    *p++ = ':';
    p = put_digits(p, second % 60, 2);
    if (time.nanoseconds != 0) {
        *p++ = '.';
        p = put_digits(p, time.nanoseconds, 9);
        while (p[-1] == '0')
            p--;
    }
    if (time.offset == 0) {
        *p++ = 'Z';
    } else {
        int minutes = (time.offset < 0 ? -time.offset : time.offset) / 60;
        *p++ = time.offset < 0 ? '-' : '+';
        p = put_digits(p, minutes / 60, 2);
        *p++ = ':';
        p = put_digits(p, minutes % 60, 2);
    }
    return (size_t)(p - out);
}

const char *ckpt_time_marshal_problem(ckpt_time time)
{
    int64_t local = time.seconds + time.offset;
    /* 0000-01-01 to 9999-12-31 */
    if (local < -INT64_C(366) * 86400 || local >= INT64_C(315537897600))
        return "year outside of range [0,9999]";
    if (time.offset >= 24 * 3600 || time.offset <= -24 * 3600)
        return "timezone hour outside of range [0,23]";
    return NULL;
}
