/* SPDX-License-Identifier: Apache-2.0 */
/* The leaf functions of src/text against the C library and against themselves; the first byte
   chooses one. */
#define _DEFAULT_SOURCE
#include "fuzz.h"

#include <inttypes.h>
#include <math.h>
#include <time.h>

#include "text/number.h"
#include "text/time.h"

static uint64_t bits_of(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof(bits));
    return bits;
}

static void check_double(double value)
{
    char text[CKPT_DOUBLE_MAX + 1];
    double again;
    size_t length = ckpt_format_double(value, text);
    REQUIRE(length <= CKPT_DOUBLE_MAX);
    text[length] = '\0';
    REQUIRE(bits_of(strtod(text, NULL)) == bits_of(value));
    REQUIRE(ckpt_parse_double(text, length, &again) && bits_of(again) == bits_of(value));
}

static void try_bits(const unsigned char *data, size_t size)
{
    double value;
    int64_t number;
    if (size != 8)
        return;
    memcpy(&value, data, 8);
    memcpy(&number, data, 8);
    if (isfinite(value))
        check_double(value);

    char digits[21], text[CKPT_BYTES_MAX], want[64];
    int64_t back;
    size_t length = ckpt_format_int64(number, digits);
    REQUIRE(length <= 20 && ckpt_parse_int64(digits, length, &back) && back == number);
    length = ckpt_byte_to_string(number, text);
    REQUIRE(length == strlen(text) && length < CKPT_BYTES_MAX);
    if (number < 1024) {
        snprintf(want, sizeof(want), "%" PRId64 " B", number);
    } else {
        int unit = 0;
        int64_t whole = number;
        double divided = (double)number;
        for (; whole >= 1024; whole /= 1024, divided /= 1024)
            unit++;
        snprintf(want, sizeof(want), "%.1f %ciB", divided, " KMGTPE"[unit]);
    }
    REQUIRE(strcmp(text, want) == 0);
}

/* A number of the JSON grammar, as the C library reads it. */
static void try_number(const unsigned char *data, size_t size)
{
    static struct ckpt_index index;
    struct ckpt_scan_problem problem;
    if (!ckpt_json_scan(&index, data, size, &problem) || ckpt_node_type(index.nodes) != CKPT_NUMBER)
        return;
    const char *token = (const char *)data + index.nodes[0].offset;
    size_t length = index.nodes[0].length;
    char *terminated = malloc(length + 1);
    REQUIRE(terminated != NULL);
    memcpy(terminated, token, length);
    terminated[length] = '\0';
    double want = strtod(terminated, NULL), value;
    bool fits = ckpt_parse_double(token, length, &value);
    REQUIRE(fits == (isfinite(want) != 0));
    if (fits) {
        REQUIRE(bits_of(value) == bits_of(want));
        check_double(value);
    }
    free(terminated);
}

static void try_time(const unsigned char *data, size_t size)
{
    ckpt_time time, again;
    struct ckpt_time_problem problem = {0, NULL, NULL, false};
    if (!ckpt_time_parse((const char *)data, size, &time, &problem)) {
        REQUIRE(problem.rest <= size);
        REQUIRE((problem.element != NULL) + (problem.message != NULL) + problem.extra_text == 1);
        return;
    }
    REQUIRE(time.nanoseconds >= 0 && time.nanoseconds <= 999999999);
    /* The C library's calendar. The hour may have one digit. */
    int year, month, day, hour, minute, second;
    char text[64] = "";
    memcpy(text, data, size < 20 ? size : 20);
    REQUIRE(sscanf(text, "%4d-%2d-%2dT%2d:%2d:%2d", &year, &month, &day, &hour, &minute, &second) ==
            6);
    struct tm parts = {.tm_year = year - 1900,
                       .tm_mon = month - 1,
                       .tm_mday = day,
                       .tm_hour = hour,
                       .tm_min = minute,
                       .tm_sec = second};
    REQUIRE((int64_t)timegm(&parts) + CKPT_UNIX_EPOCH == time.seconds + time.offset);
    REQUIRE(parts.tm_mday == day && parts.tm_mon == month - 1);

    char written[CKPT_TIME_MAX];
    size_t length = ckpt_time_format(time, written);
    REQUIRE(length <= CKPT_TIME_MAX);
    REQUIRE(ckpt_time_parse(written, length, &again, &problem));
    REQUIRE(again.seconds == time.seconds && again.nanoseconds == time.nanoseconds &&
            again.offset == time.offset);
    REQUIRE((ckpt_time_marshal_problem(time) != NULL) ==
            (time.offset >= 86400 || time.offset <= -86400));
}

static void try_utf8(const unsigned char *data, size_t size)
{
    size_t runes = 0, units = 0;
    bool valid = true;
    for (size_t i = 0; i < size;) {
        uint32_t rune;
        unsigned char encoded[4];
        size_t length = ckpt_utf8_decode(data + i, size - i, &rune);
        REQUIRE(length >= 1 && length <= size - i);
        if (rune == CKPT_REPLACEMENT && length == 1)
            valid = false;
        else
            REQUIRE(ckpt_utf8_encode(rune, encoded) == length &&
                    memcmp(encoded, data + i, length) == 0);
        runes++;
        units += rune >= 0x10000 ? 2 : 1;
        i += length;
    }
    REQUIRE(ckpt_utf8_count(data, size) == runes);
    REQUIRE(ckpt_utf16_length(data, size) == units);
    REQUIRE(ckpt_utf8_valid(data, size) == valid);
    size_t ascii = ckpt_ascii_prefix(data, size);
    REQUIRE(ascii == size || data[ascii] >= 0x80);
    for (size_t i = 0; i < ascii; i++)
        REQUIRE(data[i] < 0x80);
}

/* Upper case as Go's folding of keys sees it. */
static uint32_t folded(uint32_t rune)
{
    return rune >= 'a' && rune <= 'z' ? rune - 32
           : rune == 0x17F            ? 'S'
           : rune == 0x212A           ? 'K'
                                      : rune;
}

/* A name, which has no NUL, and a key after it: is the key the name? */
static void try_fold(const unsigned char *data, size_t size)
{
    size_t name_length = size == 0 ? 0 : data[0] % size, n = 0, k = 0;
    if (size == 0 || ckpt_ascii_prefix(data + 1, name_length) < name_length ||
        memchr(data + 1, 0, name_length) != NULL)
        return;
    const unsigned char *name = data + 1, *key = name + name_length;
    size_t key_length = size - 1 - name_length;
    bool equal = true;
    while (equal && n < name_length && k < key_length) {
        uint32_t rune;
        k += ckpt_utf8_decode(key + k, key_length - k, &rune);
        equal = folded(name[n++]) == folded(rune);
    }
    equal = equal && n == name_length && k == key_length;
    REQUIRE(ckpt_fold_equal((const char *)name, name_length, (const char *)key, key_length) ==
            equal);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const tries[])(const unsigned char *, size_t) = {try_bits, try_number, try_time,
                                                                   try_utf8, try_fold};
    if (size == 0)
        return 0;
    unsigned char *copy = fuzz_copy(data + 1, size - 1);
    tries[data[0] % (sizeof(tries) / sizeof(tries[0]))](copy, size - 1);
    free(copy);
    return 0;
}
