/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What looks like a secret: by the name it is given, by its own shape, or by where it stands.
 * General rules first (a telling name and a value that can be one; a less telling name and a value
 * that looks random), then the prefixes by which vendors mark their tokens.
 */
#ifndef CKPT_TEXT_SECRETS_H
#define CKPT_TEXT_SECRETS_H

#include <stdint.h>

#include "text/slice.h"

/* Stands for a secret. */
#define CKPT_MASK "•••"

struct ckpt_secret {
    size_t from, to;  /* the secret itself, in the text */
    ckpt_string name; /* what it is called there; empty if only its shape gives it away */
    const char *what; /* "a private key"; NULL if its name gives it away */
};

/*
 * Finds the first secret at or after byte `from` of a text: an assignment NAME=value or NAME:
 * value, a password in a URL, a key or token of well-known shape. Linear: apart from what it finds,
 * it looks at a bounded number of bytes around each byte.
 */
bool ckpt_secret_in(ckpt_string text, size_t from, struct ckpt_secret *secret);

/* Whether a name means a secret: DB_PASSWORD and apiToken, but not PASSWORD_FILE. `strict`: its
   last word must be the telling one. */
bool ckpt_secret_name(ckpt_string name, bool strict);

/* Whether a name may mean one if its value looks random: STRIPE_KEY, salt. */
bool ckpt_secret_hint(ckpt_string name);

/* Whether a value can be a secret: not empty, a path, a reference such as $(NAME), a switch. */
bool ckpt_secret_value(ckpt_string value);

/* Whether letters and digits follow each other as in no word, path or version. */
bool ckpt_looks_random(ckpt_string value);

/* Both together. */
bool ckpt_is_secret(ckpt_string name, ckpt_string value, bool strict);

/* An argument and the one behind it: --password VALUE, and -p, -a and -u USER:VALUE of many
   programs. `secret`: in the value; `name` without dashes, or empty and `what`. */
bool ckpt_secret_argument(ckpt_string option, ckpt_string value, struct ckpt_secret *secret);

/* A key or token that stands at byte `at`, which begins a word, by its first letters
   (secret_shapes.c). */
bool ckpt_secret_shape(ckpt_string text, size_t at, struct ckpt_secret *secret);

#ifdef CKPT_COUNT_WORK
/* Bytes looked at since the program began: for the test that work is linear. */
extern uint64_t ckpt_secret_work;
#define CKPT_SECRET_WORK(n) (ckpt_secret_work += (n))
#else
#define CKPT_SECRET_WORK(n) ((void)0)
#endif

#endif
