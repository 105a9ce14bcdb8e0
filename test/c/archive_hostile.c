/* SPDX-License-Identifier: Apache-2.0 */
/* Archives nobody writes by accident: wrong numbers, lies about lengths, limits, ends. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive_drive.h"
#include "tap.h"
#include "tests.h"

typedef struct {
    uint8_t *bytes;
    size_t length, capacity;
} writer;

static uint8_t *grow(writer *w, size_t count)
{
    if (w->length + count > w->capacity) {
        w->capacity = (w->length + count) * 2;
        w->bytes = realloc(w->bytes, w->capacity);
        if (w->bytes == NULL)
            abort();
    }
    uint8_t *at = w->bytes + w->length;
    memset(at, 0, count);
    w->length += count;
    return at;
}

static void seal(uint8_t *h)
{
    unsigned sum = 0;
    memset(h + 148, ' ', 8);
    for (int i = 0; i < 512; i++)
        sum += h[i];
    (void)snprintf((char *)h + 148, 8, "%06o", sum);
}

/* A header; returns it for changes, after which seal() is needed. */
static uint8_t *header(writer *w, const char *name, char type, unsigned long long size)
{
    uint8_t *h = grow(w, 512);
    strncpy((char *)h, name, 100);
    memcpy(h + 100, "0000644", 8);
    memcpy(h + 108, "0000000", 8);
    memcpy(h + 116, "0000000", 8);
    (void)snprintf((char *)h + 124, 12, "%011llo", size & 077777777777ULL);
    memcpy(h + 136, "00000000000", 12);
    h[156] = (uint8_t)type;
    memcpy(h + 257, "ustar\00000", 8);
    seal(h);
    return h;
}

static void body(writer *w, const void *bytes, size_t length)
{
    uint8_t *at = grow(w, (length + 511) / 512 * 512);
    if (length)
        memcpy(at, bytes, length);
}

static void member(writer *w, const char *name, const char *text)
{
    header(w, name, '0', strlen(text));
    body(w, text, strlen(text));
}

static void pax(writer *w, char type, const char *records, size_t length)
{
    header(w, "PaxHeaders/x", type, length);
    body(w, records, length);
}

/* An extended header of the given "key=value" texts, whose lengths are right. */
static void records(writer *w, char type, const char *const *texts, size_t count)
{
    char all[2000];
    size_t length = 0;
    for (size_t i = 0; i < count; i++) {
        size_t n = strlen(texts[i]) + 3; /* one digit, blank, newline */
        n += n > 9;
        n += n > 99;
        length += (size_t)snprintf(all + length, sizeof all - length, "%zu %s\n", n, texts[i]);
    }
    pax(w, type, all, length);
}
#define RECORDS(w, type, ...)                                                                      \
    do {                                                                                           \
        const char *const texts[] = {__VA_ARGS__};                                                 \
        records(w, type, texts, sizeof texts / sizeof *texts);                                     \
    } while (0)

static void end(writer *w)
{
    grow(w, 1024);
}

static drive_result read_with(writer *w, struct ckpt_archive_options options, const char *pattern)
{
    const char *patterns[] = {pattern, NULL};
    drive_how how = {.options = options, .select = pattern ? patterns : NULL};
    drive_result r, again;
    drive(w->bytes, w->length, &how, &r);
    how.chunk = 100;
    how.sequential = 1;
    drive(w->bytes, w->length, &how, &again);
    CHECK_THAT(strcmp(r.text, again.text) == 0, "different in pieces:\n%s---\n%s", r.text,
               again.text);
    drive_free(&again);
    free(w->bytes);
    memset(w, 0, sizeof *w);
    return r;
}

/* Reads, expects this error (or 0), this text in the message and this many members. Empties the
 * writer. */
static void expect_with(writer *w, struct ckpt_archive_options options, const char *pattern,
                        uint32_t code, const char *part, uint32_t members, int line)
{
    drive_result r = read_with(w, options, pattern);
    uint32_t got = r.last.type == CKPT_ARCHIVE_ERROR ? r.last.code : 0;
    CHECK_THAT(got == code, "line %d: error %u, expected %u: %s", line, got, code, r.message);
    CHECK_THAT(part == NULL || strstr(code ? r.message : r.text, part) != NULL,
               "line %d: no \"%s\" in: %s%s", line, part, r.message, r.text);
    CHECK_THAT(r.info.error == code && r.info.stop == ckpt_archive_stop(code), "line %d", line);
    CHECK_THAT(r.members == members, "line %d: %u members, expected %u", line, r.members, members);
    drive_free(&r);
}

static const struct ckpt_archive_options none;
#define EXPECT(w, code, part, members) expect_with(w, none, NULL, code, part, members, __LINE__)

static void numbers(writer *w)
{
    uint8_t *h;
    member(w, "first", "1");
    h = header(w, "negative", '0', 0);
    memset(h + 124, 0xff, 12);
    seal(h);
    EXPECT(w, CKPT_ARCHIVE_E_BAD_SIZE, "follows member \"first\"", 1);

    h = header(w, "2^95", '0', 0);
    memset(h + 124, 0x7f, 12);
    h[124] = 0xbf;
    seal(h);
    EXPECT(w, CKPT_ARCHIVE_E_BAD_NUMBER, "(size)", 0);

    h = header(w, "2^53", '0', 0);
    memset(h + 124, 0, 12);
    h[124] = 0x80;
    h[129] = 0x20;
    seal(h);
    EXPECT(w, CKPT_ARCHIVE_E_BAD_SIZE, "2^53", 1);

    h = header(w, "letters", '0', 0);
    memcpy(h + 124, "12x45678901", 11);
    seal(h);
    EXPECT(w, CKPT_ARCHIVE_E_BAD_NUMBER, NULL, 0);

    h = header(w, "blanks", '0', 0);
    memcpy(h + 124, "          4 ", 12);
    memcpy(h + 100, "   755 \0", 8);
    memcpy(h + 108, "\x80\x20\0\0\0\0\0", 8); /* 2^53 */
    seal(h);
    body(w, "four", 4);
    end(w);
    EXPECT(w, 0, "- 0755 0:0 4/4 0.000000000 @0+512 fc0 n0 blanks", 1);

    /* Go takes none of the other numbers for granted, either. */
    static const struct {
        const char *name;
        size_t at;
    } fields[] = {{"(mode)", 100},         {"(owner)", 108}, {"(group)", 116},
                  {"(time)", 136},         {"(size)", 124},  {"(device number)", 329},
                  {"(device number)", 337}};
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        h = header(w, "x", '0', 0);
        memcpy(h + fields[i].at, "12 4", 5);
        seal(h);
        EXPECT(w, CKPT_ARCHIVE_E_BAD_NUMBER, fields[i].name, 0);
    }

    /* A size without NUL or blank at its end, and one that is empty. */
    h = header(w, "full", '0', 0);
    memcpy(h + 124, "000000000003", 12);
    seal(h);
    body(w, "abc", 3);
    h = header(w, "empty", '0', 0);
    memset(h + 124, 0, 12);
    seal(h);
    end(w);
    EXPECT(w, 0, "3/3 0.000000000 @0+512 f0 n0 full", 2);

    /* Signed checksum: old writers summed signed bytes. */
    h = header(w, "caf\xe9", '0', 0);
    int sum = 0;
    memset(h + 148, ' ', 8);
    for (int i = 0; i < 512; i++)
        sum += (signed char)h[i];
    (void)snprintf((char *)h + 148, 8, "%06o", (unsigned)sum);
    end(w);
    EXPECT(w, 0, "f20 n80 caf\\e9", 1);

    member(w, "good", "x");
    h = header(w, "bad sum", '0', 0);
    h[0] ^= 1;
    EXPECT(w, CKPT_ARCHIVE_E_BAD_CHECKSUM, "offset 1024 is no tar header", 1);

    header(w, "link with size", '1', 1000);
    h = header(w, "target", '2', 5);
    h[157] = 'x';
    seal(h);
    end(w);
    EXPECT(w, 0, "f100", 2);
}

static void extended(writer *w)
{
    static const char *const malformed[] = {"1000 path=x\n", "8 path=x\n",
                                            "12 path=xyz",   "x path=y\n",
                                            "11path=xyz\n",  "99999999999999999999 path=x\n",
                                            "5 =x\n",        "7 path\n",
                                            "0 path=x\n",    "\n",
                                            "3 \n",          "11 mtime=x\n",
                                            "12 uid=12x4\n", "12 mtime=1.x\n"};
    for (size_t i = 0; i < sizeof malformed / sizeof *malformed; i++) {
        pax(w, 'x', malformed[i], strlen(malformed[i]));
        member(w, "x", "");
        end(w);
        EXPECT(w, CKPT_ARCHIVE_E_BAD_PAX, "extended header at offset 0", 0);
    }
    static const char *const sizes[] = {"size=-1", "size=99999999999999999999", "size=x"};
    for (size_t i = 0; i < 3; i++) {
        RECORDS(w, 'x', sizes[i]);
        member(w, "x", "");
        EXPECT(w, i == 0 ? CKPT_ARCHIVE_E_BAD_SIZE : CKPT_ARCHIVE_E_BAD_PAX, NULL, 0);
    }
    RECORDS(w, 'x', "path=a/b", "mtime=-1.25000000", "size=2", "uid=-7");
    header(w, "ignored", '0', 0);
    body(w, "ok", 2);
    member(w, "next", "z");
    end(w);
    EXPECT(w, 0, "-7:0 2/2 -2.750000000 @0+1536 f4 n0 a/b", 2);

    const char nul[] = "15 path=a\0../b\n";
    pax(w, 'x', nul, sizeof nul - 1);
    member(w, "x", "");
    end(w);
    EXPECT(w, CKPT_ARCHIVE_E_BAD_PAX, NULL, 0);

    /* A global header applies to nothing: counted, that is all. */
    RECORDS(w, 'g', "path=evil", "mtime=77");
    member(w, "kept", "");
    end(w);
    EXPECT(w, 0, "0.000000000 @1024+512 f0 n0 kept", 1);

    pax(w, 'x', "", 0);
    header(w, "huge", 'x', (1 << 20) + 1);
    EXPECT(w, CKPT_ARCHIVE_E_LIMIT_PAX, "the limit is 1048576 (extended header)", 0);
    header(w, "long", 'L', (1 << 20) + 1);
    EXPECT(w, CKPT_ARCHIVE_E_LIMIT_NAME, "1048577 bytes long; the limit is 1048576 (name length)",
           0);
    header(w, "long", 'L', 4000);
    body(w, "short", 5);
    EXPECT(w, CKPT_ARCHIVE_E_CUT_EXTENSION, "after 512 of 4000 bytes", 0);
    header(w, "alone", 'L', 5);
    body(w, "short", 5);
    EXPECT(w, 0, "END 3 at 1024", 0);
}

static void sparse(writer *w)
{
    uint8_t *h = header(w, "old", 'S', 512);
    memcpy(h + 257, "ustar  ", 8);
    memcpy(h + 386, "00000001000", 12);
    memcpy(h + 398, "00000001000", 12);
    memcpy(h + 483, "00000004000", 12);
    seal(h);
    body(w, "data", 4);
    end(w);
    expect_with(w, none, "old", 0, "2048/512", 1, __LINE__);

    static const char *const maps[] = {"0,10", "0,x", "5,5,4,1", "0,3,9999,1", "1,2,3"};
    for (size_t i = 0; i < 5; i++) {
        char map[100];
        (void)snprintf(map, sizeof map, "GNU.sparse.map=%s", maps[i]);
        RECORDS(w, 'x', map, "GNU.sparse.size=20",
                i == 2 || i == 3 ? "GNU.sparse.numblocks=2" : "GNU.sparse.numblocks=1");
        member(w, "s", "0123456789");
        end(w);
        expect_with(w, none, "s", i ? CKPT_ARCHIVE_E_BAD_SPARSE : 0, NULL, i == 0, __LINE__);
    }
    static const char *const numbers[] = {"1\n0\n10\n", "9999999\n", "1\n0\n",
                                          "x\n",        "1\n\n",     "999999999999999999999\n"};
    for (size_t i = 0; i < 6; i++) {
        RECORDS(w, 'x', "GNU.sparse.major=1", "GNU.sparse.minor=0", "GNU.sparse.realsize=99");
        header(w, "s", '0', 522);
        char data[522] = {0};
        memset(data + 512, 'd', 10);
        memcpy(data, numbers[i], strlen(numbers[i]));
        body(w, data, sizeof data);
        end(w);
        expect_with(w, none, "s", i == 0 ? 0 : CKPT_ARCHIVE_E_BAD_SPARSE, NULL, i == 0, __LINE__);
    }
    /* Eight petabytes of holes: listed at once, not kept. */
    RECORDS(w, 'x', "GNU.sparse.size=9007199254740991", "GNU.sparse.map=0,1,100,1",
            "GNU.sparse.numblocks=2");
    member(w, "s", "ab");
    end(w);
    expect_with(w, none, "s", 0, "f16 ", 1, __LINE__);
}

/* What other readers take for something else: checked against GNU tar, bsdtar and Python. */
static void differences(writer *w)
{
    uint8_t *h;
    RECORDS(w, 'x', "path=other");
    header(w, "", 'L', 5);
    body(w, "own", 4);
    member(w, "x", "");
    end(w);
    EXPECT(w, 0, "fc n0 own : differ 1 size 0 other other\n", 1);

    RECORDS(w, 'x', "path=other", "size=7");
    RECORDS(w, 'g', "comment=c");
    member(w, "own", "1");
    member(w, "next", "");
    end(w);
    EXPECT(w, 0, "own : differ 5 size 7 other other\n", 2);

    RECORDS(w, 'x', "path=other");
    RECORDS(w, 'x', "path=own");
    member(w, "x", "");
    end(w);
    EXPECT(w, 0, "own : differ 1 size 0 other other\n", 1);

    header(w, "", 'L', 1);
    body(w, "", 1);
    member(w, "own", "");
    end(w);
    EXPECT(w, 0, "own : differ 1 size 0 other \n", 1);

    RECORDS(w, 'x', "path=");
    member(w, "own", "");
    end(w);
    EXPECT(w, 0, "own : differ 1 size 0 other \n", 1);

    RECORDS(w, 'x', "GNU.sparse.name=other", "GNU.sparse.realsize=9");
    member(w, "own", "1");
    end(w);
    EXPECT(w, 0, "own : differ 5 size 9 other other\n", 1);

    RECORDS(w, 'X', "path=other");
    member(w, "own", "");
    end(w);
    EXPECT(w, 0, "PaxHeaders/x : differ 10 size 0 other \n", 2);

    header(w, "fifo", '6', 512);
    member(w, "hidden", "");
    end(w);
    EXPECT(w, 0, "fifo : differ 4 size 512 other \n", 2);

    header(w, "old/", 0, 512);
    member(w, "hidden", "");
    end(w);
    EXPECT(w, 0, "old/ : differ 4 size 512 other \n", 2);

    member(w, "file/", "");
    end(w);
    EXPECT(w, 0, "file/ : differ 8 size 0 other \n", 1);

    h = header(w, "own", '0', 0);
    memcpy(h + 257, "USTAR", 5);
    memcpy(h + 345, "pre", 4);
    seal(h);
    end(w);
    EXPECT(w, 0, "own : differ 1 size 0 other pre/own\n", 1);

    h = header(w, "own", '0', 0);
    memcpy(h + 257, "ustar  ", 8);
    memcpy(h + 345, "pre", 4);
    seal(h);
    end(w);
    EXPECT(w, 0, "pre/own : differ 1 size 0 other own\n", 1);

    RECORDS(w, 'x', "linkpath=other");
    header(w, "", 'K', 7);
    body(w, "target", 7);
    header(w, "own", '2', 0);
    end(w);
    EXPECT(w, 0, "own -> target : differ 2 size 0 other other\n", 1);

    /* What is usual makes no difference. */
    header(w, "", 'L', 4);
    body(w, "own", 4);
    header(w, "", 'K', 7);
    body(w, "target", 7);
    header(w, "x", '2', 0);
    RECORDS(w, 'g', "comment=c");
    RECORDS(w, 'x', "path=long", "size=1");
    header(w, "x", '0', 0);
    body(w, "1", 1);
    RECORDS(w, 'x', "path=GNUSparseFile.0/s", "GNU.sparse.name=s", "GNU.sparse.size=1",
            "GNU.sparse.map=0,1", "GNU.sparse.numblocks=1");
    member(w, "x", "1");
    header(w, "dir/", '5', 512); /* nobody takes what follows for its data */
    header(w, "old/", 0, 0);
    end(w);
    drive_result r = read_with(w, none, NULL);
    CHECK_THAT(r.members == 5 && strstr(r.text, "differ") == NULL, "%s", r.text);
    drive_free(&r);
}

/* A megabyte may be made of nothing; what comes after it counts. */
static void ratio(writer *w)
{
    struct ckpt_archive_options o = none;
    o.max_ratio = 100;
    for (int more = 0; more < 2; more++) {
        RECORDS(w, 'x', more ? "GNU.sparse.size=1048577" : "GNU.sparse.size=1048576",
                "GNU.sparse.map=0,1", "GNU.sparse.numblocks=1");
        member(w, "s", "x");
        end(w);
        expect_with(w, o, "s", more ? CKPT_ARCHIVE_E_LIMIT_RATIO : 0,
                    more ? "100 times larger" : "data 1048576 ", 1, __LINE__);
    }
}

static void limits(writer *w)
{
    struct ckpt_archive_options o = none;
    for (int i = 0; i < 20; i++)
        member(w, "same", "");
    end(w);
    o.max_members = 10;
    expect_with(w, o, NULL, CKPT_ARCHIVE_E_LIMIT_MEMBERS, "more than 10 members", 10, __LINE__);

    for (int i = 0; i < 100; i++)
        pax(w, 'x', "9 path=a\n", 9);
    end(w);
    expect_with(w, o, NULL, CKPT_ARCHIVE_E_LIMIT_MEMBERS, NULL, 0, __LINE__);

    for (int i = 0; i < 20; i++)
        member(w, "name", "");
    o = none;
    o.max_table = 1000;
    expect_with(w, o, NULL, CKPT_ARCHIVE_E_LIMIT_TABLE, "1000 bytes", 6, __LINE__);

    member(w, "a", "");
    o = none;
    o.depth = 5;
    expect_with(w, o, NULL, CKPT_ARCHIVE_E_LIMIT_DEPTH, "more than 4 deep", 0, __LINE__);

    member(w, "big", "0123456789");
    member(w, "small", "012");
    end(w);
    o = none;
    o.max_kept = 5;
    expect_with(w, o, "*", 0, "f2 n0 big", 2, __LINE__);

    member(w, "one", "0123456789");
    member(w, "two", "0123456789");
    end(w);
    o.max_kept = 0;
    o.max_kept_sum = 15;
    expect_with(w, o, "*", 0, "f2 n0 two", 2, __LINE__);
}

static void ends(writer *w)
{
    member(w, "a", "x");
    EXPECT(w, 0, "END 3 at 1024", 1);
    member(w, "a", "x");
    grow(w, 512);
    EXPECT(w, 0, "END 2 at 1536", 1);
    member(w, "a", "x");
    grow(w, 512);
    member(w, "hidden", "y");
    end(w);
    EXPECT(w, CKPT_ARCHIVE_E_AFTER_ZERO, "block of zeros ends at offset 1536", 1);
    member(w, "a", "x");
    grow(w, 700);
    EXPECT(w, CKPT_ARCHIVE_E_CUT_HEADER, "188 of 512", 1);
    member(w, "a", "x");
    grow(w, (size_t)512 * 97);
    EXPECT(w, 0, "END 1 at 2048 trailing 0/", 1);
    grow(w, 10240);
    EXPECT(w, 0, "END 1 at 1024", 0);
    header(w, "a", '0', 1000);
    grow(w, 300);
    EXPECT(w, CKPT_ARCHIVE_E_CUT_BODY, "in member \"a\" after 300 of 1000 bytes", 1);
    header(w, "a", '0', 100);
    grow(w, 300);
    EXPECT(w, 0, "END 3 at 812", 1);
    member(w, "b\x1b[31m\"", "x");
    grow(w, 77)[0] = 'x';
    EXPECT(w, CKPT_ARCHIVE_E_CUT_HEADER,
           "after 77 of 512 bytes of a header that follows member \"b\\u001b[31m\\\"\"", 1);
}

static void memory(writer *w)
{
    static const char *const patterns[] = {"*", NULL};
    header(w, "long", 'L', 300);
    body(w, "name", 4);
    RECORDS(w, 'x', "GNU.sparse.size=4000", "GNU.sparse.map=0,1", "GNU.sparse.numblocks=1");
    member(w, "x", "y");
    end(w);
    int outcome = 0;
    for (int n = 0; n < 60; n++) {
        drive_how how = {.select = patterns, .memory = (size_t)n + 1};
        drive_result r;
        drive(w->bytes, w->length, &how, &r);
        outcome |=
            r.last.type == CKPT_ARCHIVE_ERROR && r.last.code == CKPT_ARCHIVE_E_MEMORY ? 1 : 2;
        drive_free(&r);
    }
    CHECK(outcome == 3);
    free(w->bytes);
    memset(w, 0, sizeof *w);
}

void test_archive_hostile(void)
{
    writer w = {0};
    numbers(&w);
    extended(&w);
    sparse(&w);
    differences(&w);
    ratio(&w);
    limits(&w);
    ends(&w);
    memory(&w);
}
