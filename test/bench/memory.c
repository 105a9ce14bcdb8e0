/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The native library: MB/s of searching and classifying memory, a line "WHAT<tab>MB/s" for each:
 * bench-memory. test/bench/memory.mjs runs it beside the module, on the same bytes.
 */
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "criu/page_stats.h"
#include "criu/search.h"

enum { SIZE = 64 << 20, PIECE = 256 << 10, PAGE = 4096, ROUNDS = 7, MANY = 100 };

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

/* As memory.mjs makes them: a third zero pages, a third of texts, a third of noise. */
static void fill(uint8_t *bytes)
{
    uint32_t state = 1;
    for (size_t page = 0; page < SIZE / PAGE; page++)
        for (size_t i = 0; i < PAGE; i++) {
            state = state * 1664525u + 1013904223u;
            uint8_t noise = (uint8_t)(state >> 24);
            bytes[page * PAGE + i] = page % 3 == 0   ? 0
                                     : page % 3 == 1 ? (uint8_t)("etaoin shrdlu\n"[noise % 14])
                                                     : noise;
        }
}

static enum ckpt_match_answer count(void *context, const struct ckpt_match *match)
{
    (void)match;
    ++*(size_t *)context;
    return CKPT_MATCH_TAKEN;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void tell(const char *what, double times[ROUNDS])
{
    qsort(times, ROUNDS, sizeof(times[0]), ascending);
    printf("%s\t%.0f\n", what, SIZE / times[ROUNDS / 2] / 1e6);
}

static void search(const char *what, ckpt_search *s, const uint8_t *bytes)
{
    double times[ROUNDS];
    size_t found = 0;
    ckpt_search_prepare(s);
    for (int round = 0; round < ROUNDS; round++) {
        double start = now();
        for (size_t at = 0; at + PIECE + 1024 <= SIZE; at += PIECE)
            ckpt_search_run(s, bytes + at, PIECE + 1024, 0, PIECE, (uint64_t)round * SIZE + at,
                            count, &found);
        times[round] = now() - start;
    }
    tell(what, times);
    ckpt_search_free(s);
}

int main(void)
{
    uint8_t *bytes = malloc(SIZE);
    struct ckpt_search_error error;
    if (bytes == NULL)
        return 1;
    fill(bytes);
    ckpt_search *s = ckpt_search_new();
    ckpt_search_add_text(s, "a 21-byte needle here", 21, CKPT_SEARCH_UTF8, false, &error);
    search("literal", s, bytes);
    s = ckpt_search_new();
    for (int i = 0; i < MANY; i++) {
        char text[32];
        int length = snprintf(text, sizeof(text), "needle number %d", i * 7919);
        ckpt_search_add_text(s, text, (size_t)length, CKPT_SEARCH_UTF8, false, &error);
    }
    search("100 patterns", s, bytes);
    s = ckpt_search_new();
    ckpt_search_add_regex(s, "needle[0-9]+", 12, false, false, &error);
    search("expression", s, bytes);
    s = ckpt_search_new();
    ckpt_search_add_strings(s, 8, 3);
    search("strings", s, bytes);
    s = ckpt_search_new();
    ckpt_search_add_secrets(s);
    search("secrets", s, bytes);
    for (int compress = 0; compress < 2; compress++) {
        double times[ROUNDS];
        for (int round = 0; round < ROUNDS; round++) {
            struct ckpt_page_stats stats = {0};
            ckpt_page_counter *c = ckpt_page_counter_new(PAGE, compress != 0);
            size_t size;
            double start = now();
            for (size_t at = 0; c != NULL && at < SIZE; at += size) {
                uint8_t *room = ckpt_page_counter_room(c, &size);
                memcpy(room, bytes + at, size);
                ckpt_page_counter_add(c, size, true, &stats);
            }
            times[round] = now() - start;
            ckpt_page_counter_free(c);
        }
        tell(compress ? "pages with LZ4" : "pages", times);
    }
    free(bytes);
    return 0;
}
