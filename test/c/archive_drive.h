/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ARCHIVE_DRIVE_H
#define ARCHIVE_DRIVE_H
/* Runs the archive reader over bytes in memory and writes down what it says, for tests. */
#include "archive/archive.h"

typedef struct {
    char *text; /* the log: one line per member, wanted body and end */
    size_t length, capacity;
    uint64_t asked; /* bytes fed */
    uint64_t needs; /* NEED events */
    uint64_t data;  /* bytes of DATA */
    uint32_t members;
    struct ckpt_archive_event last; /* END or ERROR (pointers are dead) */
    char message[512];
    struct ckpt_archive_info info;
} drive_result;

typedef struct {
    size_t chunk;              /* most bytes to feed at a time, 0: as asked */
    int sequential;            /* unknown size */
    int decide;                /* want every file by ckpt_archive_accept() */
    const char *const *select; /* patterns, NULL-terminated, or NULL */
    struct ckpt_archive_options options;
    size_t memory; /* the reader's allocation of this number fails, and all after it; 0: none */
} drive_how;

/* Fed bytes are copied to a fresh allocation each time, so that sanitizers see stale use. */
void drive(const uint8_t *bytes, size_t length, const drive_how *how, drive_result *result);
void drive_free(drive_result *result);

#endif
