/* SPDX-License-Identifier: Apache-2.0 */
/* Images from JSON, as criu/decode.h describes it and as crit writes it, pretty or not. */
#ifndef CKPT_CRIU_ENCODE_H
#define CKPT_CRIU_ENCODE_H

#include "json/document.h"
#include "json/names.h"

/*
 * Appends the image that the `length` bytes of JSON describe to `out`. False: *error says why and
 * where; its texts belong to `document`, which is used for the work. `names` is the list of
 * dist/criu-tables.js.
 */
bool ckpt_criu_encode(ckpt_document *document, const struct ckpt_names *names, const void *json,
                      size_t length, struct ckpt_buffer *out, ckpt_error *error);

#endif
