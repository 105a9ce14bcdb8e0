/* SPDX-License-Identifier: Apache-2.0 */
/* Page maps of every dialect, written here field by field, and lookups in them. */
#include <string.h>

#include "criu/pagemap.h"
#include "tap.h"
#include "tests.h"

#define PAGE UINT64_C(4096)
enum { VARINT = 0, BYTES = 2 };

struct image {
    uint8_t bytes[1 << 16];
    size_t length, entry; /* where the size of the entry that is being written stands */
};

static void varint(struct image *m, uint64_t value)
{
    for (; value >= 128; value >>= 7)
        m->bytes[m->length++] = (uint8_t)(value | 128);
    m->bytes[m->length++] = (uint8_t)value;
}

static void field(struct image *m, unsigned number, uint64_t value)
{
    varint(m, number << 3 | VARINT);
    varint(m, value);
}

static void bytes(struct image *m, unsigned number, const void *data, size_t length)
{
    varint(m, number << 3 | BYTES);
    varint(m, length);
    memcpy(m->bytes + m->length, data, length);
    m->length += length;
}

static void word(uint8_t *at, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        at[i] = (uint8_t)(value >> 8 * i);
}

static void entry(struct image *m)
{
    m->entry = m->length;
    m->length += 4;
}

static void done(struct image *m)
{
    word(m->bytes + m->entry, (uint32_t)(m->length - m->entry - 4));
}

static void begin(struct image *m, uint32_t id)
{
    m->length = 8;
    word(m->bytes, 0x54564319u);
    word(m->bytes + 4, 0x56084025u);
    entry(m);
    field(m, 1, id);
    done(m);
}

/* An entry as CRIU 4.2 writes it. */
static void modern(struct image *m, uint64_t address, uint64_t pages, uint64_t flags)
{
    entry(m);
    field(m, 1, address);
    field(m, 2, 0);
    field(m, 4, flags);
    field(m, 5, pages);
    done(m);
}

static bool is_run(const struct ckpt_pagemap *map, size_t index, uint64_t start, uint32_t count,
                   enum ckpt_pages kind, uint64_t offset)
{
    const struct ckpt_page_run *run = &map->runs[index];
    return index < map->count && run->start == start && run->count == count && run->kind == kind &&
           (kind != CKPT_PAGES_STORED || run->offset == offset);
}

static void test_plain(void)
{
    static struct image m;
    struct ckpt_pagemap map;
    begin(&m, 7);
    modern(&m, 0x10000, 256, 4); /* one run of three entries, then holes and other kinds */
    modern(&m, 0x110000, 256, 6);
    modern(&m, 0x210000, 1, 4);
    modern(&m, 0x300000, 2, 1);
    modern(&m, 0x302000, 3, 2);
    modern(&m, 0x305000, 1, 4);
    entry(&m); /* as 4.1.1 */
    field(&m, 1, 0x400000);
    field(&m, 2, 5);
    field(&m, 4, 4);
    done(&m);
    entry(&m); /* as 1.3 */
    field(&m, 1, 0x500000);
    field(&m, 2, 2);
    field(&m, 3, 1);
    done(&m);
    entry(&m);
    field(&m, 1, 0x600000);
    field(&m, 2, 1);
    done(&m);
    modern(&m, 0xfffffffffffff000ull - 0x1000, 1, 4);
    CHECK(ckpt_pagemap_read(&map, m.bytes, m.length, PAGE));
    CHECK(map.problem == CKPT_PAGEMAP_SOUND && map.pages_id == 7 && map.entries == 10);
    CHECK(map.stored == 521 && map.parent == 4 && map.lazy == 3);
    CHECK(map.size == 521 * PAGE && !map.size_unknown && map.old_counts && !map.compressed);
    CHECK(is_run(&map, 0, 0x10000, 513, CKPT_PAGES_STORED, 0) && map.runs[0].entries == 3);
    CHECK(is_run(&map, 1, 0x300000, 2, CKPT_PAGES_PARENT, 0));
    CHECK(is_run(&map, 2, 0x302000, 3, CKPT_PAGES_LAZY, 0));
    CHECK(is_run(&map, 3, 0x305000, 1, CKPT_PAGES_STORED, 513 * PAGE));
    CHECK(is_run(&map, 4, 0x400000, 5, CKPT_PAGES_STORED, 514 * PAGE));
    CHECK(is_run(&map, 5, 0x500000, 2, CKPT_PAGES_PARENT, 0));
    CHECK(is_run(&map, 6, 0x600000, 1, CKPT_PAGES_STORED, 519 * PAGE));
    CHECK(is_run(&map, 7, 0xffffffffffffe000ull, 1, CKPT_PAGES_STORED, 520 * PAGE));
    CHECK(ckpt_pagemap_find(&map, 0) == 0 && ckpt_pagemap_find(&map, 0x210fff) == 0);
    CHECK(ckpt_pagemap_find(&map, 0x211000) == 1 && ckpt_pagemap_find(&map, 0x302000) == 2);
    CHECK(ckpt_pagemap_find(&map, UINT64_MAX) == map.count);
    ckpt_pagemap_free(&map);

    begin(&m, 0x10001); /* nothing stored: a pages file of 0 bytes, as a page server names it */
    CHECK(ckpt_pagemap_read(&map, m.bytes, m.length, PAGE) && map.pages_id == 65537);
    CHECK(map.count == 0 && map.size == 0);
    ckpt_pagemap_free(&map);
}

static void test_order(void)
{
    static struct image m;
    struct ckpt_pagemap map;
    begin(&m, 1);
    for (int i = 20; i >= 0; i -= 2)
        modern(&m, 0x100000 + (uint64_t)i * PAGE, 1, 4);
    modern(&m, 0x100000, 3, 4); /* over one page, a hole, and the start of another */
    CHECK(ckpt_pagemap_read(&map, m.bytes, m.length, PAGE));
    CHECK(map.out_of_order && map.problem == CKPT_PAGEMAP_OVERLAP && map.size == 14 * PAGE);
    CHECK(map.count == 11 + 1 - 1); /* what reaches into the next one takes its page */
    CHECK(is_run(&map, 0, 0x100000, 1, CKPT_PAGES_STORED, 10 * PAGE));
    CHECK(is_run(&map, 1, 0x101000, 2, CKPT_PAGES_STORED, 12 * PAGE));
    CHECK(is_run(&map, 2, 0x104000, 1, CKPT_PAGES_STORED, 8 * PAGE));
    ckpt_pagemap_free(&map);
}

/* Five pages in blocks of two; the second block zero, the last one short and stored as it was. */
static void check_blocks(const struct image *m, uint64_t second, uint64_t last, uint64_t size,
                         const char *dialect)
{
    struct ckpt_pagemap map;
    CHECK(ckpt_pagemap_read(&map, m->bytes, m->length, PAGE));
    CHECK_THAT(map.problem == CKPT_PAGEMAP_SOUND && map.compressed && map.stored == 6, "%s",
               dialect);
    CHECK_THAT(map.count == 2 && map.size == size, "%s", dialect);
    if (map.count == 2) {
        const struct ckpt_page_run *run = &map.runs[1];
        CHECK_THAT(run->kind == CKPT_PAGES_BLOCKS && run->count == 5, "%s", dialect);
        struct ckpt_page_block block = ckpt_page_block_at(&map, run, 0x21fff);
        CHECK_THAT(block.start == 0x20000 && block.raw == 8192, "%s", dialect);
        CHECK_THAT(block.offset == PAGE && block.stored == 100, "%s", dialect);
        block = ckpt_page_block_at(&map, run, 0x22000);
        CHECK_THAT(block.offset == second && block.stored == 0 && block.raw == 8192, "%s", dialect);
        block = ckpt_page_block_at(&map, run, 0x24000);
        CHECK_THAT(block.offset == last && block.stored == PAGE && block.raw == PAGE, "%s",
                   dialect);
    }
    ckpt_pagemap_free(&map);
}

static void begin_blocks(struct image *m)
{
    begin(m, 1);
    modern(m, 0x10000, 1, 4);
    entry(m);
    field(m, 1, 0x20000);
    field(m, 2, 0);
    field(m, 4, 4);
    field(m, 5, 5);
}

static void test_blocks(void)
{
    static struct image m, inner;
    struct ckpt_pagemap map;
    static const uint8_t packed[] = {100, 0, 0x80, 0x20};
    for (int padded = 0; padded < 2; padded++) {
        inner.length = 0;
        bytes(&inner, 1, packed, sizeof(packed));
        field(&inner, 2, 100 + PAGE);
        field(&inner, 3, 2);
        if (padded)
            field(&inner, 4, 1);
        begin_blocks(&m);
        bytes(&m, 6, inner.bytes, inner.length);
        done(&m);
        if (padded)
            check_blocks(&m, PAGE + 100, 2 * PAGE, 3 * PAGE, "padded");
        else
            check_blocks(&m, PAGE + 100, PAGE + 100, 2 * PAGE + 100, "message");
    }
    begin_blocks(&m);
    bytes(&m, 6, packed, sizeof(packed));
    field(&m, 7, 100 + PAGE);
    field(&m, 8, 2);
    done(&m);
    check_blocks(&m, PAGE + 100, PAGE + 100, 2 * PAGE + 100, "packed");
    begin_blocks(&m);
    field(&m, 6, 100);
    field(&m, 6, 0);
    field(&m, 6, PAGE);
    field(&m, 7, 100 + PAGE);
    field(&m, 8, 2);
    done(&m);
    check_blocks(&m, PAGE + 100, PAGE + 100, 2 * PAGE + 100, "unpacked");

    /* All stored as they were: no sizes, but the offset is rounded up. */
    modern(&m, 0x30000, 1, 4 | 8);
    CHECK(ckpt_pagemap_read(&map, m.bytes, m.length, PAGE));
    CHECK(is_run(&map, 2, 0x30000, 1, CKPT_PAGES_STORED, 3 * PAGE) && map.size == 4 * PAGE);
    ckpt_pagemap_free(&map);
}

/* What is not known is said, and no offset after it is made up. */
static void test_unknown(void)
{
    static const struct {
        unsigned number;
        uint64_t value;
    } fields[] = {{6, 100}, {6, 5}};
    static struct image m;
    struct ckpt_pagemap map;
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]) + 2; i++) {
        begin(&m, 1);
        modern(&m, 0x10000, 1, 4);
        entry(&m);
        field(&m, 1, 0x20000);
        field(&m, 2, 1);
        field(&m, 4, 4);
        if (i < 2)
            field(&m, fields[i].number, fields[i].value);
        else if (i == 2)
            bytes(&m, 5, "0123456789abcdef", 16); /* encrypted */
        else
            bytes(&m, 6, "0123456789ab", 12);
        done(&m);
        modern(&m, 0x30000, 1, 4);
        modern(&m, 0x31000, 1, 1);
        CHECK(ckpt_pagemap_read(&map, m.bytes, m.length, PAGE));
        CHECK(is_run(&map, 0, 0x10000, 1, CKPT_PAGES_STORED, 0));
        CHECK_THAT(is_run(&map, 1, 0x20000, 1, CKPT_PAGES_UNREADABLE, 0), "unknown %zu", i);
        CHECK(is_run(&map, 2, 0x30000, 1, CKPT_PAGES_UNREADABLE, 0));
        CHECK(is_run(&map, 3, 0x31000, 1, CKPT_PAGES_PARENT, 0));
        CHECK(map.size_unknown && map.unreadable == 2 && map.stored == 1);
        ckpt_pagemap_free(&map);
    }
}

static void test_damage(void)
{
    static struct image m;
    struct ckpt_pagemap map;
    begin(&m, 1);
    modern(&m, 0x10000, 2, 4);
    size_t good = m.length;
    static const struct {
        uint64_t address, pages;
    } bad[] = {{0x20001, 1}, {0x20000, 1ull << 32}, {0xfffffffffffff000ull, 1}};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        m.length = good;
        modern(&m, bad[i].address, bad[i].pages, 4);
        CHECK(ckpt_pagemap_read(&map, m.bytes, m.length, PAGE));
        CHECK_THAT(map.problem == CKPT_PAGEMAP_BROKEN && map.problem_entry == 2, "bad %zu", i);
        CHECK(map.count == 1 && map.size_unknown);
        ckpt_pagemap_free(&map);
    }
    /* Address and number of pages are required, in every dialect and as numbers. */
    for (unsigned without = 1; without <= 2; without++) {
        for (int as_bytes = 0; as_bytes < 2; as_bytes++) {
            for (int counted = 0; counted < 2; counted++) {
                m.length = good;
                entry(&m);
                if (as_bytes)
                    bytes(&m, without, "1234", 4);
                field(&m, 3 - without, 0x20000);
                if (counted)
                    field(&m, 5, 1);
                done(&m);
                CHECK(ckpt_pagemap_read(&map, m.bytes, m.length, PAGE));
                CHECK_THAT(map.problem == CKPT_PAGEMAP_BROKEN && map.problem_entry == 2,
                           "without %u", without);
                CHECK(map.count == 1 && !ckpt_pagemap_whole(&map));
                ckpt_pagemap_free(&map);
            }
        }
    }
    for (size_t length = 0; length < good; length++) {
        bool read = ckpt_pagemap_read(&map, m.bytes, length, PAGE);
        CHECK_THAT(read == (length >= 14), "%zu bytes", length);
        CHECK_THAT(map.problem == (read ? length > 14 ? CKPT_PAGEMAP_CUT : CKPT_PAGEMAP_SOUND
                                        : CKPT_PAGEMAP_NO_MAP),
                   "%zu bytes", length);
        ckpt_pagemap_free(&map);
    }
}

void test_pagemap(void)
{
    test_plain();
    test_order();
    test_blocks();
    test_unknown();
    test_damage();
}
