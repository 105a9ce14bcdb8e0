/* SPDX-License-Identifier: Apache-2.0 */
#include "text/time.h"

#include "text/letters.h"

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

/* Days from 0001-01-01 to the given day of the proleptic Gregorian calendar, for years from 0 to
   9999. Years are counted from March, so that the leap day comes last, and from 400 years before,
   so that all is positive. */
static int32_t days_since_year_one(int year, int month, int day)
{
    uint32_t y = (uint32_t)(year + 400 - (month <= 2));
    uint32_t m = (uint32_t)(month <= 2 ? month + 9 : month - 3); /* March = 0 */
    uint32_t days = 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + (uint32_t)day - 1;
    return (int32_t)days - 146097 - 306;
}

/* `days` from -366 (0000-01-01) on; 32 bits suffice for the years that can be written. */
static void civil_from_days(int32_t days, int *year, int *month, int *day)
{
    uint32_t z = (uint32_t)(days + 306 + 146097); /* days since March 1 of the year -400 */
    uint32_t era = z / 146097, doe = z % 146097;
    uint32_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    uint32_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    uint32_t mp = (5 * doy + 2) / 153;
    *day = (int)(doy - (153 * mp + 2) / 5 + 1);
    *month = (int)(mp < 10 ? mp + 3 : mp - 9);
    *year = (int)(yoe + era * 400) - 400 + (*month <= 2);
}

/* ---- parsing -------------------------------------------------------------------------------- */

struct parser {
    const char *text;
    size_t length, at;
    struct ckpt_time_problem *problem;
};

static bool digit_at(const struct parser *p, size_t at)
{
    return at < p->length && ckpt_is_digit(p->text[at]);
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

/* A date and a time of day, as they are written. */
struct civil {
    int year, month, day, hour, minute, second;
};

/* The usual form, all digits there and all in range: a short cut that decides nothing else. */
static bool usual_form(struct parser *p, struct civil *c)
{
    static const char form[] = "0000-00-00T00:00:00";
    enum { LENGTH = sizeof(form) - 1 };
    int digit[LENGTH];
    bool usual = true;
    if (p->length < LENGTH)
        return false;
    for (size_t i = 0; i < LENGTH; i++) {
        digit[i] = p->text[i] - '0';
        usual &= form[i] == '0' ? (unsigned)digit[i] < 10 : p->text[i] == form[i];
    }
    c->year = digit[0] * 1000 + digit[1] * 100 + digit[2] * 10 + digit[3];
    c->month = digit[5] * 10 + digit[6];
    c->day = digit[8] * 10 + digit[9];
    c->hour = digit[11] * 10 + digit[12];
    c->minute = digit[14] * 10 + digit[15];
    c->second = digit[17] * 10 + digit[18];
    p->at = LENGTH;
    return usual && c->month >= 1 && c->month <= 12 && c->hour < 24 && c->minute < 60 &&
           c->second < 60;
}

/* Go's way, element by element, with its words for each problem. */
static bool any_form(struct parser *p, struct civil *c)
{
    p->at = 0;
    if (!year_number(p, &c->year) || !literal(p, "-") || !number(p, true, &c->month, "01"))
        return false;
    if (c->month < 1 || c->month > 12)
        return out_of_range(p, "month");
    if (!literal(p, "-") || !number(p, true, &c->day, "02") || !literal(p, "T") ||
        !number(p, false, &c->hour, "15"))
        return false;
    if (c->hour > 23)
        return out_of_range(p, "hour");
    if (!literal(p, ":") || !number(p, true, &c->minute, "04"))
        return false;
    if (c->minute > 59)
        return out_of_range(p, "minute");
    if (!literal(p, ":") || !number(p, true, &c->second, "05"))
        return false;
    if (c->second > 59)
        return out_of_range(p, "second");
    return true;
}

bool ckpt_time_parse(const char *text, size_t length, ckpt_time *time,
                     struct ckpt_time_problem *problem)
{
    struct parser p = {text, length, 0, problem};
    struct civil c;
    int offset;
    if (!usual_form(&p, &c) && !any_form(&p, &c))
        return false;
    int nanoseconds = fraction(&p);
    if (!zone(&p, &offset))
        return false;
    if (p.at < length) {
        *problem = (struct ckpt_time_problem){p.at, NULL, NULL, true};
        return false;
    }
    if (c.day < 1 || c.day > days_in(c.month, c.year))
        return out_of_range(&p, "day");

    time->seconds = INT64_C(86400) * days_since_year_one(c.year, c.month, c.day) +
                    (c.hour * 3600 + c.minute * 60 + c.second - offset);
    time->nanoseconds = nanoseconds;
    time->offset = offset;
    return true;
}

/* ---- writing -------------------------------------------------------------------------------- */

static char *put_two(char *out, unsigned value)
{
    out[0] = (char)('0' + value / 10);
    out[1] = (char)('0' + value % 10);
    return out + 2;
}

size_t ckpt_time_format(ckpt_time time, char *out)
{
    static const char zero[] = "0001-01-01T00:00:00Z"; /* Go's "not set": every second one */
    if (time.seconds == 0 && time.nanoseconds == 0 && time.offset == 0) {
        memcpy(out, zero, sizeof(zero) - 1);
        return sizeof(zero) - 1;
    }
    int64_t local = time.seconds + time.offset;
    int64_t days = local / 86400;
    int32_t rest = (int32_t)(local % 86400);
    if (rest < 0) {
        rest += 86400;
        days--;
    }
    int year, month, day;
    unsigned second = (unsigned)rest;
    civil_from_days((int32_t)days, &year, &month, &day);

    char *p = put_two(put_two(out, (unsigned)year / 100), (unsigned)year % 100);
    *p++ = '-';
    p = put_two(p, (unsigned)month);
    *p++ = '-';
    p = put_two(p, (unsigned)day);
    *p++ = 'T';
    p = put_two(p, second / 3600);
    *p++ = ':';
    p = put_two(p, second / 60 % 60);
    *p++ = ':';
    p = put_two(p, second % 60);
    if (time.nanoseconds != 0) {
        unsigned fraction = (unsigned)time.nanoseconds;
        *p = '.';
        for (int i = 9; i > 0; i--, fraction /= 10)
            p[i] = (char)('0' + fraction % 10);
        for (p += 10; p[-1] == '0'; p--) {
        }
    }
    if (time.offset == 0) {
        *p++ = 'Z';
    } else {
        /* Odd seconds are dropped, and with them their sign. */
        int offset = time.offset / 60;
        unsigned minutes = (unsigned)(offset < 0 ? -offset : offset);
        /* 25 hours were read from 24:60, and only that can be read again. */
        unsigned hours = minutes / 60 > 24 ? 24 : minutes / 60;
        *p++ = offset < 0 ? '-' : '+';
        p = put_two(p, hours);
        *p++ = ':';
        p = put_two(p, minutes - hours * 60);
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
