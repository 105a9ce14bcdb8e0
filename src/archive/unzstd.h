/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CKPT_ARCHIVE_UNZSTD_H
#define CKPT_ARCHIVE_UNZSTD_H
/* zstd files (RFC 8878) by libzstd: any number of frames, skippable ones anywhere, checksums
 * checked. */
#include "archive.h"

typedef struct ckpt_unzstd ckpt_unzstd;

enum ckpt_unzstd_result {
    CKPT_ZSTD_GO_ON, /* only inside */
    CKPT_ZSTD_NEED_INPUT,
    CKPT_ZSTD_OUTPUT,
    CKPT_ZSTD_GARBAGE, /* what follows the last frame is no zstd frame */
    CKPT_ZSTD_CORRUPT,
    CKPT_ZSTD_CHECKSUM,
    CKPT_ZSTD_DICTIONARY,
    CKPT_ZSTD_WINDOW, /* see ckpt_unzstd_window */
    CKPT_ZSTD_MEMORY
};

/* NULL without memory. `max_window` in bytes. */
ckpt_unzstd *ckpt_unzstd_new(uint64_t max_window);
void ckpt_unzstd_free(ckpt_unzstd *z);

/* Decodes from *in up to `end`. Output: *out, *length, valid until the next call. */
enum ckpt_unzstd_result ckpt_unzstd_run(ckpt_unzstd *z, const uint8_t **in, const uint8_t *end,
                                        const uint8_t **out, size_t *length);

/* May the input end here? */
bool ckpt_unzstd_at_end(const ckpt_unzstd *z);
uint32_t ckpt_unzstd_frames(const ckpt_unzstd *z); /* completed frames with content */
uint64_t ckpt_unzstd_window(const ckpt_unzstd *z); /* largest asked for, the refused one included */
uint64_t ckpt_unzstd_garbage(const ckpt_unzstd *z); /* bytes seen after the last frame */
const char *ckpt_unzstd_problem(const ckpt_unzstd *z);

#endif
