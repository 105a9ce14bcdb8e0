/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Secrets (secrets.h) in bytes of any kind, memory or files, of which a part is at hand. A text is
 * a run of bytes that can be text; what ends it, as the NUL after a string, ends values, too. Texts
 * of UTF-16LE are looked through as well, those of ASCII characters. An argument and the one behind
 * its NUL are read together.
 */
#ifndef CKPT_TEXT_SECRETS_SCAN_H
#define CKPT_TEXT_SECRETS_SCAN_H

#include "text/secrets.h"

enum {
    CKPT_SECRETS_BACK = 512,       /* bytes before `from` that help to tell, if they are there */
    CKPT_SECRETS_AHEAD = 16 << 10, /* bytes from `to` on with which all are found whole */
    CKPT_SECRET_LONGEST_KEY = 16 << 10
};

struct ckpt_secrets_part {
    const uint8_t *bytes;
    size_t length;
    size_t from, to; /* secrets are told that can be told to be one at from <= byte < to */
    bool likely;     /* among texts of programs: only what is more than a word of theirs */
};

struct ckpt_secret_found {
    size_t first;     /* where it can be told to be one: its name, the scheme of a URL */
    size_t from, to;  /* the secret itself; for all three the first byte of the part is 0 */
    ckpt_string name; /* as in struct ckpt_secret */
    const char *what;
    ckpt_string value; /* of a wide one its characters; good until the sink returns */
    bool wide;         /* it is UTF-16LE */
};

/* Takes one. False: to stop. */
typedef bool ckpt_secrets_sink(void *context, const struct ckpt_secret_found *found);

/*
 * Tells the secrets of a part, wide ones apart from the others, these by place. Where parts of one
 * whole follow each other, one that was told in the part before may be told again: it begins before
 * that one ended. Linear. False: the sink ended it.
 */
bool ckpt_secrets_scan(const struct ckpt_secrets_part *part, ckpt_secrets_sink *sink,
                       void *context);

#endif
