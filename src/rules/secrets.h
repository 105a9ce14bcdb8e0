/* SPDX-License-Identifier: Apache-2.0 */
/* What looks like a secret: by the name it is given, or by its own shape. */
#ifndef CKPT_RULES_SECRETS_H
#define CKPT_RULES_SECRETS_H

#include "rules/value.h"

struct ckpt_secret {
    size_t from, to;  /* the secret itself, in the text */
    ckpt_string name; /* what it is called there; empty if only its shape gives it away */
    const char *what; /* "a private key"; NULL if its name gives it away */
};

/* Finds the first secret at or behind byte `from` of a text: an assignment NAME=value, a password
   in a URL, a key or token of well-known shape. */
bool ckpt_secret_in(ckpt_string text, size_t from, struct ckpt_secret *secret);

/* Whether a name means a secret: DB_PASSWORD and apiToken, but not PASSWORD_FILE. `strict`: its
   last word must be the telling one. */
bool ckpt_secret_name(ckpt_string name, bool strict);

/* Whether a value can be a secret: not empty, a path, a reference such as $(NAME), a switch. */
bool ckpt_secret_value(ckpt_string value);

#endif
