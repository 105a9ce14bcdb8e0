/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The archive reader for JavaScript; wasm/api/archive-reader.js is the other side. A handle starts
 * with the last event, so that one pointer is all that has to be known; the layout of everything is
 * in the tables (tables.c).
 */
#include <stdlib.h>

#include "archive/archive.h"
#include "archive/magic.h"

typedef struct {
    struct ckpt_archive_event event; /* first */
    struct ckpt_archive_info info;
    ckpt_archive *archive;
    uint8_t *input;
    uint32_t input_size;
} handle;

void *ckpt_wasm_allocate(uint32_t size);
void ckpt_wasm_release(void *memory);
handle *ckpt_wasm_archive_new(const struct ckpt_archive_options *options);
void ckpt_wasm_archive_free(handle *h);
int ckpt_wasm_archive_select(handle *h, const char *pattern, uint32_t length, double max_size);
uint32_t ckpt_wasm_archive_next(handle *h);
uint8_t *ckpt_wasm_archive_input(handle *h, uint32_t size);
void ckpt_wasm_archive_feed(handle *h, const uint8_t *bytes, uint32_t length, int at_end);
void ckpt_wasm_archive_feed_decoded(handle *h, const uint8_t *bytes, uint32_t length,
                                    const struct ckpt_decoder_state *state);
void ckpt_wasm_archive_accept(handle *h);
void ckpt_wasm_archive_skip(handle *h);
const struct ckpt_archive_info *ckpt_wasm_archive_info(handle *h);
const char *ckpt_wasm_magic(const uint8_t *bytes, uint32_t length);

/* Room for options and patterns. */
void *ckpt_wasm_allocate(uint32_t size)
{
    return malloc(size);
}

void ckpt_wasm_release(void *memory)
{
    free(memory);
}

handle *ckpt_wasm_archive_new(const struct ckpt_archive_options *options)
{
    handle *h = malloc(sizeof *h);
    if (h == NULL)
        return NULL;
    *h = (handle){.archive = ckpt_archive_new(options)};
    if (h->archive == NULL) {
        free(h);
        return NULL;
    }
    return h;
}

void ckpt_wasm_archive_free(handle *h)
{
    ckpt_archive_free(h->archive);
    free(h->input);
    free(h);
}

int ckpt_wasm_archive_select(handle *h, const char *pattern, uint32_t length, double max_size)
{
    return ckpt_archive_select(h->archive, pattern, length, (uint64_t)max_size);
}

uint32_t ckpt_wasm_archive_next(handle *h)
{
    return ckpt_archive_next(h->archive, &h->event);
}

/* Room for bytes to feed; the same room each time, as large as ever was asked for. NULL: no memory.
 */
uint8_t *ckpt_wasm_archive_input(handle *h, uint32_t size)
{
    if (size > h->input_size) {
        free(h->input);
        h->input = malloc(size);
        h->input_size = h->input == NULL ? 0 : size;
    }
    return h->input;
}

void ckpt_wasm_archive_feed(handle *h, const uint8_t *bytes, uint32_t length, int at_end)
{
    ckpt_archive_feed(h->archive, bytes, length, at_end != 0);
}

void ckpt_wasm_archive_feed_decoded(handle *h, const uint8_t *bytes, uint32_t length,
                                    const struct ckpt_decoder_state *state)
{
    ckpt_archive_feed_decoded(h->archive, bytes, length, state);
}

void ckpt_wasm_archive_accept(handle *h)
{
    ckpt_archive_accept(h->archive);
}

void ckpt_wasm_archive_skip(handle *h)
{
    ckpt_archive_skip(h->archive);
}

const struct ckpt_archive_info *ckpt_wasm_archive_info(handle *h)
{
    ckpt_archive_get_info(h->archive, &h->info);
    return &h->info;
}

/* What a file is that is no tar archive, with a NUL after; "" if its first bytes do not tell. Good
   until the next call. */
const char *ckpt_wasm_magic(const uint8_t *bytes, uint32_t length)
{
    static char text[CKPT_MAGIC_MAX];
    ckpt_magic_describe(bytes, length, text);
    return text;
}
