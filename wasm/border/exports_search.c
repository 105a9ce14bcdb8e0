/* SPDX-License-Identifier: Apache-2.0 */
/* Searching memory, for JavaScript; wasm/api/search.js is the other side. */
#include "criu/scan.h"
#include "wasm/border/answer.h"

enum pattern_form { TEXT, HEX, REGEX };

ckpt_search *ckpt_wasm_search_new(void);
void ckpt_wasm_search_free(ckpt_search *search);
const void *ckpt_wasm_search_add(ckpt_search *search, uint32_t form, const char *text,
                                 uint32_t length, uint32_t encodings, uint32_t flags);
int ckpt_wasm_search_strings(ckpt_search *search, uint32_t least, uint32_t encodings);
int ckpt_wasm_search_secrets(ckpt_search *search);
const void *ckpt_wasm_search_kind(ckpt_search *search, uint32_t kind);
int ckpt_wasm_search_prepare(ckpt_search *search);
ckpt_scan *ckpt_wasm_scan_new(ckpt_dump *dump, ckpt_search *search, const uint32_t *pids,
                              uint32_t pid_count, uint32_t kinds, uint32_t prot, uint64_t from,
                              uint64_t to, int own, uint32_t context);
void ckpt_wasm_scan_free(ckpt_scan *scan);
const void *ckpt_wasm_scan_ranges(ckpt_scan *scan);
int ckpt_wasm_scan_same(ckpt_scan *a, ckpt_scan *b);
double ckpt_wasm_scan_size(ckpt_scan *scan);
void ckpt_wasm_scan_begin(ckpt_scan *scan, uint32_t range);
void ckpt_wasm_scan_begin_stream(ckpt_scan *scan, uint32_t number);
const void *ckpt_wasm_scan_room(ckpt_scan *scan);
int ckpt_wasm_scan_feed(ckpt_scan *scan, uint32_t length);
int ckpt_wasm_scan_end(ckpt_scan *scan);
int ckpt_wasm_scan_finish(ckpt_scan *scan);
const void *ckpt_wasm_scan_results(ckpt_scan *scan);
const void *ckpt_wasm_scan_left(ckpt_scan *scan);

static struct ckpt_answer answer;

ckpt_search *ckpt_wasm_search_new(void)
{
    return ckpt_search_new();
}

void ckpt_wasm_search_free(ckpt_search *search)
{
    ckpt_search_free(search);
}

/* Adds a pattern; `form`: text, hex or regex; flags: 1 letters match in either case, 2 what cannot
   be printed counts as "?" (of a regex). NULL, or what is wrong: {address, length, offset}. */
const void *ckpt_wasm_search_add(ckpt_search *search, uint32_t form, const char *text,
                                 uint32_t length, uint32_t encodings, uint32_t flags)
{
    struct ckpt_search_error error = {NULL, 0};
    bool fold = (flags & 1) != 0;
    bool good = form == TEXT ? ckpt_search_add_text(search, text, length, encodings, fold, &error)
                : form == HEX
                    ? ckpt_search_add_hex(search, text, length, &error)
                    : ckpt_search_add_regex(search, text, length, fold, (flags & 2) != 0, &error);
    if (good)
        return NULL;
    ckpt_buffer_clear(&answer.list);
    ckpt_buffer_add_text(&answer.list, error.message);
    answer.offset = (uint32_t)error.offset;
    return ckpt_answer_list(&answer);
}

int ckpt_wasm_search_strings(ckpt_search *search, uint32_t least, uint32_t encodings)
{
    return ckpt_search_add_strings(search, least, encodings);
}

int ckpt_wasm_search_secrets(ckpt_search *search)
{
    return ckpt_search_add_secrets(search);
}

/* A kind of secret: {address, length}. */
const void *ckpt_wasm_search_kind(ckpt_search *search, uint32_t kind)
{
    const char *text = ckpt_search_secret_kind(search, kind);
    ckpt_buffer_clear(&answer.list);
    ckpt_buffer_add_text(&answer.list, text == NULL ? "" : text);
    return ckpt_answer_list(&answer);
}

int ckpt_wasm_search_prepare(ckpt_search *search)
{
    return ckpt_search_prepare(search);
}

ckpt_scan *ckpt_wasm_scan_new(ckpt_dump *dump, ckpt_search *search, const uint32_t *pids,
                              uint32_t pid_count, uint32_t kinds, uint32_t prot, uint64_t from,
                              uint64_t to, int own, uint32_t context)
{
    const struct ckpt_scan_filter filter = {pids, pid_count, kinds,    prot,
                                            from, to,        own != 0, context};
    struct ckpt_memory *memory = ckpt_dump_memory(dump);
    return memory == NULL ? NULL : ckpt_scan_new(memory, search, &filter);
}

void ckpt_wasm_scan_free(ckpt_scan *scan)
{
    ckpt_scan_free(scan);
}

/* For each range of the plan: level, number of the pages file, offset and length (two words each,
   the low one first). */
const void *ckpt_wasm_scan_ranges(ckpt_scan *scan)
{
    ckpt_buffer_clear(&answer.list);
    for (size_t i = 0; i < ckpt_scan_range_count(scan); i++) {
        struct ckpt_scan_range range = ckpt_scan_range_at(scan, i);
        ckpt_answer_word(&answer, range.level);
        ckpt_answer_word(&answer, (uint32_t)range.pages_id);
        ckpt_answer_long(&answer, range.offset);
        ckpt_answer_long(&answer, range.length);
    }
    return ckpt_answer_list(&answer);
}

int ckpt_wasm_scan_same(ckpt_scan *a, ckpt_scan *b)
{
    return ckpt_scan_same(a, b);
}

double ckpt_wasm_scan_size(ckpt_scan *scan)
{
    return (double)ckpt_scan_size(scan);
}

void ckpt_wasm_scan_begin(ckpt_scan *scan, uint32_t range)
{
    ckpt_scan_begin(scan, range);
}

void ckpt_wasm_scan_begin_stream(ckpt_scan *scan, uint32_t number)
{
    ckpt_scan_begin_stream(scan, number);
}

/* Where the next bytes go: {address, length}; address 0: no memory. */
const void *ckpt_wasm_scan_room(ckpt_scan *scan)
{
    size_t size = 0;
    const void *room = ckpt_scan_room(scan, &size);
    return ckpt_answer_bytes(&answer, room, size);
}

int ckpt_wasm_scan_feed(ckpt_scan *scan, uint32_t length)
{
    return ckpt_scan_feed(scan, length);
}

int ckpt_wasm_scan_end(ckpt_scan *scan)
{
    return ckpt_scan_end(scan);
}

int ckpt_wasm_scan_finish(ckpt_scan *scan)
{
    return ckpt_scan_finish(scan);
}

/* The matches since the last call, as struct ckpt_scan_found says: {address, length in bytes}. Good
   until the scan goes on. */
const void *ckpt_wasm_scan_results(ckpt_scan *scan)
{
    struct ckpt_buffer *results = ckpt_scan_results(scan);
    ckpt_answer_bytes(&answer, results->data, results->length);
    results->length = 0;
    return &answer;
}

/* Bytes, borders and blocks that were not searched, as three words; the first one in KiB. */
const void *ckpt_wasm_scan_left(ckpt_scan *scan)
{
    struct ckpt_scan_left left = ckpt_scan_left(scan);
    ckpt_buffer_clear(&answer.list);
    ckpt_answer_word(&answer, (uint32_t)(left.bytes >> 10));
    ckpt_answer_word(&answer, (uint32_t)left.borders);
    ckpt_answer_word(&answer, (uint32_t)left.damaged);
    return ckpt_answer_list(&answer);
}
