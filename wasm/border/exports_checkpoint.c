/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checkpoints for JavaScript; wasm/api/checkpoint.js is the other side. Texts are answered as a
 * pointer to {address, length}, good until the next call.
 */
#include "checkpoint/checkpoint.h"
#include "checkpoint/members.h"

int ckpt_wasm_wish(const char *name, uint32_t length, double size);
ckpt_summary *ckpt_wasm_summary_new(const char *prefix, uint32_t length);
void ckpt_wasm_summary_free(ckpt_summary *summary);
void ckpt_wasm_summary_records(ckpt_summary *summary, const uint8_t *records, uint32_t length);
int ckpt_wasm_summary_file(ckpt_summary *summary, const char *name, uint32_t name_length,
                           const void *bytes, uint32_t length);
const void *ckpt_wasm_summary_finish(ckpt_summary *summary, double size, int directory);

static ckpt_string answer;

int ckpt_wasm_wish(const char *name, uint32_t length, double size)
{
    return (int)ckpt_member_wish(name, length, (uint64_t)size);
}

ckpt_summary *ckpt_wasm_summary_new(const char *prefix, uint32_t length)
{
    return ckpt_summary_new(prefix, length);
}

void ckpt_wasm_summary_free(ckpt_summary *summary)
{
    ckpt_summary_free(summary);
}

void ckpt_wasm_summary_records(ckpt_summary *summary, const uint8_t *records, uint32_t length)
{
    ckpt_summary_add_records(summary, records, length);
}

int ckpt_wasm_summary_file(ckpt_summary *summary, const char *name, uint32_t name_length,
                           const void *bytes, uint32_t length)
{
    return ckpt_summary_add_file(summary, name, name_length, bytes, length);
}

const void *ckpt_wasm_summary_finish(ckpt_summary *summary, double size, int directory)
{
    answer = ckpt_summary_finish(summary, (uint64_t)size, directory != 0);
    return &answer;
}
