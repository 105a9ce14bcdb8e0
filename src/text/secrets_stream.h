/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Secrets in bytes that come piece by piece: what the scanner (secrets_scan.h) finds in them, and
 * known secrets (needles.h) wherever they stand.
 */
#ifndef CKPT_TEXT_SECRETS_STREAM_H
#define CKPT_TEXT_SECRETS_STREAM_H

#include "mem/buffer.h"
#include "text/needles.h"
#include "text/secrets.h"

enum ckpt_secret_how {
    CKPT_SECRET_NAMED,  /* its name or shape gives it away */
    CKPT_SECRET_WIDE,   /* the same, and it is UTF-16LE */
    CKPT_SECRET_NEEDLE, /* it was known */
};

/* A secret, as it stands in the results: this, then the name, what it is, and the value (of a wide
   one as narrow characters), then zeros up to a multiple of 8. */
struct ckpt_secret_hit {
    uint64_t offset; /* from the start of the part */
    uint64_t length; /* in bytes */
    uint32_t how;    /* enum ckpt_secret_how */
    uint32_t name_length, what_length;
    uint32_t value_length; /* at most CKPT_SECRET_VALUE */
};

enum { CKPT_SECRET_VALUE = 4096 };

typedef struct ckpt_secrets_stream ckpt_secrets_stream;

/* NULL: no memory. */
ckpt_secrets_stream *ckpt_secrets_stream_new(void);
void ckpt_secrets_stream_free(ckpt_secrets_stream *stream);

/* What is known to be secret. False as ckpt_needles_add(). Not while a part is fed. */
bool ckpt_secrets_stream_know(ckpt_secrets_stream *stream, const char *bytes, size_t length);

/* Begins with a part: a member of an archive, a range of memory. `needles_only`: nothing else is
   looked for. */
void ckpt_secrets_stream_begin(ckpt_secrets_stream *stream, bool needles_only);
/* Room for the next bytes of the part, *size of them, never 0; then takes those that were put
   there. */
char *ckpt_secrets_stream_room(ckpt_secrets_stream *stream, size_t *size);
void ckpt_secrets_stream_feed(ckpt_secrets_stream *stream, size_t length);
/* The part is complete. */
void ckpt_secrets_stream_end(ckpt_secrets_stream *stream);

/* What was found since the last call, by how and then place; to be emptied by the caller
   (ckpt_buffer_clear). `failed`: no memory. */
struct ckpt_buffer *ckpt_secrets_stream_results(ckpt_secrets_stream *stream);

#endif
