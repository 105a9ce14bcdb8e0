/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Images to values and back, in the form of crit, the tool of CRIU:
 *
 *     {"magic": "PSTREE", "entries": [{"pid": 1, …, "extra": "…base64…"}, …]}
 *
 * What follows an entry is its "extra": base64 text; {"inq", "outq"} of a TCP connection; a list of
 * numbers for semaphores; a list of description and bytes in turn for message queues. What crit's
 * form would lose is written beside it: bytes between data that are not zero ("padding", base64),
 * "image_version": 1 of old images, "byte_order": "big" of images of s390, and what
 * proto/emit.h says about texts and unknown fields. A type without a name is "0x1234abcd".
 */
#ifndef CKPT_CRIU_DECODE_H
#define CKPT_CRIU_DECODE_H

#include "criu/file.h"
#include "json/names.h"
#include "json/sink.h"

struct ckpt_criu_decode {
    struct ckpt_sink *sink;         /* where the value goes */
    const struct ckpt_names *names; /* the list of dist/criu-tables.js; needed for `pretty` only */
    bool pretty;                    /* numbers as people read them (crit decode --pretty) */
    bool no_payload; /* sizes instead of what follows entries (crit's --no-payload) */
};

/*
 * Sends the value of an image to the sink. False: *problem has the first problem, and all that
 * could be read was sent, if it is an image at all (damage NO_IMAGE, OTHER_TYPE, NO_MESSAGES:
 * nothing was). `kind`: what the file's name says, or UNKNOWN. damage NO_MEMORY: what was sent is
 * not all.
 */
bool ckpt_criu_decode(const struct ckpt_criu_decode *decode, enum ckpt_criu_kind kind,
                      const uint8_t *bytes, size_t length, struct ckpt_criu_problem *problem);

/* What crit info tells, without sending anything: how many entries there are. */
bool ckpt_criu_count(enum ckpt_criu_kind kind, const uint8_t *bytes, size_t length,
                     struct ckpt_criu_file *file, struct ckpt_criu_problem *problem);

/* Where the names of types begin in the list: by enum ckpt_criu_kind. */
uint32_t ckpt_criu_type_name(enum ckpt_criu_kind kind);

#endif
