/* SPDX-License-Identifier: Apache-2.0 */
/* What only some types of open files have. */
#ifndef CKPT_CRIU_FILE_KINDS_H
#define CKPT_CRIU_FILE_KINDS_H

#include "criu/owners.h"

/* Writes the members of OpenFile that only the type of the file has. */
void ckpt_file_kind(ckpt_dump *dump, const struct ckpt_dump_file *file,
                    const struct ckpt_owner *holder, struct ckpt_sink *sink);

/* The flags of open(2) of an open file; false: it has none. */
bool ckpt_open_flags(ckpt_dump *dump, const struct ckpt_dump_file *file, uint64_t *flags);

/* The name of a clock, clock_getres(2); NULL: it has none. */
const char *ckpt_clock_name(uint32_t clock);

/* Seconds and fractions as nanoseconds (`unit` of them are a fraction); the largest number if they
   do not fit. */
uint64_t ckpt_nanoseconds(uint64_t seconds, uint64_t fractions, uint32_t unit);

#endif
