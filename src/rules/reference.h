/* SPDX-License-Identifier: Apache-2.0 */
/* References to images, as Docker's and the engines' libraries read them. */
#ifndef CKPT_RULES_REFERENCE_H
#define CKPT_RULES_REFERENCE_H

#include "checkpoint/value.h"

/* The parts of a reference; what is absent is empty. */
struct ckpt_reference {
    ckpt_string domain; /* "docker.io" where none is named; "localhost", "quay.io:443" … */
    ckpt_string path;
    ckpt_string tag;
    ckpt_string digest;    /* with its algorithm: "sha256:…" */
    bool names_its_domain; /* it begins with one: no search list decides what is meant */
};

/* False, if the text is no reference (an id of 64 digits is none). */
bool ckpt_reference_parse(ckpt_string text, struct ckpt_reference *reference);

/* Whether two references are of one repository, whatever the spelling. */
bool ckpt_same_repository(const struct ckpt_reference *a, const struct ckpt_reference *b);

/* Whether they may mean one image: same repository; and tags and digests, as far as both have them.
   Without tag and digest "latest" is meant. */
bool ckpt_same_image(const struct ckpt_reference *a, const struct ckpt_reference *b);

/* Whether it is `length` lower-case hexadecimal digits. */
bool ckpt_is_hex(ckpt_string text, size_t length);

/* The 64 digits of an image id, bare or after "sha256:"; else an empty text. */
ckpt_string ckpt_image_id(ckpt_string text);

#endif
