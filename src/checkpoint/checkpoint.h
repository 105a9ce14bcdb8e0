/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a checkpoint is, put together from its list of members and its metadata files, as JSON text:
 * {"form","engine":{"name","display","evidence":[{"file","pointer"?,"text"}]},"container":{…},
 * "networks"?,"sizes":{…},"inside":[indexes of the members that are archives of the container's
 * files],"statistics"?,"metadata"?,"mounts"?}. Nothing in it may stop it: what cannot be read is
 * left out.
 */
#ifndef CKPT_CHECKPOINT_H
#define CKPT_CHECKPOINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ckpt.h"

typedef struct ckpt_summary ckpt_summary;

/*
 * A new summary; NULL without memory. `prefix`: only members below this directory belong to the
 * checkpoint, and their names are taken without it (a container of a pod); length 0 for all.
 */
ckpt_summary *ckpt_summary_new(const char *prefix, size_t length);
void ckpt_summary_free(ckpt_summary *summary);

/* Adds members: records as CKPT_ARCHIVE_MEMBERS gives them, one after the other. */
void ckpt_summary_add_records(ckpt_summary *summary, const uint8_t *records, size_t length);

/* Memory for the content of the next file, which saves the copy in ckpt_summary_add_file(); NULL:
   no memory. */
char *ckpt_summary_reserve(ckpt_summary *summary, size_t length);

/* Adds the content of a metadata file, by its name in members.def, or of another JSON file. It is
   copied, unless ckpt_summary_reserve() gave its memory. False: no memory. */
bool ckpt_summary_add_file(ckpt_summary *summary, const char *name, size_t name_length,
                           const void *bytes, size_t length);

/*
 * The whole as JSON. `size`: bytes of the archive as it lies there; `directory`: the members are
 * files of a directory. The text is the summary's; length 0: no memory.
 */
ckpt_string ckpt_summary_finish(ckpt_summary *summary, uint64_t size, bool directory);

#endif
