/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzz target for the archive reader. The last two bytes choose how it is driven; the rest is the
 * archive, so that archives are good seeds. The same bytes are read twice, in large and in small
 * pieces, and must tell the same story.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../c/archive_drive.c" /* NOLINT(bugprone-suspicious-include): one program, one file */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int damaged(const drive_result *r)
{
    return r->last.type == CKPT_ARCHIVE_ERROR && (r->last.code == CKPT_ARCHIVE_E_CORRUPT_STREAM ||
                                                  r->last.code == CKPT_ARCHIVE_E_LIMIT_RATIO);
}

/* How much libzstd and liblzma give out before they notice damage depends on how their input is
 * cut. */
static int same(const drive_result *a, const drive_result *b)
{
    if ((a->info.compression == CKPT_COMPRESSION_ZSTD ||
         a->info.compression == CKPT_COMPRESSION_XZ) &&
        (damaged(a) || damaged(b)))
        return 1;
    if (damaged(a))
        return a->last.code == b->last.code;
    return a->length == b->length && memcmp(a->text, b->text, a->length) == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const size_t chunks[8] = {0, 1, 7, 13, 511, 512, 513, 4096};
    static const char *const patterns[] = {"config.dump", "checkpoint/*", "a*", NULL};
    drive_result one, two;
    if (size < 2)
        return 0;
    drive_how how = {.decide = data[size - 2] & 1, .sequential = data[size - 2] >> 1 & 1};
    if (data[size - 2] & 4)
        how.select = patterns;
    how.options.max_members = 1000;
    how.options.max_window = 1 << 23;
    how.options.max_kept = 1 << 22; /* larger sparse members only cost time */
    drive(data, size - 2, &how, &one);
    how.chunk = chunks[data[size - 1] & 7];
    how.sequential ^= data[size - 1] >> 3 & 1;
    drive(data, size - 2, &how, &two);
    if (!same(&one, &two)) {
        fprintf(stderr, "--- one\n%s--- two\n%s", one.text, two.text);
        abort();
    }
    drive_free(&one);
    drive_free(&two);
    return 0;
}
